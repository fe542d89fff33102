"""The system's rights inside a transaction: there within the block, gone after it."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tenants import isolation
from tenants.isolation import db

ROLE = text("select current_setting('role')")


def role():
    return db.session.scalar(ROLE)


def test_within_another_one_the_rights_stay_until_the_outer_one_ends(world):
    with isolation.transaction(world.staff("operator").scope):
        with isolation.as_system():
            with isolation.as_system():
                assert role() == "system"
            assert role() == "system", "the outer one goes on"
        assert role() == "operator"


def test_an_error_inside_leaves_the_rights_as_they_were(world):
    with isolation.transaction(world.client().scope):
        with pytest.raises(ValueError, match="meanwhile"), isolation.as_system():
            raise ValueError("meanwhile")
        assert role() == "client"


def test_an_error_of_the_database_inside_a_savepoint_leaves_the_rights_as_they_were(world):
    person = world.client()
    with isolation.transaction(person.scope):
        with pytest.raises(IntegrityError), db.session.begin_nested(), isolation.as_system():
            db.session.execute(
                text("insert into company (slug, name) values (:slug, 'Twice')"),
                {"slug": person.slug},
            )
        assert role() == "client"


def test_an_error_of_the_database_is_the_one_that_is_raised(world):
    person = world.client()
    with pytest.raises(IntegrityError), isolation.transaction(person.scope), isolation.as_system():
        db.session.execute(
            text("insert into company (slug, name) values (:slug, 'Twice')"), {"slug": person.slug}
        )


def test_a_transaction_begun_anew_inside_has_the_systems_rights_and_one_after_it_has_not(world):
    with isolation.transaction(world.client().scope):
        with isolation.as_system():
            db.session.rollback()
            assert role() == "system"
            db.session.rollback()
        assert role() == "client"


def test_the_system_itself_keeps_its_rights(world):
    with isolation.transaction(isolation.system("test")):
        with isolation.as_system():
            assert role() == "system"
        assert role() == "system"
