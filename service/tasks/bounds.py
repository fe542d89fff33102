"""How long texts may be, in characters: written once, for REST, for pages and for the steps."""

from __future__ import annotations

from typing import NamedTuple


class Length(NamedTuple):
    """The fewest and the most characters of a text, its ends stripped."""

    least: int
    most: int

    def allows(self, text: str) -> bool:
        """Return whether a text is neither too short nor too long."""
        return self.least <= len(text.strip()) <= self.most


TASK_TEXT = Length(1, 20_000)
OUTCOME = Length(0, 5_000)
CRITERION = Length(1, 500)
DECISION_REASON = Length(1, 2_000)
RETURN_REASON = Length(3, 1_000)
RETELLING = Length(10, 10_000)
PLAN = Length(0, 10_000)
PROPOSAL = Length(1, 5_000)
CLARIFIED = Length(1, 300)
CORRECTION = Length(1, 5_000)
HELP = Length(0, 5_000)
DELIVERY = Length(3, 50_000)
CRITERION_NOTE = Length(0, 1_000)
COMMENT = Length(0, 5_000)
RESOLUTION_REASON = Length(1, 2_000)
PRAISE = Length(1, 2_000)
CANCEL_REASON = Length(0, 2_000)
QUESTION = Length(3, 2_000)
OPTION = Length(1, 200)
ANSWER = Length(1, 5_000)
MESSAGE = Length(1, 10_000)
