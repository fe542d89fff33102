"""Messages to clients about the open tasks, in the project's own texts, and the prompts in them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from devdesk.demo.bulk_insert import Row
from devdesk.demo.task_history import Life
from service.core.event_kinds import EventKind
from service.core.text import cut
from service.messages import short_links, wording
from service.messages.wording import saying
from service.notifications.clients import unanswered
from service.outbound import compose

KINDS = {"sms": "phone", "email": "email"}


def lay(life: Life, received: datetime, silence_ends: datetime | None) -> None:
    """Create the messages about a task, in the order in which they were sent."""
    _tell(life, "acknowledge", received)
    if life.told:
        _confirm(life, life.told)
    if life.answer:
        _question(life, life.answer)
    if life.delivery and silence_ends:
        _deliver(life, life.delivery, silence_ends)


def _confirm(life: Life, told: Row) -> None:
    """Send the retelling, with a letter for each option."""
    language, currency, two = (
        _language(life),
        life.party.firm.currency,
        bool(told.columns.get("proposal")),
    )
    facts = {
        "retelling": cut(told.columns["text"], 120)
        if _channel(life) == "sms"
        else told.columns["text"],
        "plan": told.columns["plan"],
        "points": compose.points(told.columns["differences"], language),
        "price": compose.money(told.columns["price"], currency, language),
    }
    if two:
        facts |= {
            "proposal": told.columns["proposal"],
            "proposal_price": compose.money(told.columns["proposal_price"], currency, language),
            "proposal_deadline": compose.day(
                told.columns["proposal_deadline_at"], life.party.client.zone, language
            ),
        }
    message = _tell(life, "confirm_ways" if two else "confirm", told.at, **facts)
    if life.task.columns["state"] == "retold":
        letters = wording.language(language).letters
        offered = letters.options[:2] if two else letters.yes + letters.no
        _ask(life, "retelling", told, message, list(offered))


def _question(life: Life, question: Row) -> None:
    options, language = question.columns["options"], _language(life)
    letters = list(wording.language(language).letters.options[: len(options)])
    pairs = ", ".join(f"{letter} {option}" for letter, option in zip(letters, options, strict=True))
    message = _tell(
        life,
        "question",
        question.at,
        question=question.columns["text"],
        options=saying("options_reply", language, options=pairs) if pairs else "",
    )
    _ask(life, "question", question, message, letters)


def _deliver(life: Life, delivery: Row, silence_ends: datetime) -> None:
    words = delivery.columns["text"]
    ends = compose.day(silence_ends, life.party.client.zone, _language(life))
    message = _tell(
        life,
        "deliver",
        delivery.at,
        delivery=cut(words, 80) if _channel(life) == "sms" else words,
        unanswered=unanswered(life.task.columns["met_share"], ends, _language(life)),
    )
    _ask(life, "delivery", delivery, message, ["1", "2"])


def _tell(life: Life, template: str, at: datetime, **facts: str) -> Row:
    """Send a message to the client by the channel of the task; its number and link are known when
    the rows are written."""
    client, channel = life.party.client, _channel(life)
    words, gone = wording.template(template, _language(life)), at + timedelta(seconds=2)

    def filled(text: str) -> str:
        task = life.task
        common = {
            "number": task.columns["number"],
            "title": task.columns["title"],
            "name": life.party.holder.name.split()[0],
            "deadline": compose.day(task.columns["deadline_at"], client.zone, _language(life)),
            "link": short_links.url(task.id, client.id, life.party.firm.id),
        }
        return compose.tidied(text.format_map(defaultdict(str, {**common, **facts})))

    message = life.pile.add(
        "message",
        gone,
        company_id=life.party.firm.id,
        task_id=life.task,
        direction="out",
        author_kind="system",
        to_id=client.id,
        to_address=client.phone if channel == "sms" else client.email,
        channel=channel,
        template=template,
        subject=lambda: filled(words.subject),
        text=lambda: filled(words.sms if channel == "sms" else words.mail),
        state="delivered" if channel == "sms" else "sent",
        sent_at=gone + timedelta(seconds=1),
    )
    life.event(EventKind.MESSAGE_WRITTEN, gone, None, message=message)
    return message


def _ask(life: Life, kind: str, subject: Row, message: Row, letters: list[str]) -> None:
    life.fact(
        "ask",
        message.at,
        None,
        person_id=life.party.client.id,
        kind=kind,
        subject_id=subject,
        channel=message.columns["channel"],
        letters=letters,
        message_id=message,
    )


def _channel(life: Life) -> str:
    """Return the client's channel for notifications: the task's own, else the preferred one."""
    return next(
        way
        for way in (life.task.columns["channel"], life.party.client.channel, "email")
        if way in KINDS
    )


def _language(life: Life) -> str:
    return life.party.client.speaks[0]
