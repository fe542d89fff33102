"""What happened and what comes next, in words people read: events, moves, badges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from service.core.text import apart
from service.core.time import minute, now
from service.tasks import left_out
from service.tasks.events import Event
from service.tasks.pauses import COUNTING_STATES
from service.tasks.task import Task

# From here on a red line is said to come.
NEAR = timedelta(hours=2)
EVENTS = {
    "task.received": _l("handed over"),
    "task.unsure": _l("laid before an operator"),
    "task.queued": _l("put into the queue"),
    "task.refused": _l("refused"),
    "task.deleted": _l("dropped"),
    "task.done_at_once": _l("answered at once"),
    "task.claimed": _l("taken on"),
    "task.assigned": _l("given to an assistant"),
    "task.given_back": _l("given back to the queue"),
    "task.briefed": _l("brief gone through"),
    "task.retold": _l("retelling sent, clock stopped"),
    "task.corrected": _l("retelling corrected"),
    "task.understood": _l("retelling confirmed, work begins"),
    "task.red_line": _l("reported at the red line"),
    "task.red_line_came": _l("the red line came"),
    "task.red_line_missed": _l("no report at the red line"),
    "task.overdue": _l("the dead line passed"),
    "task.delivered": _l("delivered"),
    "task.acceptance_notice": _l("reminded to accept"),
    "task.reworked": _l("sent back for rework"),
    "task.disputed": _l("disputed"),
    "task.resolved": _l("decided by an operator"),
    "task.silence_ended": _l("no reply, sent to an operator"),
    "task.settled": _l("settled at the score"),
    "task.accepted": _l("accepted"),
    "task.asked": _l("question asked, clock stopped"),
    "task.split": _l("split in two"),
    "task.split_off": _l("split off"),
    "task.triage_undone": _l("decision taken back"),
    "task.unclaimed": _l("put back at once"),
    "task.answered": _l("question answered"),
    "task.changed": _l("parameters changed"),
    "task.cancelled": _l("stopped"),
    "task.praised": _l("thanked"),
    "task.closed": _l("closed"),
    "task.message": _l("a message written"),
    "task.file": _l("a file added"),
    "task.file_left_out": _l("files that could not be kept"),
    "task.noted": _l("noted"),
    "task.lesson": _l("proposed a line for the handbook"),
    "task.lesson_accepted": _l("the line is in the handbook"),
    "task.lesson_dropped": _l("the line was not taken into the handbook"),
    "task.thanked": _l("thanked"),
    "message.written": _l("a message sent out"),
    "charge.made": _l("charged"),
    "charge.paid": _l("paid"),
    "charge.failed": _l("the payment did not go through"),
    "inbound.kept": _l("a message came in"),
    "inbound.strange": _l("a message from nobody known"),
    "inbound.media": _l("pictures came with a text"),
    "company.limited": _l("limits set"),
    "company.invited": _l("somebody invited"),
    "person.welcomed": _l("welcomed"),
    "person.reset": _l("asked for a new password"),
    "address.claimed": _l("gave an address"),
}
# Events that may carry a score that somebody said.
JUDGED = ("task.accepted", "task.settled", "task.reworked", "task.disputed", "task.resolved")
# What people see of a task's history; the rest is for operators.
QUIET = ("message.written", "task.acceptance_notice", "task.red_line_came", "task.red_line_missed")
STEP_NAMES = (
    _l("Analysis"),
    _l("Parameters"),
    _l("Who does it"),
    _l("Briefing"),
    _l("Retelling"),
    _l("Red line"),
    _l("Acceptance"),
    _l("A look back"),
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
# How it stands with what goes out and comes in, and with a charge; roles of people.
HANDED = {
    "kept": _l("waits"),
    "sending": _l("on its way"),
    "sent": _l("sent"),
    "delivered": _l("arrived"),
    "failed": _l("not sent"),
    "held": _l("on hold"),
    "handing": _l("on its way"),
    "unknown": _l("not known whether it was sent"),
    "discarded": _l("discarded"),
    "worked": _l("understood"),
    "needs_person": _l("waits for a person"),
    "dropped": _l("set aside"),
    "open": _l("open"),
    "paying": _l("being paid"),
    "paid": _l("paid"),
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
    """A short word with a tone: is-yours, is-near, is-late or none, and an icon."""

    text: str
    tone: str = ""
    icon: str = ""


def event_words(event: Event) -> str:
    """What happened, as a phrase."""
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
        return _("accepted, as nobody replied in the agreed time")
    return words


def _left_out(event: Event) -> str:
    noted = left_out.lines(event)
    return ngettext(
        "%(num)s file was not kept: %(files)s",
        "%(num)s files were not kept: %(files)s",
        len(noted),
        files="; ".join(noted),
    )


def badge(task: Task, reader: str) -> Badge:
    """What a list says of a task to this reader (client, assistant, operator)."""
    if (
        task.deadline_at
        and task.state in COUNTING_STATES
        and task.deadline_at < now()
        and not task.waiting_since
    ):
        return Badge(_("%(time)s late", time=late_by(task.deadline_at)), "is-late", "clock-alert")
    if task.disputed_at:
        return Badge(_("Disputed"), "is-late", "triangle-alert")
    if task.waiting_for == "operator" and (reader != "client" or task.state == "cancelled"):
        return Badge(
            _("Waits for an operator"), "" if reader == "client" else "is-late", "triangle-alert"
        )
    if task.waiting_for == "client" or task.state == "delivered":
        return (
            Badge(_("Waits for you"), "is-yours")
            if reader == "client"
            else Badge(_("Waits for the client"), "", "circle-pause")
        )
    if reader == "assistant" and task.state in ("assigned", "briefed"):
        return Badge(_("Your move"), "is-yours")
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
        return Badge(_("Off course"), "is-near", "flag")
    return Badge(str(STATE_WORDS[task.state]))


def late_by(deadline: datetime) -> str:
    """How late something is, by the minutes of the clock, so that all places of a page say the
    same."""
    return span(minute(now()) - minute(deadline))


def span(value: timedelta) -> str:
    """How long, in its two greatest parts: "1 h 10", "3 d 4 h", "25 min"."""
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


STATE_WORDS = {
    "received": _l("Being read"),
    "triage": _l("Being read"),
    "queued": _l("Choosing"),
    "assigned": _l("Briefing"),
    "briefed": _l("Retelling"),
    "retold": _l("Retold"),
    "working": _l("Under way"),
    "delivered": _l("Delivered"),
    "accepted": _l("Done"),
    "closed": _l("Closed"),
    "refused": _l("Refused"),
    "deleted": _l("Dropped"),
    "cancelled": _l("Stopped"),
}


# How many of them there are: a tile of the desk or a chip of the board says it with a number;
# `client` and what follows are the board's views.
STATE_COUNTS = {
    "received": _l("Just in"),
    "triage": _l("In triage"),
    "queued": _l("In the queue"),
    "assigned": _l("With an assistant"),
    "briefed": _l("Brief read"),
    "retold": _l("Told back"),
    "working": _l("At work"),
    "delivered": _l("Handed in"),
    "client": _l("Client’s turn"),
    "red": _l("Red line soon"),
    "late": _l("Overdue"),
    "disputed": _l("In dispute"),
}


def client_move(task: Task, holder: str) -> tuple[bool, str]:
    """Whether the move is the client's, and what the move is, in a sentence."""
    name = apart(holder) or _("the assistant")
    if task.disputed_at:
        return False, _("An operator looks into the dispute and answers you.")
    if task.state == "retold":
        return True, _("Confirm how %(name)s understood the task.", name=name)
    if task.waiting_for == "client":
        return True, _("Answer what %(name)s asks.", name=name)
    if task.state == "delivered" and task.waiting_for == "operator":
        return True, _("Nobody replied in time, so an operator decides, unless you choose first.")
    if task.state == "delivered":
        return True, _("Look at the delivery and score it.")
    if task.waiting_for == "operator":
        return False, _("An operator decides what is charged, and writes to you.")
    return False, {
        "received": _("We read your task."),
        "triage": _("Somebody reads your task and decides who should do it."),
        "queued": _("We choose the right assistant."),
        "assigned": _("%(name)s goes through the brief.", name=name),
        "briefed": _("%(name)s writes down how the task was understood.", name=name),
        "working": _("%(name)s is at work.", name=name),
        "accepted": _("Done. A word of thanks is never too much."),
        "closed": _("Done and closed."),
        "refused": _("We cannot take this one."),
        "deleted": _("This task was dropped."),
        "cancelled": _("This task was stopped."),
    }.get(task.state, "")
