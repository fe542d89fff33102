"""The numbers beside the menu of the staff, and the page where an operator hands a task to
somebody."""

from __future__ import annotations

import re
import uuid

import pytest

from service.inbound.inbound_message import Inbound
from service.tasks import analysis, to_decide, workload
from service.tasks.task import find
from service.web import menu_counts
from tenants import isolation
from tenants.isolation import db


def number_in(browser, path, place):
    """What stands beside a place of the menu, as it is read."""
    link = re.search(
        rf'<a href="{place}" data-key=.*?</a>', browser.get(path).get_data(as_text=True), re.DOTALL
    )[0]
    return re.sub(r"<[^>]+>", "", link.split('<span class="count"')[1].partition(">")[2])


def test_an_assistant_sees_how_many_tasks_they_hold(world, client):
    owner, helper = world.client(), world.staff()
    browser = world.sign_in(client, helper)
    assert (
        number_in(browser, "/work", "/work"),
        browser.get("/work/holding").get_data(as_text=True),
    ) == ("", "")
    for state in ("assigned", "working", "delivered", "accepted"):
        world.task(owner, state, helper)
    world.task(owner, "assigned", world.staff())
    assert (
        number_in(browser, "/work/month", "/work"),
        browser.get("/work/holding").get_data(as_text=True),
    ) == ("3", "3")


def test_the_desk_sees_how_many_tasks_and_messages_wait(world, client, monkeypatch):
    monkeypatch.setattr(menu_counts, "MAX_COUNT", 10_000)  # other tests leave theirs waiting, too
    browser = world.sign_in(client, world.staff("operator"))
    before = int(browser.get("/desk/waiting").get_data(as_text=True) or 0)
    task_id = world.task(world.client())
    with isolation.transaction(isolation.system("test")):
        analysis.apply_triage(find(task_id), "research", 0.2, None, sure=False)
        db.session.add(
            Inbound(
                channel="sms",
                account="test",
                provider_id=uuid.uuid4().hex,
                raw=b"{}",
                digest=b"",
                text="Who?",
                state="needs_person",
            )
        )
    assert (
        browser.get("/desk/waiting").get_data(as_text=True)
        == number_in(browser, "/desk/board", "/desk/triage")
        == str(before + 2)
    )


def test_a_great_number_is_not_counted_out(monkeypatch, world):
    monkeypatch.setattr(to_decide, "count", lambda most: most)
    with isolation.transaction(isolation.operator(0)):
        assert menu_counts.beside("/desk/triage") == "99+"
        assert menu_counts.beside("/work") == ""
    assert menu_counts.beside("/desk/triage") == ""  # no scope is open


@pytest.fixture
def pool(world):
    """Somebody of another trade, somebody with a task in hand, somebody free."""
    other, busy, free = (
        world.staff(trades=["design"]),
        world.staff(held_limit=50),
        world.staff(held_limit=50),
    )
    world.task(world.client(), "assigned", busy)
    return other, busy, free


def test_those_of_the_trade_and_the_freest_come_first(pool):
    with isolation.transaction(isolation.operator(0)):
        order = [
            person.id for person, _count, _limit in workload.loads("research", most=100_000)
        ]  # with all that other tests hired
    assert sorted((one.id for one in pool), key=order.index) == [pool[2].id, pool[1].id, pool[0].id]


def test_a_task_in_the_queue_is_handed_to_somebody_who_has_to_be_chosen(world, client, pool):
    task_id = world.task(world.client(), "queued")
    browser = world.sign_in(client, world.staff("operator"))
    page = browser.get(f"/desk/tasks/{task_id}").get_data(as_text=True)
    assert (
        page.index('id="assistant"') < page.index("The client’s words")
        and '<option value="" selected disabled>' in page
    )
    assert (
        browser.post(
            f"/desk/tasks/{task_id}/assignment", data={"assistant": pool[1].id}
        ).status_code
        == 303
    )
    held = browser.get(f"/desk/tasks/{task_id}").get_data(as_text=True)
    assert f'<option value="{pool[2].id}">' in held and f'<option value="{pool[1].id}">' not in held
