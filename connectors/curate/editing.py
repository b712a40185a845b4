"""Correct the translation of an entry and sign it. The files in locales/ are the source, so they are what is written."""

import threading
from dataclasses import dataclass
from datetime import date

from babel.messages.catalog import Catalog

from connectors import catalogues
from knowledge.languages import SOURCE, available, catalogue, po_file, read_catalog
from knowledge.library import Library
from knowledge.reviews import Review, reviews, write_reviews
from knowledge.wording import price, said_first, translation_faults

_writing = threading.Lock()


class Refused(Exception):
    """A correction or a signature that cannot be kept. `reasons` says why: codes, or faults in words."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


@dataclass(frozen=True)
class Field:
    """One text of an entry, with its translation, as it is kept and as it is read."""

    number: int
    name: str
    source: str
    translation: str
    read_source: str
    read_translation: str
    said_first: bool
    price: int
    """How many SMS the translation takes; 0 where there is none."""


def languages() -> tuple[str, ...]:
    """The languages there is something to correct in."""
    return tuple(code for code in available() if code != SOURCE)


def fields(library: Library, code: str, name: str) -> list[Field]:
    """The texts of an entry, a place or crisis.yml, in reading order."""
    texts, today = catalogue(code, "knowledge", library.locales), date.today()
    found = []
    for number, (context, source) in enumerate(library.sources[name]):
        translation = texts.find(source, context) or ""
        shown = library.fill(translation, code, today)
        field = context.partition(".")[2]
        read = library.fill(source, SOURCE, today)
        cost = price(shown) if shown else 0
        found.append(Field(number, field, source, translation, read, shown, said_first(context), cost))
    return found


def _fit(library: Library, code: str, name: str, number: int, text: str) -> str:
    """A translation of one text as it would be kept.

    Raises:
        Refused: it is empty, or not fit to be shown.
    """
    context, source = library.sources[name][number]
    text = " ".join(text.split())
    if not text:
        raise Refused("empty")
    try:
        faults = list(translation_faults(library, context, source, text, code, date.today()))
    except KeyError as error:
        raise Refused(f"{{{error.args[0]}}}") from error
    if faults:
        raise Refused(*faults)
    return text


def cost(library: Library, code: str, name: str, number: int, text: str) -> int:
    """How many SMS another translation of one text takes.

    Raises:
        Refused: it is empty, or not fit to be shown.
    """
    return price(library.fill(_fit(library, code, name, number, text), code, date.today()))


def correct(library: Library, code: str, name: str, number: int, text: str, was: str) -> None:
    """Keep another translation of one text, at once and for everyone. A signature under the entry is withdrawn with it.

    Args:
        number: which text of the entry.
        was: the translation as it stood when the correction was begun.

    Raises:
        Refused: it is empty, is not fit to be shown, or somebody else has changed it meanwhile. Nothing is kept.
    """
    context, source = library.sources[name][number]
    text = _fit(library, code, name, number, text)
    with _writing:
        if (catalogue(code, "knowledge", library.locales).find(source, context) or "") != was:
            raise Refused("changed")
        po = po_file(code, "knowledge", library.locales)
        catalog = read_catalog(po) if po.is_file() else Catalog(locale=code)
        message = catalog.get(source, context) or catalog.add(source, context=context)
        message.string = text
        message.flags.discard("fuzzy")
        catalogues.write(po, catalog)
        catalogue(code, "knowledge", library.locales)
        signed = reviews(code, library.locales)
        if name in signed:
            _sign(library, code, {each: signed[each] for each in signed if each != name})


def sign(library: Library, code: str, name: str, by: str, role: str | None) -> None:
    """Keep that somebody has read the translation of an entry as a native reader, as it is now, today.

    Raises:
        Refused: something of it is not translated.
    """
    if not all(field.translation for field in fields(library, code, name)):
        raise Refused("untranslated")
    signature = Review(by=by, role=role or None, on=date.today(), source=library.version(name))
    with _writing:
        _sign(library, code, {**reviews(code, library.locales), name: signature})


def _sign(library: Library, code: str, signed: dict[str, Review]) -> None:
    write_reviews(code, signed, library.locales)
