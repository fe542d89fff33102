"""Texts for events, next steps and badges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel import ngettext

from service.core.text import apart
from service.core.time import minute, now
from service.tasks import left_out
from service.tasks.events import Event
from service.tasks.pauses import COUNTING_STATES
from service.tasks.states import CLIENT_STATE_NAMES, STATE_NAMES
from service.tasks.task import Task

# From this time before it, a red line counts as near.
NEAR = timedelta(hours=2)
EVENTS = {
    "task.received": _l("handed over"),
    "task.unsure": _l("sent to an operator"),
    "task.queued": _l("added to the queue"),
    "task.refused": _l("declined"),
    "task.deleted": _l("dropped"),
    "task.done_at_once": _l("answered right away"),
    "task.claimed": _l("taken"),
    "task.assigned": _l("assigned to an assistant"),
    "task.given_back": _l("returned to the queue"),
    "task.briefed": _l("brief read"),
    "task.retold": _l("retelling sent, deadline paused"),
    "task.corrected": _l("retelling corrected"),
    "task.understood": _l("retelling confirmed, work started"),
    "task.red_line": _l("red line report"),
    "task.red_line_came": _l("red line reached"),
    "task.red_line_missed": _l("no red line report"),
    "task.overdue": _l("deadline passed"),
    "task.delivered": _l("delivered"),
    "task.acceptance_notice": _l("acceptance reminder sent"),
    "task.reworked": _l("sent back for rework"),
    "task.disputed": _l("disputed"),
    "task.resolved": _l("decided by an operator"),
    "task.silence_ended": _l("no reply, sent to an operator"),
    "task.settled": _l("settled by score"),
    "task.accepted": _l("accepted"),
    "task.asked": _l("question asked, deadline paused"),
    "task.split": _l("split in two"),
    "task.split_off": _l("split off"),
    "task.triage_undone": _l("decision undone"),
    "task.unclaimed": _l("returned right away"),
    "task.answered": _l("question answered"),
    "task.changed": _l("parameters changed"),
    "task.cancelled": _l("cancelled"),
    "task.praised": _l("thanks sent"),
    "task.closed": _l("closed"),
    "task.message": _l("message sent"),
    "task.file": _l("file added"),
    "task.file_left_out": _l("files that were not saved"),
    "task.noted": _l("note added"),
    "task.lesson": _l("handbook line suggested"),
    "task.lesson_accepted": _l("handbook line added"),
    "task.lesson_dropped": _l("handbook line dismissed"),
    "task.thanked": _l("thanks sent"),
    "message.written": _l("notification sent"),
    "charge.made": _l("charged"),
    "charge.paid": _l("paid"),
    "charge.failed": _l("payment failed"),
    "inbound.kept": _l("message received"),
    "inbound.strange": _l("unknown sender"),
    "inbound.media": _l("pictures received with a text"),
    "company.limited": _l("limits changed"),
    "company.invited": _l("invitation sent"),
    "person.welcomed": _l("welcome sent"),
    "person.reset": _l("new password requested"),
    "address.claimed": _l("address added"),
}
# Events that may carry a score.
JUDGED = ("task.accepted", "task.settled", "task.reworked", "task.disputed", "task.resolved")
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
    "received": 1,
    "triage": 1,
    "queued": 3,
    "assigned": 4,
    "briefed": 5,
    "retold": 5,
    "working": 6,
    "delivered": 7,
    "accepted": 8,
    "closed": 9,
    "refused": 0,
    "deleted": 0,
    "cancelled": 0,
}
CHANNELS = {
    "web": _l("on the site"),
    "rest": _l("by API"),
    "email": _l("by email"),
    "sms": _l("by SMS"),
    "voice": _l("by phone"),
    "push": _l("push"),
}
# States of outbound and inbound messages and of charges; roles of people.
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
    words = str(EVENTS[event.kind])
    if event.kind == "task.red_line":
        return f"{words}: {event.facts.get('progress', '')} %"
    if event.kind == "task.file_left_out":
        return _left_out(event)
    if event.kind == "task.split":
        return _("split in two, the second part is task %(number)s", number=event.facts["into"])
    if event.kind == "task.split_off":
        return _("split off from task %(number)s", number=event.facts["of"])
    if event.kind in JUDGED and event.facts.get("score") is not None:
        return f"{words}: {event.facts['score']} %"
    if event.kind == "task.accepted" and event.facts.get("silent"):
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
    if task.waiting_for == "operator" and (reader != "client" or task.state == "cancelled"):
        return Badge(
            _("Waiting for an operator"), "" if reader == "client" else "is-late", "triangle-alert"
        )
    names = CLIENT_STATE_NAMES if reader == "client" else STATE_NAMES
    if task.state in ("retold", "delivered"):
        look, icon = ("is-yours", "") if reader == "client" else ("", "circle-pause")
        return Badge(str(names[task.state]), look, icon)
    if task.waiting_for == "client":
        return (
            Badge(_("Paused, waiting for you"), "is-yours")
            if reader == "client"
            else Badge(_("Paused, waiting for the client"), "", "circle-pause")
        )
    if reader == "assistant" and task.state in ("assigned", "briefed"):
        return Badge(_("Your turn"), "is-yours")
    if (
        task.state == "working"
        and task.red_line_at
        and timedelta(0) < task.red_line_at - now() < NEAR
    ):
        return Badge(
            _("Red line in %(time)s", time=span(minute(task.red_line_at) - minute(now()))),
            "is-near",
            "flag",
        )
    if reader != "client" and task.off_course_at and task.state == "working":
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


# Labels beside the counts of tiles and chips: states, and the board's views.
STATE_COUNTS = {
    **STATE_NAMES,
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
    if task.state == "retold":
        return True, _("Confirm how %(name)s understood the task.", name=name)
    if task.waiting_for == "client":
        return True, _("%(name)s has a question for you.", name=name)
    if task.state == "delivered" and task.waiting_for == "operator":
        return True, _("No reply in time, so an operator decides, unless you choose first.")
    if task.state == "delivered":
        return True, _("Review the delivery and score it.")
    if task.waiting_for == "operator":
        return False, _("An operator will decide the charge and write to you.")
    return False, {
        "received": _("We are reading your task."),
        "triage": _("We are reading your task and deciding who should do it."),
        "queued": _("We are choosing an assistant."),
        "assigned": _("%(name)s is reading the brief.", name=name),
        "briefed": _("%(name)s is writing how they understood the task.", name=name),
        "working": _("%(name)s is working on it.", name=name),
        "accepted": _("Done. You can thank the assistant."),
        "closed": _("Done and closed."),
        "refused": _("We cannot take this one."),
        "deleted": _("This task was dropped."),
        "cancelled": _("This task was cancelled."),
    }.get(task.state, "")
