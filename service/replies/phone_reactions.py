"""Emoji reactions to our text messages: they arrive as a text that names the reaction and quotes
our message, in the phone's language.

Apple writes "Liked “…”", Google "👍 to “…”". Such a text is never a task, a yes or a no.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from service.messages.message import Message
from service.replies.reply import Reply
from tenants.isolation import db

QUOTE = r"[“\"«‘„](?P<quoted>.+)[”\"»’“]"
THING = (
    r"(?:an?|your) (?:image|photo|picture|movie|video|attachment|audio"
    r" message|sticker|link|contact)"
)
# An emoji: no letter, no digit, no space.
SIGN = r"(?P<sign>[^\w\s.,;:!?«»“”\"'()-]{1,8})"
VERBS = r"Liked|Loved|Disliked|Laughed at|Emphasi[sz]ed|Questioned"
TAKEN_BACK = (
    r"Removed (?:an? )?(?:like|heart|dislike|laugh|exclamation|question mark|[^\w\s]{1,8}) from"
)
RUSSIAN = (
    r"(?:Поставил|Убрал|Удалил|Отреагировал)(?:\(а\)|а)?\s.{1,40}?\s(?:на|сообщению|с сообщения|из"
    r" сообщения)?"
)
RUSSIAN_VERBS = (
    r"(?:Понравилось|Не понравилось|Рассмешило|Выделил(?:\(а\)|а)?|Подчеркнул(?:\(а\)|а)?|Вызвало"
    r" вопрос)"
)
FORMS = [
    re.compile(form, re.DOTALL)
    for form in (
        rf"^(?:{VERBS}|{TAKEN_BACK}) (?:{QUOTE}|{THING})$",
        rf"^(?:Reacted )?{SIGN} to (?:{QUOTE}|{THING})$",
        rf"^(?:{RUSSIAN}|{RUSSIAN_VERBS})\s*(?:сообщение\s)?{QUOTE}$",
        rf"^{SIGN} (?:на|к) {QUOTE}$",
    )
]
AGREES = re.compile(
    r"^(?:Liked|Loved|Понравилось|Поставил.*«?(?:нравится|сердце))|[👍❤👌✅]", re.IGNORECASE
)
LOOKED_THROUGH = 50


@dataclass(frozen=True)
class PhoneReaction:
    """A reaction; `quoted` is our text, perhaps cut, or "" where it was a picture."""

    quoted: str
    agrees: bool


def read(text: str) -> PhoneReaction | None:
    """Return the reaction in this text; None where a person wrote it themselves."""
    words = text.strip()
    match = next((found for form in FORMS if (found := form.match(words))), None)
    if match is None:
        return None
    quoted = match.groupdict().get("quoted") or ""
    own = words.replace(quoted, "") if quoted else words
    return PhoneReaction(
        quoted.rstrip("… ").strip(),
        bool(AGREES.search(own)) and not own.startswith(("Removed", "Убрал", "Удалил")),
    )


def message_of(said: Reply, reaction: PhoneReaction) -> Message | None:
    """Return the newest message to this person that is quoted."""
    if not reaction.quoted:
        return None
    sent = select(Message).where(
        Message.to_id == said.person.id,
        Message.direction == "out",
        Message.channel == said.by.channel,
    )
    newest = db.session.scalars(sent.order_by(Message.id.desc()).limit(LOOKED_THROUGH))
    return next((message for message in newest if message.text.startswith(reaction.quoted)), None)
