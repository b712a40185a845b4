"""The facts a household can tell (household.yml): their questions, what they can be, and when they mean anything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from knowledge.eligibility.language import ExpressionError, Kind, Scope, Term, parse
from knowledge.eligibility.logic import Finding, Value
from knowledge.schema import Strict, Text

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
KINDS: Mapping[str, Kind] = {
    "yes_no": "truth",
    "number": "number",
    "money": "number",
    "choice": "word",
    "several": "words",
    "ages": "ages",
}


class Fact(Strict):
    """Something a household can tell about itself.

    `when` says when it means anything; where that is not so it is `otherwise`, and nobody is asked. `tact` is how late it
    is asked: 1 is easy to answer, 4 is private. A `several` may be none of its values.
    """

    id: Name
    kind: Literal["yes_no", "number", "money", "choice", "several", "ages"]
    question: Text
    why: Text | None = None
    tact: Annotated[int, Field(ge=1, le=4)]
    values: dict[Name, Text] = {}
    unit: Literal["years", "months", "hours_a_week", "kr_a_month", "kr_a_year", "kr"] | None = None
    most: Decimal | None = None
    when: Text | None = None
    otherwise: Text | None = None
    fits: Text | None = None
    """What must hold between the answer and others, once it is given."""

    @model_validator(mode="after")
    def _whole(self) -> "Fact":
        if (self.kind in ("choice", "several")) != bool(self.values):
            raise ValueError("choice and several need values, other kinds have none")
        if (self.kind in ("number", "money")) != (self.most is not None and self.unit is not None):
            raise ValueError("number and money need a unit and the most there can be, other kinds have none")
        if bool(self.when) != bool(self.otherwise):
            raise ValueError("when and otherwise belong together")
        return self

    def texts(self) -> list[tuple[str, str]]:
        """What is translated, as (field, text)."""
        found = [("question", self.question)]
        if self.why:
            found.append(("why", self.why))
        return found + [("value", text) for text in self.values.values()]


class SharedCriterion(Strict):
    """A criterion that many schemes have: an entry names it with `use`."""

    text: Text
    when: Text
    exception: Text | None = Field(None, alias="except")


class Household(Strict):
    """household.yml. `definitions` are names for conditions that many rules need."""

    facts: tuple[Fact, ...]
    definitions: dict[Name, Text] = {}
    criteria: dict[Name, SharedCriterion] = {}

    @model_validator(mode="after")
    def _each_name_once(self) -> "Household":
        names = [fact.id for fact in self.facts] + list(self.definitions)
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name} is named twice")
        return self

    def texts(self) -> list[tuple[str, str]]:
        """What is translated, as (field, text)."""
        found = [(f"{fact.id}.{field}", text) for fact in self.facts for field, text in fact.texts()]
        return found + [("criterion", criterion.text) for criterion in self.criteria.values()]


@dataclass(frozen=True)
class Misfit(Exception):
    """An answer that cannot be used, in words for whoever sent it. The answer itself is not repeated."""

    fact: str
    why: str

    def __str__(self) -> str:
        return f"{self.fact}: {self.why}"


class Vocabulary:
    """What a condition can name: facts, definitions and figures."""

    def __init__(self, household: Household, units: Mapping[str, str]) -> None:
        self.household = household
        self.units = units
        self.facts = {fact.id: fact for fact in household.facts}
        self._terms: dict[str, Term] = {}
        self._under_way: list[str] = []

    def parse(self, text: str, kind: Kind, more: Mapping[str, Term] | None = None) -> Term:
        """Read an expression that may also name what is in `more`.

        Raises:
            ExpressionError: see `language.parse`.
        """
        return parse(text, lambda name: (more or {}).get(name) or self.named(name), self.units, kind)

    def named(self, name: str) -> Term | None:
        """The term of a fact or a definition; None when there is no such name.

        Raises:
            ExpressionError: it is defined by way of itself.
        """
        if name in self._terms:
            return self._terms[name]
        if name not in self.facts and name not in self.household.definitions:
            return None
        if name in self._under_way:
            raise ExpressionError(f"{name} is defined by way of itself")
        self._under_way.append(name)
        try:
            self._terms[name] = self._fact(self.facts[name]) if name in self.facts else self._definition(name)
        finally:
            self._under_way.pop()
        return self._terms[name]

    def _definition(self, name: str) -> Term:
        return self.parse(self.household.definitions[name], "truth")

    def _fact(self, fact: Fact) -> Term:
        needed = [self.parse(fact.when, "truth")] if fact.when else []
        needed += [self.parse(fact.otherwise, KINDS[fact.kind])] if fact.otherwise else []
        return Term(
            KINDS[fact.kind],
            lambda scope: scope.fact(fact.id),
            frozenset(fact.values),
            frozenset({fact.id}).union(*(term.facts for term in needed)),
            frozenset[str]().union(*(term.rates for term in needed)),
            frozenset[Any]().union(*(term.turns for term in needed)),
        )

    @cached_property
    def fits(self) -> Mapping[str, Term]:
        """What must hold between answers, by the fact that says so."""
        return {fact.id: self.parse(fact.fits, "truth") for fact in self.household.facts if fact.fits}

    @cached_property
    def bound(self) -> frozenset[str]:
        """The facts whose answers must fit others."""
        return frozenset(self.fits).union(*(term.facts for term in self.fits.values()))

    @cached_property
    def _gates(self) -> Mapping[str, tuple[Term, Term]]:
        return {
            fact.id: (self.parse(fact.when, "truth"), self.parse(fact.otherwise, KINDS[fact.kind]))
            for fact in self.household.facts
            if fact.when and fact.otherwise
        }

    def find(self, name: str, facts: Mapping[str, Value], scope: Scope) -> Finding:
        """What is known of a fact. It counts only where its question would be asked."""
        asked = Finding(True)
        if name in self._gates:
            when, otherwise = self._gates[name]
            asked = when.find(scope)
            if asked.value is None:
                return asked
            if asked.value is False:
                instead = otherwise.find(scope)
                return instead if instead.value is None else replace(instead, because=instead.because | asked.because)
        if name in facts:
            return Finding(facts[name], because=asked.because | {name})
        return Finding(missing=frozenset({name}))

    def problems(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What is wrong in the conditions of household.yml, as (place in the file, words)."""
        for position, fact in enumerate(self.household.facts):
            for field, kind in (("when", "truth"), ("otherwise", KINDS[fact.kind]), ("fits", "truth")):
                yield from self._try(("facts", position, field), getattr(fact, field), kind)
        for name, text in self.household.definitions.items():
            yield from self._try(("definitions", name), text, "truth")
        for name, criterion in self.household.criteria.items():
            yield from self._try(("criteria", name, "when"), criterion.when, "truth")
            yield from self._try(("criteria", name, "except"), criterion.exception, "truth")

    def _try(self, place: tuple[str | int, ...], text: str | None, kind: Any) -> Iterator[tuple[Any, str]]:
        try:
            if text:
                self.parse(text, kind)
                if place[0] == "facts":
                    self.named(self.household.facts[int(place[1])].id)
        except ExpressionError as error:
            yield place, str(error)


def read(told: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[dict[str, Value], list[Misfit]]:
    """Facts as they were told (YAML, JSON), and what cannot be used of them. Nothing that was not told is assumed."""
    facts: dict[str, Value] = {}
    misfits = []
    for name, answer in told.items():
        fact = vocabulary.facts.get(name)
        if fact is None:
            misfits.append(Misfit(str(name), f"there is no such fact; there are {', '.join(vocabulary.facts)}"))
        elif answer is not None:
            try:
                facts[name] = value_of(fact, answer)
            except Misfit as misfit:
                misfits.append(misfit)
    return facts, misfits


def value_of(fact: Fact, answer: Any) -> Value:
    """An answer as a value.

    Raises:
        Misfit: it cannot be an answer to this question.
    """
    match fact.kind, answer:
        case "yes_no", bool():
            return answer
        case "choice", str() if answer in fact.values:
            return answer
        case "several", list() if all(isinstance(each, str) and each in fact.values for each in answer):
            return frozenset(answer)
        case "ages", list() if all(type(each) is int and 0 <= each <= 120 for each in answer) and len(answer) <= 30:
            return tuple(sorted(answer))
        case (("number" | "money"), (int() | float() | str() | Decimal())) if type(answer) is not bool:
            try:
                number = Decimal(str(answer))
            except InvalidOperation:
                number = Decimal(-1)
            if number.is_finite() and 0 <= number <= (fact.most or 0):
                return number
    raise Misfit(fact.id, _NEEDED[fact.kind].format(values=", ".join(fact.values), most=fact.most))


_NEEDED = {
    "yes_no": "must be true or false",
    "choice": "must be one of {values}",
    "several": "must be a list of none or more of {values}",
    "ages": "must be a list of ages in whole years, empty for no children",
    "number": "must be a number from 0 to {most}",
    "money": "must be an amount in kroner from 0 to {most}",
}
