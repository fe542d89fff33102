"""The pages with pictures: with nothing to show and with something, in both languages, for those
who hear them, too."""

from __future__ import annotations

import re

import pytest

from service.insight import period
from tests.talk import work_off


def page(world, application, someone, path, language="en"):
    from sqlalchemy import text

    from tenants import isolation
    from tenants.isolation import db

    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update person set language = :language where id = :id"),
            {"language": language, "id": someone.id},
        )
    answer = world.sign_in(application.test_client(), someone).get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def pictures(html):
    """Each picture says what it shows, keeps its geometry in attributes and has a table below
    it."""
    html = html.split("<main", 1)[1]  # the bar above has a sign of its own
    spoken = re.findall(r'role="img" aria-label="([^"]*)"', html)
    assert all(spoken) and 'style="' not in html and "%%" not in html
    assert html.count('<details class="more">') == len(spoken)
    return spoken


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_with_nothing_to_show(world, application, monkeypatch, language):
    monkeypatch.setattr(period, "first_task", lambda: 1 << 60)
    client = world.client()
    assert (
        len(pictures(page(world, application, client, f"/app/{client.slug}/billing", language)))
        == 1
    )
    assert len(pictures(page(world, application, world.staff(), "/work/month", language))) == 1
    html = page(world, application, world.staff("operator"), "/desk/reports", language)
    assert ("No accepted tasks yet" if language == "en" else "Пока ничего не принято") in html
    pictures(html)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_with_something_to_show(world, application, language):
    client, helper = world.client(), world.staff()
    for _each in range(5):
        world.task(client, "accepted", helper)
    world.task(client, "working", helper)
    work_off()
    money = page(world, application, client, f"/app/{client.slug}/billing", language)
    assert len(pictures(money)) == 2 and money.count(".pdf") == 10
    assert ("€480.00 in " if language == "en" else "480,00\xa0€ за ") in money
    assert (
        "€96.00 more is committed to 1 task in progress."
        if language == "en"
        else "Предстоит списать ещё 96,00\u00a0€ по 1 задаче в работе."
    ) in money
    month = page(world, application, helper, "/work/month", language)
    assert (
        len(pictures(month)) == 2
        and ("5 tasks accepted in 30 days" if language == "en" else "За 30 дней принято 5 задач")
        in month
    )
    reports = page(world, application, world.staff("operator"), "/desk/reports", language)
    assert len(pictures(reports)) >= 8 and (
        "Research" in reports or "Research" in reports or language == "ru"
    )


def test_a_member_is_told_that_it_is_not_all(world, application):
    owner = world.client()

    class Here:
        id, slug = owner.company_id, owner.slug

    member = world.client(Here, role="member")
    assert "Based on the tasks you can see." in page(
        world, application, member, f"/app/{owner.slug}/billing"
    )
    assert "Based on the tasks you can see." not in page(
        world, application, owner, f"/app/{owner.slug}/billing"
    )
