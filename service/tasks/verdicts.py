"""What a word on a delivery, and an operator's decision, may say; checked before anything
changes."""

from __future__ import annotations

from flask_babel import gettext as _

from service.core.errors import InvalidInput

SUCCESS = 80
OUTCOMES = ("rework", "settle", "accept", "cancel")
KINDS = {"rework": "task.reworked", "settle": "task.settled", "dispute": "task.disputed"}


def kind_for(score: int | None, then: str | None) -> str:
    """Return the kind of event of a word on a delivery. Raises InvalidInput by field."""
    if score is not None and not 0 <= score <= 100:
        raise InvalidInput({"score": _("The score is between 0 and 100.")})
    if then and then not in KINDS:
        raise InvalidInput(
            {"then": _("Choose: have it reworked, pay a share, or let an operator decide.")}
        )
    if then:
        _check_below(score, then)
    elif score is not None and score < SUCCESS:
        raise InvalidInput(
            {
                "then": _(
                    "Below 80 %, choose: have it reworked, pay that share,"
                    " or let an operator decide."
                )
            }
        )
    return KINDS[then] if then else "task.accepted"


def _check_below(score: int | None, then: str) -> None:
    if score is not None and score >= SUCCESS:
        raise InvalidInput(
            {"score": _("80 % and more accepts the work. Give a figure below 80, or accept it.")}
        )
    if then == "settle" and score is None:
        raise InvalidInput(
            {"score": _("Give a figure below 80: that share of the price is charged.")}
        )


def check_resolution(outcome: str, reason: str, score: int | None, *, stopped: bool) -> None:
    """Check an operator's decision, of a delivery or of the price of a stopped task. Raises
    InvalidInput."""
    if stopped and outcome not in ("settle", "cancel"):
        raise InvalidInput({"outcome": _("This task was stopped: settle its price, or cancel it.")})
    if outcome not in OUTCOMES:
        raise InvalidInput({"outcome": _("The outcome is rework, settle, accept or cancel.")})
    if not 0 < len(reason.strip()) <= 2000:
        raise InvalidInput({"reason": _("Give a reason in 1 to 2,000 characters.")})
    if wrong := _wrong_figure(outcome, score):
        raise InvalidInput({"score": wrong})


def _wrong_figure(outcome: str, score: int | None) -> str | None:
    if outcome == "settle" and (score is None or not 0 <= score <= 100):
        return _("To settle, give a figure from 0 to 100: that share of the price is charged.")
    if score is not None and outcome == "accept" and not SUCCESS <= score <= 100:
        return _("To accept, give no figure or one from 80 to 100.")
    if score is not None and outcome == "rework" and not 0 <= score < SUCCESS:
        return _("For rework, give no figure or one below 80.")
    return None
