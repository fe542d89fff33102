"""Programs under supervisord and their settings: web, process supervisor, the embedded servers, the
stand-ins."""

from __future__ import annotations

import hashlib
import os
import secrets
import shlex
import socket
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from xmlrpc.client import ServerProxy, Transport

from devdesk.embedded import Servers
from service.core.config import OWNER_FILE, Settings

ROOT = Path(__file__).resolve().parent.parent
OWNER = "OWNER_DATABASE_URL"
# Withheld from every program: these logins read all companies' rows.
COMMANDS_ONLY = (OWNER, "BACKUP_DATABASE_URL")
HEAD = """[unix_http_server]
file={socket}
chmod=0700

[supervisord]
logfile={data}/log/supervisord.log
logfile_maxbytes=5MB
pidfile={data}/supervisord.pid
childlogdir={data}/log
nodaemon=true
minfds=4096

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

"""
# Restarts are unlimited: with the database unavailable for half a minute, a program that exits
# quickly would otherwise be given up after a few tries.
PROGRAM = """[program:{name}]
command={command}
directory={root}
priority={priority}
autostart={autostart}
autorestart=true
startsecs=0
startretries=1000000
stopsignal={signal}
stopwaitsecs={wait}
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={data}/log/{name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=2

"""


def environment(conf: Settings, servers: Servers | None, data: Path) -> dict[str, str]:
    """Return the settings of every program; stand-ins get ports that are free now, servers their
    sockets."""
    own = {
        "DATA_DIR": str(data),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": conf.secret_key,
    }
    if servers:
        own |= {
            "DATABASE_URL": conf.database_url or servers.desk_url,
            "REDIS_URL": conf.redis_url or servers.redis_url,
        }
    own |= _stand_ins(conf, data) if on_loopback(conf) else {}
    own |= {
        "PORT": str(conf.port),
        "MAIL_PORT": str(conf.mail_port),
        "BIND": conf.bind,
        "PUBLIC_URL": conf.url,
    }
    _remember(data / "desk.env", own)
    embedded = servers.owner_url if servers and not conf.database_url else ""
    _remember(data / OWNER_FILE, {OWNER: embedded or conf.owner_database_url})
    own |= _demo(conf)
    return {name: value for name, value in (os.environ | own).items() if name not in COMMANDS_ONLY}


def owner(data: Path) -> dict[str, str]:
    """Return the database's address as its owner, as a setting, for `workers.prepare` alone."""
    return dict([(data / OWNER_FILE).read_text().rstrip("\n").split("=", 1)])


def _demo(conf: Settings) -> dict[str, str]:
    """Return the demo password: the one that is set, or one that is generated now and printed
    once."""
    if conf.demo == "off" or not on_loopback(conf):
        return {"DEMO": "off"}
    made = conf.demo_password or secrets.token_urlsafe(9)
    return {"DEMO": "on", "DEMO_PASSWORD": made, "DEMO_SHOWN": "" if conf.demo_password else made}


def on_loopback(conf: Settings) -> bool:
    """Allow stand-ins and demo data only where nobody else can reach them."""
    return conf.bind in ("127.0.0.1", "localhost", "::1")


def _stand_ins(conf: Settings, data: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    if not conf.twilio_account_sid:
        sid = "AC" + hashlib.sha256(conf.secret_key.encode()).hexdigest()[:32]
        token = hashlib.sha256(b"twilio" + conf.secret_key.encode()).hexdigest()[:32]
        found |= {
            "TWILIO_ACCOUNT_SID": sid,
            "TWILIO_AUTH_TOKEN": token,
            "TWILIO_FROM": "+37120000000",
            "TWILIO_API_BASE": f"http://127.0.0.1:{free_port(data, 'twilio')}",
        }
    if not conf.stripe_api_key:
        found |= {
            "STRIPE_API_KEY": "sk_test_desk1",
            "STRIPE_WEBHOOK_SECRET": "whsec_" + secrets.token_hex(16),
            "STRIPE_PUBLISHABLE_KEY": "pk_test_desk1",
            "STRIPE_API_BASE": f"http://127.0.0.1:{free_port(data, 'stripe')}",
        }
    return found


def free_port(data: Path, name: str) -> int:
    """Return a free port; that of the last run where it is still free."""
    kept = data / f"{name}.port"
    for wanted in (int(kept.read_text()) if kept.exists() else 0, 0):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            kept.write_text(str(trial.getsockname()[1]))
            return int(trial.getsockname()[1])
    raise SystemExit("No free port was found on 127.0.0.1.")


def _remember(path: Path, own: dict[str, str]) -> None:
    """Write settings to a file, so that `flask --app wsgi …` finds the same servers while they
    run."""
    path.unlink(missing_ok=True)  # an existing readable file would keep its mode
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(
            f"{name}={value}\n" for name, value in own.items() if not name.startswith("PYTHON")
        )


def write(conf: Settings, servers: Servers | None, own: dict[str, str], data: Path) -> Path:
    """Write supervisord's configuration: servers first, then stand-ins, then our own programs."""
    supervisor = [sys.executable, "-m", "workers.process_supervisor"]
    parts = [
        HEAD.format(socket=control(data), data=_quoted(data)),
        *_server_programs(conf, servers, data),
        *_stand_in_programs(conf, own, data),
        _program("web", web_command(), data, 20),
        _program("crew", supervisor, data, 10),
    ]
    path = data / "supervisord.conf"
    path.write_text("".join(parts))
    return path


def _server_programs(conf: Settings, servers: Servers | None, data: Path) -> Iterator[str]:
    if servers and not conf.database_url:
        command, user = servers.postgres_command(), servers.user
        yield _program("postgres", command, data, 1, signal="INT", user=user, autostart=True)
    if servers and not conf.redis_url:
        yield _program("valkey", servers.valkey_command(), data, 1, autostart=True)


def _stand_in_programs(conf: Settings, own: dict[str, str], data: Path) -> Iterator[str]:
    """Stand-ins run on loopback alone, where the vendor's own account is not set."""
    if not on_loopback(conf):
        return
    if "TWILIO_API_BASE" in own and not conf.twilio_account_sid:
        hook = ["--webhook", f"{conf.url}/hooks/twilio/message"]
        command = _stand_in("twilio", own["TWILIO_API_BASE"], data / "twilio.sqlite")
        yield _program("twilio", [*command, *hook], data, 5)
    if "STRIPE_API_BASE" in own and not conf.stripe_api_key:
        command = _stand_in("stripe", own["STRIPE_API_BASE"], data / "stripe.pickle")
        yield _program("stripe", command, data, 5)


def _stand_in(vendor: str, address: str, state: Path) -> list[str]:
    port = address.rpartition(":")[2]
    module = f"devdesk.standins.{vendor}"
    return [sys.executable, "-m", module, "--port", port, "--state", str(state)]


def web_command() -> list[str]:
    """Return gunicorn's command, with gunicorn.conf.py, which reads the same environment."""
    return [sys.executable, "-m", "gunicorn", "wsgi:app"]


def _program(
    name: str,
    command: list[str],
    data: Path,
    priority: int,
    signal: str = "TERM",
    user: str | None = None,
    autostart: bool = False,
) -> str:
    options = [
        *(["--user", user] if user else []),
        *(["--ends-by", signal] if signal != "TERM" else []),
    ]
    words = [sys.executable, str(ROOT / "devdesk" / "child.py"), *options, *command]
    return PROGRAM.format(
        name=name,
        command=shlex.join(words).replace("%", "%%"),
        root=_quoted(ROOT),
        priority=priority,
        autostart="true" if autostart else "false",
        signal=signal,
        data=_quoted(data),
        wait=30 if priority == 1 else 12,
    )


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%%")


def control(data: Path) -> Path:
    """Return supervisord's socket; its path has to be short."""
    name = f"poruchi-sv-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}.sock"
    return Path("/tmp") / name  # noqa: S108


class _Unix(Transport):
    """XML-RPC over supervisord's socket."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def make_connection(self, host: object) -> HTTPConnection:
        connection = HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.connect(str(self.path))
        return connection


def start(data: Path, *names: str) -> None:
    """Start these programs, or all that do not run yet where none is named."""
    server: Any = ServerProxy("http://localhost", transport=_Unix(control(data)))
    there = {entry["name"] for entry in server.supervisor.getAllProcessInfo()}
    for name in names:
        if name in there:
            server.supervisor.startProcess(name, False)
    if not names:
        server.supervisor.startAllProcesses(False)
