"""What a household has told, in words: each fact as its question and its answer."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.replies import Choice
from bot.screening.household import PLACE, Household
from bot.screening.offering import begin_choice
from bot.screening.words import word
from bot.speech import Speech
from knowledge.eligibility.telling import question, screening
from knowledge.formatting import figure
from knowledge.library import Library

ELSEWHERE = "elsewhere"
QUESTION_MARKS = "?؟፧"
_PRIVATE = 3
"""From this tact on a fact stands on a line of its own, so that it can be kept back by itself."""


def titles(library: Library, fact: str, s: Speech, on: date) -> dict[str, str]:
    """The values one can choose from, in the reader's language."""
    if fact == PLACE:
        return {
            **{place.id: place.name for place in library.places.values()},
            ELSEWHERE: s.gettext("Another place"),
        }
    return {name: text.text for name, text in question(library, fact, s.code, on).values.items()}


def asked(library: Library, fact: str, s: Speech, on: date) -> str:
    """A question without what is said about how to answer it."""
    if fact == PLACE:
        return s.gettext("Where do you live?")
    text = question(library, fact, s.code, on).question.text
    ends = [text.index(mark) for mark in QUESTION_MARKS if mark in text]
    return text[: min(ends) + 1] if ends else text


def answer(library: Library, fact: str, value: Any, s: Speech, on: date) -> str:
    """An answer in words."""
    none = word("none", s.code)
    match value:
        case bool():
            return s.gettext("Yes") if value else s.gettext("No")
        case []:
            return none
        case list():
            known = titles(library, fact, s, on)
            return s.join([known.get(each, "") if isinstance(each, str) else _number(each, s) for each in value])
        case str():
            return titles(library, fact, s, on).get(value, value)
    unit = library.vocabulary.facts[fact].unit or ""
    return figure(Decimal(str(value)), "nok" if unit.startswith("kr") else "number", s.code)


def line(library: Library, fact: str, value: Any, s: Speech, on: date) -> str:
    """A fact as one line: its question, and the answer or a dash."""
    said = "–" if value is None else answer(library, fact, value, s, on)
    return f"{asked(library, fact, s, on)} {said}"


def corrections(library: Library, household: Household, place: str | None, s: Speech, on: date) -> list[Choice]:
    """Every fact that was told or skipped, to be corrected by choosing it."""
    names = [PLACE, *library.vocabulary.facts]
    values = {**household.facts, **({PLACE: place} if place else {})}
    return [
        Choice(id=f"correct:{name}", title=line(library, name, values.get(name), s, on))
        for name in names
        if name in values or name in household.skipped
    ]


def shared(library: Library, household: Household, s: Speech, on: date) -> list[tuple[str, tuple[str, ...]]]:
    """What a contact could be shown of a household: the everyday facts on one line, private ones on a line each, and what
    is likely. Each with the codes behind it, so that it can be read in another language too."""
    facts = library.vocabulary.facts
    told = [name for name in facts if name in household.facts]
    everyday = [name for name in told if facts[name].tact < _PRIVATE]
    groups = [everyday, *([name] for name in told if facts[name].tact >= _PRIVATE)]
    lines = [
        (in_words(library, codes, s, on), codes)
        for codes in (tuple(_code(name, household.facts[name]) for name in group) for group in groups if group)
    ]
    found = screening(library, household.facts, s.code, on, household.skipped)
    likely = tuple(result.topic for result in found.results if result.outcome == "likely")
    return [*lines, *([(in_words(library, likely, s, on), likely)] if likely else [])]


def in_words(library: Library, codes: Sequence[str], s: Speech, on: date) -> str:
    """A line about a household from the codes behind it: facts, or topics that are likely."""
    if all(":" in code for code in codes):
        facts = [(name, decoded(library, name, said)) for name, _, said in (code.partition(":") for code in codes)]
        return " ".join(f"{line(library, name, value, s, on)}." for name, value in facts if value is not None)
    topics = s.join([library.title(topic, s.code) for topic in codes])
    return s.fill(s.gettext("Likely for this household: {topics}"), topics=topics)


def _code(fact: str, value: Any) -> str:
    match value:
        case bool():
            return f"{fact}:{'yes' if value else 'no'}"
        case list():
            return f"{fact}:{'-'.join(map(str, value)) or 'none'}"
    return f"{fact}:{value}"


def decoded(library: Library, fact: str, said: str) -> Any:
    """The answer in a choice like `situation-ill-debt`, behind the name of the fact; None when it can be no answer."""
    kind = library.vocabulary.facts[fact].kind if fact in library.vocabulary.facts else None
    match kind:
        case "yes_no":
            return {"yes": True, "no": False}.get(said)
        case "choice":
            return said
        case "several":
            return [] if said == "none" else said.split("-")
        case "ages" if said == "none":
            return []
        case "ages" if all(part.isdecimal() for part in said.split("-")):
            return [int(part) for part in said.split("-")]
        case "number" | "money" if said.replace(".", "", 1).isdecimal():
            return float(said) if "." in said else int(said)
    return None


def title_of(library: Library, choice: str, s: Speech) -> str | None:
    """What stands on a choice of a screening that no message offered: the way in, or several ticked values."""
    name, _, value = choice.partition(":")
    fact, _, said = value.partition("-")
    if choice == "screen:begin":
        return begin_choice(s).title
    if name == "fact":
        decoded_answer = decoded(library, fact, said)
        return None if decoded_answer is None else answer(library, fact, decoded_answer, s, date.today())
    return None


def _number(value: int, s: Speech) -> str:
    return figure(Decimal(value), "number", s.code)
