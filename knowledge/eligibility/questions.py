"""Which question to ask next: the one that can still change the most, private ones late, and none that changes nothing."""

from collections.abc import Collection, Iterable, Sequence

from knowledge.eligibility.logic import Value
from knowledge.eligibility.rules import Rule
from knowledge.eligibility.screening import Outcome, Told, candidates, outcome

_OPEN_VERDICT, _OPEN_AMOUNT, _PER_FACT = 1.0, 0.4, 0.05
"""How much is open in a scheme whose verdict or whose amount is not known, and for each fact that is missing."""


def next_question(outcomes: Sequence[Outcome], told: Told, skipped: Collection[str] = ()) -> str | None:
    """The fact to ask for next; None when nothing more can change.

    Each candidate is weighed by how much of what is open it can be expected to close, over the answers that can make a
    difference, divided by its tact (1 easy to answer, 4 private).

    Args:
        skipped: facts the person does not want to tell.
    """
    asked = {fact for each in outcomes for fact in each.open} - set(skipped)
    weighed = sorted(asked, key=lambda fact: (-_weight(fact, outcomes, told), _place(fact, told)))
    return next((fact for fact in weighed if any(matters(fact, each.rule, told, skipped) for each in outcomes)), None)


def concerned(fact: str, outcomes: Iterable[Outcome], told: Told) -> list[str]:
    """The schemes that an answer can change."""
    return [each.topic for each in outcomes if matters(fact, each.rule, told)]


def matters(fact: str, rule: Rule, told: Told, skipped: Collection[str] = ()) -> bool:
    """Whether two answers can lead to different outcomes or amounts, for some answers to what else is missing."""
    return fact in rule.facts and _differs(fact, rule, told, frozenset(skipped))


def _differs(fact: str, rule: Rule, told: Told, skipped: frozenset[str]) -> bool:
    answers = [outcome(rule, told.told(fact, answer)) for answer in _answers(fact, rule, told)]
    others = frozenset[str]().union(*(each.open for each in answers)) - skipped - {fact}
    settled = {each.state for each in answers if not each.open - skipped}
    if len(settled) > 1:
        return True
    if not others:
        return len({each.state for each in answers}) > 1
    other = min(others, key=lambda name: _place(name, told))
    return any(_differs(fact, rule, told.told(other, answer), skipped) for answer in _answers(other, rule, told))


def _answers(fact: str, rule: Rule, told: Told) -> list[Value]:
    return candidates(fact, rule.terms, told)


def _weight(fact: str, outcomes: Iterable[Outcome], told: Told) -> float:
    closed = 0.0
    for now in outcomes:
        if fact in now.rule.facts and now.open:
            answers = _answers(fact, now.rule, told)
            closed += sum(
                _openness(now) - _openness(outcome(now.rule, told.told(fact, each))) for each in answers
            ) / len(answers)
    return closed / told.vocabulary.facts[fact].tact


def _openness(found: Outcome) -> float:
    verdict = _OPEN_VERDICT if found.found.missing else 0.0
    amount = _OPEN_AMOUNT if found.amount and found.amount.missing else 0.0
    return verdict + amount + _PER_FACT * len(found.open)


def _place(fact: str, told: Told) -> int:
    return list(told.vocabulary.facts).index(fact)
