"""Cases of every scheme, one file each, as editors write and read them: facts in, outcome and amount out, with a source.

`given` is what every case of a file begins with; `with` changes it, and null takes a fact away. `on` is the day whose
rates apply. `amount` and `missing` are compared where they are written.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from knowledge.eligibility.screening import outcome
from knowledge.eligibility.telling import told_of
from knowledge.library import Library
from knowledge.source import read

FOLDER = Path(__file__).parent
DAY = date(2026, 11, 28)
CASES = [
    pytest.param(file.stem, written["given"], case, id=f"{file.stem}: {case['name']}")
    for file in sorted(FOLDER.glob("*.yml"))
    if file.stem != "households"
    for written in [read(file)]
    for case in written["cases"]
]


@pytest.mark.parametrize(("topic", "given", "case"), CASES)
def test_case(library: Library, topic: str, given: dict[str, Any], case: dict[str, Any]) -> None:
    facts = {**given, **case.get("with", {})}
    found = outcome(library.rules[topic], told_of(library, facts, case.get("on", DAY)))
    assert found.verdict == case["outcome"], [(test.text, each.value) for test, each in found.conditions]
    if "missing" in case:
        assert sorted(found.found.missing) == case["missing"]
    if "amount" in case:
        value = found.amount.value if found.amount else None
        assert value == (None if case["amount"] is None else Decimal(case["amount"]))
    assert case["source"]


def test_every_scheme_has_at_least_six_cases_and_every_case_has_a_scheme(library: Library) -> None:
    counted: dict[str, int] = {}
    for case in CASES:
        topic = str(case.values[0])
        counted[topic] = counted.get(topic, 0) + 1
    assert set(counted) == set(library.rules)
    assert min(counted.values()) >= 6


def test_at_least_thirty_topics_have_rules(library: Library) -> None:
    assert len(library.rules) >= 30
