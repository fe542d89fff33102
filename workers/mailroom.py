"""The mail room: SMTP in. A mail is answered with 250 only after it is durably kept, with 4xx when that cannot be done."""

from __future__ import annotations

import asyncio
import logging
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from psycopg import Error as DatabaseError
from psycopg.errors import DiskFull
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from service.app import create_app
from service.channels import inbound, short_links
from service.channels.email import parse
from service.config import settings
from tenants import company, wall

log = logging.getLogger(__name__)
THREADS = 8
KEPT, LATER, TOO_MANY = "250 Kept", "451 Cannot keep this mail now, try again later", "452 Too many recipients"
NO_ROOM = "452 No room for this mail now, try again later"


class Room:
    """Takes mail for tasks@, for a company's name and for answer addresses; nothing else is relayed anywhere."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="mail")
        self.slugs: set[str] = set()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        """550 for addresses that are none of ours, so that the sender learns of a slip at once."""
        if len(envelope.rcpt_tos) >= 20:
            return TOO_MANY
        try:
            known = await self._aside(self._known, address)
        except (SQLAlchemyError, DatabaseError):
            return LATER
        if not known:
            return "550 There is no such address here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail, then say so."""
        try:
            await self._aside(self._keep, session.peer[0] if session.peer else "", envelope)
        except (SQLAlchemyError, DatabaseError) as error:
            reason = error.orig if isinstance(error, DBAPIError) else error
            log.warning("a mail could not be kept: %s", type(reason).__name__)
            return NO_ROOM if isinstance(reason, DiskFull) else LATER
        return KEPT

    async def handle_exception(self, error: Exception) -> str:
        """Whatever goes wrong, the sender keeps the mail and tries again."""
        log.error("the mail room failed: %s", type(error).__name__)
        return LATER

    async def _aside(self, call: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.pool, partial(self._in_context, call, *arguments))

    def _in_context(self, call: Any, *arguments: Any) -> Any:
        with self.app.app_context():
            return call(*arguments)

    def _known(self, address: str) -> bool:
        name, _, domain = address.lower().rpartition("@")
        if domain != settings().mail_domain.lower():
            return False
        return name in ("tasks", "postmaster") or name in self.slugs or short_links.read_answer(address) is not None or self._slug(name)

    def _slug(self, name: str) -> bool:
        """A company's name; those that exist are remembered, because slugs are never taken away."""
        with wall.transaction(wall.door("mail room")):
            found = company.by_slug(name[:40]) is not None
        if found:
            self.slugs.add(name)
        return found

    def _keep(self, peer: str, envelope: Envelope) -> None:
        """Keep one row for each mail, whoever of us it was sent to: the first address is its account."""
        raw = envelope.original_content if isinstance(envelope.original_content, bytes) else b""
        to = [address.lower() for address in envelope.rcpt_tos]
        inbound.keep("email", to[0], parse.identity(raw), sender=(envelope.mail_from or "")[:400], raw=raw,
                     headers={"peer": peer, "to": to[1:]})


def serve(app: Flask, host: str, port: int) -> asyncio.AbstractServer:
    """Begin to listen; gives the server. Mail of up to 30 MB, 5 minutes for a slow sender."""
    loop = asyncio.get_event_loop()
    room = Room(app)
    return loop.run_until_complete(loop.create_server(
        lambda: SMTP(room, data_size_limit=inbound.LARGEST, enable_SMTPUTF8=True, ident="Poruchi", timeout=300, loop=loop),
        host, port))


def run(app: Flask) -> None:
    """Take mail until SIGTERM; a mail that is being taken is finished first."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        server = serve(app, settings().bind, settings().mail_port)
    except OSError as error:
        raise SystemExit(f"The mail port {settings().mail_port} cannot be opened ({error.strerror}). Set MAIL_PORT to a free one.") from error
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, loop.stop)
    loop.run_forever()
    server.close()
    loop.run_until_complete(asyncio.wait_for(server.wait_closed(), 5))


def main() -> None:
    """The mail room as a process of its own."""
    logging.basicConfig(level=logging.INFO)
    run(create_app())


if __name__ == "__main__":
    main()
