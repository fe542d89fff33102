"""What mails say of their task: the points made exact, a reason with its full stop."""

from __future__ import annotations

import pytest

from service.tasks import understanding
from service.tasks.task import find
from service.texts import ended
from tenants import wall
from tests.talk import told, work_off


@pytest.mark.parametrize(
    ("language", "label", "point"),
    [
        ("en", "Points we made exact:", "1. “report”: as a table"),
        ("ru", "Что мы уточнили:", "1. «report»: as a table"),
    ],
)
def test_a_retelling_lists_the_points_it_made_exact(world, app, language, label, point):
    person, helper = world.client(language=language), world.staff()
    task_id = world.task(person, "briefed", helper, text="The report, please.")
    with wall.transaction(helper.scope):
        task = find(task_id)
        understanding.retell(task, helper.actor, "One table.", points=[("report", "as a table")])
    work_off()
    assert f"{label}\n{point}\n" in told(person)[-1]


def test_a_retelling_without_points_has_no_empty_label(world, app):
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "briefed", helper)
    with wall.transaction(helper.scope):
        understanding.retell(find(task_id), helper.actor, "One table.")
    work_off()
    assert "One table.\n\nPrice" in told(person)[-1] and "exact" not in told(person)[-1]


def test_a_reason_ends_with_one_sign():
    assert [ended(one) for one in ("It needs a hand", "Why? ", "So.", "")] == [
        "It needs a hand.",
        "Why?",
        "So.",
        "",
    ]
