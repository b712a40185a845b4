"""The ten languages of Rettvis, and the catalogues of texts in them."""

import gettext
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import negotiate_locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from knowledge.source import KnowledgeError, Problem

LOCALES = Path(__file__).parent.parent / "locales"
SOURCE = "nb"
"""Entries are written in Norwegian bokmål."""

LANGUAGES = ("nb", "nn", "en", "pl", "uk", "ar", "fa", "so", "ti", "ckb")
"""The languages people write in; those with a messages.po can be answered in."""


_NOT_IN_CLDR = {"sma": "Åarjelsaemien gïele"}
"""Languages people write that CLDR has no locale for, by their own name."""


@dataclass(frozen=True)
class Language:
    code: str
    autonym: str
    direction: str


@cache
def language(code: str) -> Language:
    """A language by its code: its own name and the direction it is written in (CLDR)."""
    if code in _NOT_IN_CLDR:
        return Language(code, _NOT_IN_CLDR[code], "ltr")
    locale = Locale.parse(code)
    name = locale.get_display_name(code) or code
    return Language(code, name[0].upper() + name[1:], locale.text_direction)


class _Nothing(gettext.NullTranslations):
    """The end of the fallback chain: says that there is no translation, instead of giving the source back."""

    def gettext(self, message: str) -> str:
        return ""

    def pgettext(self, context: str, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""


class Catalogue:
    """The texts of one domain (`messages`, `knowledge` or `learning`) in one language."""

    def __init__(self, translations: gettext.NullTranslations) -> None:
        self._translations = translations
        end = translations
        while getattr(end, "_fallback", None) is not None:
            end = end._fallback  # type: ignore[attr-defined]
        end.add_fallback(_Nothing())

    def find(self, message: str, context: str | None = None) -> str | None:
        """The translation, or None when there is none (missing or no longer up to date with its source)."""
        if context is None:
            return self._translations.gettext(message) or None
        return self._translations.pgettext(context, message) or None

    def gettext(self, message: str) -> str:
        return self.find(message) or message

    def find_plural(self, singular: str, plural: str, number: int) -> str | None:
        """The same for a text that has another form for each number."""
        return self._translations.ngettext(singular, plural, number) or None

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.find_plural(singular, plural, number) or (singular if number == 1 else plural)


def po_file(code: str, domain: str, root: Path = LOCALES) -> Path:
    return root / code / "LC_MESSAGES" / f"{domain}.po"


@cache
def available(root: Path = LOCALES) -> tuple[str, ...]:
    """The languages Rettvis can answer in: those whose interface is translated. Looked up once, for every message asks."""
    return tuple(code for code in LANGUAGES if po_file(code, "messages", root).is_file())


def preferred(accept_language: str) -> str:
    """The best of the languages that Rettvis can answer in, by a browser's Accept-Language; bokmål where it knows none."""
    accepted = [part.split(";")[0].strip() for part in accept_language.split(",")]
    usual = [{"no": "nb"}.get(code.split("-")[0], code.split("-")[0]) for code in accepted]
    return negotiate_locale(usual, available()) or SOURCE


def read_catalog(po: Path) -> Catalog:
    """A PO file as Babel's catalogue.

    Raises:
        KnowledgeError: the file is not a valid PO file (with file and line).
    """
    try:
        with po.open("rb") as source:
            return read_po(source, locale=po.parent.parent.name, abort_invalid=True)
    except PoFileError as error:
        raise KnowledgeError([Problem(po, error.lineno + 1, str(error))]) from error
    except (UnicodeDecodeError, ValueError) as error:
        raise KnowledgeError([Problem(po, 1, f"is not a valid PO file: {error}")]) from error


def compile_catalogue(po: Path) -> Path:
    """Compile a .po file beside itself when it is newer than its .mo; fuzzy texts are left out.

    Raises:
        KnowledgeError: the file is not a valid PO file (with file and line).
    """
    mo = po.with_suffix(".mo")
    written = po.stat().st_mtime_ns
    if mo.is_file() and mo.stat().st_mtime_ns == written:
        return mo
    catalog = read_catalog(po)
    partial = mo.with_suffix(f".{os.getpid()}.tmp")  # of its own: two processes may begin at once
    with partial.open("wb") as target:
        write_mo(target, catalog)
    os.utime(partial, ns=(written, written))  # the same time, so that an older .po put back is noticed too
    partial.replace(mo)  # whole or not at all: another process may be reading
    return mo


@cache
def catalogue(code: str, domain: str, root: Path = LOCALES) -> Catalogue:
    """The texts of `domain` in a language; an empty catalogue when the language has none.

    Raises:
        KnowledgeError: the PO file is broken.
    """
    po = po_file(code, domain, root)
    if not po.is_file():
        return Catalogue(gettext.NullTranslations())
    with compile_catalogue(po).open("rb") as compiled:
        return Catalogue(gettext.GNUTranslations(compiled))
