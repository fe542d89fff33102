"""The elements of a chart: bars over time, shares, steps, with their positions in percent. Texts
come from the page that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Pixels from the top to the base of the bars, and the maximum height of a bar.
BASE, HIGHEST = 184, 156
# The share of its slot that a bar takes.
WIDTH = 0.62


@dataclass(frozen=True)
class Bar:
    """One bar: its label below it and in a second line, what it counts, and its row of the table:
    name and cells.

    `second` is stacked on `first` in another tone. `now` marks the current period.
    """

    label: str
    below: str
    name: str
    cells: tuple[str, ...]
    first: int
    second: int = 0
    now: bool = False


@dataclass(frozen=True)
class Drawn:
    """The position of a bar: x and width in percent, y and height in pixels."""

    bar: Bar
    x: float
    width: float
    middle: float
    first_y: float
    first_height: float
    second_y: float
    second_height: float


@dataclass(frozen=True)
class Grid:
    """A grid line across the chart, and its label."""

    y: float
    words: str


@dataclass(frozen=True)
class Bars:
    """Bars by month or week. `scale` lists the grid's heights with their labels, `heads` the
    table's columns, `legend` the two tones.

    `limit` is a line across the bars at a height, with its label; `plan` explains a second tone
    that shows what has not happened yet.
    """

    bars: Sequence[Bar]
    scale: Sequence[tuple[int, str]]
    heads: tuple[str, ...]
    caption: str
    spoken: str
    legend: tuple[str, str] | None = None
    limit: tuple[int, str] | None = None
    plan: str = ""

    @property
    def line(self) -> Grid | None:
        """Return the limit's line."""
        return Grid(self._y(self.limit[0]), self.limit[1]) if self.limit else None

    @property
    def grid(self) -> list[Grid]:
        """Return the lines of the grid."""
        return [Grid(self._y(height), words) for height, words in self.scale]

    @property
    def drawn(self) -> list[Drawn]:
        """Return each bar with its position."""
        step = 100 / max(1, len(self.bars))
        return [
            self._draw(bar, round(place * step + step * (1 - WIDTH) / 2, 2), round(step * WIDTH, 2))
            for place, bar in enumerate(self.bars)
        ]

    def _draw(self, bar: Bar, x: float, width: float) -> Drawn:
        first, both = self._y(bar.first), self._y(bar.first + bar.second)
        return Drawn(
            bar,
            x,
            width,
            round(x + width / 2, 2),
            first,
            round(BASE - first, 1),
            both,
            round(first - both, 1),
        )

    def _y(self, height: int) -> float:
        top = max((one for one, _words in self.scale), default=1)
        return round(BASE - HIGHEST * height / max(1, top), 1)


def scale(highest: int, least: int = 1) -> list[int]:
    """Return two or three round heights for a grid, the last at or above the highest bar."""
    step = least
    while step * 3 < highest:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return [step * place for place in range(1, max(1, -(-highest // step)) + 1)]


@dataclass(frozen=True)
class Share:
    """One horizontal bar from the left: its length in percent (None: nothing to measure), its value
    as text, a short note, the table's cells."""

    label: str
    percent: float | None
    value: str
    small: str
    cells: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Shares:
    """Shares below one another, the first `most` of them; the table has all. `mark` is a line
    across them, in percent."""

    rows: Sequence[Share]
    heads: tuple[str, ...]
    caption: str
    spoken: str
    mark: int | None = None
    most: int = 30


@dataclass(frozen=True)
class StepPair:
    """A step of the method by its name: with it and without it, and the difference in a
    sentence."""

    name: str
    taken: Share
    left_out: Share
    gain: str


@dataclass(frozen=True)
class Steps:
    """Steps, with the line that marks success."""

    pairs: Sequence[StepPair]
    heads: tuple[str, ...]
    caption: str
    spoken: str
    mark: int = 80
