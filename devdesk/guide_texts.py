"""Text message exchanges for the style guide, in the service's real texts: an answer below 80 % and
one that is praise."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from service.channels.sms import sms_fit
from service.channels.sms.segments import count
from service.messages.wording import saying, template
from service.outbound.compose import money
from service.web.charts import phone

FACTS: dict[str, dict[str, object]] = {
    "en": {
        "delivery": "three quotes, the best at 0.31 EUR a bag.",
        "silence": "Mon 12:00",
        "name": "Anna",
    },
    "ru": {"delivery": "три цены, лучшая 0,31 €.", "silence": "пн 12:00", "name": "Анна"},
}
WORDS = {
    "en": ("2", "The sample is missing", "1", "T Spot on, cheers"),
    "ru": ("2", "Нет образца", "1", "С отличная таблица"),
}
NUMBER, PRICE = 1070, 8400


@dataclass(frozen=True)
class Exchange:
    """A phone with an exchange on it, in the exchange's language."""

    language: str
    drawn: phone.Phone
    texts: list[phone.Said]


def exchanges() -> list[Exchange]:
    """Return the same delivery answered by 2, reworked, and answered by 1, in each language."""
    return [
        Exchange(language, phone.drawn(texts), texts)
        for language in FACTS
        for texts in [_texts(language)]
    ]


def _texts(language: str) -> list[phone.Said]:
    not_quite, lacks, well_done, thanks = WORDS[language]
    delivered = _service(language, "deliver")
    asked_back = _told(language, "not_quite", ways=saying("or_operator", language))
    return [
        delivered,
        _client(not_quite),
        asked_back,
        _client(lacks),
        _told(language, "reworking"),
        delivered,
        _client(well_done),
        _service(language, "accepted"),
        _client(thanks),
    ]


def _client(words: str) -> phone.Said:
    return phone.Said(True, words, "")


def _service(language: str, name: str) -> phone.Said:
    facts = {
        **FACTS[language],
        "number": NUMBER,
        "link": "poruchi.example/t/1070",
        "price": money(PRICE, "EUR", language),
        "unanswered": saying("counts_as_yes", language, silence=FACTS[language]["silence"]),
    }
    return _counted(sms_fit.fit(template(name, language).sms, defaultdict(str, facts)))


def _told(language: str, name: str, **facts: str) -> phone.Said:
    return _counted(saying(name, language, number=NUMBER, **facts))


def _counted(words: str) -> phone.Said:
    """Show the length in place of the time: characters, and SMS segments, which are charged."""
    return phone.Said(False, words, f"{len(words)} / {count(words)}")
