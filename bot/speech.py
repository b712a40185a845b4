"""The bot's own words in the person's language (locales/<lang>/LC_MESSAGES/messages.po)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.lists import format_list

from knowledge.formatting import day, isolated
from knowledge.languages import Catalogue, available, catalogue, language

_NEAREST = {"nn": "nb", "se": "nb", "sma": "nb"}
"""Sámi is written in Norway by people who read Norwegian."""
_NORWEGIAN = frozenset({"nb", "nn"})


def understands(code: str, *others: str) -> bool:
    """Whether a person who writes `code` reads one of the others: the same, or the other written form of Norwegian."""
    return code in others or (code in _NORWEGIAN and not _NORWEGIAN.isdisjoint(others))


def spoken(code: str) -> str:
    """The language Rettvis answers in to a person who writes `code`: the same, or the nearest there is."""
    languages = available()
    return code if code in languages else _NEAREST.get(code, "en")


@dataclass(frozen=True)
class Speech:
    """Speaks one language. `gettext` and `ngettext` are what Babel looks for when it gathers texts to translate."""

    code: str
    texts: Catalogue
    own: Catalogue | None = None
    """The texts of one part of the interface, which are looked for first."""

    def gettext(self, message: str) -> str:
        return (self.own.find(message) if self.own else None) or self.texts.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        found = self.own.find_plural(singular, plural, number) if self.own else None
        return found or self.texts.ngettext(singular, plural, number)

    def fill(self, text: str, **values: object) -> str:
        """A text with names and the like put in. Where one reads from the right, each keeps its own direction."""
        return text.format(**{name: isolated(value, self.code) for name, value in values.items()})

    def join(self, things: Sequence[str]) -> str:
        """A list in words: "a, b and c"."""
        return format_list(things, locale=self.code) if things else ""

    def language_name(self, code: str) -> str:
        """What the language spoken here calls another, e.g. "Arabic" in English."""
        return Locale.parse(self.code).languages.get(code) or language(code).autonym

    def day(self, value: date) -> str:
        return day(value, self.code)


def speech(code: str) -> Speech:
    """How to speak to a person who writes `code`."""
    code = spoken(code)
    return Speech(code, catalogue(code, "messages"))


TEAM = "learning"
"""The catalogue of the programme team's pages and reports. The team reads Norwegian or English: it is in no other."""


def team_speech(*codes: str) -> Speech:
    """How to speak to somebody of the programme team who reads these languages, the best one first."""
    known = (_NEAREST.get(code, code) for code in codes)
    code = next((code for code in known if code in ("nb", "en")), "en")
    return Speech(code, catalogue(code, "messages"), catalogue(code, TEAM))
