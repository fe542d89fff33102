"""Due work: leased, done once, tried again, handed to a person."""

from __future__ import annotations

import json
import runpy
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from devdesk import programs
from service.core import outbox_review, outbox_run
from service.core.actor import THE_SYSTEM
from service.core.config import settings
from service.core.event_handlers import EVENT_HANDLERS, QUEUES, VENDOR_CALLS
from service.core.outbox import OutboxRow
from service.core.outbox_run import NeedsOperator, RetryLater
from service.tasks import events
from tenants import isolation
from tenants.isolation import db
from workers import jobs


@pytest.fixture
def row(world):
    """A row of due work of a new task."""
    task_id = world.task(world.client())
    with isolation.transaction(isolation.system("test")):
        return db.session.scalar(
            select(OutboxRow.id)
            .join(events.Event, events.Event.id == OutboxRow.event_id)
            .where(events.Event.task_id == task_id, OutboxRow.reaction == "triage")
        )


def state(due_id):
    with isolation.transaction(isolation.system("test")):
        found = db.session.get(OutboxRow, due_id)
        db.session.expunge(found)
        return found


def raising(error):
    """A handler that ends so."""

    def handler():
        raise error

    return handler


def test_a_row_is_leased_once_and_counts_its_attempt(row):
    assert outbox_run.lease_row(row).attempt == 1
    assert outbox_run.lease_row(row) is None


def test_a_lease_that_ran_out_is_taken_over_and_the_late_one_changes_nothing(row):
    late = outbox_run.lease_row(row)
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update due set lease_until = now() - interval '1 second' where id = :id"),
            {"id": row},
        )
    assert outbox_run.lease_row(row).attempt == 2
    with pytest.raises(outbox_run.LostLease), outbox_run.effect_and_mark(late):
        db.session.execute(text("update company set name = 'done by the late one'"))
    with isolation.transaction(isolation.system("test")):
        assert (
            db.session.scalar(
                text("select count(*) from company where name = 'done by the late one'")
            )
            == 0
        )


def test_what_may_heal_is_tried_again_later(row):
    outbox_run.run(outbox_run.lease_row(row), raising(RetryLater("busy")))
    after = state(row)
    assert (
        after.done_at is None
        and after.enqueued_at is None
        and after.due_at > after.created_at
        and after.last_error == "busy"
    )
    assert outbox_run.lease_row(row) is None


def test_what_a_person_must_do_is_put_on_their_list_and_can_be_tried_again(row):
    outbox_run.run(outbox_run.lease_row(row), raising(NeedsOperator("The number is not valid.")))
    assert state(row).needs_person_at is not None
    with isolation.transaction(isolation.operator(0)):
        assert row in [one.id for one in outbox_review.needing_operator()]
        outbox_review.retry(row)
    jobs.run_rows([row])
    assert state(row).done_at is not None


def test_nothing_is_tried_for_ever(row):
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update due set created_at = now() - interval '2 days' where id = :id"),
            {"id": row},
        )
    outbox_run.run(outbox_run.lease_row(row), raising(RetryLater("still busy")))
    assert state(row).needs_person_at is not None


def test_a_row_that_kills_its_workers_three_times_goes_to_a_person(row):
    for _death in range(3):
        outbox_run.lease_row(row)
        with isolation.transaction(isolation.system("test")):
            db.session.execute(
                text("update due set lease_until = now() - interval '1 second' where id = :id"),
                {"id": row},
            )
    assert outbox_run.lease_row(row) is None
    assert "died" in state(row).last_error


def test_a_poisoned_row_does_not_stop_the_others(world, monkeypatch):
    good, bad = (world.task(world.client()) for _twice in range(2))
    with isolation.transaction(isolation.system("test")):
        ids = {
            task: db.session.scalar(
                select(OutboxRow.id)
                .join(events.Event, events.Event.id == OutboxRow.event_id)
                .where(events.Event.task_id == task, OutboxRow.reaction == "triage")
            )
            for task in (good, bad)
        }
    real = jobs.HANDLERS["triage"]
    monkeypatch.setitem(
        jobs.HANDLERS, "triage", lambda event: 1 / 0 if event.task_id == bad else real(event)
    )
    jobs.run_rows([ids[bad], ids[good]])
    assert state(ids[good]).done_at is not None
    assert state(ids[bad]).done_at is None and "ZeroDivisionError" in state(ids[bad]).last_error


def test_an_event_without_consequences_makes_no_work(world):
    with isolation.transaction(isolation.system("test")):
        event = events.write("task.noted", THE_SYSTEM)
        assert db.session.scalar(select(OutboxRow.id).where(OutboxRow.event_id == event.id)) is None


def test_every_consequence_has_its_function_and_its_queue():
    named = {name for names in EVENT_HANDLERS.values() for name in names}
    assert named == set(jobs.HANDLERS) | set(jobs.VENDOR_HANDLERS)
    assert set(jobs.VENDOR_HANDLERS) == VENDOR_CALLS


def test_every_queue_has_a_worker():
    from service.app import create_app
    from workers.process_supervisor import ProcessSupervisor

    hands = {
        hand.task.keywords["queue"]
        for hand in ProcessSupervisor(create_app()).children
        if hasattr(hand.task, "keywords")
    }
    assert hands == set(QUEUES)


def test_growing_waits_stay_within_an_hour():
    assert timedelta(seconds=min(3600.0, 2.0**outbox_run.MAX_ATTEMPTS)) == timedelta(hours=1)


def test_production_runs_the_process_supervisor_and_the_same_web_server():
    import yaml

    root = Path(__file__).resolve().parent.parent.parent
    services = yaml.safe_load((root / "deploy" / "compose.yaml").read_text())["services"]
    commands = {name: service.get("command") for name, service in services.items()}
    web = ["python", "-m", "gunicorn", "wsgi:app"]
    assert commands["web"] == web == json.loads(dockerfile(root).removeprefix("CMD "))
    assert web[1:] == programs.web_command()[1:]
    assert commands["workers"] == ["python", "-m", "workers.process_supervisor"]


def dockerfile(root):
    """The last line of the Dockerfile."""
    return (root / "Dockerfile").read_text().splitlines()[-1]


@pytest.mark.parametrize(("asked", "workers"), [("5", 5), ("", 2)])
def test_the_web_server_reads_its_settings_from_the_environment(monkeypatch, asked, workers):
    monkeypatch.setenv("WEB_WORKERS", asked)
    monkeypatch.setenv("PORT", "8123")
    root = Path(__file__).resolve().parent.parent.parent
    conf = runpy.run_path(str(root / "gunicorn.conf.py"))
    assert conf["workers"] == workers and conf["bind"].endswith(":8123")
    assert set(conf) - set(dir(__import__("builtins"))) >= {"worker_class", "worker_connections"}


def test_job_workers_says_how_many_work_on_our_own_queue(monkeypatch):
    from service.app import create_app
    from workers import process_supervisor

    monkeypatch.setattr(
        process_supervisor, "settings", lambda: settings().model_copy(update={"job_workers": 5})
    )
    children = process_supervisor.ProcessSupervisor(create_app()).children
    assert sum(child.kind == "work" for child in children) == 5
