"""The library: every topic, entry, parameter, place and crisis line, loaded once and asked many times."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from knowledge.eligibility.household import Household, Vocabulary
from knowledge.eligibility.rules import Rule, RuleErrors, rule_of
from knowledge.formatting import figure, isolated
from knowledge.languages import LOCALES, SOURCE, catalogue
from knowledge.reviews import Reading, reading, reviews, source_hash
from knowledge.schema import (
    SECTIONS,
    Checked,
    Confidence,
    Crisis,
    CrisisKind,
    CrisisLine,
    Entry,
    ExpertReview,
    Law,
    Parameter,
    Place,
    Point,
    Source,
    Topic,
)
from knowledge.source import KnowledgeError, Problem, line_of, problems_of, read

FOLDER = Path(__file__).parent
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)\}")
"""A figure named in a text, e.g. {barnetrygd.ordinaer}."""

Model = TypeVar("Model", Entry, Place, Crisis, Household)
Named = TypeVar("Named", Entry, Place)


@dataclass(frozen=True)
class Text:
    """A text ready to read. `language` differs from what was asked for when a translation is missing or out of date."""

    text: str
    language: str


@dataclass(frozen=True)
class Statement:
    """One statement of an explanation, with how it is done (`via`) and how sure it is when less than the whole."""

    text: Text
    via: str | None = None
    confidence: Confidence | None = None
    source: str = ""
    """The Norwegian text as it stands in the entry."""


@dataclass(frozen=True)
class LinkText:
    text: Text
    url: str
    purpose: str


@dataclass(frozen=True)
class Explanation:
    """What Rettvis says about a topic, in one language, for one place, on one day."""

    topic: str
    language: str
    title: Text
    answer: Text
    sections: Mapping[str, tuple[Statement, ...]]
    authority: Text
    law: tuple[Law, ...]
    links: tuple[LinkText, ...]
    sources: tuple[Source, ...]
    checked: Checked
    expert_review: ExpertReview | None
    related: tuple[str, ...]
    review_by: date
    local: tuple[Statement, ...]
    points: tuple[Point, ...]
    rates_from: date | None
    """The newest date from which a figure in the text holds; None when there is no figure."""
    translated: bool
    """False where part of it is shown in the source language because its translation is missing or out of date."""
    reading: Reading
    """Whether a native reader has read the translation."""


@dataclass(frozen=True)
class CrisisHelp:
    kind: str
    message: Text
    lines: tuple[CrisisLine, ...]


@dataclass(eq=False)
class Library:
    """Everything Rettvis knows. Pure: nothing here changes while the program runs. A library is equal to itself only."""

    topics: Mapping[str, Topic]
    areas: Mapping[str, str]
    entries: Mapping[str, Entry]
    parameters: Mapping[str, Parameter]
    places: Mapping[str, Place]
    crisis: Crisis
    locales: Path = LOCALES
    household: Household = field(default_factory=lambda: Household(facts=()))
    left_out: tuple[Problem, ...] = ()
    """Why entries are missing from a library that was loaded without being strict."""

    @classmethod
    def load(cls, folder: Path = FOLDER, locales: Path = LOCALES, *, strict: bool = True) -> "Library":
        """Read and validate the files of a knowledge folder.

        Args:
            strict: refuse the whole folder for one problem, as an editor wants it. A service must not go down for one
                broken entry: without `strict` it is left out, and `left_out` says why.

        Raises:
            KnowledgeError: with every problem found, each with file and line; always when topics or crisis are broken.
        """
        problems: list[Problem] = []
        topics, areas = _topics(folder / "topics.yml", problems)
        if not topics:
            problems.append(Problem(folder / "topics.yml", 1, "lists no topics"))
        entries = _models(folder / "entitlements", Entry, problems)
        places = _models(folder / "places", Place, problems)
        parameters = _parameters(folder / "parameters", problems)
        crisis = _guard(problems, lambda: _model(folder / "crisis.yml", Crisis))
        household = _guard(problems, lambda: _model(folder / "household.yml", Household)) or Household(facts=())
        vocabulary = Vocabulary(household, _units(parameters))
        file = folder / "household.yml"
        problems += [Problem(file, line_of(file, place), f"{place[-1]}: {why}") for place, why in vocabulary.problems()]
        entries = {
            name: _with_a_rule_that_reads(entry, vocabulary, folder, problems) for name, entry in entries.items()
        }
        if (problems and strict) or crisis is None or not topics:
            raise KnowledgeError(problems)
        library = cls(topics, areas, entries, parameters, places, crisis, locales, household)
        return library if strict else library._without_what_cannot_be_shown(folder, problems)

    def _without_what_cannot_be_shown(self, folder: Path, problems: list[Problem]) -> "Library":
        """The same without entries that are unknown topics or name a figure there is not."""
        shown = {}
        for name, entry in self.entries.items():
            try:
                assert name in self.topics, f"{name!r} is not in topics.yml"
                self.explain(name, SOURCE)
                shown[name] = entry
            except (AssertionError, KeyError) as error:
                problems.append(Problem(folder / "entitlements" / f"{name}.yml", 1, f"left out: {error}"))
        return replace(self, entries=shown, left_out=tuple(sorted(problems)))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What the conditions of rules can name."""
        return Vocabulary(self.household, _units(self.parameters))

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """What schemes ask of a household, by topic. Topics without a rule are not there."""
        found = {name: rule_of(self.entries[name], self.vocabulary) for name in self.topics if name in self.entries}
        return {name: rule for name, rule in found.items() if rule}

    def rate(self, name: str, on: date) -> tuple[Decimal, date, Confidence]:
        """The value of a parameter on a day, the date it holds from, and how sure it is.

        Raises:
            KeyError: there is no such parameter, or it has no value yet on that day.
        """
        parameter = self.parameters[name]
        if parameter.multiple_of:
            if parameter.multiple_of.parameter == name or self.parameters[parameter.multiple_of.parameter].multiple_of:
                raise KeyError(f"{name} must be a multiple of a figure with values of its own")
            value, since, confidence = self.rate(parameter.multiple_of.parameter, on)
            weaker = confidence if parameter.confidence == "verified" else parameter.confidence
            return value * parameter.multiple_of.factor, since, weaker
        for dated in reversed(parameter.values):
            if dated.valid_from <= on:
                return dated.value, dated.valid_from, dated.confidence
        raise KeyError(f"{name} has no value on {on}")

    def shares(self, on: date) -> Callable[[str], Decimal | None]:
        """The value of a parameter on a day, for reckoning: percents as shares, None where there is no value yet."""

        def value(name: str) -> Decimal | None:
            try:
                found = self.rate(name, on)[0]
            except KeyError:
                return None
            return found / 100 if self.parameters[name].unit == "percent" else found

        return value

    def fill(self, text: str, code: str, on: date, no_figure: str = "") -> str:
        """The text with its figures written for a reader of the language.

        Args:
            no_figure: what stands where a figure has no value on that day.

        Raises:
            KeyError: a figure has no value on that day, and nothing stands for it.
        """

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if no_figure and name in self.parameters and self.shares(on)(name) is None:
                return no_figure
            return isolated(figure(self.rate(name, on)[0], self.parameters[name].unit, code), code)

        return PLACEHOLDER.sub(value, text)

    def title(self, topic: str, code: str) -> str:
        """What people call the topic; its description when there is no entry yet."""
        entry = self.entries.get(topic)
        if entry is None:
            return self.topics[topic].covers
        return self.text(entry.id, "title", entry.title, code, date.today()).text

    def answer(self, topic: str, code: str) -> Text:
        """The first answer about a topic that has an entry."""
        return self.text(topic, "answer", self.entries[topic].answer, code, date.today())

    def explain(
        self, topic: str, code: str, place: str | None = None, on: date | None = None, no_figure: str = ""
    ) -> Explanation:
        """The entry of a topic, ready to read.

        Args:
            topic: a topic id that has an entry.
            code: the reader's language.
            place: the reader's municipality, when known.
            on: the day whose rates apply; today when left out.
            no_figure: what stands where a figure has no value on that day.

        Raises:
            KeyError: the topic has no entry; or a figure has no value on that day, and nothing stands for it.
        """
        entry = self.entries[topic]
        today = on or date.today()

        def text(field: str, source: str) -> Text:
            return self.text(topic, field, source, code, today, no_figure)

        title, answer = text("title", entry.title), text("answer", entry.answer)
        sections = {
            name: tuple(
                Statement(text(name, item.text), item.via, item.confidence, item.text) for item in entry.section(name)
            )
            for name in SECTIONS
            if entry.section(name)
        }
        shown_in = {"title", "answer", *SECTIONS}
        shown = [title, answer, *(statement.text for part in sections.values() for statement in part)]
        named = {name for field, source in entry.texts() if field in shown_in for name in PLACEHOLDER.findall(source)}
        local, known = self.places.get(place or ""), self.shares(today)
        return Explanation(
            topic=topic,
            language=code,
            title=title,
            answer=answer,
            sections=sections,
            authority=text("authority", entry.authority),
            law=entry.law,
            links=tuple(LinkText(text("links", link.text), str(link.url), link.purpose) for link in entry.links),
            sources=entry.sources,
            checked=entry.checked,
            expert_review=entry.expert_review,
            related=entry.related,
            review_by=entry.review_by,
            local=self._local_notes(local, topic, code, today, no_figure),
            points=tuple(point for point in local.points if topic in point.topics) if local else (),
            rates_from=max((self.rate(name, today)[1] for name in named if known(name) is not None), default=None),
            translated=all(part.language == code for part in shown),
            reading=self.reading(topic, code),
        )

    def crisis_help(self, kind: str, code: str) -> CrisisHelp:
        """What to say first, and whom to call, for a kind of acute danger.

        Raises:
            KeyError: there is no such kind.
        """
        found: dict[str, CrisisKind] = {each.id: each for each in self.crisis.kinds}
        lines = {line.id: line for line in self.crisis.lines}
        message = self.text("crisis", kind, found[kind].message, code, date.today())
        return CrisisHelp(kind, message, tuple(lines[name] for name in found[kind].lines))

    def crisis_topic(self, kind: str) -> str | None:
        """What is talked about when somebody in such danger asks on."""
        return next((each.topic for each in self.crisis.kinds if each.id == kind), None)

    @cached_property
    def dangerous(self) -> frozenset[str]:
        """What is talked about in danger."""
        return frozenset(each.topic for each in self.crisis.kinds if each.topic)

    @cached_property
    def sources(self) -> dict[str, list[tuple[str, str]]]:
        """The texts to translate, as (context, text), by the entry, place or crisis.yml they stand in."""
        found: dict[str, list[tuple[str, str]]] = {}
        for context, text, _ in self.translatable():
            found.setdefault(context.partition(".")[0], []).append((context, text))
        return found

    def version(self, name: str) -> str:
        """The version of the source texts of an entry, a place or crisis.yml."""
        return source_hash(text for _, text in self.sources[name])

    def reading(self, name: str, code: str) -> Reading:
        """Whether a native reader has read the translation of an entry, a place or crisis.yml."""
        if code == SOURCE:
            return Reading("source")
        texts = catalogue(code, "knowledge", self.locales)
        translated = sum(texts.find(text, context) is not None for context, text in self.sources[name])
        signed = reviews(code, self.locales).get(name)
        return reading(signed, self.version(name), translated, len(self.sources[name]))

    def translatable(self) -> list[tuple[str, str, str]]:
        """Every sentence to translate, as (context, text, place in the files)."""
        found = [
            (f"{entry.id}.{field}", text, f"knowledge/entitlements/{entry.id}.yml")
            for entry in self.entries.values()
            for field, text in entry.texts()
        ]
        found += [
            (f"{place.id}.{topic}", note.text, f"knowledge/places/{place.id}.yml")
            for place in self.places.values()
            for topic, notes in place.notes.items()
            for note in notes
        ]
        found += [(f"crisis.{kind.id}", kind.message, "knowledge/crisis.yml") for kind in self.crisis.kinds]
        found += [(f"household.{field}", text, "knowledge/household.yml") for field, text in self.household.texts()]
        return found

    def _local_notes(
        self, place: Place | None, topic: str, code: str, on: date, no_figure: str
    ) -> tuple[Statement, ...]:
        notes = place.notes.get(topic, ()) if place else ()
        return tuple(
            Statement(self.text(place.id, topic, note.text, code, on, no_figure), confidence=note.confidence)
            for note in notes
            if place
        )

    def text(self, owner: str, field: str, source: str, code: str, on: date, no_figure: str = "") -> Text:
        """A source text for a reader of a language: translated where it can be, with its figures of that day."""
        if code != SOURCE:
            translation = catalogue(code, "knowledge", self.locales).find(source, f"{owner}.{field}")
            if translation:
                return Text(self.fill(translation, code, on, no_figure), code)
        return Text(self.fill(source, SOURCE, on, no_figure), SOURCE)


Result = TypeVar("Result")


def _guard(problems: list[Problem], make: Callable[[], Result]) -> Result | None:
    try:
        return make()
    except KnowledgeError as error:
        problems.extend(error.problems)
        return None


def _mapping(file: Path) -> dict[str, Any]:
    data = read(file)
    if not isinstance(data, dict) or not all(isinstance(name, str) for name in data):
        raise KnowledgeError([Problem(file, 1, "must be names with values")])
    return data


def _model(file: Path, kind: type[Model]) -> Model:
    data = read(file)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise KnowledgeError(problems_of(file, error)) from error


def _models(folder: Path, kind: type[Named], problems: list[Problem]) -> dict[str, Named]:
    found = {}
    for file in sorted(folder.glob("*.yml")):
        model = _guard(problems, partial(_model, file, kind))
        if model is None:
            continue
        if model.id != file.stem:
            problems.append(Problem(file, 1, f"id: is {model.id!r}, but the file is named {file.stem!r}"))
        found[file.stem] = model
    return found


def _units(parameters: Mapping[str, Parameter]) -> dict[str, str]:
    return {name: parameter.unit for name, parameter in parameters.items()}


def _with_a_rule_that_reads(entry: Entry, vocabulary: Vocabulary, folder: Path, problems: list[Problem]) -> Entry:
    """The entry; without its rule when that cannot be read, for what it explains is still true."""
    try:
        rule_of(entry, vocabulary)
    except RuleErrors as errors:
        file = folder / "entitlements" / f"{entry.id}.yml"
        problems += [Problem(file, line_of(file, place), f"eligibility: {why}") for place, why in errors.problems]
        return entry.model_copy(update={"eligibility": None})
    return entry


def _topics(file: Path, problems: list[Problem]) -> tuple[dict[str, Topic], dict[str, str]]:
    data = _guard(problems, lambda: _mapping(file)) or {}
    found: dict[str, Topic] = {}
    for position, row in enumerate(data.get("topics") or ()):
        try:
            topic = Topic.model_validate(row)
            if topic.id in found or topic.area not in data.get("areas", {}):
                why = "is listed twice" if topic.id in found else f"has an unknown area {topic.area!r}"
                problems.append(Problem(file, line_of(file, ("topics", position)), f"{topic.id}: {why}"))
            found[topic.id] = topic
        except ValidationError as error:
            problems.extend(problems_of(file, error, ("topics", position)))
    return found, data.get("areas", {})


def _parameters(folder: Path, problems: list[Problem]) -> dict[str, Parameter]:
    found = {}
    for file in sorted(folder.glob("*.yml")):
        for name, row in (_guard(problems, partial(_mapping, file)) or {}).items():
            if not name.startswith(f"{file.stem}."):
                problems.append(Problem(file, 1, f"{name}: must start with {file.stem!r} and a full stop"))
            try:
                found[name] = Parameter.model_validate(row)
            except ValidationError as error:
                problems.extend(problems_of(file, error, (name,)))
    return found
