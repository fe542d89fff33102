"""A sample of every mail that the service sends, in both languages, made by the real words and the
real page; no database."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from service.channels.email import email_html, task_context
from service.core.time import half_of, now
from service.messages import blocks, wording
from service.messages.wording import saying
from service.outbound import compose

URL = "https://poruchi.example"
TITLE = {
    "en": "Oat milk suppliers for the spring menu",
    "ru": "Поставщики овсяного молока для весеннего меню",
}
POINTS = {
    "en": [
        {"words": "foams well", "exact": "barista edition, at least 3 % fat"},
        {"words": "to us", "exact": "cold, to all three cafés"},
    ],
    "ru": [
        {"words": "хорошо пенится", "exact": "серия для бариста, не меньше 3 % жира"},
        {"words": "к нам", "exact": "с холодом, во все три кафе"},
    ],
}
DECLINED = {"en": "the card was declined", "ru": "карта отклонена"}
WORDS = {
    "en": {
        "name": "Anna",
        "retelling": (
            "You want to change the oat milk for the spring menu. I look for makers whose milk is"
            " sold as a barista edition, at least 3 % fat, who deliver cold to all three cafés, and"
            " compare them at 400 litres a month."
        ),
        "plan": "You get one table with at least six of them.",
        "proposal": "I start from a list that I made in October and ask only the best four again.",
        "question": "The bags with the valve inside or outside?",
        "delivery": "Six offers, the best one at €1.31 a litre. The table is attached.",
        "help": "Two makers have answered, four were called.",
        "reason": "It needs somebody on the spot",
        "words": "The table was spot on.\n\nCould you add the delivery times?",
        "inviter": "Ingrid Lindqvist",
        "company": "Lindqvist Coffee Roasters Oy",
        "who": "Mika",
        "limit": "above the limit of €80.00 for one task",
        "what": "Client wrote",
        "subject": "Oat milk",
        "why": "",
    },
    "ru": {
        "name": "Анна",
        "retelling": (
            "Вы хотите сменить овсяное молоко в весеннем меню. Ищу производителей с серией для"
            " бариста, не меньше 3 % жира, с холодной доставкой во все три кафе, и сравниваю их при"
            " 400 литрах в месяц."
        ),
        "plan": "Вы получите одну таблицу, в ней не меньше шести.",
        "proposal": (
            "Начну со списка, который составлен в октябре, и переспрошу только четверых лучших."
        ),
        "question": "Клапан внутри пакета или снаружи?",
        "delivery": "Шесть предложений, лучшее по 1,31 € за литр. Таблица приложена.",
        "help": "Двое ответили, четверым позвонили.",
        "reason": "Здесь нужен человек на месте",
        "words": "Таблица отличная.\n\nДобавите сроки доставки?",
        "inviter": "Ирина Лебедева",
        "company": "ООО «Обжарка Лебедевых»",
        "who": "Мария",
        "limit": "это больше 80,00 €, предела для одной задачи",
        "what": "Клиент написал",
        "subject": "Овсяное молоко",
        "why": "",
    },
}


def samples() -> list[tuple[str, str, str, str]]:
    """Template, language, plain text and page of each."""
    return [
        (template, language, *sample(template, language))
        for language in wording.languages()
        for template in wording.language(language).templates
    ]


def sample(template: str, language: str, **more: Any) -> tuple[str, str]:
    """One of them as plain text and as a page."""
    own = {"reason": DECLINED[language]} if template == "charge_failed" else {}
    words, facts = (
        wording.template(template, language),
        defaultdict(str, {**_facts(language, template), **own, **more}),
    )
    subject, text = (
        " ".join(words.subject.format_map(facts).split()),
        compose.tidied(words.mail.format_map(facts)),
    )
    around = _around(template, language) | {"blocks": blocks.stored(blocks.filled(words, facts))}
    with mock.patch.object(email_html, "settings", return_value=SimpleNamespace(url=URL)):
        return email_html.plain_of(text, around), email_html.html_of(subject, text, around)


# When a task's term began, and how long it is, where the words of a mail say how far it has come.
TERMS = {
    "late": (timedelta(days=4), timedelta(days=3, hours=14)),
    "red_line": (timedelta(days=2, hours=5), timedelta(days=4, hours=8)),
}


def _task(language: str, template: str = "") -> SimpleNamespace:
    ago, term = TERMS.get(template, (timedelta(days=1, hours=4), timedelta(days=4, hours=8)))
    begun = now() - ago
    dead = begun + term
    return SimpleNamespace(
        number=1048,
        title=TITLE[language],
        created_at=begun,
        red_line_at=half_of(begun, dead),
        deadline_at=dead,
        company_id=1,
        state="working",
    )


def _around(template: str, language: str) -> dict[str, Any]:
    of_task = "{number}" in wording.template(template, language).subject
    person = (
        SimpleNamespace(tz=ZoneInfo("Europe/Riga"))
        if template not in ("stranger", "to_stranger", "invitation")
        else None
    )
    with (
        mock.patch.object(task_context, "settings", return_value=SimpleNamespace(url=URL)),
        mock.patch.object(
            task_context,
            "db",
            SimpleNamespace(
                session=SimpleNamespace(
                    get_one=lambda *_: SimpleNamespace(name=WORDS[language]["company"])
                )
            ),
        ),
    ):
        return task_context.around(
            template, language, _task(language, template) if of_task else None, person
        )  # type: ignore[arg-type]


def _facts(language: str, template: str) -> dict[str, Any]:
    task, zone = _task(language, template), ZoneInfo("Europe/Riga")
    link, letters = f"{URL}/t/ts-3k-f-qm4ci2fzl3bu", "AB" if language == "en" else "АБ"
    options = ", ".join(
        f"{letter} {word}"
        for letter, word in zip(
            letters,
            ("inside", "outside") if language == "en" else ("внутри", "снаружи"),
            strict=True,
        )
    )
    return {
        **WORDS[language],
        "number": 1048,
        "title": TITLE[language],
        "points": compose.points(POINTS[language], language),
        "price": compose.money(9600, "EUR", language),
        "link": link,
        "guess": saying(
            "guess",
            language,
            kind="Research" if language == "en" else "Поиск информации",
            price=compose.money(9600, "EUR", language),
            deadline=compose.day(task.deadline_at, zone, language),
        ),
        "deadline": compose.day(task.deadline_at, zone, language),
        "red_line": compose.day(task.red_line_at, zone, language),
        "delivered": compose.day(now(), zone, language),
        "unanswered": saying(
            "counts_as_yes", language, silence=compose.day(task.deadline_at, zone, language)
        ),
        "proposal_price": compose.money(6720, "EUR", language),
        "proposal_deadline": compose.day(task.red_line_at, zone, language),
        "options": saying("options_reply", language, options=options),
        "progress": 60,
        "holds": saying("holds", language),
        "code": "481 516",
        "charged": saying("free", language),
        "invoice": "PO-2026-1107",
        "invoice_link": f"{URL}/app/lindqvist/billing/invoices/PO-2026-1107.pdf",
        "billing_link": f"{URL}/app/lindqvist/billing",
        "work_link": f"{URL}/work/1048",
        "desk_link": f"{URL}/desk/tasks/1048",
    }
