"""Texts for events, next steps and badges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from service.core.event_kinds import EventKind
from service.core.text import apart
from service.core.time import minute, now
from service.tasks import left_out
from service.tasks.events import Event
from service.tasks.pauses import COUNTING_STATES
from service.tasks.states import CLIENT_STATE_NAMES, STATE_NAMES
from service.tasks.task import Task
from service.tasks.task_state import TaskState

# From here on a red line is said to come.
NEAR = timedelta(hours=2)
EVENTS = {
    EventKind.TASK_RECEIVED: _l("handed over"),
    EventKind.TASK_UNSURE: _l("sent to an operator"),
    EventKind.TASK_QUEUED: _l("added to the queue"),
    EventKind.TASK_REFUSED: _l("declined"),
    EventKind.TASK_DELETED: _l("dropped"),
    EventKind.TASK_DONE_AT_ONCE: _l("answered right away"),
    EventKind.TASK_CLAIMED: _l("taken"),
    EventKind.TASK_ASSIGNED: _l("assigned to an assistant"),
    EventKind.TASK_GIVEN_BACK: _l("returned to the queue"),
    EventKind.TASK_BRIEFED: _l("brief read"),
    EventKind.TASK_RETOLD: _l("retelling sent, deadline paused"),
    EventKind.TASK_CORRECTED: _l("retelling corrected"),
    EventKind.TASK_UNDERSTOOD: _l("retelling confirmed, work started"),
    EventKind.TASK_RED_LINE: _l("red line report"),
    EventKind.TASK_RED_LINE_CAME: _l("red line reached"),
    EventKind.TASK_RED_LINE_MISSED: _l("no red line report"),
    EventKind.TASK_OVERDUE: _l("deadline passed"),
    EventKind.TASK_DELIVERED: _l("delivered"),
    EventKind.TASK_ACCEPTANCE_NOTICE: _l("acceptance reminder sent"),
    EventKind.TASK_REWORKED: _l("sent back for rework"),
    EventKind.TASK_DISPUTED: _l("disputed"),
    EventKind.TASK_RESOLVED: _l("decided by an operator"),
    EventKind.TASK_SILENCE_ENDED: _l("no reply, sent to an operator"),
    EventKind.TASK_SETTLED: _l("settled by score"),
    EventKind.TASK_ACCEPTED: _l("accepted"),
    EventKind.TASK_ASKED: _l("question asked, deadline paused"),
    EventKind.TASK_SPLIT: _l("split in two"),
    EventKind.TASK_SPLIT_OFF: _l("split off"),
    EventKind.TASK_TRIAGE_UNDONE: _l("decision undone"),
    EventKind.TASK_UNCLAIMED: _l("returned right away"),
    EventKind.TASK_ANSWERED: _l("question answered"),
    EventKind.TASK_CHANGED: _l("parameters changed"),
    EventKind.TASK_CANCELLED: _l("cancelled"),
    EventKind.TASK_PRAISED: _l("thanks sent"),
    EventKind.TASK_CLOSED: _l("closed"),
    EventKind.TASK_MESSAGE: _l("message sent"),
    EventKind.TASK_FILE: _l("file added"),
    EventKind.TASK_FILE_LEFT_OUT: _l("files that were not saved"),
    EventKind.TASK_NOTED: _l("note added"),
    EventKind.TASK_LESSON: _l("handbook line suggested"),
    EventKind.TASK_LESSON_ACCEPTED: _l("handbook line added"),
    EventKind.TASK_LESSON_DROPPED: _l("handbook line dismissed"),
    EventKind.TASK_THANKED: _l("thanks sent"),
    EventKind.MESSAGE_WRITTEN: _l("notification sent"),
    EventKind.CHARGE_MADE: _l("charged"),
    EventKind.CHARGE_PAID: _l("paid"),
    EventKind.CHARGE_FAILED: _l("payment failed"),
    EventKind.INBOUND_KEPT: _l("message received"),
    EventKind.INBOUND_STRANGE: _l("unknown sender"),
    EventKind.INBOUND_MEDIA: _l("pictures received with a text"),
    EventKind.COMPANY_LIMITED: _l("limits changed"),
    EventKind.COMPANY_INVITED: _l("invitation sent"),
    EventKind.PERSON_WELCOMED: _l("welcome sent"),
    EventKind.PERSON_RESET: _l("new password requested"),
    EventKind.ADDRESS_CLAIMED: _l("address added"),
}
# Events that may carry a score that somebody said.
JUDGED = (
    EventKind.TASK_ACCEPTED,
    EventKind.TASK_SETTLED,
    EventKind.TASK_REWORKED,
    EventKind.TASK_DISPUTED,
    EventKind.TASK_RESOLVED,
)
STEP_NAMES = (
    _l("Triage"),
    _l("Parameters"),
    _l("Assignment"),
    _l("Briefing"),
    _l("Understanding"),
    _l("Red line"),
    _l("Acceptance"),
    _l("Review"),
)
STEP_OF = {
    TaskState.RECEIVED: 1,
    TaskState.TRIAGE: 1,
    TaskState.QUEUED: 3,
    TaskState.ASSIGNED: 4,
    TaskState.BRIEFED: 5,
    TaskState.RETOLD: 5,
    TaskState.WORKING: 6,
    TaskState.DELIVERED: 7,
    TaskState.ACCEPTED: 8,
    TaskState.CLOSED: 9,
    TaskState.REFUSED: 0,
    TaskState.DELETED: 0,
    TaskState.CANCELLED: 0,
}
# How it stands with what goes out and comes in, and with a charge; roles of people.
MESSAGE_STATES = {
    "kept": _lp("message", "Waiting"),
    "sending": _lp("message", "Sending"),
    "handing": _lp("message", "Sending"),
    "sent": _lp("message", "Sent"),
    "delivered": _lp("message", "Delivered"),
    "failed": _lp("message", "Failed"),
    "held": _lp("message", "On hold"),
    "unknown": _lp("message", "May not have been sent"),
    "discarded": _lp("message", "Discarded"),
}
INBOUND_STATES = {
    "kept": _lp("inbound message", "Received"),
    "worked": _lp("inbound message", "Processed"),
    "needs_person": _lp("inbound message", "Needs an operator"),
    "dropped": _lp("inbound message", "Set aside"),
}
CHARGE_STATES = {
    "open": _lp("charge", "Open"),
    "paying": _lp("charge", "Processing"),
    "paid": _lp("charge", "Paid"),
    "failed": _lp("charge", "Failed"),
    "held": _lp("message", "On hold"),
    "discarded": _lp("message", "Discarded"),
}
ROLES = {
    "assistant": _l("assistant"),
    "supervisor": _l("supervisor"),
    "operator": _l("operator"),
    "admin": _l("admin"),
    "owner": _l("owner"),
    "member": _l("member"),
}


@dataclass(frozen=True)
class Badge:
    """A short text with a tone (is-yours, is-near, is-late or none) and an icon."""

    text: str
    tone: str = ""
    icon: str = ""


def event_words(event: Event) -> str:
    """Return the event as a phrase."""
    words = str(EVENTS[EventKind(event.kind)])
    if event.kind == EventKind.TASK_RED_LINE:
        return f"{words}: {event.facts.get('progress', '')} %"
    if event.kind == EventKind.TASK_FILE_LEFT_OUT:
        return _left_out(event)
    if event.kind == EventKind.TASK_SPLIT:
        return _("split in two, the second part is task %(number)s", number=event.facts["into"])
    if event.kind == EventKind.TASK_SPLIT_OFF:
        return _("split off from task %(number)s", number=event.facts["of"])
    if event.kind in JUDGED and event.facts.get("score") is not None:
        return f"{words}: {event.facts['score']} %"
    if event.kind == EventKind.TASK_ACCEPTED and event.facts.get("silent"):
        return _("accepted automatically, no reply in the agreed time")
    return words


def _left_out(event: Event) -> str:
    noted = left_out.lines(event)
    return ngettext(
        "%(num)s file was not saved: %(files)s",
        "%(num)s files were not saved: %(files)s",
        len(noted),
        files="; ".join(noted),
    )


def badge(task: Task, reader: str) -> Badge:
    """Return the badge of a task in a list for this reader (client, assistant, operator)."""
    if (
        task.deadline_at
        and task.state in COUNTING_STATES
        and task.deadline_at < now()
        and not task.waiting_since
    ):
        return Badge(
            _("Overdue by %(time)s", time=late_by(task.deadline_at)), "is-late", "clock-alert"
        )
    if task.disputed_at:
        return Badge(_("Disputed"), "is-late", "triangle-alert")
    if task.waiting_for == "operator" and (reader != "client" or task.state == TaskState.CANCELLED):
        return Badge(
            _("Waiting for an operator"), "" if reader == "client" else "is-late", "triangle-alert"
        )
    names = CLIENT_STATE_NAMES if reader == "client" else STATE_NAMES
    if task.state in (TaskState.RETOLD, TaskState.DELIVERED):
        look, icon = ("is-yours", "") if reader == "client" else ("", "circle-pause")
        return Badge(str(names[task.state]), look, icon)
    if task.waiting_for == "client":
        return (
            Badge(_("Paused, waiting for you"), "is-yours")
            if reader == "client"
            else Badge(_("Paused, waiting for the client"), "", "circle-pause")
        )
    if reader == "assistant" and task.state in (TaskState.ASSIGNED, TaskState.BRIEFED):
        return Badge(_("Your turn"), "is-yours")
    if (
        task.state == TaskState.WORKING
        and task.red_line_at
        and timedelta(0) < task.red_line_at - now() < NEAR
    ):
        return Badge(
            _("Red line in %(time)s", time=span(minute(task.red_line_at) - minute(now()))),
            "is-near",
            "flag",
        )
    if reader != "client" and task.off_course_at and task.state == TaskState.WORKING:
        return Badge(_("Off track"), "is-near", "flag")
    return Badge(str(names[task.state]))


def late_by(deadline: datetime) -> str:
    """Return how late something is, in whole minutes of the clock, so that all places of a page
    agree."""
    return span(minute(now()) - minute(deadline))


def span(value: timedelta) -> str:
    """Return a duration in its two largest units: "1 h 10", "3 d 4 h", "25 min"."""
    minutes = max(0, round(value.total_seconds() / 60))
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return (
            _("%(days)s d %(hours)s h", days=days, hours=hours)
            if hours and days < 4
            else _("%(days)s d", days=days)
        )
    if hours:
        return (
            _("%(hours)s h %(minutes)02d", hours=hours, minutes=minutes % 60)
            if minutes % 60
            else _("%(hours)s h", hours=hours)
        )
    return _("%(minutes)s min", minutes=minutes)


# What a tile of the desk or a chip of the board says beside its number: states, and the board's
# views.
STATE_COUNTS: dict[str, LazyString] = {
    **{str(code): name for code, name in STATE_NAMES.items()},
    "client": _l("Waiting for the client"),
    "red": _l("Red line soon"),
    "late": _l("Overdue"),
    "disputed": _l("Disputed"),
}


def client_move(task: Task, holder: str) -> tuple[bool, str]:
    """Return whether the client acts next, and what the next step is, in a sentence."""
    name = apart(holder) or _("the assistant")
    if task.disputed_at:
        return False, _("An operator is reviewing the dispute and will write to you.")
    if task.state == TaskState.RETOLD:
        return True, _("Confirm how %(name)s understood the task.", name=name)
    if task.waiting_for == "client":
        return True, _("%(name)s has a question for you.", name=name)
    if task.state == TaskState.DELIVERED and task.waiting_for == "operator":
        return True, _("No reply in time, so an operator decides, unless you choose first.")
    if task.state == TaskState.DELIVERED:
        return True, _("Review the delivery and score it.")
    if task.waiting_for == "operator":
        return False, _("An operator will decide the charge and write to you.")
    return False, {
        TaskState.RECEIVED: _("We are reading your task."),
        TaskState.TRIAGE: _("We are reading your task and deciding who should do it."),
        TaskState.QUEUED: _("We are choosing an assistant."),
        TaskState.ASSIGNED: _("%(name)s is reading the brief.", name=name),
        TaskState.BRIEFED: _("%(name)s is writing how they understood the task.", name=name),
        TaskState.WORKING: _("%(name)s is working on it.", name=name),
        TaskState.ACCEPTED: _("Done. You can thank the assistant."),
        TaskState.CLOSED: _("Done and closed."),
        TaskState.REFUSED: _("We cannot take this one."),
        TaskState.DELETED: _("This task was dropped."),
        TaskState.CANCELLED: _("This task was cancelled."),
    }.get(task.state, "")
