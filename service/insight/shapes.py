"""What a picture is made of: bars over time, shares, steps, with their places in per cent. Words
come from the page that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Pixels from the top to the base of the bars, and how high the highest may be.
BASE, HIGHEST = 184, 156
# The share of its stretch that a bar takes.
WIDTH = 0.62


@dataclass(frozen=True)
class Bar:
    """One bar: its label below it and in a second line, what it counts, and its row of the table:
    name and cells.

    `second` stands upon `first` in another look. `now` marks the stretch that still runs.
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
    """Where a bar stands: x and width in per cent, y and height in pixels."""

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
    """A line across the picture and what it stands for."""

    y: float
    words: str


@dataclass(frozen=True)
class Bars:
    """Bars by month or week. `scale` are the grid's heights with their words, `heads` the table's
    columns, `legend` the two tones.

    `limit` is a line across them at a height, with its words; `plan` says what a second tone means
    that has not come about yet.
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
        """Where the limit's line stands."""
        return Grid(self._y(self.limit[0]), self.limit[1]) if self.limit else None

    @property
    def grid(self) -> list[Grid]:
        """The lines of the grid."""
        return [Grid(self._y(height), words) for height, words in self.scale]

    @property
    def drawn(self) -> list[Drawn]:
        """Each bar with its place."""
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
    """Two or three round heights for a grid, the last at or above the highest bar."""
    step = least
    while step * 3 < highest:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return [step * place for place in range(1, max(1, -(-highest // step)) + 1)]


@dataclass(frozen=True)
class Share:
    """One bar from the left: how far it goes in per cent (None: nothing to measure), its value in
    words, a small word, the table's cells."""

    label: str
    percent: float | None
    value: str
    small: str
    cells: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Shares:
    """Shares below one another, the first `most` of them; the table has all. `mark` is a line
    across them, in per cent."""

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
    """Steps with the line that is success."""

    pairs: Sequence[StepPair]
    heads: tuple[str, ...]
    caption: str
    spoken: str
    mark: int = 80
