"""The clock process: runs the alarms of tasks that are due, and checks invariants. Two clocks at
once do no harm."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from service import on_hold
from service.api.idempotency import Answer
from service.app import create_app
from service.core import wake
from service.core.actor import THE_SYSTEM
from service.core.errors import DomainError
from service.core.event_kinds import EventKind
from service.core.time import now
from service.operation import high_marks, leftovers
from service.search import index
from service.tasks import acceptance, red_line, review
from service.tasks.changes import NO_ALARM, TaskChanges
from service.tasks.events import record
from service.tasks.pauses import alarms
from service.tasks.task import Task
from tenants import isolation
from tenants.isolation import db

log = logging.getLogger(__name__)
BATCH_SIZE = 200
EACH_SECONDS, NETS_EACH_SECONDS = 1.0, 60.0


def overdue(task: Task) -> None:
    """Handle a passed deadline: the client is notified first, with what we do about it."""
    record(
        task,
        EventKind.TASK_OVERDUE,
        THE_SYSTEM,
        set_=TaskChanges(overdue_at=now()) | NO_ALARM,
    )


ALARMS: dict[str, Callable[[Task], None]] = {
    "red_line": red_line.on_red_line,
    "red_line_missed": red_line.on_red_line_missed,
    "dead_line": overdue,
    "silence_notice": acceptance.on_acceptance_notice,
    "silence": acceptance.accept_by_default,
    "close": review.close,
}
# Creates the outbox row again of stored inbound messages that have lost theirs.
ENQUEUE_FORGOTTEN = text("""
insert into due (event_id, company_id, reaction, queue)
select e.id, null, 'understand', 'work' from inbound i join event e
  on e.kind = 'inbound.kept' and (e.facts ->> 'inbound')::bigint = i.id
where not exists (select from due d where d.event_id = e.id)
  and i.state = 'kept' and i.received_at < now() - interval '5 minutes'
    and i.received_at > now() - interval '7 days'
on conflict (event_id, reaction) do nothing
""")
# Processes of version 0.1 that still run beside this one put calls to vendors into a single queue
# that no worker listens to now.
OLD_QUEUE = text("""
update due set enqueued_at = null, queue = case reaction when 'pay' then 'pay' when 'fetch_media'
  then 'sms'
  else coalesce((select case m.channel when 'email' then 'mail' else m.channel end from event e
                 join message m on m.id = (e.facts ->> 'message')::bigint
                   where e.id = due.event_id), 'mail') end
where queue = 'outside' and done_at is null and needs_person_at is null
""")


def run_due_alarms() -> int:
    """Run the alarms that are due, each in its own transaction, and return how many there were."""
    with isolation.transaction(isolation.system("clock")):
        ids = list(
            db.session.scalars(
                select(Task.id)
                .where(Task.alarm_at <= now())
                .order_by(Task.alarm_at)
                .limit(BATCH_SIZE)
            )
        )
    for task_id in ids:
        run_alarm(task_id)
    return len(ids)


def run_alarm(task_id: int) -> None:
    """Run one alarm; a task whose state no longer matches gets the next alarm instead."""
    try:
        with isolation.transaction(isolation.system("clock")):
            task = db.session.scalar(
                select(Task)
                .where(Task.id == task_id, Task.alarm_at <= now())
                .with_for_update(skip_locked=True)
            )
            if task is not None:
                ALARMS[task.alarm or "dead_line"](task)
    except DomainError:
        _set_next_alarm(task_id)
    except OperationalError:
        raise  # the database is unavailable
    except Exception:
        # One failing task must not stop the alarms of the others.
        log.exception("the alarm of task %s failed", task_id)
        _later(task_id)


def _set_next_alarm(task_id: int) -> None:
    """Set the alarm of a task whose state does not match its alarm: the one for its current state,
    or none where that is the same alarm."""
    with isolation.transaction(isolation.system("clock")):
        task = db.session.scalar(
            select(Task)
            .where(Task.id == task_id, Task.alarm_at <= now())
            .with_for_update(skip_locked=True)
        )
        if task is None:
            return
        next_alarm = alarms(task.state, task.red_line_at, task.deadline_at, task.overdue_at)
        if task.waiting_since or task.alarm == next_alarm.alarm:
            next_alarm = NO_ALARM
        db.session.execute(
            update(Task)
            .where(Task.id == task_id)
            .values(next_alarm.columns())
            .execution_options(synchronize_session=False)
        )


def _later(task_id: int) -> None:
    """Try a failed alarm again in five minutes."""
    with isolation.transaction(isolation.system("clock")):
        db.session.execute(
            update(Task)
            .where(Task.id == task_id, Task.alarm_at <= now())
            .values(alarm_at=now() + timedelta(minutes=5))
        )


def index_changes(behind: int = index.BEHIND) -> None:
    """Add recent messages and changes to the search index."""
    with isolation.transaction(isolation.system("clock")):
        index.index_changes(behind)


def release() -> None:
    """Release messages and payments that no setting holds back any more."""
    with isolation.transaction(isolation.system("clock")):
        on_hold.release()


def check_invariants() -> None:
    """Check invariants, and delete expired idempotency answers and files without a row."""
    index_changes(index.FAR_BEHIND)
    with isolation.transaction(isolation.system("clock")):
        db.session.execute(ENQUEUE_FORGOTTEN)
        db.session.execute(OLD_QUEUE)
        high_marks.keep()
        db.session.execute(delete(Answer).where(Answer.created_at < func.now() - timedelta(days=1)))
        isolation.after_commit(wake.wake)
    leftovers.remove(now().minute)


def tick(stopping: threading.Event) -> None:
    """Run alarms and indexing each second, and check invariants each minute, until stopped."""
    until_nets = 0.0
    while not stopping.is_set():
        try:
            more = run_due_alarms() == BATCH_SIZE
            index_changes()
            release()
            if until_nets <= 0:
                check_invariants()
                until_nets = NETS_EACH_SECONDS
        except SQLAlchemyError as error:
            log.warning("the clock waits: %s", type(error).__name__)
            more = False
        if not more:
            stopping.wait(EACH_SECONDS)
            until_nets -= EACH_SECONDS


def run(app: Flask) -> None:
    """Run the clock until SIGTERM."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    with app.app_context():
        tick(stopping)


def main() -> None:
    """Run the clock as a process of its own."""
    logging.basicConfig(level=logging.INFO)
    run(create_app())


if __name__ == "__main__":
    main()
