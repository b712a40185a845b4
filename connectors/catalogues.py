"""The translators' side of locales/: gather texts, bring catalogues up to date, compile, count. Babel does the work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from bot.settings import ROOT
from bot.speech import TEAM
from knowledge.languages import LANGUAGES, LOCALES, SOURCE, catalogue, compile_catalogue, po_file, read_catalog
from knowledge.library import Library
from knowledge.reviews import MESSAGES, Reading, State, reading, reviews, source_hash
from knowledge.wording import price

Text = str | list[str] | tuple[str, ...]
"""A message of a catalogue; several forms where it has a plural."""
DOMAINS = ("messages", "knowledge", TEAM)
_TEAM_FILES = ("connectors/learning/", "connectors/templates/learning/")
_TEAM_LANGUAGE = "nb"
"""What the team's pages are translated into, being written in English."""
WRITTEN = "en"
"""The language the interface is written in."""
_INTERFACE = [("**.py", "python"), ("**.html", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "true", "silent": "false", "encoding": "utf-8"}}


@dataclass(frozen=True)
class Status:
    """How far a language is: texts translated, of all there are, per domain, and what native readers have read."""

    language: str
    messages: tuple[int, int]
    knowledge: tuple[int, int]
    readings: Mapping[str, Reading]
    """Whether a native reader has read it, by entry, place, `crisis` and `messages`."""
    prices: frozenset[int]
    """How many SMS the first answers take that there are in it."""

    def count(self, state: State) -> int:
        """How many of these translations are in a state."""
        return sum(reading.state == state for reading in self.readings.values())

    @property
    def price(self) -> str:
        """How many SMS a first answer takes: 2, or 2–3; nothing when there is none."""
        return "–".join(str(number) for number in sorted({min(self.prices), max(self.prices)})) if self.prices else ""


def gather(domain: str, library: Library) -> Catalog:
    """Every text there is to translate: the interface's or the team's (English in the code) or the entries' (Norwegian)."""
    found = Catalog(project="Rettvis", copyright_holder="The Rettvis contributors", charset="utf-8")
    if domain == "knowledge":
        for owner, sentence, file in library.translatable():
            found.add(sentence, context=owner, locations=[(file, 0)])
        return found
    for folder in ("bot", "connectors", "knowledge"):
        for file, line, text, comments, context in extract_from_dir(
            ROOT / folder, _INTERFACE, _OPTIONS, comment_tags=("Translators:",)
        ):
            where = f"{folder}/{file}"
            if where.startswith(_TEAM_FILES) == (domain == TEAM):
                found.add(text, locations=[(where, line)], auto_comments=comments, context=context)
    return found


def kept(code: str, domain: str) -> bool:
    """Whether a language has a catalogue of a domain: its source has none, nor has one that the team does not read."""
    return code == _TEAM_LANGUAGE if domain == TEAM else (code, domain) != (SOURCE, "knowledge")


def extract(domain: str, library: Library, folder: Path = LOCALES) -> Path:
    """Write the texts there are to translate as a template (POT), for a new language or a translators' tool."""
    template = folder / f"{domain}.pot"
    folder.mkdir(parents=True, exist_ok=True)
    with template.open("wb") as target:
        write_po(target, gather(domain, library), width=120, sort_by_file=True, include_lineno=False)
    return template


def update(code: str, domain: str, library: Library, locales: Path = LOCALES) -> Path:
    """Bring a language's catalogue up to date; a text whose source changed is kept as fuzzy until renewed."""
    po = po_file(code, domain, locales)
    if po.is_file():
        catalog = read_catalog(po)  # refuses a broken file, which updating would damage further
    else:
        po.parent.mkdir(parents=True, exist_ok=True)
        catalog = Catalog(locale=code, domain=domain, project="Rettvis", charset="utf-8", fuzzy=False)
    template = gather(domain, library)
    there = {(message.context, message.id) for message in template}
    gone = any(message.id and (message.context, message.id) not in there for message in catalog)
    catalog.update(
        template, no_fuzzy_matching=not gone
    )  # compared with all there is, letter by letter, it takes minutes
    catalog.fuzzy = False
    if code == WRITTEN and domain == "messages":
        for message in catalog:  # the code is written in English: its own words are the translation
            if message.id:
                message.string = message.id
                message.flags.discard("fuzzy")
    write(po, catalog)
    return po


def write(po: Path, catalog: Catalog) -> None:
    """Keep a catalogue, whole or not at all; what is asked afterwards sees it."""
    partial = po.with_suffix(".po.tmp")
    with partial.open("wb") as target:
        write_po(target, catalog, width=120, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    partial.replace(po)
    po.with_suffix(".mo").unlink(missing_ok=True)  # two files written in one tick of the clock look equally old
    catalogue.cache_clear()


def compile_all(locales: Path = LOCALES) -> list[Path]:
    """Compile every catalogue that has changed.

    Raises:
        KnowledgeError: a PO file is broken.
    """
    return [compile_catalogue(po) for po in sorted(locales.glob("*/LC_MESSAGES/*.po"))]


def status(library: Library, locales: Path = LOCALES) -> list[Status]:
    """How far each of the ten languages is."""
    texts = _texts(library)
    return [_status(code, texts, library, locales) for code in LANGUAGES]


@lru_cache(maxsize=2)
def _texts(library: Library) -> Mapping[str, list[tuple[str | None, Text]]]:
    """Every text there is in all languages, by domain."""
    return {
        domain: [(m.context, m.id) for m in gather(domain, library) if m.id] for domain in DOMAINS if domain != TEAM
    }


def interface_version(library: Library) -> str:
    """The version of the interface's source texts."""
    return _version([(message.context, message.id) for message in gather("messages", library) if message.id])


def _version(texts: Iterable[tuple[str | None, Text]]) -> str:
    return source_hash(sorted("\0".join(_forms(text)) for _, text in texts))


def _status(code: str, texts: Mapping[str, list[tuple[str | None, Text]]], library: Library, locales: Path) -> Status:
    library = replace(library, locales=locales)
    messages = _count(code, "messages", texts["messages"], locales)
    signed = reviews(code, locales).get(MESSAGES)
    interface = Reading("source") if code == WRITTEN else reading(signed, _version(texts["messages"]), *messages)
    readings = {MESSAGES: interface} | {name: library.reading(name, code) for name in library.sources}
    answers = [library.answer(topic, code) for topic in library.entries]
    prices = frozenset(price(answer.text) for answer in answers if answer.language == code)
    return Status(code, messages, _count(code, "knowledge", texts["knowledge"], locales), readings, prices)


def _count(code: str, domain: str, texts: list[tuple[str | None, Text]], locales: Path) -> tuple[int, int]:
    if domain == "knowledge" and code == SOURCE:
        return len(texts), len(texts)
    po = po_file(code, domain, locales)
    if not po.is_file():
        return 0, len(texts)
    about = po.stat()
    done = _translated(po, (about.st_mtime_ns, about.st_size))
    return sum((context, _forms(text)) in done for context, text in texts), len(texts)


@lru_cache(maxsize=2 * len(LANGUAGES))
def _translated(po: Path, version: tuple[int, int]) -> frozenset[tuple[str | None, tuple[str, ...]]]:
    """The texts of a catalogue with a translation that is whole and up to date. `version` is what tells it from others."""
    return frozenset(
        (message.context, _forms(message.id))
        for message in read_catalog(po)
        if message.id and not message.fuzzy and all(_forms(message.string))
    )


def _forms(text: Text | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)
