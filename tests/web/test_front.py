"""The public page: prices from the price list, the service's own words on the phone, and how it is
reached."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from service.catalogue.categories import all_categories
from service.messages import wording
from service.web import contact, example_week
from service.web.charts import phone

RIGA = ZoneInfo("Europe/Riga")


def front(client, language="en"):
    return client.get("/", headers={"Accept-Language": language}).get_data(as_text=True)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_kind_of_work_has_its_name_and_rate(client, language):
    shown = front(client, language)
    rows = re.findall(r"<li><span>(.*?)</span><i></i><b class=\"num\">(.*?)</b>", shown)
    assert [name for name, _rate in rows] == [
        kind.name(language) for kind in all_categories().values()
    ]
    rates = [
        round(float(re.sub(r"[^\d.]", "", rate.replace(",", "."))) * 100) for _name, rate in rows
    ]
    assert rates == [kind.eur for kind in all_categories().values()]


def test_the_sums_of_the_examples_follow_from_the_rates(client):
    shown = front(client)
    for code, quantity in (("transcription", 84), ("legal", 4), ("telemarketing", 40)):
        assert f"€{all_categories()[code].eur * quantity / 100:.2f}" in shown


@pytest.mark.parametrize(
    ("language", "ending"), [("en", "Right? Reply Y or N"), ("ru", "Верно? Д или Н")]
)
def test_the_phone_shows_the_very_words_of_the_service(client, language, ending):
    assert ending in wording.template("confirm", language).sms
    label = re.search(r'class="phone"[^>]*aria-label="([^"]*)"', front(client, language))[1]
    assert ending in label and str(example_week.NUMBER) in label


def test_the_tale_runs_in_its_order_with_the_red_line_at_half():
    told = example_week.of_this_week(RIGA)
    moments = [
        told.created_at,
        told.chosen_at,
        told.retold_at,
        told.confirmed_at,
        told.red_line_at,
        told.ready_at,
        told.deadline_at,
    ]
    assert moments == sorted(moments) and told.created_at.astimezone(RIGA).weekday() == 0
    assert abs(
        (told.red_line_at - told.created_at) - (told.deadline_at - told.red_line_at)
    ) <= timedelta(minutes=20)


def test_bubbles_stand_one_under_the_other_within_the_phone():
    drawn = phone.drawn(
        [
            phone.Said(True, "word " * 30, "Mon 10:12"),
            phone.Said(False, "слово " * 30, "Mon 10:14"),
            phone.Said(True, "Y", "Mon 10:20"),
        ]
    )
    tops = [(one.y, one.y + one.height) for one in drawn.bubbles]
    assert (
        all(before[1] < after[0] for before, after in pairwise(tops)) and tops[-1][1] < drawn.height
    )
    assert all(one.x > 0 and one.x + one.width < phone.WIDTH for one in drawn.bubbles)
    assert [bool(one.x > phone.MARGIN) for one in drawn.bubbles] == [True, False, True]


def test_the_foot_names_the_address_for_tasks_and_the_number(client):
    by = contact.reach()
    shown = front(client)
    assert (
        f'href="mailto:{by.mail}"' in shown
        and f'href="tel:{by.dial}"' in shown
        and by.mail.startswith("tasks@")
    )
    assert (
        contact._written("MG0123456789") == ""
        and contact._written("+37120000000") == "+371 20 000 000"
    )


def test_the_source_is_linked_where_the_setting_says(client, monkeypatch):
    from service.api import document
    from service.core.config import settings
    from service.web import render

    assert "Source code" not in front(client)
    named = settings().model_copy(update={"source_url": "https://code.example/poruchi"})
    for module in (render, document):
        monkeypatch.setattr(module, "settings", lambda: named)
    assert 'href="https://code.example/poruchi"' in front(client)
    info = document.document_of([])["info"]
    assert info["x-source"] == "https://code.example/poruchi"
    assert info["license"]["identifier"] == "AGPL-3.0-or-later"
