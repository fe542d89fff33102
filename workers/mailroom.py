"""The SMTP server for inbound mail. A mail is answered with 250 only after it is stored durably,
with 4xx when that is not possible."""

from __future__ import annotations

import asyncio
import logging
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from flask import Flask
from psycopg import Error as DatabaseError
from psycopg.errors import DiskFull
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from service.app import create_app
from service.channels.email import parse
from service.core.config import settings
from service.inbound import store
from service.messages import short_links
from tenants import company, isolation

log = logging.getLogger(__name__)
THREADS = 8
KEPT, LATER, TOO_MANY = (
    "250 Kept",
    "451 Cannot keep this mail now, try again later",
    "452 Too many recipients",
)
TOO_LARGE, NO_ROOM = (
    "552 This mail is larger than 30 MB",
    "452 Too many mails at once, try again later",
)
DISK_FULL = "452 No room for this mail now, try again later"
FULL = b"421 Too many connections, try again later\r\n"
# Limits of all connections together: their number, and the bytes of mails that are not stored yet.
MAX_CONNECTIONS, MAX_BYTES_IN_FLIGHT = 200, 96 * 1024 * 1024
# A mail is read in pieces of this size, however long its lines are: many programs write longer
# lines than SMTP allows.
PIECE = 64 * 1024


class Room:
    """The SMTP handler: takes mail for tasks@, for a company's name and for answer addresses;
    nothing is relayed."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="mail")
        self.slugs: set[str] = set()
        self.connections = self.bytes = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer 550 for addresses that are not ours, so that the sender notices a typing error at
        once."""
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

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store the mail, then confirm it."""
        try:
            await self._aside(self._keep, session.peer[0] if session.peer else "", envelope)
        except (SQLAlchemyError, DatabaseError) as error:
            reason = error.orig if isinstance(error, DBAPIError) else error
            log.warning("a mail could not be kept: %s", type(reason).__name__)
            return DISK_FULL if isinstance(reason, DiskFull) else LATER
        return KEPT

    async def handle_exception(self, error: Exception) -> str:
        """Answer every error so that the sender keeps the mail and tries again."""
        log.error("the mail room failed: %s", type(error).__name__)
        return LATER

    async def _aside(self, call: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(
            self.pool, partial(self._in_context, call, *arguments)
        )

    def _in_context(self, call: Any, *arguments: Any) -> Any:
        with self.app.app_context():
            return call(*arguments)

    def _known(self, address: str) -> bool:
        name, _, domain = address.lower().rpartition("@")
        if domain != settings().mail_domain.lower():
            return False
        return (
            name in ("tasks", "postmaster")
            or name in self.slugs
            or short_links.read_answer(address) is not None
            or self._slug(name)
        )

    def _slug(self, name: str) -> bool:
        """Return whether a company has this slug; known slugs are cached, because slugs are never
        removed."""
        with isolation.transaction(isolation.unauthenticated("mail room")):
            found = company.by_slug(name[:40]) is not None
        if found:
            self.slugs.add(name)
        return found

    def _keep(self, peer: str, envelope: Envelope) -> None:
        """Store one row for each mail, however many of our addresses it was sent to: the first
        address is its account."""
        raw = envelope.original_content if isinstance(envelope.original_content, bytes) else b""
        to = [address.lower() for address in envelope.rcpt_tos]
        sender = (envelope.mail_from or "").strip("<>")[:400]
        store.store(
            "email",
            to[0],
            parse.identity(raw),
            sender=sender,
            raw=raw,
            headers={"peer": peer, "to": to[1:], "envelope": sender},
        )


class Server(SMTP):  # type: ignore[misc]
    """One connection. A mail is taken whatever the length of its lines, in one block of memory that
    counts towards the limit of all connections."""

    line_length_limit = PIECE

    def __init__(self, room: Room, **options: Any) -> None:
        super().__init__(room, **options)
        self.room, self.refused, self.mine = room, False, 0

    def connection_made(self, transport: Any) -> None:
        """Refuse the connection where there are too many."""
        self.refused = self.room.connections >= MAX_CONNECTIONS
        if self.refused:
            transport.write(FULL)
            transport.close()
            return
        self.room.connections += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Free this connection's slot."""
        if not self.refused:
            self.room.connections -= 1
            super().connection_lost(error)

    def _envelope(self) -> Envelope:
        assert self.envelope is not None  # it is created with the connection
        return self.envelope

    @syntax("DATA")  # type: ignore[misc]
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Read a mail up to a line with a single dot, then store it; a refused mail is read to its
        end and discarded."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        if refusal := self._why_not(arg):
            await self.push(refusal)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            content, refusal = await self._content()
            if not refusal:
                self._envelope().original_content = content
                refusal = await self._call_handler_hook("DATA")
        finally:
            self._release()
        self._set_post_data_state()
        await self.push(refusal)

    def _why_not(self, arg: str) -> str:
        if not self._envelope().rcpt_tos:
            return "503 Error: need RCPT command"
        if arg:
            return "501 Syntax: DATA"
        return NO_ROOM if self.room.bytes >= MAX_BYTES_IN_FLIGHT else ""

    async def _content(self) -> tuple[bytes, str]:
        """Return the mail without the dots that SMTP adds, and the reason for a refusal where there
        is one."""
        # With a line's end before it, a dot in the first line ends an empty mail like any other.
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]
        content, refusal, ends = bytearray(), "", False
        while not ends:
            piece, ends = await self._piece()
            if not refusal and (refusal := self._take(len(piece))):
                content = bytearray()
                self._release()
            if not refusal:
                content += piece
        del content[-3:]
        return bytes(memoryview(content.replace(b"\r\n.", b"\r\n"))[2:]), refusal

    async def _piece(self) -> tuple[bytes, bool]:
        """Read up to a line with a single dot or PIECE bytes; also return whether the mail ends
        there."""
        try:
            return await self._reader.readuntil(b"\r\n.\r\n"), True
        except asyncio.LimitOverrunError as error:
            return await self._reader.read(error.consumed), False

    def _take(self, more: int) -> str:
        """Count these bytes; return the refusal where they exceed the limit."""
        self.mine, self.room.bytes = self.mine + more, self.room.bytes + more
        if self.mine > store.MAX_BYTES:
            return TOO_LARGE
        return NO_ROOM if self.room.bytes > MAX_BYTES_IN_FLIGHT else ""

    def _release(self) -> None:
        self.room.bytes -= self.mine
        self.mine = 0


def serve(app: Flask, host: str, port: int) -> asyncio.AbstractServer:
    """Start listening and return the server. Mail of up to 30 MB, 5 minutes for a slow sender."""
    return serve_room(Room(app), host, port)


def serve_room(room: Room, host: str, port: int) -> asyncio.AbstractServer:
    """Start listening for this handler."""
    loop = asyncio.get_event_loop()
    return loop.run_until_complete(
        loop.create_server(
            lambda: Server(
                room,
                data_size_limit=store.MAX_BYTES,
                enable_SMTPUTF8=True,
                ident="Poruchi",
                timeout=300,
                loop=loop,
            ),
            host,
            port,
        )
    )


def run(app: Flask) -> None:
    """Take mail until SIGTERM; a mail that is being received is finished first."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        server = serve(app, settings().bind, settings().mail_port)
    except OSError as error:
        raise SystemExit(
            f"The mail port {settings().mail_port} cannot be opened ({error.strerror}). Set"
            " MAIL_PORT to a free one."
        ) from error
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, loop.stop)
    loop.run_forever()
    server.close()
    loop.run_until_complete(asyncio.wait_for(server.wait_closed(), 5))


def main() -> None:
    """Run the SMTP server as a process of its own."""
    logging.basicConfig(level=logging.INFO)
    run(create_app())


if __name__ == "__main__":
    main()
