"""Every constraint has its sentence, or the reason why nobody can meet it."""

from __future__ import annotations

import uuid
from collections import Counter

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from service.access import problems
from service.core import constraints, outbox_run
from service.core.errors import Conflict
from service.core.time import now
from tenants import isolation
from tenants.isolation import db

ALL = text("""
select conname from pg_constraint
where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f', 'c', 'x')
union select i.relname from pg_index x
join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
where x.indisunique and t.relnamespace = 'public'::regnamespace""")


def known():
    return [
        *constraints.SENTENCES,
        *(name for names in constraints.NOBODY.values() for name in names),
    ]


def test_every_constraint_has_one_entry_and_every_entry_is_a_constraint(app):
    with isolation.transaction(isolation.system("test")):
        there = set(db.session.scalars(ALL))
    assert (there - set(known()), set(known()) - there) == (set(), set())
    assert [name for name, times in Counter(known()).items() if times > 1] == []


def met(world):
    """A real error of the database: a company of a short name that is taken."""
    person = world.client()
    with pytest.raises(IntegrityError) as raised, isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("insert into company (slug, name) values (:slug, 'Twice')"), {"slug": person.slug}
        )
    return raised.value


def met_in_one_trip(world):
    person = world.client()
    with pytest.raises(psycopg.IntegrityError) as raised:
        isolation.execute_in_one_roundtrip(
            isolation.system("test"),
            text("insert into company (slug, name) values (:slug, 'Twice')"),
            {"slug": person.slug},
        )
    return raised.value


def met_without_a_name():
    with pytest.raises(IntegrityError) as raised, isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("insert into company (slug, name) values (:slug, null)"),
            {"slug": uuid.uuid4().hex},
        )
    return raised.value


SLUG = "A company with this name was created at the same moment. Try again."


@pytest.mark.parametrize("error_of", [met, met_in_one_trip])
def test_a_program_is_told_the_sentence_as_a_problem(world, app, error_of):
    with app.test_request_context("/api/v1/tasks", method="POST"):
        answer = app.make_response(app.handle_user_exception(error_of(world)))
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert (answer.json["detail"], answer.json["type"]) == (SLUG, "urn:poruchi:conflict")


def test_a_page_says_the_sentence_and_keeps_the_words(world, app):
    with app.test_request_context(
        "/first-task",
        method="POST",
        base_url="http://desk.test",
        data={"text": "Find some tea"},
        headers={"Origin": "http://desk.test"},
    ):
        answer = app.make_response(app.handle_user_exception(met(world)))
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409 and SLUG in shown and "Find some tea" in shown


def test_a_page_says_the_sentence_in_the_readers_language(world, app):
    with app.test_request_context("/first-task?lang=ru", method="POST"):
        answer = app.make_response(app.handle_user_exception(met(world)))
    assert answer.status_code == 409 and 'lang="ru"' in answer.get_data(as_text=True)


def test_a_constraint_without_a_name_is_no_fault_either(app):
    with app.test_request_context("/api/v1/tasks", method="POST"):
        answer = app.make_response(app.handle_user_exception(met_without_a_name()))
    assert (answer.status_code, answer.json["detail"]) == (409, str(constraints.OTHERWISE))


def test_a_hook_is_told_in_plain_words(world, app):
    with app.test_request_context("/hooks/stripe", method="POST"):
        answer = app.make_response(problems.conflict(met(world)))
    assert (answer.status_code, answer.mimetype) == (409, "text/plain")


def test_a_command_says_one_sentence(world, application):
    """Somebody takes the short name past the lock, as a migration or a restore by hand might."""
    from service.operation.cli import show_errors

    person = world.client()

    def insert():
        db.session.execute(
            text("insert into company (slug, name) values (:slug, 'Twice')"), {"slug": person.slug}
        )

    with (
        application.app_context(),
        pytest.raises(Exception, match="created at the same moment") as raised,
    ):
        show_errors(insert)
    assert type(raised.value).__name__ == "ClickException"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("a\x00b@example.com", "cannot store|valid email"),
        ("x" * 400 + "@example.com", "valid email"),
    ],
)
def test_a_command_says_what_cannot_be_kept(application, value, says):
    done = application.test_cli_runner().invoke(args=["staff", "add", value, "--role", "operator"])
    assert done.exit_code == 1 and "Error: " in done.output and "Traceback" not in done.output
    assert any(part in done.output for part in says.split("|"))


def test_due_work_says_the_sentence_where_it_needs_a_person(world, app):
    lease = outbox_run.Lease(1, 1, None, "send_welcome", uuid.uuid4(), 3, now())
    assert outbox_run.reason_of(lease, met(world)) == f"{SLUG} (send_welcome, uq_company_slug)"
    assert outbox_run.reason_of(lease, Conflict("Task 12: closed now")) == "Task 12: closed now"
    assert "KeyError" in outbox_run.reason_of(lease, KeyError("x"))
