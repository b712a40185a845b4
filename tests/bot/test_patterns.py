"""Whoever asks for every figure there is, and subtracts, learns of no group that it is small."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from bot.needs import needs, patterns, pulse
from bot.needs.patterns import DIMENSIONS, REST, Filters, Table, TooMuch
from bot.needs.suppression import Cube, recode
from bot.needs.vocabulary import CONDITIONS
from bot.records.database import Database
from knowledge.library import Library
from tests.bot.helping import PLAIN, new_session

K = 5
LIBRARY = Library.load()
MONDAY = date(2026, 10, 5)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def record(session: Session, times: int = 1, **what: Any) -> None:
    for _ in range(times):
        needs.record(session, **{"today": MONDAY, **PLAIN, **what})


def by(session: Session, rows: str, columns: str | None = None, **filters: Any) -> Table:
    return patterns.table(session, LIBRARY, Filters(**filters), rows, columns)


def test_what_five_lacked_is_shown_and_what_four_lacked_is_not(session: Session) -> None:
    record(session, 5, language="so")
    record(session, 4, language="ti")
    record(session, 9, language="nb")
    record(session, 6, language="ar")
    table = by(session, "language")
    assert table.row_totals == {"nb": 9, "ar": 6, REST: 9}
    assert table.total == 24


def test_a_total_does_not_tell_the_one_that_is_left_out(session: Session) -> None:
    record(session, 3, language="so")
    record(session, 20, language="nb")
    record(session, 7, language="ar")
    table = by(session, "language")
    assert table.row_totals == {"nb": 20, REST: 10}


def test_fewer_than_five_in_all_are_not_even_a_total(session: Session) -> None:
    record(session, 4)
    table = by(session, "topic", "language")
    assert (table.rows, table.cells, table.total) == ((), {}, None)


def test_nobody_and_too_few_cannot_be_told_apart(session: Session) -> None:
    record(session, 20, language="nb")
    record(session, 6, language="ar")
    record(session, 3, language="so")
    assert by(session, "topic", language="so") == by(session, "topic", language="ti")


def test_a_filter_does_not_tell_what_the_rest_of_the_total_is(session: Session) -> None:
    record(session, 12, language="so", place="froya")
    record(session, 3, language="so", place="trondheim")
    record(session, 30, language="nb", place="trondheim")
    assert by(session, "language").row_totals["so"] == 15
    assert by(session, "place").row_totals == {"trondheim": 33, "froya": 12}
    assert by(session, "language", place="froya").total is None


def test_two_dimensions_have_totals_that_add_up(session: Session) -> None:
    for language, place, number in (
        ("nb", "froya", 7),
        ("nb", "trondheim", 9),
        ("so", "froya", 5),
        ("so", "trondheim", 6),
    ):
        record(session, number, language=language, place=place)
    table = by(session, "language", "place")
    assert table.cells[("so", "froya")] == 5
    assert table.row_totals == {"nb": 16, "so": 11}
    assert table.column_totals == {"trondheim": 15, "froya": 12}
    assert table.total == 27


def test_a_quarter_can_be_asked_for_by_its_days(session: Session) -> None:
    record(session, 6, today=date(2026, 8, 3))
    record(session, 8, today=date(2026, 10, 5))
    assert by(session, "topic", since=date(2026, 10, 1), until=date(2026, 12, 31)).total == 8
    assert by(session, "quarter").row_totals == {"2026Q3": 6, "2026Q4": 8}
    assert by(session, "week").rows == ("2026-08-03", "2026-10-05")


def test_topics_stand_on_their_shelves(session: Session) -> None:
    record(session, 6, topic="bostotte")
    record(session, 3, topic="midlertidig-bolig")
    record(session, 4, topic="kommunal-bolig")
    record(session, 5, topic="dagpenger")
    assert by(session, "area").row_totals == {"housing": 13, "work": 5}
    assert by(session, "topic", area="housing").row_totals == {"bostotte": 6, REST: 7}


def test_a_need_counts_for_each_of_its_conditions(session: Session) -> None:
    record(session, 6, barrier="refused")
    record(session, 7, barrier="too_slow")
    table = by(session, "condition")
    assert {name: number for name, number in table.row_totals.items() if number} == {
        "power": 6,
        "resources": 7,
        "practices": 13,
    }
    assert table.total == 13


def test_a_condition_that_two_have_is_not_shown(session: Session) -> None:
    record(session, 6, barrier="refused")
    record(session, 2, barrier="refused", conditions=["policies"])
    assert by(session, "condition").row_totals["policies"] is None


def test_the_smallest_figure_can_only_be_made_larger(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    record(session, 7)
    assert patterns.table(session, LIBRARY, Filters(), "topic", k=2).k == K
    monkeypatch.setenv("RETTVIS_SMALLEST", "8")
    assert by(session, "topic").total is None
    monkeypatch.setenv("RETTVIS_SMALLEST", "4")
    with pytest.raises(SystemExit, match="RETTVIS_SMALLEST must be a whole number of 5 or more"):
        by(session, "topic")


def test_too_many_dimensions_at_once_are_refused(session: Session) -> None:
    with pytest.raises(TooMuch):
        by(session, "topic", "language", place="froya", barrier="refused", channel="sms")


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_can_be_asked_for(session: Session, dimension: str) -> None:
    record(session, 9)
    assert by(session, dimension).total == 9


def test_the_pulse_is_counted_in_the_same_way(session: Session) -> None:
    for answer, number in (("yes", 9), ("partly", 5), ("no", 2)):
        for _ in range(number):
            pulse.record(session, "listened", answer, language="nb", place=None, channel="web", today=MONDAY)
    assert pulse.results(session, LIBRARY, "listened").row_totals == {"yes": 9, REST: 7}
    assert pulse.results(session, LIBRARY, "contributed").total is None


def test_the_needs_that_are_read_tell_no_more_than_the_tables(session: Session) -> None:
    record(session, 4, language="so", would_have_helped="mer tid")
    record(session, 20, language="nb")
    record(session, 6, language="ar")
    assert {row.language for row in needs.latest(session, LIBRARY)} == {None}
    record(session, language="so")
    assert {row.language for row in needs.latest(session, LIBRARY)} == {"so"}


VALUES = {"a": ("1", "2", "3"), "b": ("1", "2", "3"), "c": ("1", "2")}
groups = st.dictionaries(
    st.tuples(*(st.sampled_from(each) for each in VALUES.values())), st.integers(1, 14), min_size=1
)


@settings(deadline=None, max_examples=150)
@given(groups)
def test_no_small_group_follows_from_all_tables_by_adding_and_subtracting(found: dict[tuple[str, ...], int]) -> None:
    rows: list[tuple[tuple[Any, ...], int]] = [(tuple((each,) for each in group), n) for group, n in found.items()]
    cube = Cube.of(tuple(VALUES), rows)
    domain = list(product(*cube.paths.values()))
    truth = np.array([dict(rows).get(cell, 0) for cell in domain])
    known = [line for kept in subsets(tuple(VALUES)) for line in told_by(cube, kept, domain)]
    basis = np.linalg.svd(np.array(known), full_matrices=False) if known else None
    span = basis.Vh[basis.S > 1e-9] if basis else np.zeros((0, len(domain)))
    for box in boxes(cube, domain):
        if 0 < box @ truth < K:
            assert np.linalg.norm(box - span.T @ (span @ box)) > 1e-6


def subsets(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [kept for size in range(1, len(names) + 1) for kept in combinations(names, size)]


def told_by(cube: Cube, kept: tuple[str, ...], domain: Sequence[tuple[Any, ...]]) -> list[NDArray[np.float64]]:
    """What the table of some dimensions tells: which cells are added up in each of its figures."""
    recoded = recode(cube.margin(kept), K)
    if recoded is None:
        return []
    assert (recoded.counts >= K).all()
    axes = [tuple(cube.paths).index(name) for name in kept]
    labels = [tuple(recoded.keys[name][cell[axis]] for name, axis in zip(kept, axes, strict=True)) for cell in domain]
    return [np.array([float(each == label) for each in labels]) for label in set(labels)]


def boxes(cube: Cube, domain: Sequence[tuple[Any, ...]]) -> list[NDArray[np.float64]]:
    """Every group that can be described: some of the values of each dimension."""
    choices = [
        [set(some) for size in range(1, len(paths) + 1) for some in combinations(paths, size)]
        for paths in cube.paths.values()
    ]
    return [
        np.array([float(all(value in some for value, some in zip(cell, box, strict=True))) for cell in domain])
        for box in product(*choices)
    ]


PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "language": st.sampled_from(("nb", "so")),
            "place": st.sampled_from(("froya", "trondheim")),
            "topic": st.sampled_from(("bostotte", "kommunal-bolig", "dagpenger", None)),
            "barrier": st.sampled_from(("refused", "too_slow", "no_scheme")),
        }
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=20)
@given(PEOPLE)
def test_no_figure_that_can_be_asked_for_is_small(people: list[dict[str, Any]]) -> None:
    with new_session() as session:
        for each in people:
            record(session, **each)
        for rows, columns in combinations(("topic", "area", "language", "place", "barrier", "condition", "week"), 2):
            if {rows, columns} == {"topic", "area"}:
                continue
            for filters in ({}, {"language": "so"}, {"condition": CONDITIONS[2]}, {"place": "froya"}):
                if "condition" in filters and "condition" in (rows, columns):
                    continue
                table = by(session, rows, columns, **filters)
                figures = [*table.cells.values(), *table.row_totals.values(), table.total]
                assert all(number is None or number == 0 or number >= K for number in figures)
