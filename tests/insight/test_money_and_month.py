"""What a company spends, what comes in, and an assistant's month, counted by hand."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from service.insight import arrivals, my_month, period, spending
from service.insight.pair import together
from service.insight.shapes import Bar, Bars, scale
from service.tasks import cancelling, review
from service.tasks.task import find
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db
from tests.talk import work_off

ZONE = ZoneInfo("Europe/Riga")


def change(statement, **values):
    with isolation.transaction(isolation.system("test")):
        db.session.execute(text(statement), values)


def as_seen(someone, what):
    with isolation.transaction(someone.scope):
        return what(db.session.get_one(Company, someone.company_id))


@pytest.fixture
def spent(world):
    """Three charges of 96.00, one of them last month and one of a private task of the owner; two
    tasks still run."""
    owner, helper = world.client(), world.staff()
    ids = [world.task(owner, "accepted", helper, private=place == 2) for place in range(3)]
    world.task(owner, "working", helper)
    world.task(owner, "delivered", helper)
    world.task(owner, "retold", helper)
    work_off()
    change(
        "update charge set created_at = date_trunc('month', now()) - interval '5 days' where"
        " task_id = :id",
        id=ids[0],
    )
    return world, owner


def test_a_company_sees_twelve_months_and_what_is_promised(spent):
    _world, owner = spent
    found = as_seen(owner, lambda company: spending.spending(company, ZONE))
    assert len(found.months) == 12 and found.total == 3 * 9600
    assert [(month.amount, month.count) for month in found.months[-3:]] == [
        (0, 0),
        (9600, 1),
        (19200, 2),
    ]
    assert [(kind.category, kind.amount, kind.count) for kind in found.kinds] == [
        ("research", 28800, 3)
    ]
    assert as_seen(owner, spending.promised) == spending.Promised(2, 19200)
    assert [(one.total, one.state) for one in as_seen(owner, spending.open_invoices)] == [
        (9600, "open")
    ] * 3


def test_members_see_what_the_wall_shows_them_and_strangers_nothing(spent):
    world, owner = spent

    class Here:
        id, slug = owner.company_id, owner.slug

    member, stranger = world.client(Here, role="member"), world.client()
    found = as_seen(member, lambda company: spending.spending(company, ZONE))
    assert found.total == 2 * 9600 and len(as_seen(member, spending.open_invoices)) == 2
    with isolation.transaction(owner.scope):
        company = db.session.get_one(Company, owner.company_id)
        db.session.expunge(company)
    with isolation.transaction(stranger.scope):
        assert spending.spending(company, ZONE).total == 0 and spending.promised(company).count == 0


def test_tasks_are_counted_by_week_and_channel(world, monkeypatch):
    with isolation.transaction(isolation.system("test")):
        first = db.session.scalar(text("select coalesce(max(id), 0) from task"))
    monkeypatch.setattr(period, "first_task", lambda: first)
    client = world.client()
    ids = [world.task(client) for _each in range(4)]
    change("update task set channel = 'sms' where id = :id", id=ids[0])
    change("update task set created_at = created_at - interval '7 days' where id = :id", id=ids[1])
    change(
        "update task set created_at = created_at - interval '100 days' where id = :id", id=ids[2]
    )
    with isolation.transaction(world.staff("operator").scope):
        found = arrivals.by_week(ZONE)
    assert len(found) == 13 and all(week.monday.weekday() == 0 for week in found)
    assert [dict(week.channels) for week in found[-2:]] == [{"web": 1}, {"sms": 1, "web": 1}]


def test_a_month_of_an_assistant(world):
    client, helper, other = world.client(), world.staff(), world.staff()
    ids = [world.task(client, "accepted", helper) for _each in range(4)]
    world.task(client, "accepted", other)
    change("update task set score = 60 where id = :id", id=ids[0])
    change(
        "update task set delivered_at = deadline_at + interval '1 hour' where id = :id", id=ids[1]
    )
    change("update task set ended_at = now() - interval '40 days' where id = :id", id=ids[2])
    with isolation.transaction(client.scope):
        review.praise(find(ids[3]), client.actor, "Just right, thank you.", 500)
    with isolation.transaction(helper.scope):
        found = my_month.my_month(helper.id, ZONE)
    assert (found.accepted, found.successful, found.in_time, found.score, found.unscored) == (
        3,
        1,
        2,
        80,
        0,
    )
    assert [(kind.category, kind.accepted, kind.successful) for kind in found.kinds] == [
        ("research", 3, 1)
    ]
    assert [(one.text, one.tip, one.currency) for one in found.thanks] == [
        ("Just right, thank you.", 500, "EUR")
    ] and found.thanked == 1
    assert sum(week.accepted for week in found.weeks) == 4 and (
        found.weeks[-1].accepted,
        found.weeks[-1].successful,
    ) == (3, 1)


def test_a_month_counts_the_share_of_the_criteria_where_nobody_said_a_score(world, client):
    person, helper = world.client(), world.staff()
    ids = [world.task(person, "accepted", helper) for _each in range(2)]
    change("update task set score = null, met_share = 60 where id = :id", id=ids[0])
    with isolation.transaction(helper.scope):
        found = my_month.my_month(helper.id, ZONE)
    assert (found.accepted, found.successful, found.score, found.unscored) == (2, 1, 75, 1)
    with isolation.transaction(person.scope):
        pair = together(find(ids[1]))
        assert (pair.tasks, pair.score) == (2, 75)
    assert "1 without a score" in world.sign_in(client, helper).get("/work/month").text


def test_a_stopped_task_is_no_task_that_went_well_together(world):
    person, helper = world.client(), world.staff()
    accepted, stopped = world.task(person, "accepted", helper), world.partly(person, helper, 3, 5)
    with isolation.transaction(person.scope):
        cancelling.cancel(find(stopped), person.actor)
    with isolation.transaction(person.scope):
        assert together(find(accepted)).tasks == 1


@pytest.mark.parametrize(
    ("highest", "least", "steps"),
    [
        (0, 1, [1]),
        (3, 1, [1, 2, 3]),
        (7, 1, [5, 10]),
        (91, 1, [50, 100]),
        (173120, 1000, [100000, 200000]),
        (12, 1, [5, 10, 15]),
    ],
)
def test_the_grid_has_round_heights_above_the_highest_bar(highest, least, steps):
    assert scale(highest, least) == steps


def test_bars_stand_on_the_base_and_upon_each_other():
    picture = Bars(
        [Bar("1", "", "one", ("2",), 1, 1), Bar("2", "", "two", ("0",), 0)],
        [(2, "2")],
        ("Week", "n"),
        "",
        "",
    )
    one, two = picture.drawn
    assert (one.x, one.width, one.middle) == (9.5, 31, 25) and (
        one.first_y,
        one.first_height,
        one.second_y,
        one.second_height,
    ) == (106, 78, 28, 78)
    assert (two.first_y, two.first_height, two.second_height) == (184, 0, 0)
