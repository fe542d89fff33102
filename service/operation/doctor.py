"""What is wrong with this desk: settings, database, roles, Valkey, mail and SMS, each in one
sentence."""

from __future__ import annotations

from collections.abc import Callable

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.core import channels, wake
from service.core.config import settings
from tenants import isolation
from tenants.isolation import db
from tenants.roles import ROLES


def examine() -> dict[str, str]:
    """Name of each check to what is wrong with it, an empty text where it is right."""
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "roles": _roles,
        "migrations": _migrations,
        "valkey": _valkey,
        **{name: check for channel in channels.every() for name, check in channel.checks().items()},
        "public address": _address,
    }
    return {name: check() for name, check in checks.items()}


def _database() -> str:
    try:
        with isolation.transaction(isolation.system("doctor")):
            db.session.execute(text("select 1"))
    except SQLAlchemyError:
        return "The database cannot be reached. Check DATABASE_URL, and whether `make run` is up."
    return ""


def _roles() -> str:
    for role in ROLES:
        try:
            with isolation.transaction(isolation.AccessScope(role, person=0, company=0)):
                db.session.execute(text("select 1"))
        except SQLAlchemyError:
            return f"The login may not take the role {role}. Run the migrations as the owner."
    return ""


def _migrations() -> str:
    try:
        with isolation.transaction(isolation.system("doctor")):
            found = db.session.scalar(text("select to_regclass('public.task') is not null"))
    except SQLAlchemyError:
        return "The tables cannot be read."
    return (
        ""
        if found
        else "The tables are missing. Run `python -m workers.prepare` with OWNER_DATABASE_URL."
    )


def _valkey() -> str:
    try:
        wake.valkey().ping()
    except redis.RedisError:
        return (
            "Valkey cannot be reached. Work waits in the database until it is back. Check"
            " REDIS_URL."
        )
    return ""


def _address() -> str:
    return (
        ""
        if settings().public_url
        else "PUBLIC_URL is not set: links in messages lead to this machine only."
    )
