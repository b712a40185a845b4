"""A screening as a reader can be shown it: what is likely, why, what is missing, how much, what to ask next."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from knowledge.eligibility.household import Misfit, read
from knowledge.eligibility.logic import Finding, Value
from knowledge.eligibility.questions import concerned, next_question
from knowledge.eligibility.rules import Amount, Condition
from knowledge.eligibility.screening import Outcome, Told, Verdict, outcome
from knowledge.formatting import figure
from knowledge.library import Library, Text
from knowledge.schema import Confidence

_ORDER: Mapping[Verdict, int] = {"likely": 0, "unknown": 1, "unlikely": 2}
Number = Annotated[
    Decimal,
    PlainSerializer(
        lambda value: int(value) if value == int(value) else float(value), return_type=int | float, when_used="json"
    ),
]
_SURENESS: tuple[Confidence, ...] = ("verified", "partly", "recalled")
NO_FIGURE = "–"
"""What stands in a text where a figure has no value on the day asked about."""


class Shown(BaseModel):
    """Part of what is shown. Texts carry the language they are in: Norwegian where a translation is missing."""

    model_config = ConfigDict(frozen=True)


class Reason(Shown):
    """A criterion with what was found: `met` is null while it is unknown.

    `because` are the facts that settled it, `missing` those that could; with neither, whoever `decides` must judge it.
    """

    text: Text
    met: bool | None
    because: list[str]
    missing: list[str]
    law: str
    url: str
    confidence: Confidence


class Line(Shown):
    """A line of the about."""

    text: Text
    value: Number
    shown: str


class Sum(Shown):
    """About how much the household gets, or pays at most, `per` month, year, day or once; null while facts are missing.

    `rates_from` is the newest date from which a figure in it holds.
    """

    way: Literal["gets", "pays"]
    per: Literal["month", "year", "day", "once"]
    value: Number | None
    shown: str | None
    lines: list[Line]
    note: Text | None
    missing: list[str]
    rates_from: date | None
    confidence: Confidence


class Result(Shown):
    """What can be said of a scheme. It is never a decision: `decides` says who decides, `bring` what they need to see."""

    topic: str
    title: Text
    outcome: Verdict
    reasons: list[Reason]
    missing: list[str]
    amount: Sum | None
    decides: Text
    bring: list[Text]


class Named(Shown):
    topic: str
    title: Text


class Question(Shown):
    """The question to ask next. `concerns` are the topics that an answer can change; anybody may leave it unanswered."""

    fact: str
    kind: Literal["yes_no", "number", "money", "choice", "several", "ages"]
    question: Text
    why: Text | None
    unit: str | None
    most: Number | None
    values: dict[str, Text]
    concerns: list[str]


class Screening(Shown):
    """`facts` is what was understood; `unused` are facts that mean nothing beside the others.

    `not_looked_at` are the topics without rules: that they are not among the results says nothing about them.
    """

    on: date
    language: str
    facts: dict[str, bool | Number | str | list[str] | list[int]]
    unused: list[str]
    results: list[Result]
    not_looked_at: list[Named]
    next: Question | None = Field(description="null when nothing more can change")


class Misfits(Exception):
    """Facts that cannot be used. `misfits` says which and why."""

    def __init__(self, misfits: list[Misfit]) -> None:
        self.misfits = misfits
        super().__init__("; ".join(map(str, misfits)))


def told_of(library: Library, facts: Mapping[str, Any], on: date) -> Told:
    """What a household told, ready to be held against rules with the figures of a day.

    Raises:
        Misfits: a fact is unknown, has a value that it cannot have, or cannot be true beside another.
    """
    known, misfits = read(facts, library.vocabulary)
    told = Told(library.vocabulary, known, library.shares(on))
    misfits = misfits or told.misfits()
    if misfits:
        raise Misfits(misfits)
    return told


def outcomes_of(library: Library, told: Told) -> list[Outcome]:
    """The household held against every rule, in the order of the topics."""
    return [outcome(rule, told) for rule in library.rules.values()]


def results_of(library: Library, outcomes: list[Outcome], code: str, on: date) -> list[Result]:
    """What can be said of each scheme: what is likely, what is unknown, what is unlikely."""
    teller = _Teller(library, code, on)
    return sorted((teller.result(each) for each in outcomes), key=lambda result: _ORDER[result.outcome])


def not_looked_at(library: Library, code: str, on: date) -> list[Named]:
    """The topics without rules."""
    teller = _Teller(library, code, on)
    return [teller.named(topic) for topic in library.topics if topic not in library.rules]


def screening(
    library: Library, facts: Mapping[str, Any], code: str, on: date | None = None, skipped: Collection[str] = ()
) -> Screening:
    """Hold a household against every rule.

    Args:
        facts: what it told, as in YAML or JSON; see household.yml.
        code: the reader's language.
        on: the day whose figures apply; today when left out.
        skipped: facts it does not want to tell.

    Raises:
        Misfits: see `told_of`.
    """
    on = on or date.today()
    told = told_of(library, facts, on)
    outcomes = outcomes_of(library, told)
    asked = next_question(outcomes, told, skipped)
    return Screening(
        on=on,
        language=code,
        facts={name: _plain(value) for name, value in told.facts.items()},
        unused=sorted(name for name in told.facts if not told.counts(name)),
        results=results_of(library, outcomes, code, on),
        not_looked_at=not_looked_at(library, code, on),
        next=question(library, asked, code, on, concerned(asked, outcomes, told, skipped)) if asked else None,
    )


def question(library: Library, fact: str, code: str, on: date, concerns: Collection[str] = ()) -> Question:
    """How a fact is asked for.

    Args:
        concerns: the topics that an answer can change.
    """
    asked = library.vocabulary.facts[fact]

    def text(field: str, source: str) -> Text:
        return library.text("household", f"{fact}.{field}", source, code, on, no_figure=NO_FIGURE)

    return Question(
        fact=fact,
        kind=asked.kind,
        question=text("question", asked.question),
        why=text("why", asked.why) if asked.why else None,
        unit=asked.unit,
        most=asked.most,
        values={name: text("value", each) for name, each in asked.values.items()},
        concerns=list(concerns),
    )


class _Teller:
    def __init__(self, library: Library, code: str, on: date) -> None:
        self.library, self.code, self.on = library, code, on

    def result(self, found: Outcome) -> Result:
        entry = self.library.entries[found.topic]
        decided = found.verdict == "unlikely"
        return Result(
            topic=found.topic,
            title=self._text(found.topic, "title", entry.title),
            outcome=found.verdict,
            reasons=[self._reason(condition, each, found.topic) for condition, each in found.conditions],
            missing=sorted(found.found.missing),
            amount=self._sum(found, found.amount) if found.amount else None,
            decides=self._text(found.topic, "authority", entry.authority),
            bring=[] if decided else [self._text(found.topic, "documents", item.text) for item in entry.documents],
        )

    def named(self, topic: str) -> Named:
        entry = self.library.entries.get(topic)
        title = self._text(topic, "title", entry.title) if entry else Text(self.library.topics[topic].covers, "en")
        return Named(topic=topic, title=title)

    def _reason(self, condition: Condition, found: Finding, topic: str) -> Reason:
        entry = self.library.entries[topic]
        law = next(law for law in entry.law if condition.criterion.law.startswith(law.name))
        field = "criterion" if condition.owner == "household" else "eligibility"
        return Reason(
            text=self._text(condition.owner, field, condition.text),
            met=found.value if isinstance(found.value, bool) else None,
            because=sorted(found.because),
            missing=sorted(found.missing),
            law=condition.criterion.law,
            url=str(law.url),
            confidence=condition.criterion.confidence or entry.checked.confidence,
        )

    def _sum(self, found: Outcome, amount: Amount) -> Sum:
        about, rates = amount.about, []
        if found.rule.reckoning and amount.steps:
            share = self.library.shares(self.on)
            named = found.rule.reckoning.total.rates
            rates = [self.library.rate(name, self.on) for name in named if share(name) is not None]
        sureness = [sure for _, _, sure in rates]
        return Sum(
            way=about.way,
            per=about.per,
            value=amount.value,
            shown=self._figure(amount.value, "nok") if amount.value is not None else None,
            lines=[
                Line(
                    text=self._text(found.topic, "eligibility", each.step.text),
                    value=each.value,
                    shown=self._figure(each.value, each.step.unit),
                )
                for each in amount.steps
            ],
            note=self._text(found.topic, "eligibility", about.note) if about.note else None,
            missing=sorted(amount.missing),
            rates_from=max((since for _, since, _ in rates), default=None),
            confidence=max(sureness, key=_SURENESS.index, default="verified"),
        )

    def _figure(self, value: Decimal, unit: str) -> str:
        return figure(value, unit, self.code)

    def _text(self, owner: str, field: str, source: str) -> Text:
        return self.library.text(owner, field, source, self.code, self.on, no_figure=NO_FIGURE)


def _plain(value: Value) -> Any:
    return sorted(value) if isinstance(value, frozenset | tuple) else value
