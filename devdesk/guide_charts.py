"""Sample charts of the style guide, drawn by the same code as the pages' charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.insight.shapes import Bars, Shares, Steps
from service.insight.spending import Kind, Month, Spending
from service.insight.success import Group, Step
from service.web.charts import money, success

AMOUNTS = (64000, 91000, 78000, 112000, 134000, 108000, 86000, 42000, 51000, 148000, 173120, 128460)
KINDS = (
    ("research", 57600, 6),
    ("telemarketing", 45000, 9),
    ("copywriting", 39000, 5),
    ("accounting", 36000, 3),
)


@dataclass(frozen=True)
class Samples:
    """One chart of each kind."""

    months: Bars
    kinds: Shares
    success: Shares
    steps: Steps


def samples() -> Samples:
    """Return twelve months of spending, categories, success, and success by step of the method."""
    spent = Spending(
        [Month(date(2026, n, 1), amount, amount // 12000) for n, amount in enumerate(AMOUNTS, 1)],
        [Kind(*kind) for kind in KINDS],
    )
    groups = [_group("research", 40, 36), _group("legal", 12, 7)]
    return Samples(
        money.by_month(spent, "EUR"),
        money.by_kind(spent, "EUR"),
        success.by_category(_group(None, 52, 43), groups),
        success.of_steps(
            [Step("criteria", groups[0], groups[1]), Step("reported", _group(None, 30, 27), None)]
        ),
    )


def _group(key: str | None, accepted: int, good: int) -> Group:
    return Group(
        key=key,
        accepted=accepted,
        successful=good,
        score=round(100 * good / accepted, 1),
        late=accepted - good,
        below=1,
        red_line_late=2,
        corrected=1,
        usual_criterion=3,
        asked=4,
        urgent=2,
        waited_s=5400,
    )
