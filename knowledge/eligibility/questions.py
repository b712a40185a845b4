"""Which question to ask next: the one that can still change the most, private ones late, and none that changes nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from knowledge.eligibility.logic import Finding, Value
from knowledge.eligibility.rules import Rule
from knowledge.eligibility.screening import Outcome, Told, candidates, outcome

_OPEN_VERDICT, _OPEN_AMOUNT, _PER_FACT = 1.0, 0.4, 0.05
"""How much is open in a scheme whose verdict or whose amount is not known, and for each fact that is missing."""

_LONGEST_SEARCH = 300
"""Households imagined, at most, to prove that a question can matter."""


def next_question(outcomes: Sequence[Outcome], told: Told, skipped: Collection[str] = ()) -> str | None:
    """The fact to ask for next; None when nothing more can change.

    Each candidate is weighed by how much of what is open it can be expected to close, over the answers that can make a
    difference, divided by its tact (1 easy to answer, 4 private).

    Args:
        skipped: facts the person does not want to tell.
    """
    missing = {fact for each in outcomes for fact in each.open} - set(skipped)
    weighed = sorted(missing, key=lambda fact: (-_weight(fact, outcomes, told), _place(fact, told)))
    return next((fact for fact in weighed if any(_can_change(fact, outcomes, told, skipped))), None)


def concerned(fact: str, outcomes: Sequence[Outcome], told: Told, skipped: Collection[str] = ()) -> list[str]:
    """The schemes that an answer can change."""
    changed = _can_change(fact, outcomes, told, skipped)
    return [each.topic for each, change in zip(outcomes, changed, strict=True) if change]


def _can_change(fact: str, outcomes: Iterable[Outcome], told: Told, skipped: Collection[str]) -> Iterable[bool]:
    return (fact in each.open and witness(fact, each.rule, told, skipped) is not None for each in outcomes)


def witness(fact: str, rule: Rule, told: Told, skipped: Collection[str] = ()) -> tuple[Told, Told] | None:
    """Two households that agree with what was told and differ in one fact only, but a scheme means something else for them.

    It is the proof that asking for the fact can matter; None when there is none (or the search for it grew too long).
    """
    return _Search(fact, rule, frozenset(skipped)).pair(told)


@dataclass
class _Search:
    """Looks for a witness: first for answers to what stands beside the fact, then for answers that let the rest hold."""

    fact: str
    rule: Rule
    skipped: frozenset[str]
    steps: int = _LONGEST_SEARCH

    def pair(self, told: Told) -> tuple[Told, Told] | None:
        """Imagine answers to the facts in the criteria and the amount that depend on this one, until they differ."""
        self.steps -= 1
        answers = [told.told(self.fact, answer) for answer in _answers(self.fact, self.rule, told)]
        parts = [self._parts(each) for each in answers]
        beside = frozenset[str]().union(*(part.missing for each in parts for part in each)) - self.skipped - {self.fact}
        if not beside:
            unlike = {tuple(part.value for part in found): each for found, each in zip(parts, answers, strict=True)}
            return next(filter(None, (self._held(*pair) for pair in combinations(unlike.values(), 2))), None)
        if self.steps < 0:
            return None
        return next(filter(None, map(self.pair, self._ways(beside, told))), None)

    def _ways(self, open: frozenset[str], told: Told) -> list[Told]:
        """Each answer to one of the open questions, those first that rule out least."""
        name = min(open, key=lambda each: _place(each, told))
        ways = [told.told(name, answer) for answer in _answers(name, self.rule, told)]
        return sorted(ways, key=lambda way: [each.find(way).value for each in self.rule.conditions].count(False))

    def _parts(self, told: Told) -> list[Finding]:
        """What was found by the criteria and the amount that depend on the fact."""
        found = [each.find(told) for each in self.rule.conditions if self.fact in each.facts]
        total = self.rule.reckoning.total if self.rule.reckoning else None
        return found + ([total.find(told)] if total and self.fact in total.facts else [])

    def _held(self, one: Told, other: Told) -> tuple[Told, Told] | None:
        """Imagine answers to all that is open, the same for both, so that the two still differ at the end."""
        self.steps -= 1
        here, there = outcome(self.rule, one), outcome(self.rule, other)
        open = (here.open | there.open) - self.skipped
        if not open:
            return (one, other) if here.state != there.state else None
        if self.steps < 0 or here.verdict == there.verdict == "unlikely":
            return None
        name = min(open, key=lambda each: _place(each, one))
        answers = (way.facts[name] for way in self._ways(frozenset({name}), one))
        return next(filter(None, (self._held(one.told(name, each), other.told(name, each)) for each in answers)), None)


def _answers(fact: str, rule: Rule, told: Told) -> list[Value]:
    return candidates(fact, rule.terms, told)


def _weight(fact: str, outcomes: Iterable[Outcome], told: Told) -> float:
    closed = 0.0
    for now in outcomes:
        if fact in now.rule.facts and now.open:
            then = [outcome(now.rule, told.told(fact, answer)) for answer in _answers(fact, now.rule, told)]
            closed += sum(_openness(now) - _openness(each) for each in then) / len(then)
    return closed / told.vocabulary.facts[fact].tact


def _openness(found: Outcome) -> float:
    verdict = _OPEN_VERDICT if found.found.missing else 0.0
    amount = _OPEN_AMOUNT if found.amount and found.amount.missing else 0.0
    return verdict + amount + _PER_FACT * len(found.open)


def _place(fact: str, told: Told) -> int:
    return list(told.vocabulary.facts).index(fact)
