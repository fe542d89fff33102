"""Who sees a queued task: one function, which policies, search and open pages agree with."""

from __future__ import annotations

import os
import uuid

import psycopg
import pytest
from sqlalchemy import text

from service.core.live_updates import Change, Viewer
from service.search import index, query
from service.tasks.states import STATE_NAMES
from tenants import isolation
from tenants.isolation import db

TRADES = ("legal", "research", None)
ASKED = text("select id from task where id = any(:ids)")
RULE = text(
    "select id from task where id = any(:ids) and task_is_queued_for_reader(state, category)"
)


@pytest.fixture
def tasks(world):
    """A task in every state and of each trade, held by nobody, with a word of their own."""
    word = f"q{uuid.uuid4().hex[:10].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    person, made = world.client(), {}
    for state in STATE_NAMES:
        for trade in TRADES:
            made[state, trade] = world.task(person, text=f"Find {word}")
    with isolation.transaction(isolation.system("test")):
        for (state, trade), task in made.items():
            db.session.execute(
                text("update task set state = :state, category = :trade where id = :id"),
                {"state": state, "trade": trade, "id": task},
            )
        while index.index_changes():
            pass
    return made, word


@pytest.mark.parametrize("trades", [(), ("legal",), ("legal", "research"), ("booking",)])
def test_policies_search_and_open_pages_agree_with_the_function(world, tasks, trades):
    made, word = tasks
    helper = world.staff(trades=list(trades))
    expected = {
        task for (state, trade), task in made.items() if state == "queued" and trade in trades
    }
    with isolation.transaction(isolation.assistant(helper.id, trades)):
        for statement in (RULE, ASKED):
            found = set(db.session.scalars(statement, {"ids": list(made.values())}))
            assert found == expected
        assert {row.task.id for row in query.tasks(word)} == expected
    viewer = Viewer(helper.id, "assistant", trades)
    assert expected == {
        task
        for (state, trade), task in made.items()
        if viewer.see(Change(task, 1, 1, False, None, 0, state, trade))
    }


def test_the_rule_stands_nowhere_else(app):
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as owner:
        policies = owner.execute(
            "select tablename, policyname from pg_policies"
            " where concat(qual, with_check) like '%wall_trades%'"
        ).fetchall()
        asking = owner.execute(
            "select count(*) from pg_policies where qual like '%task_is_queued_for_reader(%'"
        ).fetchone()
        functions = owner.execute(
            "select proname from pg_proc where pronamespace = 'public'::regnamespace"
            " and prokind = 'f' and pg_get_functiondef(oid) ~* 'any ?\\((wall_)?trades'"
        ).fetchall()
    assert (policies, asking) == ([], (4,))
    assert functions == [("task_is_queued_for_reader",)]


def test_the_planner_sees_through_the_function(world):
    """A call that stays would be asked of every row, and no index by state would be used."""
    helper = world.staff()
    with isolation.transaction(helper.scope):
        plan = "\n".join(db.session.scalars(text("explain select * from task")))
    assert "'queued'" in plan and "task_is_queued_for_reader" not in plan
