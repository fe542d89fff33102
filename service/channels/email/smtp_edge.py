"""The edge to outgoing mail: the only module that speaks SMTP to others."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from urllib.parse import unquote, urlsplit

from service.channels import short_links
from service.channels.email import letter
from service.channels.email.about import NOTES
from service.config import settings
from service.conversation.messages import Message
from service.due import Heals, NeedsPerson
from service.now import now

SECONDS = 20


def message_id(message: Message) -> str:
    """Our Message-ID: the same at every try, so that a repeat is the same mail."""
    return f"<m{message.id}@{settings().mail_domain}>"


def send(message: Message) -> str:
    """Hand a mail to the server of SMTP_URL; gives its Message-ID. Raises Heals or NeedsPerson."""
    mail = compose(message)
    try:
        server = _connected()
        try:
            server.send_message(mail)
        finally:
            _leave(server)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise _told(code) from error
    except smtplib.SMTPResponseException as error:
        raise _told(error.smtp_code) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Heals(f"The mail server cannot be reached ({type(error).__name__}).") from error
    return message_id(message)


def compose(message: Message) -> EmailMessage:
    """The mail: plain text and HTML, with an address that an answer finds its conversation by."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = message_id(message)
    mail["Date"] = format_datetime(now())
    mail["Subject"] = message.subject or "Poruchi"
    mail["From"] = formataddr(("Poruchi", f"tasks@{settings().mail_domain}"))
    mail["To"] = message.to_address
    if message.task_id and message.to_id and message.company_id and message.template not in NOTES:
        mail["Reply-To"] = short_links.answer_address(message.task_id, message.to_id, message.company_id)
    if message.reply_to_provider_id and _is_id(message.reply_to_provider_id):
        mail["In-Reply-To"] = mail["References"] = message.reply_to_provider_id
    mail["Auto-Submitted"] = "auto-replied" if message.template in ("acknowledge", "stranger", "reply") else "auto-generated"
    mail.set_content(letter.plain_of(message.text, message.facts))
    mail.add_alternative(letter.html_of(message.subject, message.text, message.template or "", message.facts), subtype="html")
    return mail


def _is_id(text: str) -> bool:
    return text.startswith("<") and text.endswith(">") and len(text) < 900 and all(32 < ord(c) < 127 for c in text)


def _connected() -> smtplib.SMTP:
    """A connection by SMTP_URL: smtp://user:password@host:port, smtps:// for TLS from the start; else STARTTLS where offered."""
    address = urlsplit(settings().smtp_url)
    kind = smtplib.SMTP_SSL if address.scheme == "smtps" else smtplib.SMTP
    server = kind(address.hostname or "localhost", address.port or (465 if address.scheme == "smtps" else 25), timeout=SECONDS)
    if address.scheme == "smtp" and server.has_extn("starttls") and address.hostname not in ("127.0.0.1", "localhost"):
        server.starttls(context=ssl.create_default_context())
    if address.username:
        server.login(unquote(address.username), unquote(address.password or ""))
    return server


def _leave(server: smtplib.SMTP) -> None:
    """Say good-bye. The server has taken the mail or refused it by now; what goes wrong here changes neither."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _told(code: int) -> Exception:
    if code >= 500:
        return NeedsPerson(f"The mail server refused this mail for good ({code}).")
    return Heals(f"The mail server asks us to wait ({code}).")
