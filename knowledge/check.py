"""The quality gate: what an editor must mend before an entry may be published, and what is due for review."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge import sms, translations
from knowledge.languages import LANGUAGES, LOCALES, SOURCE
from knowledge.library import FOLDER, PLACEHOLDER, Library
from knowledge.readability import lix
from knowledge.reviews import MESSAGES, read_reviews, reviews_file
from knowledge.schema import Entry
from knowledge.source import KnowledgeError, Problem, line_of
from knowledge.wording import TYPED_AMOUNT, first_faults, said_first

LIX_LIMIT = 40
"""First answers must be easy to read (LIX, Björnsson 1968)."""

CHECKED_WITHIN = 180
"""Days after which somebody must look at an entry again, whatever its review date says."""

_LAW_SECTION = re.compile(r"^(?:§ \d|§§ \d|kapittel \d|hele loven$|hele forskriften$)")


@dataclass(frozen=True)
class Report:
    """`problems` must be mended; `notices` are for the editor to know (due reviews, old figures, sources without date)."""

    problems: list[Problem]
    notices: list[Problem]
    entries: int = 0


def check(folder: Path = FOLDER, locales: Path = LOCALES, today: date | None = None) -> Report:
    """Read every knowledge file and translation, and report."""
    try:
        library = Library.load(folder, locales)
    except KnowledgeError as error:
        return Report(error.problems, [])
    today = today or date.today()
    problems = list(_unknown_names(library, folder, today))
    if problems:  # nothing below can be rendered while a name is unknown
        return Report(sorted(problems), [])
    for entry in library.entries.values():
        problems += _wording(library, entry, folder, today)
    problems += _elsewhere(library, folder, today)
    problems += translations.problems(library, locales, today)
    problems += sms.problems(locales)
    problems += _reviews(library, locales, today)
    notices = [*_notices(library, folder, today), *translations.leftovers(library, locales)]
    return Report(sorted(set(problems)), sorted(notices), len(library.entries))


def _unknown_names(library: Library, folder: Path, today: date) -> Iterator[Problem]:
    for topic in library.topics:
        if topic not in library.entries:
            yield Problem(folder / "topics.yml", 1, f"{topic} has no entry")
    for name, parameter in library.parameters.items():
        base = parameter.multiple_of
        if base and base.parameter not in library.parameters:
            file = folder / "parameters" / f"{name.split('.')[0]}.yml"
            yield Problem(file, line_of(file, (name, "multiple_of")), f"{base.parameter!r} is not a parameter")
    for entry in library.entries.values():
        file = folder / "entitlements" / f"{entry.id}.yml"
        if entry.id not in library.topics:
            yield Problem(file, line_of(file, ("id",)), f"id: {entry.id!r} is not in topics.yml")
        for position, topic in enumerate(entry.related):
            if topic not in library.topics:
                yield Problem(file, line_of(file, ("related", position)), f"related: {topic!r} is not in topics.yml")
        yield from _unknown_rates(library, file, entry, today)
        rule, share = library.rules.get(entry.id), library.shares(today)
        for name in sorted(rule.rates if rule else ()):
            if share(name) is None:
                yield Problem(
                    file, line_of(file, ("eligibility",)), f"eligibility: there is no figure {{{name}}} on {today}"
                )
    for place in library.places.values():
        file = folder / "places" / f"{place.id}.yml"
        named = {topic for point in place.points for topic in point.topics} | set(place.notes)
        for topic in named - set(library.topics):
            yield Problem(file, 1, f"{topic!r} is not in topics.yml")


def _unknown_rates(library: Library, file: Path, entry: Entry, today: date) -> Iterator[Problem]:
    for field, text in entry.texts():
        for name in PLACEHOLDER.findall(text):
            try:
                library.rate(name, today)
            except KeyError:
                yield Problem(file, line_of(file, (field,)), f"{field}: there is no figure {{{name}}} on {today}")


def _wording(library: Library, entry: Entry, folder: Path, today: date) -> Iterator[Problem]:
    file = folder / "entitlements" / f"{entry.id}.yml"
    answer = library.fill(entry.answer, SOURCE, today)
    for fault in first_faults(answer, SOURCE):
        yield Problem(file, line_of(file, ("answer",)), f"answer: {fault}")
    if lix(answer) > LIX_LIMIT:
        yield Problem(file, line_of(file, ("answer",)), f"answer: LIX {lix(answer):.0f}, at most {LIX_LIMIT}")
    for position, law in enumerate(entry.law):
        if law.section and not _LAW_SECTION.match(law.section):
            message = f"law: {law.section!r} is not in the form '§ 1', '§§ 1 og 2', 'kapittel 1' or 'hele loven'"
            yield Problem(file, line_of(file, ("law", position)), message)
    for field, text in entry.texts():
        for fault in _faults(library, text, today):
            yield Problem(file, line_of(file, (field,)), f"{field}: {fault}")


def _elsewhere(library: Library, folder: Path, today: date) -> Iterator[Problem]:
    """The texts of places and of crisis.yml, and the numbers people are sent to in danger."""
    for context, text, name in library.translatable():
        if not name.startswith("knowledge/entitlements/"):
            faults = [*_faults(library, text, today), *(first_faults(text, SOURCE) if said_first(context) else ())]
            yield from (Problem(folder.parent / name, 1, f"{context}: {fault}") for fault in faults)
    for kind in library.crisis.kinds:
        if kind.topic and kind.topic not in library.entries:
            file = folder / "crisis.yml"
            yield Problem(file, line_of(file, ("kinds",)), f"{kind.id}: there is no entry {kind.topic}")
    for line in library.crisis.lines:
        if line.confidence != "verified":
            file = folder / "crisis.yml"
            yield Problem(
                file, line_of(file, ("lines",)), f"{line.id}: only a verified number is given to people in danger"
            )


def _faults(library: Library, text: str, today: date) -> Iterator[str]:
    """What must not stand in a text that people read."""
    try:
        filled = library.fill(text, SOURCE, today)
    except KeyError as error:
        yield f"there is no figure {error}"
        return
    if "{" in filled or "}" in filled:
        yield "braces that are no figure"
    if TYPED_AMOUNT.search(text):
        yield "an amount is typed; name a parameter instead"
    if "!" in text:
        yield "no exclamation marks"


def _reviews(library: Library, locales: Path, today: date) -> Iterator[Problem]:
    for code in LANGUAGES:
        file = reviews_file(code, locales)
        try:
            signed = read_reviews(file)
        except KnowledgeError as error:
            yield from error.problems
            continue
        for name, review in signed.items():
            line = line_of(file, (name,))
            if name != MESSAGES and (name not in library.sources or code == SOURCE):
                yield Problem(file, line, f"{name!r} is not an entry or a place with a translation to read")
            if review.on > today:
                yield Problem(file, line, f"{name}: nobody can have read it on {review.on}, which has not been yet")


def _notices(library: Library, folder: Path, today: date) -> Iterator[Problem]:
    for entry in library.entries.values():
        file = folder / "entitlements" / f"{entry.id}.yml"
        if entry.review_by < today:
            yield Problem(file, line_of(file, ("review_by",)), f"was due for review on {entry.review_by}")
        elif (today - entry.checked.on).days > CHECKED_WITHIN:
            yield Problem(file, line_of(file, ("checked",)), f"was last checked on {entry.checked.on}")
        for position, source in enumerate(entry.sources):
            if not any(character.isdigit() for character in source.seen):
                yield Problem(file, line_of(file, ("sources", position)), f"a source without a date: {source.url}")
    for name, parameter in library.parameters.items():
        if parameter.values and parameter.changes == "yearly" and (today - parameter.values[-1].valid_from).days > 366:
            file = folder / "parameters" / f"{name.split('.')[0]}.yml"
            yield Problem(file, line_of(file, (name,)), f"{name} is older than a year: is there a new rate?")
