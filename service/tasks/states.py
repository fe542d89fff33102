"""What may happen to a task: one table. Errors, buttons, documentation and the property test are
made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from service.core.actor import ASSISTANT, CLIENT, OPERATOR, SUPERVISOR, SYSTEM, Actor
from service.core.errors import NotAllowed, NotReady
from service.tasks.task import UNDER_WAY, Task

HOLDER = "holder"
DESK = (OPERATOR, SUPERVISOR)
BEFORE_WORK = ("received", "triage", "queued", "assigned", "briefed", "retold")
HELD = ("assigned", "briefed", "retold", "working")
OPEN = ("received", "triage", *UNDER_WAY)
ENDED = ("accepted", "closed", "refused", "deleted", "cancelled")

STATE_NAMES = {
    "received": _l("received"),
    "triage": _l("in triage"),
    "queued": _l("in the queue"),
    "assigned": _l("assigned"),
    "briefed": _l("briefed"),
    "retold": _l("retold"),
    "working": _l("under way"),
    "delivered": _l("delivered"),
    "accepted": _l("accepted"),
    "closed": _l("closed"),
    "refused": _l("refused"),
    "deleted": _l("deleted"),
    "cancelled": _l("cancelled"),
}

Need = Callable[[Task], str | None]


@dataclass(frozen=True)
class Move:
    """From which states to which (None: it stays), by whom, and what must be there first."""

    sources: tuple[str, ...]
    target: str | None
    who: tuple[str, ...]
    needs: tuple[Need, ...] = ()


def priced(task: Task) -> str | None:
    """A task in the queue has a kind of work, a quantity and a price."""
    if task.category is None or task.quantity is None or task.price is None:
        return str(_l("The task needs a kind of work, a quantity and a price first."))
    return None


def dated(task: Task) -> str | None:
    """A task in the queue has a dead line."""
    return None if task.deadline_at else str(_l("The task needs a dead line first."))


def undisputed(task: Task) -> str | None:
    """A disputed delivery waits for the operator's word."""
    return str(_l("The delivery is disputed; an operator decides.")) if task.disputed_at else None


def undecided(task: Task) -> str | None:
    """An operator decides on a dispute, on a silence that ended below 80 %, or on the price of a
    stopped task."""
    if task.disputed_at or task.waiting_for == "operator":
        return None
    return str(_l("Nothing on this task waits for an operator’s decision."))


MOVES: dict[str, Move] = {
    "task.received": Move((), "received", (CLIENT, *DESK, SYSTEM)),
    "task.unsure": Move(("received",), "triage", (SYSTEM,)),
    "task.queued": Move(("received", "triage"), "queued", (SYSTEM, *DESK), (priced, dated)),
    "task.refused": Move(("received", "triage"), "refused", DESK),
    "task.deleted": Move(("received", "triage"), "deleted", DESK),
    "task.done_at_once": Move(("received", "triage"), "closed", DESK),
    "task.triage_undone": Move(("queued", "refused", "deleted", "closed"), "triage", DESK),
    "task.split": Move(("triage",), None, DESK),
    "task.claimed": Move(("queued",), "assigned", (ASSISTANT,)),
    "task.unclaimed": Move(("assigned",), "queued", (HOLDER,)),
    "task.assigned": Move(("queued", *HELD), "assigned", DESK),
    "task.given_back": Move(HELD, "queued", (HOLDER, *DESK, SYSTEM)),
    "task.briefed": Move(("assigned",), "briefed", (HOLDER,)),
    "task.retold": Move(("briefed", "retold"), "retold", (HOLDER,)),
    "task.corrected": Move(("retold",), "briefed", (CLIENT, *DESK)),
    "task.understood": Move(("retold",), "working", (CLIENT, *DESK)),
    "task.red_line": Move(("working",), None, (HOLDER,)),
    "task.red_line_came": Move(("working",), None, (SYSTEM,)),
    "task.red_line_missed": Move(("working",), None, (SYSTEM,)),
    "task.overdue": Move(("queued", *HELD), None, (SYSTEM,)),
    "task.delivered": Move(("working",), "delivered", (HOLDER,)),
    "task.acceptance_notice": Move(("delivered",), None, (SYSTEM,), (undisputed,)),
    "task.silence_ended": Move(("delivered",), None, (SYSTEM,), (undisputed,)),
    "task.reworked": Move(("delivered",), "working", (CLIENT, *DESK), (undisputed,)),
    "task.disputed": Move(("delivered",), None, (CLIENT, *DESK), (undisputed,)),
    "task.resolved": Move(("delivered", "cancelled"), None, DESK, (undecided,)),
    "task.settled": Move(("delivered",), "accepted", (CLIENT, *DESK), (undisputed,)),
    "task.accepted": Move(("delivered",), "accepted", (CLIENT, *DESK, SYSTEM), (undisputed,)),
    "task.asked": Move(("received", "triage", "queued", *HELD), None, (HOLDER, *DESK)),
    "task.answered": Move(OPEN, None, (CLIENT, *DESK)),
    "task.changed": Move((*BEFORE_WORK, "working"), None, (CLIENT, *DESK)),
    "task.cancelled": Move(OPEN, "cancelled", (CLIENT, *DESK)),
    "task.praised": Move(("accepted", "closed"), "closed", (CLIENT, *DESK)),
    "task.closed": Move(("accepted",), "closed", (SYSTEM, *DESK)),
}
# Things that happen beside a task's state; they carry no move.
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


def may(task: Task, kind: str, by: Actor) -> bool:
    """Whether this actor ever may do this to this task, whatever its state (who, not when)."""
    allowed = MOVES[kind].who
    holds = by.kind == ASSISTANT and task.holder_id is not None and task.holder_id == by.person_id
    return (by.kind in allowed or (HOLDER in allowed and holds)) and not own_work(task, kind, by)


def adds_to(task: Task, by: Actor) -> None:
    """Words and files: an assistant adds to what they hold. Raises NotAllowed."""
    if by.kind == ASSISTANT and task.holder_id != by.person_id:
        raise NotAllowed(str(_l("This is not yours to do.")))


def own_work(task: Task, kind: str, by: Actor) -> bool:
    """Who is staff and client at once never speaks for the client on a task that they hold."""
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


def possible(task: Task, by: Actor) -> set[str]:
    """The kinds of event that this actor could bring about now; pages show just these buttons."""
    return {
        kind
        for kind, move in MOVES.items()
        if task.state in move.sources and may(task, kind, by) and not missing(task, kind)
    }


def missing(task: Task, kind: str) -> list[str]:
    """What must be there first, in sentences."""
    return [lack for need in MOVES[kind].needs if (lack := need(task))]


def check_ready(task: Task, kind: str) -> None:
    """Raises NotReady with what is missing."""
    if lacks := missing(task, kind):
        raise NotReady(" ".join(lacks), missing=lacks)
