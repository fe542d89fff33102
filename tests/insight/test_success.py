"""Success each way it can be looked at, on a world small enough to count by hand."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from service.insight import period, success, waits
from service.insight.success import ASSISTANTS_WEAK, COMPANIES_WEAK, Group, advice
from tenants import isolation
from tenants.isolation import db


@pytest.fixture
def alone(world, monkeypatch):
    """From here on only tasks that are made in this test count."""
    with isolation.transaction(isolation.system("test")):
        first = db.session.scalar(text("select coalesce(max(id), 0) from task"))
    monkeypatch.setattr(period, "first_task", lambda: first)
    return world


def change(statement, **values):
    with isolation.transaction(isolation.system("test")):
        db.session.execute(text(statement), values)


def seen(world, what):
    with isolation.transaction(world.staff("operator").scope):
        return what()


@pytest.fixture
def six(alone):
    """Six accepted tasks of one company and one assistant: one late, one at 60 %, two corrected,
    one with a question, one reported late, one with criteria of its own."""
    client, helper = alone.client(), alone.staff()
    ids = [alone.task(client, "accepted", helper) for _each in range(6)]
    change(
        "insert into criterion (company_id, task_id, position, text) values (:company, :id, 2, 'A"
        " price for each')",
        company=client.company_id,
        id=ids[5],
    )
    change(
        "update task set delivered_at = deadline_at + interval '1 hour' where id = :id", id=ids[0]
    )
    change("update task set score = 60 where id = :id", id=ids[1])
    change(
        "update retelling set correction = 'Not those' where task_id in (:one, :two)",
        one=ids[0],
        two=ids[2],
    )
    change(
        "insert into question (company_id, task_id, text) values (:company, :id, 'Which?')",
        company=client.company_id,
        id=ids[3],
    )
    change(
        "update report set at = (select red_line_at + interval '16 minutes' from task where id ="
        " :id) where task_id = :id",
        id=ids[0],
    )
    return alone, client, helper, ids


def test_success_is_counted_each_way(six):
    world, client, helper, _ids = six
    found = seen(world, success.success)
    assert (found.whole.accepted, found.whole.successful, found.whole.percent) == (6, 4, 67)
    assert (found.whole.late, found.whole.below, found.whole.score) == (1, 1, 85)
    assert [(one.key, one.accepted, one.successful) for one in found.kinds] == [("research", 6, 4)]
    assert [(one.group.key, one.group.percent) for one in found.assistants.top] == [
        (helper.id, 67)
    ] and found.assistants.bottom == []
    assert [one.group.key for one in found.companies.top] == [
        client.company_id
    ] and found.companies.top[0].name


def test_where_nobody_said_a_score_the_share_of_the_criteria_counts_and_is_said_so(six, client):
    world, _client, _helper, ids = six
    change("update task set score = null, met_share = 100 where id = :id", id=ids[1])
    change("update task set score = null, met_share = 60 where id = :id", id=ids[2])
    found = seen(world, success.success).whole
    assert (found.accepted, found.successful, found.below, found.unscored, found.score) == (
        6,
        4,
        1,
        2,
        86.66666666666667,
    )
    page = world.sign_in(client, world.staff("operator")).get("/desk/reports").text
    assert "2 without a score: the share of criteria met counts instead." in page


def test_each_step_is_held_against_its_absence(six):
    world = six[0]
    steps = {step.code: step for step in seen(world, success.success).steps}
    counted = {
        code: tuple((side.accepted, side.successful) for side in (step.taken, step.left_out))
        for code, step in steps.items()
    }
    assert counted == {
        "criteria": ((1, 1), (5, 3)),
        "confirmed": ((4, 3), (2, 1)),
        "unasked": ((5, 3), (1, 1)),
        "reported": ((5, 4), (1, 0)),
    }
    assert {code: step.gain for code, step in steps.items()} == {
        "criteria": 40,
        "confirmed": 25,
        "unasked": -40,
        "reported": 80,
    }


def test_four_tasks_say_nothing_of_a_person(alone):
    client, helper = alone.client(), alone.staff()
    for _each in range(4):
        alone.task(client, "accepted", helper)
    found = seen(alone, success.success)
    assert found.whole.accepted == 4 and found.assistants.count == 0 and found.companies.top == []


def test_what_is_older_than_ninety_days_does_not_count(six):
    world, _client, _helper, ids = six
    change(
        "update task set ended_at = now() - interval '91 days' where id = any (:ids)", ids=ids[1:]
    )
    assert seen(world, success.success).whole.accepted == 1


def test_nothing_accepted_is_no_fault(alone):
    assert seen(alone, success.success) == success.Success()


def test_nobody_stands_at_the_top_and_at_the_bottom():
    groups = [group(key, 10, successful) for key, successful in enumerate((9, 8, 7, 6, 5, 4, 3))]
    known = success._split(groups)
    assert [one.key for one in known[0]] == [0, 1, 2, 3, 4] and [one.key for one in known[1]] == [
        6,
        5,
    ]


def group(key, accepted, successful, **more):
    return Group(
        key,
        **{
            "accepted": accepted,
            "successful": successful,
            "score": 85.0,
            "late": 0,
            "below": 0,
            "red_line_late": 0,
            "corrected": 0,
            "usual_criterion": 0,
            "asked": 0,
            "urgent": 0,
            "waited_s": 0.0,
            **more,
        },
    )


WHOLE = group(
    None,
    100,
    90,
    late=5,
    below=5,
    red_line_late=20,
    corrected=10,
    usual_criterion=80,
    asked=20,
    urgent=10,
    waited_s=7200.0,
)


@pytest.mark.parametrize(
    ("weak", "more", "said"),
    [
        (ASSISTANTS_WEAK, {"late": 4, "below": 1}, "late"),
        (ASSISTANTS_WEAK, {"red_line_late": 9, "late": 2}, "red_line"),
        (ASSISTANTS_WEAK, {"corrected": 5}, "retelling"),
        (ASSISTANTS_WEAK, {"below": 1}, "score"),
        (ASSISTANTS_WEAK, {"successful": 10}, ""),
        (COMPANIES_WEAK, {"asked": 9, "usual_criterion": 8}, "questions"),
        (COMPANIES_WEAK, {"urgent": 5}, "urgent"),
        (COMPANIES_WEAK, {"corrected": 4}, "brief"),
        (COMPANIES_WEAK, {"waited_s": 40000.0}, "slow"),
        (COMPANIES_WEAK, {"usual_criterion": 8}, "criteria"),
        (COMPANIES_WEAK, {}, ""),
    ],
)
def test_the_advice_is_where_somebody_is_furthest_behind(weak, more, said):
    assert advice(group(1, **{"accepted": 10, "successful": 8, **more}), WHOLE, weak) == said


def test_half_of_the_waits_and_nine_of_ten(alone):
    client, helper = alone.client(), alone.staff()
    ids = [alone.task(client, "accepted", helper) for _each in range(3)]
    for task_id, hours in zip(ids, (1, 2, 6), strict=True):
        change(
            "update pause set to_at = at + make_interval(hours => :hours) where task_id = :id",
            id=task_id,
            hours=hours,
        )
        change(
            "update acceptance a set at = d.at + make_interval(hours => :hours) from delivery d"
            " where d.id = a.delivery_id and a.task_id = :id",
            id=task_id,
            hours=2 * hours,
        )
    found = {one.kind: one for one in seen(alone, waits.waits)}
    assert list(found) == ["retelling", "delivery"]
    assert (found["retelling"].count, found["retelling"].median.total_seconds() / 3600) == (3, 2)
    assert (
        found["retelling"].p90.total_seconds() / 3600 == pytest.approx(5.2)
        and found["delivery"].median.total_seconds() / 3600 == 4
    )
