"""What is wrong with this desk: settings, database, roles, Valkey, mail and SMS, each in one
sentence."""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.channels.email import sender_auth, smtp_edge
from service.core import wake
from service.core.config import settings
from service.core.outbox_run import NeedsOperator, RetryLater
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
        "mail out": _mail_out,
        "mail in": _mail_in,
        "sms": _sms,
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


def _mail_out() -> str:
    url = settings().smtp_url
    if not url:
        return (
            ""
            if settings().outbound == "off"
            else "SMTP_URL is not set: outgoing mail waits on /desk/messages."
        )
    try:
        smtp_edge.leave(smtp_edge.connected())
    except (RetryLater, NeedsOperator) as error:
        return str(error)
    return ""


def _mail_in() -> str:
    try:
        with isolation.transaction(isolation.system("doctor")):
            believes_nobody = sender_auth.trusts_nobody()
    except SQLAlchemyError:
        return "Mail senders were not checked: the database cannot be read."
    return (
        "MAIL_AUTHSERV is not set: senders cannot be verified, so each email waits for an "
        "operator. Set it to the name that your receiving server writes into "
        "Authentication-Results."
        if believes_nobody
        else ""
    )


def _sms() -> str:
    conf = settings()
    if not conf.twilio_account_sid:
        return "TWILIO_ACCOUNT_SID is not set: texts wait on /desk/messages."
    address = urlsplit(conf.twilio_api_base or "https://api.twilio.com")
    try:
        socket.create_connection((address.hostname or "", address.port or 443), 5).close()
    except OSError:
        return "Twilio cannot be reached."
    return ""


def _address() -> str:
    return (
        ""
        if settings().public_url
        else "PUBLIC_URL is not set: links in messages lead to this machine only."
    )
