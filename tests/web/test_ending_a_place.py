"""Ending somebody's place in the service: it is asked first, and what they held goes back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tenants import isolation
from tenants.isolation import db
from tenants.membership import Staff
from tenants.signin.tables import ApiKey, LoginSession
from tests.talk import one


@pytest.fixture
def admin(world, application):
    return world.sign_in(application.test_client(), world.staff("admin"))


def open_rows(table, person):
    return one(select(table).where(table.person_id == person.id, table.ended_at.is_(None)))


def test_the_page_asks_first_and_names_how_many_tasks_go_back(world, admin):
    helper, client = world.staff(), world.client()
    for state in ("assigned", "working"):
        world.task(client, state, helper)
    asked = admin.get(f"/admin/people/{helper.id}/end").get_data(as_text=True)
    assert (
        "2 tasks go back to the queue" in asked
        and f'action="/admin/people/{helper.id}/end"' in asked
    )
    assert open_rows(Staff, helper), "asking ends nothing"


@pytest.mark.parametrize(
    "state", ["assigned", "briefed", "retold", "working", "delivered", "accepted"]
)
def test_a_place_ends_whatever_its_person_holds(world, application, admin, state):
    helper, client = world.staff(), world.client()
    task_id = world.task(client, state, helper)
    theirs, key = world.sign_in(application.test_client(), helper), world.key(helper)
    assert admin.post(f"/admin/people/{helper.id}/end").status_code == 303
    goes_back = state in ("assigned", "briefed", "retold", "working")
    assert world.load(task_id).state == ("queued" if goes_back else state)
    assert world.load(task_id).holder_id == (None if goes_back else helper.id)
    assert [open_rows(table, helper) for table in (Staff, LoginSession, ApiKey)] == [[], [], []]
    assert theirs.get("/work").status_code == 302
    assert theirs.get("/api/v1/work", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert helper.actor.name + " was removed from the staff" in admin.get("/admin").get_data(
        as_text=True
    )


def test_the_command_ends_a_place_with_tasks_too(world, application):
    helper, client = world.staff(), world.client()
    task_id = world.task(client, "working", helper)
    done = application.test_cli_runner().invoke(args=["staff", "end", helper.email])
    assert (done.exit_code, "1 tasks went back" in done.output) == (0, True), done.output
    assert world.load(task_id).state == "queued"


def test_who_is_no_staff_and_oneself_are_refused_in_words(world, application):
    me, client = world.staff("admin"), world.client()
    browser = world.sign_in(application.test_client(), me)
    assert browser.get(f"/admin/people/{client.id}/end").status_code == 404
    assert browser.post(f"/admin/people/{client.id}/end").status_code == 404
    for answer in (
        browser.get(f"/admin/people/{me.id}/end"),
        browser.post(f"/admin/people/{me.id}/end"),
    ):
        assert answer.status_code == 409 and "You cannot remove yourself." in answer.get_data(
            as_text=True
        )


@pytest.mark.parametrize("state", ["received", "retold", "working", "delivered", "accepted"])
def test_a_client_leaves_their_company_with_tasks_in_any_state(world, application, state):
    owner, helper = world.client(), world.staff()

    class Company:
        id, slug = owner.company_id, owner.slug

    member = world.client(Company, role="member")
    task_id = world.task(member, state, helper)
    browser = world.sign_in(application.test_client(), owner)
    assert browser.post(f"/app/{owner.slug}/people/{member.id}/end").status_code == 303
    assert (world.load(task_id).state, world.load(task_id).person_id) == (state, member.id), (
        "the task is the company's"
    )
    with isolation.transaction(isolation.system("test")):
        assert db.session.execute(
            db.text("select ended_at is not null from membership where person_id = :id"),
            {"id": member.id},
        ).scalar()
