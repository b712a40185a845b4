"""What a chart shows, before it is drawn: names, figures as they may be shown, and the sentence that says the same.

The drawing is a Jinja macro that writes a table with bars (templates/learning/charts.html). A library would draw more, and
bring inline styles, which our pages refuse, or pictures, which nobody can listen to; these charts are bars.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.speech import Speech


@dataclass(frozen=True)
class Cell:
    """A figure as it may be shown: `number` is None where it is held back, and `label` says it in words."""

    number: int | None
    label: str
    drawn: bool = True


@dataclass(frozen=True)
class Bar(Cell):
    name: str = ""
    link: str | None = None


@dataclass(frozen=True)
class Chart:
    """One figure for each of some things. `of` says what they are, `alt` what is to be seen."""

    id: str
    heading: str
    of: str
    alt: str
    rows: Sequence[Bar]

    @property
    def largest(self) -> int:
        return max((row.number or 0 for row in self.rows), default=0) or 1


@dataclass(frozen=True)
class Row:
    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Grid:
    """The same things side by side in several columns."""

    id: str
    heading: str
    of: str
    alt: str
    columns: Sequence[str]
    rows: Sequence[Row]
    full: int = 0
    """What a full bar stands for; nothing means the largest figure."""

    @property
    def largest(self) -> int:
        return (
            self.full
            or max((cell.number or 0 for row in self.rows for cell in row.cells if cell.drawn), default=0)
            or 1
        )


def most(s: Speech, rows: Sequence[Bar]) -> str:
    """The sentence beside a chart: what there is most of."""
    shown = sorted((row for row in rows if row.number), key=lambda row: -(row.number or 0))[:3]
    if not shown:
        return s.gettext("Nothing that can be shown.")
    return s.fill(s.gettext("Most: {list}."), list=s.join([f"{row.name} ({row.label})" for row in shown]))


def over_time(s: Speech, rows: Sequence[Bar]) -> str:
    """The sentence beside weeks: from when to when, and the most and the last."""
    shown = [row for row in rows if row.number is not None]
    if not shown:
        return s.gettext("Nothing that can be shown.")
    top, last = max(shown, key=lambda row: row.number or 0), rows[-1]
    text = s.gettext("From {first} to {last}: most in {top} ({number}), and {latest} in the last.")
    return s.fill(text, first=rows[0].name, last=last.name, top=top.name, number=top.label, latest=last.label)
