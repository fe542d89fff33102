"""The real PostgreSQL and Valkey of a test run: one pair for all test processes, one database for
each."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from devdesk import embedded
from service.operation import migrate

TEMPLATE = "desk_template"


@dataclass
class Cluster:
    """The servers of this run, and the folder they live in."""

    servers: embedded.Servers
    folder: Path
    processes: list[subprocess.Popen[bytes]]

    def stop(self) -> None:
        """Stop both servers and remove what they wrote."""
        for process, how in zip(self.processes, (signal.SIGINT, signal.SIGTERM), strict=True):
            if process.poll() is None:
                process.send_signal(how)
        for process in self.processes:
            process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.servers.sockets, ignore_errors=True)
        if self.servers.data != self.folder:
            shutil.rmtree(self.servers.data, ignore_errors=True)


def start() -> Cluster:
    """Start both servers with fsync off (nothing here outlives the run) and make the migrated
    template database."""
    folder = Path(tempfile.mkdtemp(prefix="poruchi-test-"))
    folder.chmod(0o755)
    servers = embedded.prepare(folder)
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "start_new_session": True,
        "cwd": "/",
    }
    fast = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    processes = [
        subprocess.Popen([*servers.postgres_command(), *fast], user=servers.user, **quiet),
        subprocess.Popen(servers.valkey_command(), **quiet),
    ]
    embedded.wait_for_postgres(servers)
    _wait_for_valkey(servers.redis_url)
    make_database(servers, TEMPLATE)
    return Cluster(servers, folder, processes)


def make_database(servers: embedded.Servers, name: str) -> None:
    """A new, migrated database."""
    with psycopg.connect(
        servers.url(embedded.OWNER, servers.owner_password, "postgres"), autocommit=True
    ) as owner:
        owner.execute(f'create database "{name}"')
    migrate.upgrade(
        servers.url(embedded.OWNER, servers.owner_password, name),
        servers.url(embedded.LOGIN, servers.login_password, name),
    )


def copy_database(owner_url: str, name: str) -> None:
    """A copy of the template, in a few tens of milliseconds."""
    admin = owner_url.replace("/desk?", "/postgres?")
    with psycopg.connect(admin, autocommit=True) as owner:
        owner.execute("select pg_advisory_lock(42)")
        owner.execute(f'drop database if exists "{name}" with (force)')
        owner.execute(f'create database "{name}" template {TEMPLATE} strategy file_copy')


def _wait_for_valkey(url: str) -> None:
    ends = time.monotonic() + 20
    while True:
        try:
            redis.Redis.from_url(url).ping()
            return
        except redis.RedisError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)


def environment(cluster: Cluster) -> dict[str, str]:
    """What test processes are told about the servers."""
    return {
        "TEST_OWNER_URL": cluster.servers.owner_url,
        "TEST_DESK_URL": cluster.servers.desk_url,
        "TEST_REDIS_URL": cluster.servers.redis_url,
        "TEST_FOLDER": str(cluster.folder),
        **os.environ,
    }
