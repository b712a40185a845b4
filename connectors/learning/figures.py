"""Figures about needs as charts. Every figure comes from bot.needs.patterns: what may be shown is decided there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from babel.numbers import format_percent

from bot.needs.patterns import REST, UNKNOWN, Filters, Table, TooMuch
from connectors.learning.charts import Bar, Cell, Chart, Grid, Row, most, over_time
from connectors.learning.team import Names
from connectors.words import pulse_answers, pulse_questions

ROWS = 15
"""The most bars of a chart."""
TIMES = ("week", "month", "quarter", "year")
MOST_TIMES = 30
"""The most columns of a chart of time: half a year of weeks."""
SIDE_BY_SIDE = ("topic", "area", "barrier", "moment")
"""What municipalities are compared by: the first of these that can be told."""
TOLERATED = 1 / 3
"""The most of a chart of time that may be missing because it is too rare: beyond that, longer times are shown."""


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
    link: Callable[[str, str], str | None] | None = None

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

    def over_time(self) -> Chart:
        """One column for each week, or for each month, quarter or year where weeks cannot be told apart."""
        s = self.names.s
        for unit in TIMES:
            try:
                table = self.count(self.filters, unit, None)
            except TooMuch:
                break
            told = [code for code in table.rows if code != REST]
            if len(told) > MOST_TIMES or (table.row_totals.get(REST) or 0) > (table.total or 0) * TOLERATED:
                continue
            rows = [self._bar(unit, code, table.row_totals[code]) for code in told]
            heading = self.names.dimension(unit)
            return Chart("time", heading, heading, over_time(s, rows), rows)
        return Chart("time", s.gettext("Over time"), "", s.gettext("Nothing that can be shown."), ())

    def beside(self, dimensions: Sequence[str], columns: str, heading: str) -> Grid:
        """Values of a dimension side by side in columns: of the first dimension of which most can be told so."""
        s = self.names.s
        dimension, of, table = "", "", None
        for dimension in dimensions:
            of = self.names.dimension(dimension)
            try:
                table = self.count(self.filters, dimension, columns)
            except TooMuch:
                continue
            hidden = sum(number or 0 for codes, number in table.cells.items() if REST in codes)
            if hidden <= (table.total or 0) * TOLERATED:
                break
        if table is None:
            return Grid(columns, heading, of, s.gettext("Too many filters at once to show this."), (), ())
        rows = [
            Row(self.names(dimension, row), [self._cell(table.cells.get((row, column))) for column in table.columns])
            for row in table.rows[:ROWS]
        ]
        titles = [self.names(columns, column) for column in table.columns]
        totals = [
            Bar(number, self._label(number), name=self.names(columns, code))
            for code, number in table.column_totals.items()
        ]
        return Grid(columns, heading, of, most(s, totals), titles, rows)

    def answers(self, question: str, table: Table) -> Chart:
        """How one of the two questions after a contact has helped was answered."""
        s = self.names.s
        names, heading = pulse_answers(s), pulse_questions(s)[question]
        rows = [
            Bar(number, self._label(number), name=names.get(code) or self.names("answer", code))
            for code, number in table.row_totals.items()
        ]
        return Chart(question, heading, s.gettext("Answer"), most(s, rows), rows)

    def shares(self, id: str, heading: str, kinds: Mapping[str, str], table: Table) -> Grid:
        """Of each language, what share of its messages or waits was of each kind.

        Args:
            kinds: their names, in the order they are shown.
            table: a row for each kind, a column for each language (bot.needs.service).
        """
        s = self.names.s

        def told(kind: str, code: str) -> int | None:
            """None where a kind is too rare: it stands among the rest, and is not nothing."""
            return table.cells.get((kind, code), None if REST in table.rows else 0)

        rows = [
            Row(self.names("language", code), [self._share(told(kind, code), total) for kind in kinds])
            for code, total in table.column_totals.items()
        ]
        totals = [
            Bar(total, self._label(total), name=self.names("language", code))
            for code, total in table.column_totals.items()
        ]
        return Grid(
            id, heading, self.names.dimension("language"), most(s, totals), list(kinds.values()), rows, full=100
        )

    def _share(self, number: int | None, total: int | None) -> Cell:
        if number is None or not total:
            return Cell(None, self._label(None), drawn=False)
        share = round(100 * number / total)
        return Cell(share, f"{format_percent(number / total, locale=self.names.s.code)} ({number})", drawn=number != 0)

    def known(self, *dimensions: str) -> list[Chart]:
        """The bars of those dimensions of which anything is known."""
        return [self.bars(dimension) for dimension in dimensions if self._is_known(dimension)]

    def _is_known(self, dimension: str) -> bool:
        try:
            codes = self.count(self.filters, dimension, None).rows
        except TooMuch:
            return True  # the chart says so
        return not codes or any(code not in (UNKNOWN, REST) and not code.endswith("/") for code in codes)

    def _bar(self, dimension: str, code: str, number: int | None) -> Bar:
        link = self.link(dimension, code) if self.link and code != REST else None
        return Bar(number, self._label(number), name=self.names(dimension, code), link=link)

    def _cell(self, number: int | None) -> Cell:
        return Cell(number, self._label(number), drawn=number != 0)

    def _label(self, number: int | None) -> str:
        return self.names.s.gettext("not shown") if number is None else str(number)
