"""The rules of the entries, read: what each scheme asks of a household, and how its amount is reckoned."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from knowledge import schema
from knowledge.eligibility.household import Vocabulary
from knowledge.eligibility.language import ExpressionError, Kind, Scope, Term
from knowledge.eligibility.logic import Finding
from knowledge.schema import Criterion, Eligibility, Entry, Step

Place = tuple[str | int, ...]


class RuleErrors(ValueError):
    """What is wrong in a rule, as (place in the entry's file, words)."""

    def __init__(self, problems: list[tuple[Place, str]]) -> None:
        self.problems = problems
        super().__init__("; ".join(words for _, words in problems))


@dataclass(frozen=True)
class Condition:
    """A criterion and its conditions. Without `when` nothing that a household tells can settle it."""

    criterion: Criterion
    text: str
    owner: str
    """Where the text stands for translators: the topic or household."""
    when: Term | None
    exception: Term | None

    @cached_property
    def facts(self) -> frozenset[str]:
        """Every fact it can depend on."""
        return frozenset[str]().union(*(term.facts for term in (self.when, self.exception) if term))

    def find(self, scope: Scope) -> Finding:
        """Whether it is met. Where it is not, but an exception may apply, somebody has to judge."""
        if self.when is None:
            return Finding()
        found = self.when.find(scope)
        if found.value is not False or self.exception is None:
            return found
        excepted = self.exception.find(scope)
        if excepted.value is False:
            return Finding(False, found.because | excepted.because)
        return Finding(missing=excepted.missing)


@dataclass(frozen=True)
class Reckoned:
    """A line of a reckoning with its value."""

    step: Step
    value: Decimal


@dataclass(frozen=True)
class Amount:
    """What a scheme pays, in whole kroner; None while facts are `missing` or a figure is."""

    about: schema.Reckoning
    value: Decimal | None
    steps: tuple[Reckoned, ...] = ()
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reckoning:
    """How an amount is reckoned. The total holds every step it names."""

    about: schema.Reckoning
    steps: tuple[tuple[Step, Term], ...]
    total: Term

    def amount(self, scope: Scope) -> Amount:
        """The amount with its steps. A step that adds nothing is left out."""
        total = self.total.find(scope)
        if not isinstance(total.value, Decimal):
            return Amount(self.about, None, missing=total.missing)
        found = [(step, term.find(scope).value) for step, term in self.steps]
        steps = tuple(Reckoned(step, value) for step, value in found if isinstance(value, Decimal) and value)
        return Amount(self.about, total.value.quantize(Decimal(1), ROUND_HALF_UP), steps)


@dataclass(frozen=True)
class Rule:
    """What a scheme asks of a household."""

    topic: str
    conditions: tuple[Condition, ...]
    reckoning: Reckoning | None

    def amount(self, scope: Scope) -> Amount | None:
        return self.reckoning.amount(scope) if self.reckoning else None

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Every expression of the rule."""
        found = [term for each in self.conditions for term in (each.when, each.exception) if term]
        return (*found, self.reckoning.total) if self.reckoning else tuple(found)

    @cached_property
    def facts(self) -> frozenset[str]:
        """Every fact the rule can depend on."""
        return frozenset[str]().union(*(term.facts for term in self.terms))

    @cached_property
    def rates(self) -> frozenset[str]:
        """Every figure the rule can depend on."""
        return frozenset[str]().union(*(term.rates for term in self.terms))


def rule_of(entry: Entry, vocabulary: Vocabulary) -> Rule | None:
    """The rule of an entry; None when it has none.

    Raises:
        RuleErrors: a condition cannot be read.
    """
    if entry.eligibility is None:
        return None
    reader = _Reader(entry, entry.eligibility, vocabulary)
    rule = reader.rule()
    if reader.problems:
        raise RuleErrors(reader.problems)
    return rule


class _Reader:
    def __init__(self, entry: Entry, eligibility: Eligibility, vocabulary: Vocabulary) -> None:
        self.entry, self.eligibility, self.vocabulary = entry, eligibility, vocabulary
        self.problems: list[tuple[Place, str]] = []

    def rule(self) -> Rule:
        conditions = tuple(self._conditions())
        return Rule(self.entry.id, conditions, self._reckoning())

    def _conditions(self) -> Iterator[Condition]:
        for position, criterion in enumerate(self.eligibility.criteria):
            place: Place = ("eligibility", "criteria", position)
            shared = self.vocabulary.household.criteria.get(criterion.use or "")
            if criterion.use and not shared:
                self.problems.append(((*place, "use"), f"household.yml has no criterion {criterion.use!r}"))
            if not any(criterion.law.startswith(f"{law.name} ") or criterion.law == law.name for law in self.entry.law):
                self.problems.append(((*place, "law"), f"{criterion.law!r} does not begin with a law the entry names"))
            when = self._term((*place, "when"), shared.when if shared else criterion.when, "truth")
            excepted = criterion.exception or (shared.exception if shared else None)
            exception = self._term((*place, "except"), excepted, "truth")
            text, owner = (shared.text, "household") if shared else (criterion.text or "", self.entry.id)
            yield Condition(criterion, text, owner, when, exception)

    def _reckoning(self) -> Reckoning | None:
        amount = self.eligibility.amount
        if amount is None:
            return None
        known: dict[str, Term] = {}
        steps = []
        for position, step in enumerate(amount.steps):
            place: Place = ("eligibility", "amount", "steps", position, "is")
            term = self._term(place, step.value, "number", known)
            if term:
                steps.append((step, term))
                known[step.name] = term
        total = self._term(("eligibility", "amount", "total"), amount.total, "number", known)
        return Reckoning(amount, tuple(steps), total) if total else None

    def _term(self, place: Place, text: str | None, kind: Kind, more: Mapping[str, Term] | None = None) -> Term | None:
        try:
            return self.vocabulary.parse(text, kind, more) if text else None
        except ExpressionError as error:
            self.problems.append((place, str(error)))
            return None
