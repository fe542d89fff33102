"""Step 3: the assignment: claimed from the queue, assigned by an operator, or given back with a
reason."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import DateTime, String, func, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from service.core.actor import ASSISTANT, Actor
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.core.event_kinds import EventKind
from service.tasks import bounds, pauses
from service.tasks.changes import TaskChanges
from service.tasks.events import check, record
from service.tasks.states import ASSIGNED_STATES
from service.tasks.task import Task, TaskOwned, find
from service.tasks.task_state import TaskState
from tenants import isolation
from tenants.isolation import Base, db
from tenants.literals import literal_limit
from tenants.membership import Membership, Staff

# Somebody who takes two tasks at the same instant is counted one after the other, or the limit
# would be passed.
ONE_CLAIM = text("select pg_advisory_xact_lock(hashtextextended('claim', :person))")


TAKEN = text(
    "select exists (select from task t join staff s on s.person_id = :person and t.category = any"
    " (s.trades) where t.id = :task and t.holder_id is not null)"
)


class Assignment(TaskOwned, Base):
    """An assistant's time with a task: from when to when, assigned by whom, and why it ended."""

    __tablename__ = "holding"

    assistant_id: Mapped[int]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(String(1000))


def assigned_to(person_id: int) -> int:
    """Return how many tasks are assigned to an assistant now, without those that wait for
    acceptance."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Task)
            .where(Task.holder_id == person_id, Task.state.in_(ASSIGNED_STATES))
        )
        or 0
    )


def limit_of(person_id: int) -> int:
    """Return how many tasks may be assigned to an assistant at once."""
    return db.session.scalar(select(Staff.held_limit).where(Staff.person_id == person_id)) or 0


def last_began(person_id: int, task: Task) -> datetime | None:
    """Return when this assistant's last task for this company before this one began; None where
    this is their first."""
    before = (
        select(Task.id)
        .where(Task.holder_id == person_id, Task.company_id == task.company_id, Task.id < task.id)
        .order_by(Task.id.desc())
        .limit(literal_limit(20))
    )
    return db.session.scalar(
        select(func.max(Assignment.at)).where(
            Assignment.task_id.in_(before), Assignment.assistant_id == person_id
        )
    )


def claim(task: Task, by: Actor) -> None:
    """Claim a task from the queue. Raises Conflict where someone else was faster or the assistant's
    limit of tasks is reached."""
    check(task, EventKind.TASK_CLAIMED, by)
    staff = _fit(task, by.person_id)
    db.session.execute(ONE_CLAIM, {"person": staff.person_id})
    if assigned_to(staff.person_id) >= staff.held_limit:
        raise Conflict(
            _(
                "You have %(count)s tasks, which is your limit. Finish or return one first.",
                count=staff.held_limit,
            )
        )
    record(
        task,
        EventKind.TASK_CLAIMED,
        by,
        set_=TaskChanges(holder_id=staff.person_id),
        assistant=staff.person_id,
    )
    _begin(task, staff.person_id, by)


def find_to_claim(task_id: int, by: Actor) -> Task:
    """Return the task that an assistant wants to claim. Raises Conflict where another assistant
    with the skill was faster, NotFound for any other task."""
    try:
        return find(task_id)
    except NotFound:
        with isolation.as_system():
            taken = db.session.scalar(TAKEN, {"task": task_id, "person": by.person_id})
        raise Conflict(_("Someone else was faster."), state=None) if taken else NotFound from None


def assign(task: Task, by: Actor, assistant_id: int) -> None:
    """Assign a task to an assistant, or reassign it to another one, who then begins with the
    briefing."""
    check(task, EventKind.TASK_ASSIGNED, by)
    staff = _fit(task, assistant_id)
    if task.holder_id == staff.person_id:
        raise Conflict(_("This assistant already has the task"))
    end_assignment(task, _("reassigned"))
    record(
        task,
        EventKind.TASK_ASSIGNED,
        by,
        assistant=staff.person_id,
        set_=TaskChanges(holder_id=staff.person_id, understood_at=None)
        | pauses.on_state(task, TaskState.ASSIGNED),
    )
    _begin(task, staff.person_id, by)


def give_back(task: Task, by: Actor, reason: str) -> None:
    """Put a task back into the queue. Raises InvalidInput without a reason. The writer may not see
    the row afterwards."""
    check(task, EventKind.TASK_GIVEN_BACK, by)
    if not bounds.RETURN_REASON.allows(reason):
        raise InvalidInput({"reason": _("Enter a reason")})
    end_assignment(task, reason.strip())
    changes = TaskChanges(holder_id=None, understood_at=None) | pauses.on_state(
        task, TaskState.QUEUED
    )
    with isolation.as_system():
        record(task, EventKind.TASK_GIVEN_BACK, by, set_=changes)


def _fit(task: Task, person_id: int | None) -> Staff:
    """Return the assistant, if they have the skill and the task is not from their own company.
    Raises NotAllowed."""
    staff = db.session.scalar(
        select(Staff).where(Staff.person_id == person_id, Staff.ended_at.is_(None))
    )
    if staff is None or staff.role != ASSISTANT:
        raise NotAllowed(_("Not an assistant"))
    if task.category not in staff.trades:
        raise NotAllowed(_("This category is not among the assistant's skills"))
    if db.session.scalar(
        select(Membership.id).where(
            Membership.company_id == task.company_id, Membership.person_id == person_id
        )
    ):
        raise NotAllowed(_("You cannot work on your own company's tasks."))
    return staff


def _begin(task: Task, assistant_id: int, by: Actor) -> None:
    db.session.add(
        Assignment(
            company_id=task.company_id,
            task_id=task.id,
            by_id=by.person_id,
            assistant_id=assistant_id,
        )
    )
    db.session.flush()


def end_assignment(task: Task, reason: str) -> None:
    """End the assignee's time with the task."""
    db.session.execute(
        update(Assignment)
        .where(Assignment.task_id == task.id, Assignment.ended_at.is_(None))
        .values(ended_at=func.now(), reason=reason)
    )
