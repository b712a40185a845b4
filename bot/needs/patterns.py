"""What people lack, counted along two dimensions and under filters: the only door to figures about needs.

Whatever is shown comes from `table`, so that no figure, no total and no difference of figures speaks of fewer than k
people (bot.needs.suppression says how).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from math import prod
from operator import eq, ge, le
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from bot.needs.columns import MOST_CELLS, Columns, columns
from bot.needs.counting import tally
from bot.needs.suppression import Counted, Counts, Cube, Key, Recoded, Recoding, put_together
from bot.needs.vocabulary import CONDITIONS
from bot.records.tables import Need, Pulse, Service
from bot.settings import smallest
from knowledge.library import Library

REST = "rest"
"""The row or column of all values that are too rare to be shown by themselves, together."""
UNKNOWN = ""
"""The value of what is not known."""
MOST_DIMENSIONS = 4
"""How many things may be asked about at once, filters counted. More would hardly leave anything to show."""

_PLAIN = ("language", "barrier", "channel", "moment", "children", "answer", "kind")
_LEVELS = {
    "year": ("time", 0), "quarter": ("time", 1), "month": ("time", 2), "week": ("time", 3),
    "area": ("topic", 0), "topic": ("topic", 1),
    "place": ("place", 0), "part": ("place", 1),
    **{name: (name, 0) for name in _PLAIN},
}  # fmt: skip
"""Each dimension that can be asked for: the one it is a level of, and which level. A week lies where its Monday lies."""
DIMENSIONS = (*(each for each in _LEVELS if each not in ("answer", "kind")), "condition")
"""What needs can be counted by. A need has several conditions; all else once."""


@dataclass(frozen=True)
class Source:
    """What is counted beside needs: the column each dimension is read from, and a column with the values that are meant."""

    table: type[Pulse] | type[Service]
    columns: Mapping[str, str]
    which: tuple[str, Sequence[str]]


class TooMuch(ValueError):
    """More dimensions at once than figures can be shown for."""


@dataclass(frozen=True)
class Filters:
    """Which needs are counted: those that share every value given. Weeks are counted whose Monday lies between two days."""

    since: date | None = None
    until: date | None = None
    area: str | None = None
    topic: str | None = None
    language: str | None = None
    place: str | None = None
    part: str | None = None
    """Within its place, written place/part."""
    barrier: str | None = None
    condition: str | None = None
    moment: str | None = None
    channel: str | None = None
    children: str | None = None


@dataclass(frozen=True)
class Table:
    """Counts. What is too rare to be shown stands together in the row and the column REST; None is not shown.

    A value that is not among the rows has nobody or too few: which of the two is not told.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    """A single "" where there is only one dimension."""
    cells: Mapping[tuple[str, str], int | None]
    row_totals: Mapping[str, int | None]
    column_totals: Mapping[str, int | None]
    total: int | None
    k: int
    """Nothing here speaks of fewer."""


def table(
    session: Session,
    library: Library,
    filters: Filters,
    rows: str,
    columns: str | None = None,
    *,
    k: int | None = None,
    source: Source | None = None,
) -> Table:
    """How many needs (or what else a source counts) there are by one dimension or two.

    Args:
        library: tells which shelf a topic stands on.
        k: the smallest figure that is shown; never below what the installation says.
        source: what is counted, where it is not needs.

    Raises:
        TooMuch: rows, columns and filters are more than MOST_DIMENSIONS dimensions.
        KeyError: no such dimension.
    """
    k = max(k or 0, smallest())
    asked = [rows, *([columns] if columns else [])]
    for each in asked:
        if each not in DIMENSIONS and not (source and each in source.columns):
            raise KeyError(each)
    conditions = [filters.condition] if filters.condition else CONDITIONS if "condition" in asked else []
    if filters.condition and "condition" in asked:
        raise TooMuch("one condition at a time")
    plain = [_LEVELS[each] for each in asked if each != "condition"]
    if len({name for name, _ in plain}) < len(plain):
        raise TooMuch(f"{rows} and {columns} tell of the same")
    names = {name for name, _ in plain} | set(_filtered(filters)) | ({"barrier"} if conditions else set())
    if len(names) > MOST_DIMENSIONS:
        raise TooMuch(f"{len(names)} dimensions, at most {MOST_DIMENSIONS}")
    if source:
        counted: Counted = _cube(session, library, source, sorted(names))
        recoding = Recoding(counted, k)
    else:
        counted, recoding = _needs(session, library, k)
    view = _View.of(recoding.of(tuple(sorted(names))), filters, k)
    if view and conditions:
        view = view.coded(counted)
    if filters.condition:
        view = view and view.only(filters.condition)
    if view is None:
        return Table((), (), {}, {}, {}, None, k)
    if "condition" not in asked:
        return view.table(rows, columns)
    return _by_condition(view, rows, columns)


def told(session: Session, library: Library, needs: Sequence[Need]) -> list[dict[str, str | None]]:
    """Of each need the area, topic, barrier, language and place, where the tables of these could tell them too."""
    names = ("barrier", "language", "place", "topic")
    _, recoding = _needs(session, library, smallest())
    recoded = recoding.of(names)
    found = []
    for need in needs:
        values = {"barrier": (need.barrier,), "language": (need.language,), "place": (need.place, need.part)}
        paths = {name: _path(name, each, library) for name, each in (*values.items(), ("topic", (need.topic,)))}
        keys = {name: recoded.keys[name][path] if recoded else () for name, path in paths.items()}
        levels = {level: _LEVELS[level] for level in ("area", "topic", "barrier", "language", "place")}
        found.append({each: _at(keys[name], level) for each, (name, level) in levels.items()})
    return found


def _at(key: Key, level: int) -> str | None:
    return (key[level] or None) if len(key) > level else None


def _by_condition(view: "_View", rows: str, columns: str | None) -> Table:
    """A row or a column for each condition; one that cannot be told for all barriers is not told at all."""
    other = columns if rows == "condition" else rows
    each = {condition: view.only(condition) for condition in CONDITIONS}
    tables = {condition: part.table(other) if part else None for condition, part in each.items()}
    whole = view.table(other)
    cells = {
        ((condition, row) if rows == "condition" else (row, condition)): table.row_totals.get(row, 0) if table else None
        for condition, table in tables.items()
        for row in whole.rows
    }
    totals = {condition: table.total if table else None for condition, table in tables.items()}
    if rows == "condition":
        return Table(CONDITIONS, whole.rows, cells, totals, whole.row_totals, whole.total, view.k)
    return Table(whole.rows, CONDITIONS, cells, whole.row_totals, totals, whole.total, view.k)


@dataclass(frozen=True)
class _View:
    """The classes and counts of some dimensions, and which of the classes a filter is about."""

    names: Sequence[str]
    recoded: Recoded
    counts: Counts
    having: Mapping[str, Counts]
    """The same counts of the needs that have a condition."""
    chosen: Mapping[str, Sequence[bool]]
    k: int

    @classmethod
    def of(cls, recoded: Recoded | None, filters: Filters, k: int) -> "_View | None":
        """None where what is filtered for cannot be told from the rest."""
        if recoded is None:
            return None
        chosen = {}
        for name, tests in _filtered(filters).items():
            inside: dict[Key, set[bool]] = {key: set() for key in recoded.classes[name]}
            for path, key in recoded.keys[name].items():
                inside[key].add(_meant(tests, path))
            if {True, False} in inside.values() or {True} not in inside.values():
                return None
            chosen[name] = [inside[key] == {True} for key in recoded.classes[name]]
        return cls(tuple(recoded.classes), recoded, recoded.counts, {}, chosen, k)

    def coded(self, counted: Counted) -> "_View":
        """The same, and how many of each have a condition."""
        labels = {name: [keys[path] for path in counted.paths[name]] for name, keys in self.recoded.keys.items()}
        counts, classes = counted.together({**labels, "conditions": counted.paths["conditions"]})
        having = {
            condition: np.compress([condition in key for key in classes["conditions"]], counts, axis=-1).sum(axis=-1)
            for condition in CONDITIONS
        }
        return replace(self, having=having)

    def only(self, condition: str) -> "_View | None":
        """The needs that have a condition; None where too few have it, or have it not.

        A condition mostly follows from the barrier, and everybody may know how: so it is judged beside the barrier, and a
        barrier whose needs all have it, or none, gives nothing away.
        """
        having, number = self.having[condition], self.recoded.counts
        barrier = self.names.index("barrier")
        others = tuple(axis for axis in range(number.ndim) if axis != barrier)
        all_, none = (having == number).all(axis=others), (having == 0).all(axis=others)
        plain = (all_ | none).reshape([-1 if axis == barrier else 1 for axis in range(number.ndim)])
        if not (plain | ((having >= self.k) & (number - having >= self.k))).all():
            return None
        return replace(self, counts=having)

    def table(self, rows: str | None, columns: str | None = None) -> Table:
        """Counts by the classes that are a single value each, and the rest."""
        counts = self.counts
        for axis, name in enumerate(self.names):
            if name in self.chosen:
                counts = np.compress(self.chosen[name], counts, axis=axis)
        row_codes, counts = self._labelled(counts, rows)
        column_codes, counts = self._labelled(counts, columns)
        kept = [self.names.index(_LEVELS[each][0]) for each in (rows, columns) if each]
        found = counts.sum(axis=tuple(axis for axis in range(counts.ndim) if axis not in kept), keepdims=True)
        found = np.moveaxis(found, kept, range(len(kept))).reshape(len(row_codes), len(column_codes))
        down = _order(rows, row_codes, found.sum(axis=1))
        across = _order(columns, column_codes, found.sum(axis=0))
        return Table(
            rows=tuple(row_codes[i] for i in down),
            columns=tuple(column_codes[j] for j in across),
            cells={(row_codes[i], column_codes[j]): int(found[i, j]) for i in down for j in across},
            row_totals={row_codes[i]: int(found[i].sum()) for i in down},
            column_totals={column_codes[j]: int(found[:, j].sum()) for j in across},
            total=int(found.sum()),
            k=self.k,
        )

    def _labelled(self, counts: Counts, dimension: str | None) -> tuple[list[str], Counts]:
        """Add up an axis by the values of a dimension; what is not wholly of one value is the rest."""
        if dimension is None:
            return [UNKNOWN], counts
        name, level = _LEVELS[dimension]
        axis = self.names.index(name)
        keys = self.recoded.keys[name]
        torn = {path[level] for path, key in keys.items() if len(key) <= level}
        classes = [
            key
            for place, key in enumerate(self.recoded.classes[name])
            if name not in self.chosen or self.chosen[name][place]
        ]
        codes = [REST if len(key) <= level or key[level] in torn else key[level] for key in classes]
        summed, found = put_together(counts, axis, codes)
        return found, summed


def _order(dimension: str | None, codes: Sequence[str], totals: Counts) -> list[int]:
    """Time as it passes, all else most first; the rest last, and nothing that nobody has."""
    in_time = dimension is not None and _LEVELS[dimension][0] == "time"
    found = [i for i in range(len(codes)) if totals[i] or dimension is None]
    return sorted(found, key=lambda i: (codes[i] == REST, 0 if in_time else -int(totals[i]), codes[i]))


_Test = tuple[Callable[[str, str], bool], int, str]


def _filtered(filters: Filters) -> dict[str, list[_Test]]:
    """For each dimension that is filtered, what a path must pass: a comparison, of which level, with what."""
    tests: dict[str, list[_Test]] = {}
    for each in fields(filters):
        value = getattr(filters, each.name)
        if value is None or each.name == "condition":
            continue
        name, level = ("time", 3) if each.name in ("since", "until") else _LEVELS[each.name]
        compare = {"since": ge, "until": le}.get(each.name, eq)
        tests.setdefault(name, []).append((compare, level, str(value)))
    return tests


def _meant(tests: Sequence[_Test], path: Key) -> bool:
    return all(compare(path[level], value) for compare, level, value in tests)


class _Needs:
    """The needs of one moment, counted by paths: what the values of columns are where a library is known."""

    def __init__(self, columns: Columns, library: Library) -> None:
        self._columns = columns
        self._codes: dict[str, list[int]] = {}
        """Of each dimension the numbers of the values that occur, in the order of their paths."""
        self._of: dict[str, list[Key]] = {}
        """The path of each of these."""
        for name, values in columns.values.items():
            occur = np.flatnonzero(columns.counts((name,))).tolist()
            paths = {code: _path(name, values[code] if name == "place" else (values[code],), library) for code in occur}
            self._codes[name] = sorted(occur, key=paths.__getitem__)
            self._of[name] = [paths[code] for code in self._codes[name]]
        self.paths = {name: list(dict.fromkeys(each)) for name, each in self._of.items()}

    def together(self, labels: Mapping[str, Sequence[Key]]) -> tuple[Counts, dict[str, list[Key]]]:
        """See bot.needs.suppression.Counted. Few combinations are counted once and then put together; of many, only the
        classes are counted."""
        codes: dict[str, list[Key]] = {}
        for name, each in labels.items():
            known = dict(zip(self.paths[name], each, strict=True))
            codes[name] = [known[path] for path in self._of[name]]
        classes = {name: list(dict.fromkeys(each)) for name, each in codes.items()}
        if prod(self._columns.sizes(tuple(labels))) <= MOST_CELLS:
            counts = self._columns.counts(tuple(labels))
            for axis, (name, each) in enumerate(codes.items()):
                counts, _ = put_together(np.take(counts, self._codes[name], axis), axis, each)
            return counts, classes
        places = {}
        for name, each in codes.items():
            place = {key: number for number, key in enumerate(classes[name])}
            places[name] = np.zeros(self._columns.sizes((name,)), dtype=np.int64)
            places[name][self._codes[name]] = [place[key] for key in each]
        return self._columns.by(places, [len(each) for each in classes.values()]), classes


def _needs(session: Session, library: Library, k: int) -> tuple[Counted, Recoding]:
    """The needs a session sees, and their recoding; made once for all who see the same."""
    found = columns(session)
    key = (library, k)
    if key not in found.made:
        counted = _Needs(found, library)
        found.made[key] = counted, Recoding(counted, k)
    made: tuple[Counted, Recoding] = found.made[key]
    return made


def _cube(session: Session, library: Library, source: Source, names: Sequence[str]) -> Cube:
    """How many there are for each combination of values."""
    found = tally(session, source.table)
    column, meant = source.which
    chosen = np.isin(found.codes[column], [code for code, value in enumerate(found.values[column]) if value in meant])
    axes: dict[str, list[Key]] = {}
    index = []
    for name in names:
        codes, values = found.codes[source.columns[name]][chosen], found.values[source.columns[name]]
        paths = {code: _path(name, (values[code],), library) for code in np.unique(codes).tolist()}
        axes[name] = sorted(set(paths.values()))
        places = np.zeros(len(values), dtype=np.int64)
        places[list(paths)] = [axes[name].index(path) for path in paths.values()]
        index.append(places[codes])
    counts = np.zeros([len(each) for each in axes.values()], dtype=np.int64)
    np.add.at(counts, tuple(index), found.numbers[chosen])
    return Cube(axes, counts)


def _path(name: str, values: Sequence[Any], library: Library) -> Key:
    if name == "time":
        week: date = values[0]
        return f"{week.year}", f"{week.year}Q{(week.month + 2) // 3}", f"{week:%Y-%m}", week.isoformat()
    if name == "topic":
        topic = library.topics.get(values[0])
        return topic.area if topic else UNKNOWN, values[0] or UNKNOWN
    if name == "place":
        place, part = values[0], values[1] if len(values) > 1 else None
        return place or UNKNOWN, f"{place or UNKNOWN}/{part or UNKNOWN}"
    if name == "conditions":
        return tuple(condition for bit, condition in enumerate(CONDITIONS) if values[0] & 1 << bit)
    return (values[0] or UNKNOWN,)
