"""The transitions of a task, in one table. Errors, buttons, documentation and the property test are
made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from service.core.actor import ASSISTANT, CLIENT, OPERATOR, SUPERVISOR, SYSTEM, Actor, ActorKind
from service.core.errors import NotAllowed, NotReady
from service.core.event_kinds import EventKind
from service.tasks.task import UNDER_WAY, Task
from service.tasks.task_state import TaskState

ASSIGNEE = "holder"
DESK = (OPERATOR, SUPERVISOR)
BEFORE_WORK = (
    TaskState.RECEIVED,
    TaskState.TRIAGE,
    TaskState.QUEUED,
    TaskState.ASSIGNED,
    TaskState.BRIEFED,
    TaskState.RETOLD,
)
ASSIGNED_STATES = (TaskState.ASSIGNED, TaskState.BRIEFED, TaskState.RETOLD, TaskState.WORKING)
OPEN_STATES = (TaskState.RECEIVED, TaskState.TRIAGE, *UNDER_WAY)
ENDED_STATES = (
    TaskState.ACCEPTED,
    TaskState.CLOSED,
    TaskState.REFUSED,
    TaskState.DELETED,
    TaskState.CANCELLED,
)

# The one name of each state, as staff read it, and where clients read another one.
STATE_NAMES = {
    TaskState.RECEIVED: _lp("task state", "New"),
    TaskState.TRIAGE: _lp("task state", "In triage"),
    TaskState.QUEUED: _lp("task state", "In queue"),
    TaskState.ASSIGNED: _lp("task state", "Assigned"),
    TaskState.BRIEFED: _lp("task state", "Briefed"),
    TaskState.RETOLD: _lp("task state", "Awaiting confirmation"),
    TaskState.WORKING: _lp("task state", "In progress"),
    TaskState.DELIVERED: _lp("task state", "Delivered"),
    TaskState.ACCEPTED: _lp("task state", "Accepted"),
    TaskState.CLOSED: _lp("task state", "Closed"),
    TaskState.REFUSED: _lp("task state", "Declined"),
    TaskState.DELETED: _lp("task state", "Dropped"),
    TaskState.CANCELLED: _lp("task state", "Cancelled"),
}
CLIENT_STATE_NAMES = {
    **STATE_NAMES,
    TaskState.TRIAGE: _lp("task state", "Being read"),
    TaskState.QUEUED: _lp("task state", "Finding an assistant"),
    TaskState.BRIEFED: STATE_NAMES[TaskState.ASSIGNED],
    TaskState.RETOLD: _lp("task state", "Please confirm"),
    TaskState.DELIVERED: _lp("task state", "Ready for your review"),
}
# States that are one to clients; their filter offers the first.
SAME_TO_CLIENTS = {"assigned": ("assigned", "briefed")}

Need = Callable[[Task], str | None]


@dataclass(frozen=True)
class Transition:
    """A transition: from which states to which (None: the state stays), by whom, and what must be
    there first."""

    sources: tuple[TaskState, ...]
    target: TaskState | None
    who: tuple[ActorKind | str, ...]
    needs: tuple[Need, ...] = ()


def priced(task: Task) -> str | None:
    """Return what is missing where a task has no category, quantity or price; the queue needs all
    three."""
    if task.category is None or task.quantity is None or task.price is None:
        return str(_l("The task needs a category, a quantity and a price first."))
    return None


def dated(task: Task) -> str | None:
    """Return what is missing where a task has no deadline; the queue needs one."""
    return None if task.deadline_at else str(_l("The task needs a deadline first."))


def undisputed(task: Task) -> str | None:
    """Return the reason where a delivery is disputed and waits for an operator's decision."""
    return (
        str(_l("The delivery is disputed; an operator will decide.")) if task.disputed_at else None
    )


def undecided(task: Task) -> str | None:
    """Return the reason where there is nothing for an operator to decide: no dispute, no silence
    that ended below 80 %, no price of a stopped task."""
    if task.disputed_at or task.waiting_for == "operator":
        return None
    return str(_l("This task does not need an operator's decision."))


TRANSITIONS: dict[EventKind, Transition] = {
    EventKind.TASK_RECEIVED: Transition((), TaskState.RECEIVED, (CLIENT, *DESK, SYSTEM)),
    EventKind.TASK_UNSURE: Transition((TaskState.RECEIVED,), TaskState.TRIAGE, (SYSTEM,)),
    EventKind.TASK_QUEUED: Transition(
        (TaskState.RECEIVED, TaskState.TRIAGE), TaskState.QUEUED, (SYSTEM, *DESK), (priced, dated)
    ),
    EventKind.TASK_REFUSED: Transition(
        (TaskState.RECEIVED, TaskState.TRIAGE), TaskState.REFUSED, DESK
    ),
    EventKind.TASK_DELETED: Transition(
        (TaskState.RECEIVED, TaskState.TRIAGE), TaskState.DELETED, DESK
    ),
    EventKind.TASK_DONE_AT_ONCE: Transition(
        (TaskState.RECEIVED, TaskState.TRIAGE), TaskState.CLOSED, DESK
    ),
    EventKind.TASK_TRIAGE_UNDONE: Transition(
        (TaskState.QUEUED, TaskState.REFUSED, TaskState.DELETED, TaskState.CLOSED),
        TaskState.TRIAGE,
        DESK,
    ),
    EventKind.TASK_SPLIT: Transition((TaskState.TRIAGE,), None, DESK),
    EventKind.TASK_CLAIMED: Transition((TaskState.QUEUED,), TaskState.ASSIGNED, (ASSISTANT,)),
    EventKind.TASK_UNCLAIMED: Transition((TaskState.ASSIGNED,), TaskState.QUEUED, (ASSIGNEE,)),
    EventKind.TASK_ASSIGNED: Transition(
        (TaskState.QUEUED, *ASSIGNED_STATES), TaskState.ASSIGNED, DESK
    ),
    EventKind.TASK_GIVEN_BACK: Transition(
        ASSIGNED_STATES, TaskState.QUEUED, (ASSIGNEE, *DESK, SYSTEM)
    ),
    EventKind.TASK_BRIEFED: Transition((TaskState.ASSIGNED,), TaskState.BRIEFED, (ASSIGNEE,)),
    EventKind.TASK_RETOLD: Transition(
        (TaskState.BRIEFED, TaskState.RETOLD), TaskState.RETOLD, (ASSIGNEE,)
    ),
    EventKind.TASK_CORRECTED: Transition((TaskState.RETOLD,), TaskState.BRIEFED, (CLIENT, *DESK)),
    EventKind.TASK_UNDERSTOOD: Transition((TaskState.RETOLD,), TaskState.WORKING, (CLIENT, *DESK)),
    EventKind.TASK_RED_LINE: Transition((TaskState.WORKING,), None, (ASSIGNEE,)),
    EventKind.TASK_RED_LINE_CAME: Transition((TaskState.WORKING,), None, (SYSTEM,)),
    EventKind.TASK_RED_LINE_MISSED: Transition((TaskState.WORKING,), None, (SYSTEM,)),
    EventKind.TASK_OVERDUE: Transition((TaskState.QUEUED, *ASSIGNED_STATES), None, (SYSTEM,)),
    EventKind.TASK_DELIVERED: Transition((TaskState.WORKING,), TaskState.DELIVERED, (ASSIGNEE,)),
    EventKind.TASK_ACCEPTANCE_NOTICE: Transition(
        (TaskState.DELIVERED,), None, (SYSTEM,), (undisputed,)
    ),
    EventKind.TASK_SILENCE_ENDED: Transition(
        (TaskState.DELIVERED,), None, (SYSTEM,), (undisputed,)
    ),
    EventKind.TASK_REWORKED: Transition(
        (TaskState.DELIVERED,), TaskState.WORKING, (CLIENT, *DESK), (undisputed,)
    ),
    EventKind.TASK_DISPUTED: Transition(
        (TaskState.DELIVERED,), None, (CLIENT, *DESK), (undisputed,)
    ),
    EventKind.TASK_RESOLVED: Transition(
        (TaskState.DELIVERED, TaskState.CANCELLED), None, DESK, (undecided,)
    ),
    EventKind.TASK_SETTLED: Transition(
        (TaskState.DELIVERED,), TaskState.ACCEPTED, (CLIENT, *DESK), (undisputed,)
    ),
    EventKind.TASK_ACCEPTED: Transition(
        (TaskState.DELIVERED,), TaskState.ACCEPTED, (CLIENT, *DESK, SYSTEM), (undisputed,)
    ),
    EventKind.TASK_ASKED: Transition(
        (TaskState.RECEIVED, TaskState.TRIAGE, TaskState.QUEUED, *ASSIGNED_STATES),
        None,
        (ASSIGNEE, *DESK),
    ),
    EventKind.TASK_ANSWERED: Transition(OPEN_STATES, None, (CLIENT, *DESK)),
    EventKind.TASK_CHANGED: Transition((*BEFORE_WORK, TaskState.WORKING), None, (CLIENT, *DESK)),
    EventKind.TASK_CANCELLED: Transition(OPEN_STATES, TaskState.CANCELLED, (CLIENT, *DESK)),
    EventKind.TASK_PRAISED: Transition(
        (TaskState.ACCEPTED, TaskState.CLOSED), TaskState.CLOSED, (CLIENT, *DESK)
    ),
    EventKind.TASK_CLOSED: Transition((TaskState.ACCEPTED,), TaskState.CLOSED, (SYSTEM, *DESK)),
}
# Things that happen beside a task's state; they carry no move.
OTHER_KINDS = (
    EventKind.INBOUND_KEPT,
    EventKind.INBOUND_MEDIA,
    EventKind.INBOUND_STRANGE,
    EventKind.MESSAGE_WRITTEN,
    EventKind.TASK_MESSAGE,
    EventKind.TASK_FILE,
    EventKind.TASK_FILE_LEFT_OUT,
    EventKind.TASK_NOTED,
    EventKind.TASK_LESSON,
    EventKind.TASK_LESSON_ACCEPTED,
    EventKind.TASK_LESSON_DROPPED,
    EventKind.CHARGE_MADE,
    EventKind.CHARGE_PAID,
    EventKind.CHARGE_FAILED,
    EventKind.COMPANY_INVITED,
    EventKind.COMPANY_LIMITED,
    EventKind.PERSON_WELCOMED,
    EventKind.PERSON_RESET,
    EventKind.ADDRESS_CLAIMED,
    EventKind.TASK_THANKED,
    EventKind.TASK_SPLIT_OFF,
)


def name_for(state: TaskState, by: Actor) -> str:
    """Return the state's name as this actor reads it."""
    return str((CLIENT_STATE_NAMES if by.kind == CLIENT else STATE_NAMES)[state])


def may(task: Task, kind: EventKind, by: Actor) -> bool:
    """Return whether this actor may ever do this to this task, whatever its state (who, not
    when)."""
    allowed = TRANSITIONS[kind].who
    holds = by.kind == ASSISTANT and task.holder_id is not None and task.holder_id == by.person_id
    return (by.kind in allowed or (ASSIGNEE in allowed and holds)) and not own_work(task, kind, by)


def check_may_add(task: Task, by: Actor) -> None:
    """Check that the actor may add messages and files: an assistant only to their own tasks. Raises
    NotAllowed."""
    if by.kind == ASSISTANT and task.holder_id != by.person_id:
        raise NotAllowed(str(_l("You are not allowed to do this.")))


def own_work(task: Task, kind: EventKind, by: Actor) -> bool:
    """Return whether the actor would judge their own work: who is both staff and client never acts
    for the client on a task assigned to them."""
    judged = (
        EventKind.TASK_UNDERSTOOD,
        EventKind.TASK_CORRECTED,
        EventKind.TASK_ACCEPTED,
        EventKind.TASK_SETTLED,
        EventKind.TASK_REWORKED,
        EventKind.TASK_DISPUTED,
        EventKind.TASK_RESOLVED,
        EventKind.TASK_PRAISED,
        EventKind.TASK_ANSWERED,
        EventKind.TASK_CHANGED,
        EventKind.TASK_CANCELLED,
    )
    return kind in judged and by.person_id is not None and by.person_id == task.holder_id


def possible_kinds(task: Task, by: Actor) -> set[str]:
    """Return the kinds of event that this actor could cause now; pages show just these buttons."""
    return {
        kind
        for kind, move in TRANSITIONS.items()
        if task.state in move.sources and may(task, kind, by) and not missing_first(task, kind)
    }


def missing_first(task: Task, kind: EventKind) -> list[str]:
    """Return what must be there first, in sentences."""
    return [lack for need in TRANSITIONS[kind].needs if (lack := need(task))]


def check_ready(task: Task, kind: EventKind) -> None:
    """Raise NotReady with what is missing."""
    if lacks := missing_first(task, kind):
        raise NotReady(" ".join(lacks), missing=lacks)
