"""The checks of locales/: every catalogue can be used, says what its source says, and leaves nothing of it untranslated."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from knowledge.languages import LANGUAGES, SOURCE, catalogue, po_file, read_catalog
from knowledge.library import Library
from knowledge.source import KnowledgeError, Problem
from knowledge.wording import leftover, same_names, translation_faults

NAMES = "names.txt"
"""The file, beside the languages, of words that stay as they are in every language."""
_ONE_LANGUAGE = frozenset({"nb", "nn"})
"""Two written forms that share most of their sentences: nothing is left over between them."""


def problems(library: Library, locales: Path, today: date) -> Iterator[Problem]:
    """What must be mended before a catalogue may be used."""
    for code in LANGUAGES:
        for domain in ("messages", "knowledge", "learning"):
            po = po_file(code, domain, locales)
            if not po.is_file() or (code, domain) == (SOURCE, "knowledge"):
                continue
            try:
                catalogue(code, domain, locales)
                found = read_catalog(po)
            except KnowledgeError as error:
                yield from error.problems
                continue
            yield from _plural_forms(po, found, code)
            if domain == "knowledge":
                yield from _knowledge(po, found, library, code, today)
            else:
                yield from _interface(po, found)


def leftovers(library: Library, locales: Path) -> Iterator[Problem]:
    """Translations in which something of the source language is left."""
    file = locales / NAMES
    names = frozenset(file.read_text(encoding="utf-8").casefold().split()) if file.is_file() else frozenset()
    for code in LANGUAGES:
        for domain, written in (("messages", "en"), ("knowledge", SOURCE), ("learning", "en")):
            po = po_file(code, domain, locales)
            if not po.is_file() or code == written or {code, written} == _ONE_LANGUAGE:
                continue
            try:
                found = read_catalog(po)
            except KnowledgeError:
                continue  # reported as a problem
            for message in found:
                for source, translation in _pairs(message):
                    left = leftover(source, translation, names)
                    if left:
                        name = message.context or domain
                        yield Problem(po, _line(po, source, message.context), f"{name}: not translated: {left}")


def _knowledge(po: Path, found: Catalog, library: Library, code: str, today: date) -> Iterator[Problem]:
    for context, source, _ in library.translatable():
        message = found.get(source, context)
        if message is None or message.fuzzy or not message.string:
            continue  # shown in the source language with a note; counted by `locales status`
        for fault in translation_faults(library, context, source, str(message.string), code, today):
            yield Problem(po, _line(po, source, context), f"{context}: {fault}")


def _interface(po: Path, found: Catalog) -> Iterator[Problem]:
    for message in found:
        for source, translation in _pairs(message):
            if not same_names(source, translation):
                yield Problem(po, _line(po, source, None), f"{source}: what is put in differs from the source")


def _plural_forms(po: Path, found: Catalog, code: str) -> Iterator[Problem]:
    usual = Catalog(locale=code)
    if (found.num_plurals, found.plural_expr) != (usual.num_plurals, usual.plural_expr):
        yield Problem(po, 1, f"plural forms must be {usual.plural_forms}")
        return
    for message in found:
        if isinstance(message.id, tuple) and len(message.string or ()) != usual.num_plurals:
            yield Problem(po, _line(po, message.id[0], None), f"{message.id[0]}: {usual.num_plurals} plural forms")


def _pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each form of a translation that is in use, with its source."""
    if not message.id or message.fuzzy:
        return
    sources = message.id if isinstance(message.id, tuple) else (message.id,)
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    yield from ((str(sources[-1]), str(form)) for form in forms if form)


def _line(po: Path, source: str, context: str | None) -> int:
    """Where a text stands in its file."""
    begins = f'msgctxt "{context}"' if context else f'msgid "{source}"'
    lines = po.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line == begins), 1)
