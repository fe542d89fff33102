"""Operator commands: `flask --app wsgi …`, inside `.venv`, with the application's settings. Each
has --help and --json."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from service import accounts
from service.catalogue.categories import all_categories
from service.core import constraints
from service.core.config import settings
from service.core.errors import DomainError
from service.intake import inbox
from service.operation import backup, doctor, migrate, restore
from service.tasks import lists
from tenants import company, isolation, membership
from tenants.isolation import db
from tenants.membership import STAFF_ROLES
from tenants.people import Person
from tenants.signin import identity, links
from tenants.signin.tables import Login

as_json = click.option("--json", "json_", is_flag=True, help="Print JSON.")


def init(app: Flask) -> None:
    """Register the commands, among them `flask db`."""
    if os.environ.get("FLASK_RUN_FROM_CLI"):
        from flask_migrate import Migrate

        Migrate(app, db, directory=str(migrate.ROOT / "migrations"))
    for group in (companies, keys, staff, admin, tasks, replay):
        app.cli.add_command(group)
    for command in (doctor_command, backup_command, restore_command):
        app.cli.add_command(command)


def print_result(result: dict[str, Any], line: str, *, json_: bool) -> None:
    """Print a result as JSON or as a line."""
    click.echo(json.dumps(result, default=str) if json_ else line)


def show_errors(call: Callable[[], Any]) -> Any:
    """Show an error of a step or of the database as one sentence."""
    try:
        with isolation.transaction(isolation.system("command")):
            return call()
    except DomainError as error:
        raise click.ClickException(error.detail) from error
    except IntegrityError as error:
        raise click.ClickException(constraints.sentence_of(error)) from error
    except DataError as error:
        sentence = _("The request contains data we cannot store. Check what you sent.")
        raise click.ClickException(sentence) from error


companies = AppGroup("company", help="Client companies.")
keys = AppGroup("apikey", help="API keys.")
staff = AppGroup("staff", help="Staff.")
admin = AppGroup("admin", help="The first admin.")
tasks = AppGroup("task", help="Tasks.")
replay = AppGroup("replay", help="Process a stored message again.")


@companies.command("add")
@click.argument("name")
@click.option("--owner", required=True, help="Email address of the owner.")
@click.option("--currency", default="EUR")
@click.option("--language", type=click.Choice(["en", "ru"]), default="en")
@as_json
def company_add(name: str, owner: str, currency: str, language: str, json_: bool) -> None:
    """Add a company with its owner; prints a link with which the owner sets a password."""

    def add() -> tuple[str, str]:
        made = accounts.add_company(name, owner, currency, language)
        return made.slug, _first_password(membership.owners(made.id)[0].id)

    slug, link = show_errors(add)
    print_result({"company": slug, "link": link}, f"{slug}\n{link}", json_=json_)


@keys.command("add")
@click.option("--company", "slug", help="The company it acts for, as its owner.")
@click.option("--staff", "email", help="The staff member it acts as.")
@click.option("--name", default="")
@as_json
def apikey_add(slug: str | None, email: str | None, name: str, json_: bool) -> None:
    """Add an API key; prints the key once."""
    key = show_errors(lambda: _key(slug, email, name))
    print_result({"key": key}, key, json_=json_)


@keys.command("list")
@as_json
def apikey_list(json_: bool) -> None:
    """List the keys that can be used now: id, name, person and company; never the key itself."""
    with isolation.transaction(isolation.system("command")):
        rows = identity.open_keys()
    for row in rows if not json_ else []:
        click.echo("\t".join(str(value or "-") for value in row.values()))
    if json_:
        click.echo(json.dumps(rows))


@keys.command("end")
@click.argument("key_id", type=int)
@as_json
def apikey_end(key_id: int, json_: bool) -> None:
    """End a key by its id (`apikey list`); it works for at most five seconds more."""
    if not show_errors(lambda: identity.end_key(key_id)):
        raise click.ClickException(f"There is no key {key_id} that could be ended.")
    print_result({"ended": key_id}, f"{key_id} is ended", json_=json_)


def _key(slug: str | None, email: str | None, name: str) -> str:
    if slug:
        found = company.by_slug(slug)
        owner = membership.owners(found.id)[:1] if found else []
        if not found or not owner:
            raise click.ClickException(f"There is no company {slug} with an owner.")
        return identity.add_key(owner[0], found.id, name)
    person = _person(email or "")
    if db.session.get(membership.Staff, person.id) is None:
        raise click.ClickException(f"{email} is not staff.")
    return identity.add_key(person, None, name)


def _person(email: str) -> Person:
    person = db.session.scalar(
        select(Person)
        .join(Login, Login.person_id == Person.id)
        .where(Login.email == email.strip().lower())
    )
    if person is None:
        raise click.ClickException(
            f"Nobody signs in as {email}. Give --company SLUG or --staff EMAIL."
        )
    return person


@staff.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in STAFF_ROLES]), required=True)
@click.option(
    "--trade",
    "trades",
    multiple=True,
    help="A category; repeatable. An assistant added without any gets all.",
)
@click.option("--name", default="")
@as_json
def staff_add(email: str, role: str, trades: tuple[str, ...], name: str, json_: bool) -> None:
    """Add staff; prints a link with which they set a password."""
    wanted = list(trades) or (list(all_categories()) if role == "assistant" else [])
    link = show_errors(lambda: _hired(email, name, role, wanted))
    print_result({"email": email, "role": role, "link": link}, link, json_=json_)


@staff.command("end")
@click.argument("email")
@as_json
def staff_end(email: str, json_: bool) -> None:
    """End somebody's staff role: their tasks go back to the queue, sessions and keys end."""
    count = show_errors(lambda: accounts.end_staff(_person(email).id))
    print_result(
        {"email": email, "given_back": count},
        f"{email} has left; {count} tasks went back to the queue",
        json_=json_,
    )


def _hired(email: str, name: str, role: str, trades: list[str]) -> str:
    person = accounts.add_staff(email, name or email.partition("@")[0], role, trades)
    return _first_password(person.id)


def _first_password(person_id: int) -> str:
    """Return a link with which this person sets a password, "" where they do not sign in."""
    token = links.reset_of(person_id, lasts=accounts.FIRST_PASSWORD_FOR)
    return f"{settings().url}/reset/{token}" if token else ""


@admin.command("add")
@click.argument("email")
@as_json
def admin_add(email: str, json_: bool) -> None:
    """Add the first admin; prints a link to set a password."""
    link = show_errors(lambda: _hired(email, "", "admin", []))
    print_result({"email": email, "link": link}, link, json_=json_)


@tasks.command("list")
@click.option("--state", "states", multiple=True)
@click.option("--limit", default=50, type=click.IntRange(1, 500))
@as_json
def task_list(states: tuple[str, ...], limit: int, json_: bool) -> None:
    """List the newest tasks of all companies."""
    with isolation.transaction(isolation.system("command")):
        rows = [
            {
                "id": row.task.id,
                "company": row.company,
                "number": row.task.number,
                "state": row.task.state,
                "category": row.task.category,
                "deadline_at": row.task.deadline_at,
            }
            for row in lists.seen(states=states, limit=limit).rows
        ]
    for row in rows if not json_ else []:
        click.echo("\t".join(str(value) for value in row.values()))
    if json_:
        click.echo(json.dumps(rows, default=str))


@replay.command("inbound")
@click.argument("inbound_id", type=int)
@as_json
def replay_inbound(inbound_id: int, json_: bool) -> None:
    """Process a stored inbound message again."""
    show_errors(lambda: inbox.replay(inbound_id))
    print_result({"replayed": inbound_id}, f"{inbound_id} is understood again", json_=json_)


@click.command("doctor")
@as_json
def doctor_command(json_: bool) -> None:
    """Check settings, database, Valkey, roles, mail and SMS, and say what is wrong."""
    found = doctor.examine()
    if json_:
        click.echo(json.dumps(found))
    else:
        for name, fault in found.items():
            click.echo(f"{name}: {fault or 'right'}")
    if any(found.values()):
        raise click.exceptions.Exit(1)


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, writable=True))
@as_json
def backup_command(file: str, json_: bool) -> None:
    """Write the whole database into a file."""
    backup.write(file)
    print_result({"file": file}, file, json_=json_)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--last-invoice",
    "last_invoices",
    multiple=True,
    help="The highest invoice number that mails prove, one a year.",
)
@click.confirmation_option(prompt="Everything in the database is replaced. Go on?")
@as_json
def restore_command(file: str, last_invoices: tuple[str, ...], json_: bool) -> None:
    """Replace the database by a backup. Work that was open in it is on hold on /desk/messages until
    an operator decides."""
    result = restore.restore(file, last_invoices)
    lost = [
        f"PO-{year}-{first} to PO-{year}-{last} were issued and are not in the backup"
        for year, (first, last) in sorted(result.lost.items())
    ]
    waits = f"{result.on_hold} rows wait on /desk/messages for an operator"
    print_result(
        {"file": file, **asdict(result)},
        "\n".join(["restored", waits, *lost, *result.notes]),
        json_=json_,
    )
