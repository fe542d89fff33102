"""The eight steps as calls: each is one resource below its task, and answers with the task as it
stands then."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _
from sqlalchemy import select

from service.api import access, bodies, reading, responses
from service.api.access import DESK, STAFF, me
from service.core.errors import InvalidInput
from service.tasks import acceptance as acceptance_step
from service.tasks import analysis, cancelling, red_line, review, understanding
from service.tasks import assignment as assignment_step
from service.tasks import briefing as briefings
from service.tasks import delivery as delivery_step
from service.tasks.task import Task, find
from service.tasks.understanding import Proposal
from tenants.addresses import Address, BadAddress, tidy
from tenants.isolation import db


@access.requires_staff(*DESK)
@reading.takes(bodies.Decision)
def triage(task: int, body: bodies.Decision) -> Response:
    """Step 1: delegate the task, do it right away, delete it or refuse it; the client reads the
    reason.
    """
    found = find(task)
    analysis.decide(found, me(), body.decision, body.category, body.reason)
    return responses.reply_task(found)


@access.requires_staff(*STAFF)
@reading.takes(bodies.Why)
def give_back(task: int, body: bodies.Why) -> Response:
    """Return the task to the queue."""
    found = find(task)
    details = responses.details_of([found])  # who gives a task back may not see it afterwards
    assignment_step.give_back(found, me(), body.reason)
    return responses.reply(responses.task(found, details), ETag=responses.etag(found.version))


@access.requires_staff(*DESK)
@reading.takes(bodies.Assignment)
def assignment(task: int, body: bodies.Assignment) -> Response:
    """Step 3: assign the task to an assistant."""
    found = find(task)
    assignment_step.assign(found, me(), _assistant(body))
    return responses.reply_task(found)


@access.requires_staff("assistant")
@reading.takes(bodies.Nothing)
def claim(task: int, body: bodies.Nothing) -> Response:
    """Step 3: take the task from the queue; 409 if someone was faster or you are at your limit."""
    found = assignment_step.find_to_claim(task, me())
    assignment_step.claim(found, me())
    return responses.reply_task(found)


@access.requires_staff("assistant")
@reading.takes(bodies.Nothing)
def briefing(task: int, body: bodies.Nothing) -> Response:
    """Step 4: mark the brief as read."""
    found = find(task)
    briefings.brief(found, me())
    return responses.reply_task(found)


@access.requires_staff("assistant")
@reading.takes(bodies.NewRetelling)
def retelling(task: int, body: bodies.NewRetelling) -> Response:
    """Step 5: retell the task in your own words, optionally with another option; the task waits for
    the client.
    """
    found = find(task)
    understanding.retell(
        found,
        me(),
        body.text,
        body.plan,
        _proposal(found, body.proposal),
        body.quantity,
        [(point.words, point.exact) for point in body.differences],
    )
    return responses.reply_task(found)


@access.requires_client_or_staff(*DESK)
@reading.takes(bodies.Verdict)
def verdict(task: int, body: bodies.Verdict) -> Response:
    """Step 5: confirm or correct the retelling you saw; 409 if there is a newer one."""
    found = find(task)
    if body.verdict == "corrected":
        understanding.correct(found, me(), body.retelling, body.note)
    else:
        understanding.confirm(
            found, me(), body.retelling, proposal=body.verdict == "proposal_accepted"
        )
    return responses.reply_task(found)


@access.requires_staff("assistant")
@reading.takes(bodies.RedLine)
def red_line_report(task: int, body: bodies.RedLine) -> Response:
    """Step 6: report progress in percent, whether it is on schedule, and what help is needed."""
    found = find(task)
    red_line.report(found, me(), body.progress, on_time=body.on_time, help_=body.help)
    return responses.reply_task(found)


@access.requires_staff("assistant")
@reading.takes(bodies.Delivery)
def delivery(task: int, body: bodies.Delivery) -> Response:
    """Step 7: deliver, with an answer for each criterion; needs a red line report first."""
    found = find(task)
    delivery_step.deliver(found, me(), body.text, [one.model_dump() for one in body.criteria])
    return responses.reply_task(found)


@access.requires_client_or_staff(*DESK)
@reading.takes(bodies.Score)
def acceptance(task: int, body: bodies.Score) -> Response:
    """Step 7: accept the delivery; below 80, choose rework, settlement at the score or a
    dispute."""
    found = find(task)
    acceptance_step.accept(found, me(), body.score, body.comment, body.then)
    return responses.reply_task(found)


@access.requires_staff(*DESK)
@reading.takes(bodies.Resolution)
def resolution(task: int, body: bodies.Resolution) -> Response:
    """Decide, as an operator, a dispute or what `waiting_for: operator` leaves open."""
    found = find(task)
    acceptance_step.resolve(found, me(), body.outcome, body.reason, body.score)
    return responses.reply_task(found)


@access.requires_client_or_staff(*DESK)
@reading.takes(bodies.Thanks)
def praise(task: int, body: bodies.Thanks) -> Response:
    """Step 8: thank the assistant, optionally with a tip; this closes the task."""
    found = find(task)
    if wrong := bodies.amount_of(body.tip, found.currency, "tip"):
        raise InvalidInput(wrong)
    review.praise(found, me(), body.text, body.tip.amount if body.tip else None)
    return responses.reply_task(found)


@access.requires_client_or_staff(*DESK)
@reading.takes(bodies.Stop)
def cancellation(task: int, body: bodies.Stop) -> Response:
    """Cancel the task; the price is then that of the work done, or 0 until an operator decides on a
    delivery in doubt.
    """
    found = find(task)
    cancelling.cancel(found, me(), body.reason)
    return responses.reply_task(found)


def _assistant(body: bodies.Assignment) -> int:
    """The person of this address. Raises InvalidInput."""
    if body.team is not None or body.auto is not None:
        field = "team" if body.team is not None else "auto"
        raise InvalidInput(
            {field: _("Teams and automatic assignment are not available yet. Name an assistant.")}
        )
    found = _owner_of(body.assistant) if body.assistant else None
    if found is None:
        raise InvalidInput({"assistant": _("Enter the assistant's email address")})
    return found


def _owner_of(email: str) -> int | None:
    try:
        plain = tidy("email", email)
    except BadAddress:
        return None
    return db.session.scalar(
        select(Address.person_id).where(
            Address.kind == "email", Address.value == plain, Address.verified_at.is_not(None)
        )
    )


def _proposal(found: Task, offered: bodies.Another | None) -> Proposal | None:
    if offered is None:
        return None
    if wrong := bodies.amount_of(offered.price, found.currency, "proposal.price"):
        raise InvalidInput(wrong)
    return Proposal(offered.text, offered.price.amount, offered.deadline_at)
