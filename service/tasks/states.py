"""The transitions of a task, in one table. Errors, buttons, documentation and the property test are
made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from service.core.actor import ASSISTANT, CLIENT, OPERATOR, SUPERVISOR, SYSTEM, Actor
from service.core.errors import NotAllowed, NotReady
from service.tasks.task import UNDER_WAY, Task

ASSIGNEE = "holder"
DESK = (OPERATOR, SUPERVISOR)
BEFORE_WORK = ("received", "triage", "queued", "assigned", "briefed", "retold")
ASSIGNED_STATES = ("assigned", "briefed", "retold", "working")
OPEN_STATES = ("received", "triage", *UNDER_WAY)
ENDED_STATES = ("accepted", "closed", "refused", "deleted", "cancelled")

# The one name of each state for staff, and for clients where it differs.
STATE_NAMES = {
    "received": _lp("task state", "New"),
    "triage": _lp("task state", "In triage"),
    "queued": _lp("task state", "In queue"),
    "assigned": _lp("task state", "Assigned"),
    "briefed": _lp("task state", "Briefed"),
    "retold": _lp("task state", "Awaiting confirmation"),
    "working": _lp("task state", "In progress"),
    "delivered": _lp("task state", "Delivered"),
    "accepted": _lp("task state", "Accepted"),
    "closed": _lp("task state", "Closed"),
    "refused": _lp("task state", "Declined"),
    "deleted": _lp("task state", "Dropped"),
    "cancelled": _lp("task state", "Cancelled"),
}
CLIENT_STATE_NAMES = {
    **STATE_NAMES,
    "triage": _lp("task state", "Being read"),
    "queued": _lp("task state", "Finding an assistant"),
    "briefed": STATE_NAMES["assigned"],
    "retold": _lp("task state", "Please confirm"),
    "delivered": _lp("task state", "Ready for your review"),
}
# States that look the same to clients; their filter offers the first.
SAME_TO_CLIENTS = {"assigned": ("assigned", "briefed")}

Need = Callable[[Task], str | None]


@dataclass(frozen=True)
class Transition:
    """A transition: from which states to which (None: the state stays), by whom, and what must be
    there first."""

    sources: tuple[str, ...]
    target: str | None
    who: tuple[str, ...]
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


TRANSITIONS: dict[str, Transition] = {
    "task.received": Transition((), "received", (CLIENT, *DESK, SYSTEM)),
    "task.unsure": Transition(("received",), "triage", (SYSTEM,)),
    "task.queued": Transition(("received", "triage"), "queued", (SYSTEM, *DESK), (priced, dated)),
    "task.refused": Transition(("received", "triage"), "refused", DESK),
    "task.deleted": Transition(("received", "triage"), "deleted", DESK),
    "task.done_at_once": Transition(("received", "triage"), "closed", DESK),
    "task.triage_undone": Transition(("queued", "refused", "deleted", "closed"), "triage", DESK),
    "task.split": Transition(("triage",), None, DESK),
    "task.claimed": Transition(("queued",), "assigned", (ASSISTANT,)),
    "task.unclaimed": Transition(("assigned",), "queued", (ASSIGNEE,)),
    "task.assigned": Transition(("queued", *ASSIGNED_STATES), "assigned", DESK),
    "task.given_back": Transition(ASSIGNED_STATES, "queued", (ASSIGNEE, *DESK, SYSTEM)),
    "task.briefed": Transition(("assigned",), "briefed", (ASSIGNEE,)),
    "task.retold": Transition(("briefed", "retold"), "retold", (ASSIGNEE,)),
    "task.corrected": Transition(("retold",), "briefed", (CLIENT, *DESK)),
    "task.understood": Transition(("retold",), "working", (CLIENT, *DESK)),
    "task.red_line": Transition(("working",), None, (ASSIGNEE,)),
    "task.red_line_came": Transition(("working",), None, (SYSTEM,)),
    "task.red_line_missed": Transition(("working",), None, (SYSTEM,)),
    "task.overdue": Transition(("queued", *ASSIGNED_STATES), None, (SYSTEM,)),
    "task.delivered": Transition(("working",), "delivered", (ASSIGNEE,)),
    "task.acceptance_notice": Transition(("delivered",), None, (SYSTEM,), (undisputed,)),
    "task.silence_ended": Transition(("delivered",), None, (SYSTEM,), (undisputed,)),
    "task.reworked": Transition(("delivered",), "working", (CLIENT, *DESK), (undisputed,)),
    "task.disputed": Transition(("delivered",), None, (CLIENT, *DESK), (undisputed,)),
    "task.resolved": Transition(("delivered", "cancelled"), None, DESK, (undecided,)),
    "task.settled": Transition(("delivered",), "accepted", (CLIENT, *DESK), (undisputed,)),
    "task.accepted": Transition(("delivered",), "accepted", (CLIENT, *DESK, SYSTEM), (undisputed,)),
    "task.asked": Transition(
        ("received", "triage", "queued", *ASSIGNED_STATES), None, (ASSIGNEE, *DESK)
    ),
    "task.answered": Transition(OPEN_STATES, None, (CLIENT, *DESK)),
    "task.changed": Transition((*BEFORE_WORK, "working"), None, (CLIENT, *DESK)),
    "task.cancelled": Transition(OPEN_STATES, "cancelled", (CLIENT, *DESK)),
    "task.praised": Transition(("accepted", "closed"), "closed", (CLIENT, *DESK)),
    "task.closed": Transition(("accepted",), "closed", (SYSTEM, *DESK)),
}
# Events that do not change a task's state; they have no transition.
OTHER_KINDS = (
    "inbound.kept",
    "inbound.media",
    "inbound.strange",
    "message.written",
    "task.message",
    "task.file",
    "task.file_left_out",
    "task.noted",
    "task.lesson",
    "task.lesson_accepted",
    "task.lesson_dropped",
    "charge.made",
    "charge.paid",
    "charge.failed",
    "company.invited",
    "company.limited",
    "person.welcomed",
    "person.reset",
    "address.claimed",
    "task.thanked",
    "task.split_off",
)


def name_for(state: str, by: Actor) -> str:
    """Return the state's name as this actor reads it."""
    return str((CLIENT_STATE_NAMES if by.kind == CLIENT else STATE_NAMES)[state])


def may(task: Task, kind: str, by: Actor) -> bool:
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


def own_work(task: Task, kind: str, by: Actor) -> bool:
    """Return whether the actor would judge their own work: who is both staff and client never acts
    for the client on a task assigned to them."""
    judged = (
        "task.understood",
        "task.corrected",
        "task.accepted",
        "task.settled",
        "task.reworked",
        "task.disputed",
        "task.resolved",
        "task.praised",
        "task.answered",
        "task.changed",
        "task.cancelled",
    )
    return kind in judged and by.person_id is not None and by.person_id == task.holder_id


def possible_kinds(task: Task, by: Actor) -> set[str]:
    """Return the kinds of event that this actor could cause now; pages show just these buttons."""
    return {
        kind
        for kind, move in TRANSITIONS.items()
        if task.state in move.sources and may(task, kind, by) and not missing_first(task, kind)
    }


def missing_first(task: Task, kind: str) -> list[str]:
    """Return what must be there first, in sentences."""
    return [lack for need in TRANSITIONS[kind].needs if (lack := need(task))]


def check_ready(task: Task, kind: str) -> None:
    """Raise NotReady with what is missing."""
    if lacks := missing_first(task, kind):
        raise NotReady(" ".join(lacks), missing=lacks)
