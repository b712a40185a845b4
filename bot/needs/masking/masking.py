"""Take out what could tell who somebody is.

Numbers are judged by their own rules, not by their look: national identity, D- and H-numbers and bank accounts by their
control digits (python-stdnum), phone numbers by numbering plans (phonenumbers). Whatever is left of six or more digits
is masked too: a case number says as much as a name. Names, dates of birth, ages and streets are known by the words
around them, which stand in words.yml for each language; all languages are looked for in every text, for people mix them.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import phonenumbers
import yaml
from stdnum.no import fodselsnummer, kontonr

_GAP = r"[\s\u00a0\u202f.\u2010-\u2015/_-]{0,3}"
"""What people put between groups of digits."""
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@[\w-]+(?:\.[\w-]+)+")
_ELEVEN_DIGITS = re.compile(rf"(?<!\d)\d{{6}}{_GAP}\d{{5}}(?!\d)|(?<!\d)\d{{4}}{_GAP}\d{{2}}{_GAP}\d{{5}}(?!\d)")
_LONG_NUMBER = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{5,}}(?!\d)")
_DATE = re.compile(
    r"(?<![\d./-])(?:(?P<d>\d{1,2})(?P<sep>[./-])\s?(?P<m>\d{1,2})(?P=sep)\s?(?P<y>\d{4}|\d{2})"
    r"|(?P<y2>\d{4})(?P<sep2>[./-])(?P<m2>\d{1,2})(?P=sep2)(?P<d2>\d{1,2}))(?![\d/-]|\.\d)"
)
_WORD = r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*"
_CAPITAL = r"[A-ZÆØÅА-ЯІЇЄҐĄĆĘŁŃÓŚŹŻ][^\W\d_]*(?:['’ʼ-][^\W\d_]+)*"
_STREET = re.compile(
    r"(?:\b[A-ZÆØÅ][\w’'-]*\s+){0,2}\b(?:[A-Za-zÆØÅæøå]+(?:gata|gaten|gate|veien|vegen|vei|veg|alleen|allé|bakken|svingen|stien|tunet"
    r"|kroken|lia|haugen|torget|plassen|ringen|gt\.|vn\.)|(?<=[a-zæøå]\s)(?:gate|vei|veg|allé|plass|gt\.|vn\.))\s*\d{1,4}(?:\s?[A-Za-z])?\b"
    r"(?:\s*,?\s*\d{4}\s+[A-ZÆØÅ][a-zæøå]+)?"
    r"|\b\d{1,4}[A-Za-z]?\s+(?:[A-Z][\w’'-]+\s+){1,2}(?:Street|Road|Avenue|Lane|St\.|Rd\.)"
)
_POSTCODE = re.compile(r"(?<![\d.,])(?!19\d\d|20\d\d)\d{4}(?=\s+(?!Kr|Nok|Euro|Dollar)[A-ZÆØÅ][a-zæøå]{2,})")
_OLD = 10
"""A date of more years ago is taken for a date of birth, whatever stands before it."""
_HELD = 0xE000
"""Where the private characters begin that dates which may stay are held as."""


def mask(text: str, names: Sequence[str] = ()) -> str:
    """The text without what tells who somebody is: its kind in brackets takes its place, and ten years that of an age.

    Args:
        names: of people in the conversation, wherever they stand.
    """
    text = text.translate({ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")})
    text = re.sub("[\ue000-\uf8ff]", "", text)
    text = _LINK.sub("[link]", text)
    text = _EMAIL.sub("[e-mail]", text)
    text = _known(tuple(names)).sub("[name]", text) if names else text
    text = _ELEVEN_DIGITS.sub(_eleven, text)
    text = _born().sub(r"\g<lead>[date of birth]", text)
    held: list[str] = []
    text = _DATE.sub(lambda match: _held(match, held), text)
    for match in reversed(list(phonenumbers.PhoneNumberMatcher(text, "NO"))):
        text = f"{text[: match.start]}[phone]{text[match.end :]}"
    text = _LONG_NUMBER.sub("[number]", text)
    text = _STREET.sub("[address]", text)
    text = _street().sub("[address]", text)
    text = _POSTCODE.sub("[postcode]", text)
    text = _age().sub(_band, text)
    text = _names().sub(lambda match: f"{match['lead']}[name]", text)
    text = _signed().sub(lambda match: f"{match['lead']}[name]", text)
    text = _called().sub(lambda match: f"[name]{match['after']}", text)
    return re.sub("[\ue000-\uf8ff]", lambda match: held[ord(match.group()) - _HELD], text)


def _eleven(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group())
    if fodselsnummer.is_valid(digits):
        return "[identity number]"
    return "[account]" if kontonr.is_valid(digits) else "[number]"


def _held(match: re.Match[str], held: list[str]) -> str:
    """A date of birth is masked, another date put aside, and what is no date left to the other rules."""
    year, month, day = (int(match[name] or match[f"{name}2"]) for name in ("y", "m", "d"))
    this = date.today().year
    year += 0 if year > 99 else 2000 if year <= this % 100 + 3 else 1900
    try:
        when = date(year, month, day)
    except ValueError:
        return match.group()
    if when.year < this - _OLD:
        return "[date of birth]"
    held.append(match.group())
    return chr(_HELD + len(held) - 1) if len(held) <= 6400 else "[number]"


def _band(match: re.Match[str]) -> str:
    """Ten years instead of one."""
    if match["lasting"]:
        return match.group()
    years = int(match["age"] or match["age2"])
    band = f"{years // 10 * 10}–{years // 10 * 10 + 9}"
    return match.group().replace(match["age"] or match["age2"], band, 1)


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    words: dict[str, dict[str, list[str]]] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text("utf-8"))
    return words


def _any(kind: str) -> str:
    """A pattern of all words of a kind, the longest first."""
    found = {word for words in _words().values() for word in words.get(kind, [])}
    return _one_of(found)


def _one_of(words: Iterable[str]) -> str:
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) + ")"


@cache
def _known(names: tuple[str, ...]) -> re.Pattern[str]:
    parts = {part for name in names for part in re.findall(_WORD, re.sub(r"\(.*?\)", "", name)) if len(part) > 2}
    whole = {re.sub(r"\s*\(.*?\)", "", name).strip() for name in names}
    return re.compile(rf"(?<!\w){_one_of(parts | whole - {''})}(?!\w)", re.IGNORECASE)


@cache
def _names() -> re.Pattern[str]:
    """A name after "my name is": all words with a capital letter, or else one word or two that are no ordinary ones."""
    no = rf"(?!{_any('ends')}(?!\w))"
    large = rf"(?-i:{_CAPITAL})(?:\s+{no}(?-i:{_CAPITAL})){{0,3}}"
    return re.compile(
        rf"(?P<lead>(?<!\w){_any('name')}\s*[:–-]?\s+)(?:{no}{large}|{no}{_WORD}(?:\s+{no}{_WORD})?)", re.IGNORECASE
    )


@cache
def _signed() -> re.Pattern[str]:
    """A name at the end of a message, after a greeting."""
    name = rf"(?-i:{_CAPITAL}(?:\s+{_CAPITAL}){{0,2}})"
    return re.compile(rf"(?P<lead>(?<!\w){_any('greeting')}\s*[,:–-]?\s+){name}(?=\s*[.!]?\s*$)", re.IGNORECASE)


@cache
def _called() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){_WORD}(?P<after>\s+{_any('after')}(?!\w))")


@cache
def _born() -> re.Pattern[str]:
    """A date after "born", in figures or with its month in words, or the year alone."""
    numeric = r"\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{2,4}"
    in_words = rf"\d{{1,2}}\.?\s+(?:de\s+)?{_WORD}\s+\d{{2,4}}|{_WORD}\s+\d{{1,2}},?\s+\d{{4}}"
    between = r"(?:\s*(?:den|on|w|dnia|в|у|في|بتاريخ|در|bishii|ኣብ|لە|i|is|er|to|:|-|–|م)\s*)*\s*"
    return re.compile(rf"(?P<lead>(?<!\w){_any('born')}{between})(?:{numeric}|{in_words}|\d{{6}}|\d{{4}})(?!\w)", re.I)


@cache
def _age() -> re.Pattern[str]:
    lasting = rf"(?P<lasting>(?<!\w){_any('lasting')}\s+)?"
    after = rf"(?P<age>(?<![\d.,–-])\d{{1,3}})(?:\s*[-–]?\s*)(?:{_any('age')}|{_any('years')})(?!\w)"
    before = rf"(?<!\w){_any('age_before')}\s*(?:هو|:|=)?\s*(?P<age2>\d{{1,3}})(?!\d)"
    return re.compile(rf"{lasting}{after}|{before}", re.IGNORECASE)


@cache
def _street() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w){_any('street')}\s+{_WORD}(?:\s+{_WORD}){{0,2}}\s*,?\s*\d{{1,4}}[A-Za-z]?(?:/\d+)?", re.I
    )
