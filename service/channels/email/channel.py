"""E-mail as a channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l

from service.channels.email import (
    automatic,
    checks,
    message_ids,
    parse,
    reader,
    sender_auth,
    smtp_edge,
)
from service.channels.email.task_context import around
from service.core.channels import (
    Channel,
    ChannelCode,
    Check,
    Draft,
    ParsedMessage,
    Reference,
    Rendered,
)
from service.core.config import settings
from service.core.text import to_translate
from service.inbound.inbound_message import Inbound
from service.messages import blocks, short_links
from service.messages.formatting import tidied
from service.messages.message import Message
from tenants.isolation import db


class Email(Channel):
    """Carries whatever the service says. A mail that is sent twice has one Message-ID, so it is
    one to its reader."""

    code = ChannelCode("email")
    label = _l("by email")
    icon = "mail"
    address_kind = "email"
    queue = "mail"
    is_fallback = True
    repeats_are_one = True
    hold = "smtp"
    unknown_end = smtp_edge.UNKNOWN.format(
        why="the process that sent it ended while the mail server had it"
    )

    def not_configured(self) -> str:
        """Name the setting that is missing."""
        return "" if settings().smtp_url else to_translate("No SMTP_URL is set.")

    def checks(self) -> dict[str, Check]:
        """The mail server, and whether senders can be believed."""
        return {"mail out": checks.mail_out, "mail in": checks.mail_in}

    def can_answer(self, sender: str) -> bool:
        """Return whether the sender is an address."""
        return bool(sender) and ":" not in sender

    def reply_to(self, inbound: Inbound) -> str | None:
        """Return the Message-ID: behind it stands what tells duplicates of it apart."""
        return inbound.provider_id.partition(" ")[0]

    def parse(self, inbound: Inbound) -> ParsedMessage:
        """Read the mail, in a child process; note its sender, which the envelope's stood for."""
        letter = reader.read(inbound.raw)
        by_machine = _by_machine(inbound, letter)
        inbound.sender = letter.sender or inbound.sender
        return ParsedMessage(
            text=letter.text,
            sender=letter.sender,
            subject=letter.subject,
            answer=letter.new_words,
            automatic=by_machine,
            bulk=letter.bulk,
            unread=letter.unread,
            about=_about(inbound, letter),
            files=list(letter.files),
            answerable=bool(letter.sender) and not by_machine,
            company=inbound.account.partition("@")[0].lower(),
            source=letter,
        )

    def authenticate(self, inbound: Inbound, parsed: ParsedMessage) -> bool:
        """Return whether the receiving server says so."""
        return sender_auth.is_authenticated(parsed.source, str(inbound.headers.get("peer", "")))

    def render(self, draft: Draft) -> Rendered:
        """The plain text, and the blocks that the page is made of when it is sent."""
        filled = blocks.filled(draft.template, draft.facts)
        facts = around(draft.name, draft.language, draft.task, draft.person)
        text = tidied(draft.template.mail.format_map(draft.facts))
        return Rendered(text, facts | {"blocks": blocks.stored(filled)})

    def send(
        self, message: Message, handing: Callable[[], None], renew: Callable[[], object]
    ) -> str:
        """Hand it to the server of SMTP_URL; gives its Message-ID."""
        return smtp_edge.send(message, handing, renew)


def _by_machine(inbound: Inbound, letter: parse.ParsedEmail) -> automatic.Verdict:
    """Whether a machine wrote it. The envelope's sender is kept in the headers: From takes its
    place in the row."""
    if letter.automatic:
        return "certain"
    answers = bool(letter.references) or any(map(short_links.read_answer, _recipients(inbound)))
    return automatic.verdict(
        letter.subject,
        letter.new_words,
        answers=answers,
        envelope=str(inbound.headers.get("envelope", inbound.sender)),
    )


def _about(inbound: Inbound, letter: parse.ParsedEmail) -> Reference | None:
    """Which conversation a reply by mail belongs to: by the address it was sent to, then by what it
    refers to."""
    referred = next((found for reference in letter.references if (found := _ours(reference))), None)
    for address in _recipients(inbound):
        if named := short_links.read_answer(address):
            same = referred is not None and referred.task_id == named[0]
            return Reference(*named, message_id=referred.message_id if referred and same else None)
    return referred


def _recipients(inbound: Inbound) -> list[Any]:
    return [inbound.account, *inbound.headers.get("to", [])]


def _ours(reference: str) -> Reference | None:
    """The task of a message of ours that is referred to by its Message-ID (`<m12@…>`)."""
    number = message_ids.read(reference)
    message = db.session.get(Message, number) if number is not None else None
    if (
        message is None
        or message.task_id is None
        or message.to_id is None
        or message.company_id is None
    ):
        return None
    return Reference(message.task_id, message.to_id, message.company_id, message.id)
