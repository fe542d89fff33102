"""The edge to outgoing mail: the only module that speaks SMTP to others."""

from __future__ import annotations

import re
import select
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, formataddr
from urllib.parse import SplitResult, unquote, urlsplit

from service.channels.email import email_html, message_ids
from service.channels.email.task_context import NOTES
from service.core import shutdown
from service.core.channels import UnknownEnd
from service.core.config import LOOPBACK, settings
from service.core.outbox_run import NeedsOperator, RetryLater
from service.core.time import now
from service.messages import short_links
from service.messages.message import Message

# For each step of the conversation but the last; a lease lasts half a minute.
TIMEOUT_S = 20
# RFC 5321, 4.5.3.2.6: a server may think for ten minutes after it has the mail, and has it then.
# Who asks earlier sends it twice.
AFTER_DATA_S = 600
RENEW_EACH = 10.0
GOOD_BYE_SECONDS = 2
BLOCK = 32 * 1024
NO_TLS = (
    "The mail server of SMTP_URL offers no TLS, so the password is not sent to it. "
    "Use a server with STARTTLS, or smtps://."
)
UNKNOWN = (
    "It is not known whether this email went out: {why}. Look whether it arrived before you send it"
    " again."
)


def send(message: Message, handing: Callable[[], None], renew: Callable[[], object]) -> str:
    """Hand a mail to the server of SMTP_URL; gives its Message-ID.

    `handing` is called before the first byte of the mail goes out, `renew` every ten seconds while
    the server takes its time. Raises RetryLater, NeedsOperator, or UnknownEnd after `handing` was
    called.
    """
    mail = compose(message)
    server = connected()
    try:
        with _in_words():
            _hand_over(server, mail, message.to_address or "", handing, renew)
    except BaseException:
        server.close()
        raise
    leave(server)
    return message_ids.made(message.id)


def connected() -> smtplib.SMTP:
    """A connection by SMTP_URL: smtp://user:password@host:port, smtps:// for TLS from the start;
    else STARTTLS where it is offered. Certificate and name are checked; a password goes to
    another host through TLS only. Raises RetryLater with the reason."""
    address = urlsplit(settings().smtp_url)
    with _in_words():
        return _let_in(address)


@contextmanager
def _in_words() -> Iterator[None]:
    """What goes wrong with a mail server as what it means for the mail: try it later, or ask a
    person."""
    try:
        yield
    except (
        smtplib.SMTPConnectError,
        smtplib.SMTPHeloError,
        smtplib.SMTPAuthenticationError,
    ) as error:
        raise RetryLater(
            f"The mail server does not let us in ({error.smtp_code}). Check SMTP_URL."
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _told(error.smtp_code) from error
    except ssl.SSLCertVerificationError as error:
        raise RetryLater(
            f"The certificate of the mail server is not valid for it ({error.verify_message})."
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise RetryLater(f"The mail server cannot be reached ({type(error).__name__}).") from error


def _let_in(address: SplitResult) -> smtplib.SMTP:
    host = address.hostname or "localhost"
    server = _opened(address.scheme, host, address.port)
    try:
        if address.scheme == "smtp":
            _start_tls(server, host, needed=bool(address.username))
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _opened(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(
            host, port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    return smtplib.SMTP(host, port or 25, timeout=TIMEOUT_S)


def _start_tls(server: smtplib.SMTP, host: str, *, needed: bool) -> None:
    """TLS on a connection that began without. What a server can is known only after it was
    greeted."""
    if host in LOOPBACK:
        return  # nobody stands in between
    server.ehlo_or_helo_if_needed()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    elif needed:
        raise RetryLater(NO_TLS)


def _hand_over(
    server: smtplib.SMTP,
    mail: EmailMessage,
    to: str,
    handing: Callable[[], None],
    renew: Callable[[], object],
) -> None:
    """One mail to one address. Until its last byte is out nothing has been taken; after that only
    the server knows."""
    server.ehlo_or_helo_if_needed()
    options = ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []
    if not to.isascii():
        if not server.has_extn("smtputf8"):
            raise NeedsOperator("The mail server cannot take an address with such characters.")
        options.append("SMTPUTF8")
    content = _dotted(mail.as_bytes(policy=SMTPUTF8 if "SMTPUTF8" in options else SMTP))
    _expect(server.mail(f"tasks@{settings().mail_domain}", options))
    _expect(server.rcpt(to))
    _expect(server.docmd("DATA"), 354)
    handing()
    renewed = time.monotonic()
    for start in range(0, len(content), BLOCK):
        server.send(content[start : start + BLOCK])
        if time.monotonic() - renewed > RENEW_EACH:
            renew()
            renewed = time.monotonic()
    _expect(_answer(server, renew))


def _dotted(content: bytes) -> bytes:
    """The mail as it goes over the line: a dot at the beginning of a line stands twice, a single
    one ends it."""
    lines = b"\r\n".join(content.splitlines())
    return re.sub(rb"(?m)^\.", b"..", lines) + b"\r\n.\r\n"


def _answer(server: smtplib.SMTP, renew: Callable[[], object]) -> tuple[int, bytes]:
    """What the server says of the mail it has. Raises UnknownEnd."""
    ends, renewed = time.monotonic() + AFTER_DATA_S, time.monotonic()
    while not _readable(server.sock):
        if shutdown.requested.is_set():
            raise UnknownEnd(
                UNKNOWN.format(why="the service was stopped while the mail server had it")
            )
        if time.monotonic() > ends:
            raise UnknownEnd(UNKNOWN.format(why="the mail server said nothing for ten minutes"))
        if time.monotonic() - renewed > RENEW_EACH:
            renew()
            renewed = time.monotonic()
    try:
        return server.getreply()
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise UnknownEnd(UNKNOWN.format(why="the mail server hung up while it had it")) from error


def _readable(sock: socket.socket | None, seconds: float = 1.0) -> bool:
    """Whether there is something to read within a second: an answer, or that the other side has
    hung up."""
    assert sock is not None  # the connection is open: the mail has just gone through it
    if isinstance(sock, ssl.SSLSocket) and sock.pending():
        return True
    return bool(select.select([sock], [], [], seconds)[0])


def _expect(answer: tuple[int, bytes], code: int = 250) -> None:
    """Raise what else the server says than that it goes on."""
    if answer[0] // 100 != code // 100:
        raise smtplib.SMTPResponseException(*answer)


def compose(message: Message) -> EmailMessage:
    """The mail: plain text and HTML, with an address that an answer finds its conversation by."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = message_ids.made(message.id)
    mail["Date"] = format_datetime(now())
    mail["Subject"] = message.subject or "Poruchi"
    mail["From"] = formataddr(("Poruchi", f"tasks@{settings().mail_domain}"))
    mail["To"] = message.to_address
    if message.task_id and message.to_id and message.company_id and message.template not in NOTES:
        mail["Reply-To"] = short_links.answer_address(
            message.task_id, message.to_id, message.company_id
        )
    if message.reply_to_provider_id and _is_id(message.reply_to_provider_id):
        mail["In-Reply-To"] = mail["References"] = message.reply_to_provider_id
    mail["Auto-Submitted"] = (
        "auto-replied"
        if message.template in ("acknowledge", "stranger", "reply")
        else "auto-generated"
    )
    mail.set_content(email_html.plain_of(message.text, message.facts))
    mail.add_alternative(
        email_html.html_of(message.subject, message.text, message.facts),
        subtype="html",
    )
    return mail


def _is_id(text: str) -> bool:
    return (
        text.startswith("<")
        and text.endswith(">")
        and len(text) < 900
        and all(32 < ord(c) < 127 for c in text)
    )


def leave(server: smtplib.SMTP) -> None:
    """Say goodbye. The server has taken the mail or refused it by now; what goes wrong here changes
    neither."""
    try:
        if server.sock:
            server.sock.settimeout(GOOD_BYE_SECONDS)
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _told(code: int) -> Exception:
    if code >= 500:
        return NeedsOperator(f"The mail server refused this mail for good ({code}).")
    return RetryLater(f"The mail server asks us to wait ({code}).")
