"""Validation of a verdict on a delivery and of an operator's decision, before anything changes."""

from __future__ import annotations

from flask_babel import gettext as _

from service.core.errors import InvalidInput
from service.core.event_kinds import EventKind
from service.tasks import bounds

SUCCESS = 80
OUTCOMES = ("rework", "settle", "accept", "cancel")
KINDS = {
    "rework": EventKind.TASK_REWORKED,
    "settle": EventKind.TASK_SETTLED,
    "dispute": EventKind.TASK_DISPUTED,
}


def kind_for(score: int | None, then: str | None) -> EventKind:
    """Return the kind of event for a verdict on a delivery. Raises InvalidInput by field."""
    if score is not None and not 0 <= score <= 100:
        raise InvalidInput({"score": _("Enter a score from 0 to 100")})
    if then and then not in KINDS:
        raise InvalidInput(
            {"then": _("Choose: send for rework, pay a share, or let an operator decide")}
        )
    if then:
        _check_below(score, then)
    elif score is not None and score < SUCCESS:
        raise InvalidInput(
            {
                "then": _(
                    "For a score below 80 %, choose: send for rework, pay that share, or let an "
                    "operator decide"
                )
            }
        )
    return KINDS[then] if then else EventKind.TASK_ACCEPTED


def _check_below(score: int | None, then: str) -> None:
    if score is not None and score >= SUCCESS:
        raise InvalidInput(
            {
                "score": _(
                    "A score of 80 or more means acceptance. Enter a score below 80, or "
                    "accept the work."
                )
            }
        )
    if then == "settle" and score is None:
        raise InvalidInput(
            {"score": _("Enter a score below 80: that share of the price is charged")}
        )


def check_resolution(outcome: str, reason: str, score: int | None, *, stopped: bool) -> None:
    """Check an operator's decision, about a delivery or the price of a stopped task. Raises
    InvalidInput."""
    if stopped and outcome not in ("settle", "cancel"):
        raise InvalidInput(
            {"outcome": _("This task was cancelled: settle its price, or charge nothing")}
        )
    if outcome not in OUTCOMES:
        raise InvalidInput({"outcome": _("Use rework, settle, accept or cancel")})
    if not bounds.RESOLUTION_REASON.allows(reason):
        raise InvalidInput({"reason": _("Enter a reason, 1 to 2,000 characters")})
    if wrong := _wrong_figure(outcome, score):
        raise InvalidInput({"score": wrong})


def _wrong_figure(outcome: str, score: int | None) -> str | None:
    if outcome == "settle" and (score is None or not 0 <= score <= 100):
        return _("To settle, enter a score from 0 to 100: that share of the price is charged")
    if score is not None and outcome == "accept" and not SUCCESS <= score <= 100:
        return _("To accept, leave the score empty or enter 80 to 100")
    if score is not None and outcome == "rework" and not 0 <= score < SUCCESS:
        return _("For rework, leave the score empty or enter one below 80")
    return None
