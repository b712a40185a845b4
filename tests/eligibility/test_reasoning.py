"""What must hold of reasoning with unknowns, whatever a household tells: Kleene's logic, reasons, and questions."""

import statistics
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from knowledge.eligibility.household import Fact
from knowledge.eligibility.logic import Finding, Value, all_of, any_of, negated
from knowledge.eligibility.questions import concerned, next_question, witness
from knowledge.eligibility.screening import Outcome, Told, outcome
from knowledge.eligibility.telling import told_of
from knowledge.library import Library
from knowledge.source import read

DAY = date(2026, 11, 28)
LIBRARY = Library.load()
FACTS: Mapping[str, Fact] = LIBRARY.vocabulary.facts
SHARED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
truths = st.sampled_from([True, False, None])


def finding(value: bool | None, name: str = "f") -> Finding:
    return Finding(missing=frozenset({name})) if value is None else Finding(value, because=frozenset({name}))


@given(truths, truths, truths)
def test_the_logic_is_kleenes(a: bool | None, b: bool | None, c: bool | None) -> None:
    x, y, z = finding(a, "x"), finding(b, "y"), finding(c, "z")
    order = {False: 0, None: 1, True: 2}
    assert order[all_of([x, y]).value] == min(order[a], order[b])
    assert order[any_of([x, y]).value] == max(order[a], order[b])
    assert negated(negated(x)) == x
    assert negated(all_of([x, y])) == any_of([negated(x), negated(y)])
    assert all_of([x, all_of([y, z])]).value == all_of([all_of([x, y]), z]).value
    assert all_of([x, any_of([y, z])]).value == any_of([all_of([x, y]), all_of([x, z])]).value


def answers(fact: Fact) -> st.SearchStrategy[Value]:
    """Any answer to a question, those near the limits of rules among them."""
    match fact.kind:
        case "yes_no":
            return st.booleans()
        case "choice":
            return st.sampled_from(list(fact.values))
        case "several":
            return st.frozensets(st.sampled_from(list(fact.values)), max_size=3)
        case "ages":
            return st.lists(st.integers(0, 20), max_size=3).map(lambda ages: tuple(sorted(ages)))
        case "number":
            return st.integers(0, int(fact.most or 0)).map(Decimal)
    limits = [68274, 68275, 204823, 204824, 253787, 388200, 409647, 436957, 580400, 686400, 751000]
    return st.one_of(st.sampled_from(limits), st.integers(0, 1_500_000)).map(Decimal)


@st.composite
def households(draw: st.DrawFn) -> Told:
    """A household that has told some of its facts, all of which can be true together."""
    names = draw(st.sets(st.sampled_from(list(FACTS))))
    facts = {name: draw(answers(FACTS[name])) for name in FACTS if name in names}
    told = Told(LIBRARY.vocabulary, facts, LIBRARY.shares(DAY))
    assume(not told.misfits())
    return told


def outcomes(told: Told) -> list[Outcome]:
    return [outcome(rule, told) for rule in LIBRARY.rules.values()]


def completed(told: Told, data: st.DataObject) -> Told:
    """The same household when it has told everything."""
    for name, fact in FACTS.items():
        if name not in told.facts:
            told = told.told(name, data.draw(answers(fact), label=name))
    assume(not told.misfits())
    return told


@SHARED
@given(households(), st.data())
def test_what_is_settled_stays_settled_whatever_more_is_told(told: Told, data: st.DataObject) -> None:
    for before, after in zip(outcomes(told), outcomes(completed(told, data)), strict=True):
        if before.verdict != "unknown":
            assert after.verdict == before.verdict
        for (_, criterion), (_, then) in zip(before.conditions, after.conditions, strict=True):
            assert criterion.value is None or then.value == criterion.value
        if before.amount and before.amount.value is not None and after.amount:
            assert after.amount.value == before.amount.value


@SHARED
@given(households(), st.data())
def test_forgetting_a_fact_never_makes_anything_certain(told: Told, data: st.DataObject) -> None:
    assume(told.facts)
    name = data.draw(st.sampled_from(sorted(told.facts)))
    less = Told(told.vocabulary, {k: v for k, v in told.facts.items() if k != name}, LIBRARY.shares(DAY))
    for before, after in zip(outcomes(told), outcomes(less), strict=True):
        assert after.verdict in (before.verdict, "unknown")


@SHARED
@given(households(), st.data())
def test_a_corrected_fact_that_changes_an_outcome_is_among_its_reasons(told: Told, data: st.DataObject) -> None:
    assume(told.facts)
    name = data.draw(st.sampled_from(sorted(told.facts)))
    other = told.told(name, data.draw(answers(FACTS[name])))
    assume(not other.misfits())
    for before, after in zip(outcomes(told), outcomes(other), strict=True):
        if before.verdict == "likely" and after.verdict == "unlikely":
            assert name in after.found.because
            assert name in before.found.because


@SHARED
@given(households())
def test_reasons_name_told_facts_and_what_is_missing_was_not_told(told: Told) -> None:
    for each in outcomes(told):
        for _, criterion in each.conditions:
            assert criterion.because <= set(told.facts)
            assert not criterion.missing & set(told.facts)
            assert criterion.value is None or not criterion.missing
        assert each.verdict != "unlikely" or each.amount is None


@settings(SHARED, max_examples=40)
@given(households())
def test_a_question_is_only_asked_when_its_answer_can_matter(told: Told) -> None:
    found = outcomes(told)
    asked = next_question(found, told)
    if asked is None:
        return
    assert asked not in told.facts
    concerns = concerned(asked, found, told)
    assert concerns
    pair = witness(asked, LIBRARY.rules[concerns[0]], told)
    assert pair
    one, other = pair
    assert {**one.facts, asked: None} == {**other.facts, asked: None}
    assert told.facts.items() <= one.facts.items()
    assert not one.misfits()
    assert not other.misfits()
    rule = LIBRARY.rules[concerns[0]]
    here, there = outcome(rule, one), outcome(rule, other)
    assert (here.verdict, here.amount and here.amount.value) != (there.verdict, there.amount and there.amount.value)


@settings(SHARED, max_examples=40)
@given(households(), st.data())
def test_when_nothing_is_asked_any_more_nothing_can_change(told: Told, data: st.DataObject) -> None:
    while asked := next_question(outcomes(told), told):
        told = told.told(asked, data.draw(answers(FACTS[asked]), label=asked))
        assume(not told.misfits())
    for before, after in zip(outcomes(told), outcomes(completed(told, data)), strict=True):
        assert after.state == before.state


@settings(SHARED, max_examples=40)
@given(households(), st.sets(st.sampled_from(list(FACTS))))
def test_what_somebody_does_not_want_to_tell_is_not_asked_for(told: Told, skipped: set[str]) -> None:
    assert next_question(outcomes(told), told, skipped) not in skipped


@pytest.fixture(scope="module")
def asked() -> dict[str, list[str]]:
    """What each test household is asked, in order, when it answers everything."""
    return {each["name"]: questions(each["facts"]) for each in read(Path(__file__).parent / "households.yml")}


def test_half_of_the_test_households_are_asked_nine_questions_or_fewer(asked: dict[str, list[str]]) -> None:
    counted = [len(facts) for facts in asked.values()]
    assert statistics.median(counted) <= 9
    assert max(counted) <= 14


def test_money_and_status_are_asked_for_late(asked: dict[str, list[str]]) -> None:
    for facts in asked.values():
        assert not [fact for fact in facts[:4] if FACTS[fact].tact >= 3]


def questions(everything: Mapping[str, Any]) -> list[str]:
    """What a household is asked, in order, when it answers all of it."""
    asked: list[str] = []
    while True:
        told = told_of(LIBRARY, {name: everything[name] for name in asked}, DAY)
        fact = next_question(outcomes(told), told)
        if fact is None:
            return asked
        assert fact not in asked
        asked.append(fact)
