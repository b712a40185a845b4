"""Which question to ask next: the one that can still change the most, private ones late, and none that changes nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from knowledge.eligibility.logic import Value
from knowledge.eligibility.rules import Rule
from knowledge.eligibility.screening import Outcome, Told, candidates, outcome

_OPEN_VERDICT, _OPEN_AMOUNT, _PER_FACT = 1.0, 0.4, 0.05
"""How much is open in a scheme whose verdict or whose amount is not known, and for each fact that is missing."""

_LONGEST_SEARCH = 2000
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

    It is the proof that asking for the fact can matter. None when there is no such pair, or none was found in a search of
    bounded length, which goes first where answers make a difference.
    """
    return _Search(fact, rule, frozenset(skipped)).pair(told)


@dataclass(frozen=True, eq=False)
class _Branch:
    """A household with each answer to the question, and what comes of it."""

    told: Told
    answers: tuple[Told, ...]
    found: tuple[Outcome, ...]

    def pair(self, skipped: frozenset[str], open: frozenset[str]) -> tuple[Told, Told] | None:
        """Two answers that lead to different ends, where nothing else is open."""
        ends = [
            (end, each)
            for end, each in zip(self.found, self.answers, strict=True)
            if not open or not end.open - skipped
        ]
        return next(((ends[0][1], each) for end, each in ends[1:] if end.state != ends[0][0].state), None)

    @property
    def kind(self) -> object:
        """What tells it from other branches as far as can be seen: which criteria are met, and what is missing."""
        return tuple((tuple((each.value, each.missing) for _, each in end.tests), end.open) for end in self.found)


@dataclass
class _Search:
    fact: str
    rule: Rule
    skipped: frozenset[str]
    steps: int = _LONGEST_SEARCH

    def pair(self, told: Told) -> tuple[Told, Told] | None:
        return self._below(self._branch(told))

    def _branch(self, told: Told) -> _Branch:
        self.steps -= 1
        answers = tuple(told.told(self.fact, answer) for answer in _answers(self.fact, self.rule, told))
        return _Branch(told, answers, tuple(outcome(self.rule, each) for each in answers))

    def _below(self, branch: _Branch) -> tuple[Told, Told] | None:
        open = frozenset[str]().union(*(each.open for each in branch.found)) - {self.fact} - self.skipped
        pair = branch.pair(self.skipped, open)
        if pair or not open or self.steps < 0:
            return pair
        other = min(open, key=lambda name: _place(name, branch.told))
        branches = [self._branch(branch.told.told(other, each)) for each in _answers(other, self.rule, branch.told)]
        unlike = {each.kind: each for each in reversed(branches)}
        likely_first = [*unlike.values(), *(each for each in branches if each not in unlike.values())]
        return next(filter(None, map(self._below, likely_first)), None)


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
