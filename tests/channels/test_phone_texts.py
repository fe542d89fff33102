"""The texts for the phone: three parts at most, the end never shortened, and words that fit what
has happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update

from devdesk.standins.segments import segments
from service.channels.sms import sms_fit
from service.channels.sms.segments import count, plain
from service.core.time import awake
from service.messages import wording
from service.messages.message import Message
from service.tasks import acceptance
from service.tasks.task import Task, find
from tenants import isolation
from tenants.isolation import db
from tests.talk import ask, mail, new_task, one, report, retell, told, work_off

LONG = {
    "en": (
        "Both hotels – “Volga” and “Kama” – are near… but the first wants a deposit, and the second"
        " is ten minutes farther on foot. " * 5
    ),
    "ru": (
        "Обе гостиницы рядом с выставкой, но одна берёт залог, зато вторая дальше на десять минут"
        " пешком. " * 5
    ),
}
ENDS = {"en": "Reply Y or N", "ru": "Верно? Д или Н"}


def last_text(person):
    return one(
        select(Message)
        .where(Message.to_id == person.id, Message.channel == "sms")
        .order_by(Message.id)
    )[-1].text


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_long_retelling_keeps_price_date_and_letters_and_leads_to_the_whole(
    world, client, language
):
    person, helper = world.client(language=language, channel="sms"), world.staff()
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id, LONG[language])
    said = last_text(person)
    assert ENDS[language] in said and "€" in said and "http://desk.test/t/" in said
    assert count(said) == segments(said) <= 3


@pytest.mark.parametrize("language", ["en", "ru"])
def test_both_prices_of_two_ways_are_shown_however_long_they_are(world, client, language):
    person, helper = world.client(language=language, channel="sms"), world.staff()
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id, LONG[language], proposal=LONG[language])
    said = last_text(person)
    assert said.count("€") == 2 and count(said) <= 3
    assert ("Reply A or B" if language == "en" else "А или Б") in said


def test_a_long_question_keeps_its_letters(world, client):
    person, helper = world.client(channel="sms"), world.staff()
    task_id = new_task(world, client, person, helper)
    ask(
        helper,
        task_id,
        LONG["en"][:1900],
        ["Volga, the one by the river with the large rooms and the deposit " * 2, "Kama"],
    )
    said = last_text(person)
    assert (
        "Reply A Volga" in said
        and ", B Kama, or your words." in said
        and count(said) <= 3
        and "/t/" in said
    )


def test_english_stays_in_the_phones_own_alphabet():
    assert plain("It’s “fine” – really… 5\u00a0€") == 'It\'s "fine" - really... 5 €'
    assert plain("«Волга» – это река…") == "«Волга» – это река…", (
        "Russian needs the wide alphabet anyhow"
    )
    for name, words in wording.language("en").templates.items():
        filled = sms_fit.fit(
            words.sms,
            dict.fromkeys(("shortened",), "x")
            | dict.fromkeys(
                (
                    "number",
                    "title",
                    "name",
                    "price",
                    "deadline",
                    "red_line",
                    "delivered",
                    "link",
                    "guess",
                    "retelling",
                    "proposal",
                    "proposal_price",
                    "proposal_deadline",
                    "question",
                    "options",
                    "progress",
                    "holds",
                    "help",
                    "delivery",
                    "unanswered",
                    "invoice",
                    "reason",
                    "why",
                    "charged",
                    "words",
                    "subject",
                    "code",
                    "who",
                    "limit",
                ),
                "x",
            ),
        )
        assert filled.isascii(), name


def test_before_the_red_line_a_report_says_until_when_changes_are_free(world, client):
    person, helper = world.client(channel="sms"), world.staff()
    task_id = world.task(person, "working", helper)
    report(helper, task_id, 20, "Two makers have answered.")
    assert (
        "red line:" not in told(person)[-1]
        and "free until" in told(person)[-1]
        and "Two makers" in told(person)[-1]
    )
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            update(Task)
            .where(Task.id == task_id)
            .values(red_line_at=datetime.now(UTC) - timedelta(minutes=1))
        )
    report(helper, task_id, 60)
    assert "red line: 60 %" in told(person)[-1]


def test_the_reminder_names_the_day_of_the_delivery(world, app):
    person, helper = world.client(channel="sms"), world.staff()
    task_id = world.task(person, "delivered", helper)
    work_off()
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update task set delivered_at = now() - interval '3 days' where id = :id"),
            {"id": task_id},
        )
    with isolation.transaction(isolation.system("test")):
        acceptance.on_acceptance_notice(find(task_id))
    work_off()
    day = (datetime.now(ZoneInfo("Europe/Riga")) - timedelta(days=3)).strftime("%a")
    assert f"ready since {day} " in told(person)[-1]


def test_russian_words_are_nobodys_gender():
    for name, words in wording.language("ru").templates.items():
        assert not any(
            verb in f"{words.sms} {words.subject} {words.mail}"
            for verb in ("} начала", "} прочла", "} поняла")
        ), name


def test_a_missing_card_is_told_in_the_owners_language(world, app):
    person, helper = world.client(language="ru"), world.staff()
    task_id = world.task(person, "accepted", helper)
    with isolation.transaction(isolation.system("test")):
        from service.billing import charges

        task = find(task_id)
        event = db.session.scalar(
            text("select max(id) from event where task_id = :id"), {"id": task_id}
        )
        charge = charges.charge_for(task, event) or charges.of_task(task)
        charges.failed(charge, task, "The company has no saved card.")
    work_off()
    assert any("нет сохранённой карты" in words for words in told(person))


@pytest.mark.parametrize(
    ("hour", "quiet", "wakes"),
    [
        (3, (21, 8), 8),
        (22, (21, 8), 8),
        (12, (21, 8), 12),
        (3, (0, 8), 8),
        (12, (0, 8), 12),
        (23, (0, 8), 23),
        (0, (1, 7), 0),
        (5, (1, 7), 7),
        (7, (1, 7), 7),
        (3, (24, 0), 3),
        (3, (8, 8), 3),
    ],
)
def test_quiet_hours_may_lie_within_a_day_or_over_midnight(hour, quiet, wakes):
    moment = datetime(2026, 11, 24, hour, 0, tzinfo=UTC)
    found = awake(moment, ZoneInfo("UTC"), *quiet)
    assert found.hour == wakes and (found == moment or found - moment < timedelta(hours=12))


def test_a_mail_offers_to_stop_and_its_no_stops(world, app):
    person = world.client()
    mail(person.email, "Please compare hotels in Jelgava", "Jelgava")
    work_off()
    assert "To cancel it, reply N." in told(person)[-1]
