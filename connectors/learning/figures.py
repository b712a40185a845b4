"""Figures about needs as charts. Every figure comes from bot.needs.patterns: what may be shown is decided there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton

from bot.needs.patterns import REST, UNKNOWN, Filters, Table, TooMuch
from bot.needs.periods import Period
from connectors.learning.charts import Bar, Cell, Chart, Grid, Row, most, over_time
from connectors.learning.team import Names

ROWS = 15
"""The most bars of a chart."""


@dataclass(frozen=True)
class Figures:
    """Charts of the needs that filters leave.

    Args:
        count: bot.needs.patterns.table on an open session: filters, rows, columns.
        link: the address of the page that shows one value of a dimension; None where there is none.
    """

    count: Callable[[Filters, str, str | None], Table]
    names: Names
    filters: Filters
    link: Callable[[str, str], str | None] = lambda dimension, code: None

    def total(self) -> str:
        """How many needs there are, in words."""
        s = self.names.s
        total = self.count(self.filters, "barrier", None).total
        if total is None:
            return s.gettext("Too few needs to show, or they cannot be told from others.")
        return s.ngettext("%(num)s need", "%(num)s needs", total) % {"num": total}

    def bars(self, dimension: str) -> Chart:
        """One bar for each value of a dimension, most first."""
        s, heading = self.names.s, self.names.dimension(dimension)
        try:
            table = self.count(self.filters, dimension, None)
        except TooMuch:
            return Chart(dimension, heading, heading, s.gettext("Too many filters at once to show this."), ())
        rows = [self._bar(dimension, code, table.row_totals[code]) for code in table.rows]
        return Chart(dimension, heading, heading, most(s, rows), rows[:ROWS])

    def over_time(self, dimension: str) -> Chart:
        """One column for each week or month. One that has nobody stands there with nothing, if that may be told."""
        s, heading = self.names.s, self.names.dimension(dimension)
        try:
            table = self.count(self.filters, dimension, None)
        except TooMuch:
            return Chart("time", heading, heading, s.gettext("Too many filters at once to show this."), ())
        rows = [self._bar(dimension, code, table.row_totals[code]) for code in table.rows if code != REST]
        return Chart("time", heading, heading, over_time(s, rows), rows)

    def beside(self, dimension: str, columns: str, heading: str) -> Grid:
        """Values of a dimension side by side in columns."""
        s, of = self.names.s, self.names.dimension(dimension)
        try:
            table = self.count(self.filters, dimension, columns)
        except TooMuch:
            return Grid(columns, heading, of, s.gettext("Too many filters at once to show this."), (), ())
        rows = [
            Row(self.names(dimension, row), [self._cell(table.cells.get((row, column))) for column in table.columns])
            for row in table.rows[:ROWS]
        ]
        titles = [self.names(columns, column) for column in table.columns]
        totals = [Bar(number, self._label(number), name=self.names(columns, code)) for code, number in table.column_totals.items()]
        return Grid(columns, heading, of, most(s, totals), titles, rows)

    def _bar(self, dimension: str, code: str, number: int | None) -> Bar:
        link = self.link(dimension, code) if code != REST else None
        return Bar(number, self._label(number), name=self.names(dimension, code), link=link)

    def _cell(self, number: int | None) -> Cell:
        return Cell(number, self._label(number), drawn=number != 0)

    def _label(self, number: int | None) -> str:
        return self.names.s.gettext("not shown") if number is None else str(number)
