"""A household held against every rule. Nothing is decided here: the office that answers for a scheme decides."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from knowledge.eligibility.household import Misfit, Vocabulary
from knowledge.eligibility.language import Term
from knowledge.eligibility.logic import Finding, Value, all_of
from knowledge.eligibility.rules import Amount, Condition, Rule

Verdict = Literal["likely", "unlikely", "unknown"]
_VERDICTS: Mapping[Value | None, Verdict] = {True: "likely", False: "unlikely", None: "unknown"}


class Told:
    """What a household told, with the figures of a day: what expressions are read against."""

    def __init__(
        self, vocabulary: Vocabulary, facts: Mapping[str, Value], rate: Callable[[str], Decimal | None]
    ) -> None:
        self.vocabulary = vocabulary
        self.facts = facts
        self._rate = rate
        self._found: dict[str, Finding] = {}

    def fact(self, name: str) -> Finding:
        """What is known of a fact; it is looked at once."""
        if name not in self._found:
            self._found[name] = self.vocabulary.find(name, self.facts, self)
        return self._found[name]

    def rate(self, name: str) -> Finding:
        """A figure on that day; unknown, and no fact can change it, when there was none yet."""
        return Finding(self._rate(name))

    def told(self, name: str, value: Value) -> "Told":
        """The same household, had it told this as well."""
        return Told(self.vocabulary, {**self.facts, name: value}, self._rate)

    def counts(self, name: str) -> bool:
        """Whether a fact was told and means something beside the others."""
        return name in self.facts and name in self.fact(name).because

    def misfits(self) -> list[Misfit]:
        """Answers that cannot be true together."""
        found = []
        for name, fits in self.vocabulary.fits.items():
            if self.counts(name) and fits.find(self).value is False:
                why = f"does not go with the other answers: {self.vocabulary.facts[name].fits}"
                found.append(Misfit(name, why))
        return found


@dataclass(frozen=True)
class Outcome:
    """What can be said of one scheme: each criterion with what was found, and the amount where there is one."""

    rule: Rule
    found: Finding
    conditions: tuple[tuple[Condition, Finding], ...]
    amount: Amount | None

    @property
    def topic(self) -> str:
        return self.rule.topic

    @property
    def verdict(self) -> Verdict:
        return _VERDICTS[self.found.value]

    @property
    def judged(self) -> bool:
        """Whether it is unknown and nothing a household can tell would settle it."""
        return self.found.value is None and not self.found.missing

    @property
    def open(self) -> frozenset[str]:
        """The facts that could still change the outcome or the amount."""
        return self.found.missing | (self.amount.missing if self.amount else frozenset())

    @property
    def state(self) -> tuple[Verdict, Decimal | None]:
        """What a change would be a change of."""
        return self.verdict, self.amount.value if self.amount else None


def outcome(rule: Rule, told: Told) -> Outcome:
    """Hold a household against a rule. What is unlikely has no amount."""
    conditions = tuple((condition, condition.find(told)) for condition in rule.conditions)
    found = all_of(each for _, each in conditions)
    return Outcome(rule, found, conditions, None if found.value is False else rule.amount(told))


def candidates(name: str, terms: Iterable[Term], told: Told) -> list[Value]:
    """Answers to a question that stand for all others: what expressions do can only change between them.

    Those that cannot be true beside what was told are left out.
    """
    found = _imagined(name, terms, told)
    if name not in told.vocabulary.bound:
        return found
    return [answer for answer in found if not told.told(name, answer).misfits()]


def _imagined(name: str, terms: Iterable[Term], told: Told) -> list[Value]:
    fact = told.vocabulary.facts[name]
    turns = {turn for term in terms for of, turn in term.turns if of == name}
    match fact.kind:
        case "yes_no":
            return [True, False]
        case "choice":
            return list(fact.values)
        case "several":
            singles = sorted(turn for turn in turns if isinstance(turn, str))
            return [frozenset(), *(frozenset({each}) for each in singles), frozenset(singles)]
        case "ages":
            years = sorted({turn for turn in turns if isinstance(turn, int) and turn >= 0} | {5})
            return [(), *((year,) for year in years), *((year, year) for year in years)]
    most = fact.most or Decimal(0)
    limits = [turn.find(told).value for turn in turns if isinstance(turn, Term)]
    near = sorted(limit + step for limit in limits if isinstance(limit, Decimal) for step in (-1, 0, 1))
    return [number for number in dict.fromkeys([*near, most / 2, most, Decimal(0)]) if 0 <= number <= most]
