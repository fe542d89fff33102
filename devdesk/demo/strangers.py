"""Messages that wait for an operator: unknown senders by text and mail, a mail whose sender could
be forged, calls."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from devdesk.demo.bulk_insert import BulkInsert
from devdesk.demo.task_history import mail
from service.channels.voice.channel import CALL_BACK
from service.core.config import settings
from service.core.event_kinds import EventKind
from service.intake.interpret import NOT_BELIEVED, UNKNOWN


@dataclass(frozen=True)
class Letter:
    """A waiting message: its channel, its sender, how long ago in minutes, and why it waits."""

    channel: str
    sender: str
    minutes: int
    text: str
    subject: str = ""
    reason: str = UNKNOWN


LETTERS = (
    Letter(
        "email",
        "first.task@studio-mira.example",
        1310,
        "Здравствуйте! Нас двое, мы снимаем документальное кино. Сколько стоит расшифровать"
        " интервью на 90 минут, если герой всю дорогу жуёт яблоко? Файл большой, куда его"
        " положить?",
        "Расшифровка интервью, 90 минут",
    ),
    Letter(
        "sms",
        "+358403127705",
        845,
        "Need someone to water the office plants till Friday. The ficus is moody",
    ),
    Letter(
        "email",
        "gunnar@hedlundbokhandel.example",
        395,
        "Good morning. A customer, Ms Lindqvist, told me you read leases. I have one, 22 pages, for"
        " a bookshop in Turku with a leaking cellar, and eight days to sign it. Could somebody call"
        " me?\n\nGunnar Hedlund",
        "A lease, and a cellar",
    ),
    Letter(
        "email",
        "rupert@haldenmoor.example",
        212,
        "Please change our bank details for all future payments to the account in the attached"
        " letter, and confirm today. I am in a meeting and cannot take calls.\n\nRupert",
        "Urgent: new bank details",
        NOT_BELIEVED,
    ),
    Letter("voice", "+16175550112", 96, "", reason=CALL_BACK),
    Letter(
        "sms",
        "+995555980021",
        58,
        "Добрый день, номер дала Нана из Мирры. Вы правда за день находите грузчиков с пандусом?"
        " Нужно перевезти рояль",
    ),
    Letter(
        "email",
        "s.aydin@vogel.example",
        41,
        "As discussed the recordings of the Utrecht meeting, please type them as the last ones. I"
        " write from my private account because the VPN is down again, sorry.\n\nSelin Aydın",
        "Fwd: recordings Utrecht",
        NOT_BELIEVED,
    ),
    Letter(
        "sms",
        "+447700900377",
        17,
        "Is this the number that books trains? 2 to Edinburgh on the 12th, quiet coach, my wife"
        " said you are good at it",
    ),
    Letter("voice", "+4915199000761", 9, ""),
)


def lay(pile: BulkInsert, moment: datetime) -> None:
    """Create the inbound messages and their state; no outbox row is due."""
    for letter in LETTERS:
        at = moment - timedelta(minutes=letter.minutes)
        row = pile.add(
            "inbound",
            at,
            channel=letter.channel,
            sender=letter.sender,
            state="needs_person",
            reason=letter.reason,
            text=letter.text,
            subject=letter.subject or None,
            kind="stranger" if letter.reason == UNKNOWN else None,
            **_raw(letter),
        )
        pile.add(
            "event",
            at,
            kind=EventKind.INBOUND_KEPT,
            by_kind="client",
            channel=letter.channel,
            facts={"inbound": row},
        )


def _raw(letter: Letter) -> dict[str, object]:
    """Return the bytes as the provider would have sent them."""
    key = hashlib.sha256(f"{letter.sender} {letter.text}".encode()).hexdigest()[:32]
    if letter.channel == "email":
        raw, key, account = (
            mail(letter.sender, letter.text, key, letter.subject),
            f"<{key}@demo.example>",
            f"tasks@{settings().mail_domain}",
        )
    else:
        sid = {"sms": "MessageSid", "voice": "CallSid"}[letter.channel]
        raw, account = (
            urlencode({sid: key, "From": letter.sender, "Body": letter.text}).encode(),
            settings().twilio_from,
        )
    return {
        "account": account,
        "provider_id": key,
        "raw": raw,
        "digest": hashlib.sha256(raw).digest(),
    }
