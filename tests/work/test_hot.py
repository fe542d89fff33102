"""The hot statements: prepared once for each connection, and again where the driver forgot them."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from service.tasks import submission as h
from service.tasks.submission import DeliveryKey, TaskRequest
from tenants import isolation
from tenants.isolation import db


def hand_over(person, key):
    return h.hand_over_in_one_roundtrip(
        TaskRequest(text="Find it"),
        person.actor,
        person.company_id,
        person.scope,
        DeliveryKey("rest", "key:1", key, b"raw"),
    )


def test_a_task_is_kept_and_its_repeat_is_not(world):
    person = world.client()
    assert hand_over(person, "one").number < hand_over(person, "two").number
    assert hand_over(person, "two") is None


def test_after_a_rollback_it_is_prepared_again(world):
    person = world.client()
    hand_over(person, "before")
    with pytest.raises(ZeroDivisionError), isolation.transaction(person.scope):
        for _often in range(5):  # often enough that the driver prepares it
            db.session.execute(text("select 1"))
        raise ZeroDivisionError
    assert hand_over(person, "after").number


def test_what_fails_leaves_no_connection_behind_that_commits_by_itself(world):
    person = world.client()
    with pytest.raises(Exception, match="nobody"):
        isolation.execute_in_one_roundtrip(person.scope, text("select nobody(:it)"), {"it": 1})
    with pytest.raises(ZeroDivisionError), isolation.transaction(person.scope):
        db.session.execute(
            text("update company set zone = 'Pacific/Apia' where id = :ours"),
            {"ours": person.company_id},
        )
        raise ZeroDivisionError
    with isolation.transaction(isolation.system("test")):
        assert (
            db.session.scalar(text("select count(*) from company where zone = 'Pacific/Apia'")) == 0
        )


def test_one_message_sees_no_more_than_its_scope(world):
    ours, theirs = world.client(), world.client()
    hand_over(theirs, "theirs")
    seen = isolation.execute_in_one_roundtrip(
        ours.scope,
        text("select count(*) as n from task where company_id = :company"),
        {"company": theirs.company_id},
    )
    assert seen.n == 0


@pytest.mark.parametrize("how", ["transaction", "savepoint"])
def test_what_a_rollback_made_the_driver_forget_is_not_executed_before_it_is_prepared(world, how):
    """To execute what is gone is an error, and the server logs errors; so it is asked for first."""
    person = world.client()
    hand_over(person, f"before {how}")
    with isolation.transaction(person.scope):
        for _often in range(5):
            db.session.execute(text("select 1"))
        if how == "savepoint":
            inner = db.session.begin_nested()
            db.session.execute(text("select 2"))
            inner.rollback()
        else:
            db.session.rollback()
    with isolation.transaction(isolation.system("test")):
        left = db.session.scalar(
            text("select count(*) from pg_prepared_statements where starts_with(name, 'hot_')")
        )
    assert left == 0, "the driver forgot nothing: this test shows nothing any more"
    assert hand_over(person, f"after {how}").number
    assert hand_over(person, f"and again {how}").number
