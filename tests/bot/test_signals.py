"""What comes up often is told in time, and gives no small group away."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from sqlalchemy.orm import Session

from bot.needs import needs
from bot.needs.signals import Signal, signals, step
from bot.records.database import Database
from tests.bot.helping import PLAIN

TODAY = date(2026, 11, 24)
LAST_WEEK = TODAY - timedelta(days=7)
K = 5


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def record(session: Session, times: int, **what: Any) -> None:
    for _ in range(times):
        needs.record(session, **{**PLAIN, "today": LAST_WEEK, **what})


def test_rent_that_was_lacking_in_somali_five_times_last_week_is_told(session: Session) -> None:
    record(session, 5, topic="kommunal-bolig", language="so")
    record(session, 2, topic="kommunal-bolig", language="nb")
    for topic in ("barnetrygd", "frikort-egenandeler", "sfo"):
        record(session, 1, topic=topic, language="pl")
    assert signals(session, TODAY) == [Signal("kommunal-bolig", "so", 5, 5)]


def test_four_times_are_not_told(session: Session) -> None:
    record(session, 4, topic="kommunal-bolig", language="so")
    assert signals(session, TODAY) == []


def test_what_comes_up_slowly_is_told_of_four_weeks(session: Session) -> None:
    for weeks in range(4):
        record(session, 3, topic="bostotte", language="ti", today=LAST_WEEK - timedelta(weeks=weeks))
    record(session, 20, topic="bostotte", language="ar", today=LAST_WEEK - timedelta(weeks=4))  # longer ago
    assert signals(session, TODAY) == [Signal("bostotte", "ti", None, 10)]


def test_the_running_week_is_not_told(session: Session) -> None:
    record(session, 9, topic="bostotte", language="ti", today=TODAY)
    assert signals(session, TODAY) == []


def test_of_how_many_only_the_step_is_told(session: Session) -> None:
    record(session, 9, topic="bostotte", language="so")
    record(session, 24, topic="bostotte", language="ar")
    assert signals(session, TODAY) == [Signal("bostotte", "ar", 10, 10), Signal("bostotte", "so", 5, 5)]


def test_nothing_is_told_below_what_the_installation_says(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETTVIS_SMALLEST", "8")
    record(session, 7, topic="bostotte", language="so")
    record(session, 8, topic="bostotte", language="ar")
    assert signals(session, TODAY, k=5) == [Signal("bostotte", "ar", 8, 8)]


@given(st.integers(0, 5_000), st.integers(5, 12))
def test_every_step_is_at_least_as_wide_as_the_smallest_figure(number: int, k: int) -> None:
    reached = step(number, k)
    if reached is None:
        assert number < k
    else:
        assert step(reached + k - 1, k) == reached


LANGUAGES = 24
"""The ten that are answered in, and those that are told apart to say that they are not."""


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.integers(0, 14), min_size=10, max_size=10), min_size=1, max_size=3))
def test_whoever_knows_the_exact_totals_of_topics_cannot_find_a_small_group_beside_the_signals(
    numbers: list[list[int]],
) -> None:
    """Whatever fits all that is told is tried out: no group that could be a signal, and nothing that is left of a topic
    beside its signals, is sure to have 1 to 4."""
    for row in (np.array([*each, *[0] * (LANGUAGES - 10)]) for each in numbers):
        if 0 < row.sum() < K:
            continue  # a total that is not shown
        steps = [step(int(number), K) for number in row]
        bounds = Bounds([reached or 0 for reached in steps], [_last(reached) for reached in steps])
        total = LinearConstraint(np.ones(LANGUAGES), row.sum(), row.sum())
        left = np.array([reached is None for reached in steps], dtype=float)
        for group in (left, *np.eye(LANGUAGES)):
            lowest, highest = (
                round(sign * milp(sign * group, constraints=total, integrality=1, bounds=bounds).fun)
                for sign in (1, -1)
            )
            assert lowest == 0 or highest >= K, (row, group)


def _last(reached: int | None) -> int:
    """The greatest number of the same step."""
    number = reached or 0
    while step(number + 1, K) == reached:
        number += 1
    return number
