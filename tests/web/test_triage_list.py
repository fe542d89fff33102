"""Triage goes on to the next of the list; what was asked back leaves it until the client has
answered; what a colleague decided stays in view."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import update

from service.inbound.inbound_message import Inbound
from service.tasks import analysis, lists, questions, to_decide
from service.tasks.task import Task, find
from tenants import isolation
from tenants.isolation import db
from tests.talk import waiting_questions

FIRST, SECOND, THIRD = range(3)


@pytest.fixture
def owner(world):
    return world.client()


@pytest.fixture
def three(world, owner):
    """Three tasks in triage, oldest first, and nothing of other tests beside them."""
    made = [world.task(owner) for _one in range(3)]
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            update(Inbound).where(Inbound.state == "needs_person").values(state="worked")
        )
        db.session.execute(update(Task).where(Task.state == "triage").values(state="deleted"))
        for task_id in made:
            analysis.apply_triage(find(task_id), "research", 0.2, None, sure=False)
    return made


@pytest.fixture
def desk(world, client):
    """An operator's browser."""
    return world.sign_in(client, world.staff("operator"))


def strangers(count):
    """Messages that wait for a person, oldest first."""
    with isolation.transaction(isolation.system("test")):
        rows = [
            Inbound(
                channel="sms",
                account="test",
                provider_id=uuid.uuid4().hex,
                raw=b"{}",
                digest=b"",
                text=f"Who is {n}?",
                sender="+37120000099",
                state="needs_person",
            )
            for n in range(count)
        ]
        db.session.add_all(rows)
        db.session.flush()
        return [row.id for row in rows]


def decide(desk, task_id, decision="delegate", **more):
    answer = desk.post(
        f"/desk/tasks/{task_id}/triage", data={"decision": decision, "category": "research", **more}
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def ask_back(desk, task_id, question="For which country?"):
    answer = desk.post(
        f"/desk/tasks/{task_id}/triage/question", data={"question": question, "task": task_id}
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def listed(desk, address="/desk/triage"):
    """The ids in the list of the page, in order."""
    page = desk.get(address).text
    rows = page.split('<section class="pane queue"', 1)[1]
    return [int(part.split('"', 1)[0]) for part in rows.split("/desk/triage?task=")[1:]]


def test_the_next_below_opens_else_the_one_above_else_nothing_is_left(desk, three):
    assert decide(desk, three[SECOND]) == f"/desk/triage?task={three[THIRD]}"
    assert (
        decide(desk, three[THIRD], "refuse", reason="We do not do this")
        == f"/desk/triage?task={three[FIRST]}"
    )
    assert decide(desk, three[FIRST], "do", reason="It is 42.") == "/desk/triage"
    assert "Nothing to decide" in desk.get("/desk/triage").text


def test_one_that_was_skipped_is_not_come_back_to(desk, three):
    # The first is skipped, the second decided: the third opens, and the first still waits.
    assert decide(desk, three[SECOND]).endswith(str(three[THIRD]))
    assert listed(desk) == [three[FIRST], three[THIRD]]


def test_after_the_tasks_come_the_messages_and_then_what_is_above(desk, three):
    one, two = strangers(2)
    assert decide(desk, three[THIRD]) == f"/desk/triage?message={one}"
    for message, next_one in ((one, f"message={two}"), (two, f"task={three[SECOND]}")):
        answer = desk.post(
            f"/desk/inbound/{message}/drop", data={"reason": "An advertisement", "message": message}
        )
        assert answer.headers["Location"] == f"/desk/triage?{next_one}"


def test_what_was_asked_leaves_the_list_is_counted_and_comes_back_with_the_answer(
    desk, three, owner
):
    assert ask_back(desk, three[FIRST]) == f"/desk/triage?task={three[SECOND]}"
    assert listed(desk) == three[SECOND:]
    shown = desk.get("/desk/triage").text.partition("/desk/triage?asked=1")[2][:200]
    assert 'Waiting for the client <span class="num">1<' in " ".join(shown.split())
    asked = desk.get("/desk/triage?asked=1")
    assert (
        listed(desk, "/desk/triage?asked=1") == [three[FIRST]]
        and "For which country?" in asked.text
    )
    for page in (f"/desk/triage?task={three[FIRST]}", f"/desk/tasks/{three[FIRST]}"):
        assert "For which country?" in desk.get(page).text
    with isolation.transaction(owner.scope):
        task = find(three[FIRST])
        questions.answer(task, owner.actor, waiting_questions(task)[0].id, "For Latvia")
    assert listed(desk) == three
    assert "For Latvia" in desk.get(f"/desk/triage?task={three[FIRST]}").text
    assert "Waiting for the client" not in desk.get("/desk/triage").text


def test_what_waits_for_the_client_can_be_decided_and_the_next_of_those_opens(desk, three):
    for task_id in three:
        ask_back(desk, task_id)
    assert listed(desk, "/desk/triage?asked=1") == three
    assert decide(desk, three[FIRST]) == f"/desk/triage?task={three[SECOND]}"
    assert listed(desk, f"/desk/triage?task={three[SECOND]}") == three[SECOND:]


def test_the_menu_counts_what_is_to_be_decided_alone(desk, three):
    before = int(desk.get("/desk/waiting").text)
    ask_back(desk, three[FIRST])
    assert int(desk.get("/desk/waiting").text) == before - 1


def test_the_list_has_the_one_that_is_looked_at_on_whatever_page_it_is(desk, three, monkeypatch):
    whole = lists.triage
    monkeypatch.setattr(
        lists, "triage", lambda after=None, limit=2, asked=False: whole(after, limit, asked=asked)
    )
    assert listed(desk, f"/desk/triage?task={three[SECOND]}") == three[:THIRD]
    assert listed(desk, f"/desk/triage?task={three[THIRD]}") == three[THIRD:]


def test_what_a_colleague_decided_stays_in_view_with_their_name_and_no_way_to_decide(
    world, desk, three
):
    other = world.staff("operator")
    with isolation.transaction(other.scope):
        analysis.decide(find(three[FIRST]), other.actor, "delegate", "research", "")
    page = desk.get(f"/desk/triage?task={three[FIRST]}").text
    middle = page.split('<section class="pane queue"')[0]
    with isolation.transaction(isolation.system("test")):
        text = find(three[FIRST]).text
    assert f"Already decided by {other.actor.name}" in " ".join(
        page.replace("<bdi>", "").replace("</bdi>", "").split()
    )
    assert text in page and 'data-draft="drop-' in middle and 'data-key="KeyD"' not in middle
    assert f'href="/desk/triage?task={three[SECOND]}" data-key="KeyN"' in middle
    assert f'data-page="/desk/triage?task={three[FIRST]}"' in page


def test_a_message_that_somebody_handled_stays_in_view(desk, three):
    one, two = strangers(2)
    desk.post(f"/desk/inbound/{one}/drop", data={"reason": "An advertisement", "message": one})
    page = desk.get(f"/desk/triage?message={one}").text
    assert (
        "already handled" in page and "Who is 0?" in page and f"/desk/triage?message={two}" in page
    )


def test_counts_stop_at_their_bound(three):
    with isolation.transaction(isolation.operator(0)):
        assert (to_decide.count(2), to_decide.count(100), to_decide.count(100, asked=True)) == (
            2,
            3,
            0,
        )
        assert (
            to_decide.below(three[FIRST]),
            to_decide.above(three[FIRST]),
            to_decide.above(),
        ) == (three[SECOND], None, three[THIRD])
