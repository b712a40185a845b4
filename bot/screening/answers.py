"""What people answer, in their own words: yes and no, numbers, amounts, ages of children, one or several of some choices.

An answer is understood only when every word of it is: "2 barn" is no age, and what somebody tells about their life is no
answer. Digits of every script, and the words for numbers of the language; else those of Norwegian and English.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from anyascii import anyascii

from bot.picking import yes_and_no
from bot.screening.words import Class, meanings, numbers, says_none
from knowledge.eligibility.household import Fact
from knowledge.folding import fold

_ALSO = ("nb", "en")
_AND_WRITTEN_ON = "و"
"""In Arabic "and" is a letter at the head of the next word."""
_MONTHS = 12
GROWN_UP = 26
"""From this age on it is rather the person's own age than a child's who lives at home: asked again."""
_TENS = frozenset(range(20, 100, 10))
_HUNDRED = 100
_ETHIOPIC = re.compile("[፩-፼]+")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:(?P<between>[ .,'’٬\u00a0\u202f])\d{3})(?:(?P=between)\d{3})*(?!\d)")
_TOKEN = re.compile(r"(?P<number>\d+(?:[.,٫]\d+)?)|(?P<word>[^\W\d_]+)")
_WHOLE = re.compile(r"(?P<number>\d+)|(?P<word>[^\W\d_]+)")
_NO_ANSWER = re.compile(r"[?؟፧]|-\d|\d\s*[-–]\s*\d")
"""A question, something below zero, from one number to another."""
_PRICE = re.compile(r"(?<=\d),-+")


@dataclass(frozen=True)
class _Token:
    """A number, or a word with what it means. `spelt` is a number that was written in letters."""

    number: Decimal | None = None
    means: Class | None = None
    spelt: bool = False


class _NotUnderstood(Exception):
    """Some word of it is no part of an answer."""


def understood(text: str, fact: Fact, titles: Mapping[str, str], code: str) -> Any:
    """The answer that a text gives to a question, as `knowledge.eligibility.household.read` takes it; or None.

    Args:
        titles: the values of the question in the reader's language, in the order they were shown.
        code: the language of the conversation.
    """
    match fact.kind:
        case "yes_no":
            return _yes_or_no(text, code)
        case "choice":
            return one_of(text, titles, code)
        case "several":
            return _several(text, titles, code)
    if says_none(text, code) and fact.kind != "number":
        return [] if fact.kind == "ages" else 0
    if says_none(text, code) and fact.unit == "hours_a_week":
        return 0
    for each in dict.fromkeys((code, *_ALSO)):
        try:
            if fact.kind == "ages":
                return _ages(_tokens(text, each, whole=True))
            if fact.kind == "money":
                return _money(_tokens(text, each), fact.unit)
            return _number(_tokens(text, each), fact.unit)
        except _NotUnderstood:
            continue
    return None


def _yes_or_no(text: str, code: str) -> bool | None:
    yes, no = yes_and_no()
    typed = fold(text)
    first, _, rest = typed.partition(" ")
    says_no_more = all(meanings(code).get(word) == "around" for word in rest.split())
    if typed in yes or (first in yes and says_no_more):
        return True
    if typed in no or (first in no and says_no_more) or says_none(text, code):
        return False
    return {1: True, 2: False}.get(_pick(text, code) or 0)


def one_of(text: str, titles: Mapping[str, str], code: str) -> str | None:
    """The value that is picked by its number, its title, or words that only stand in its title."""
    number = _pick(text, code)
    if number is not None:
        return list(titles)[number - 1] if 1 <= number <= len(titles) else None
    typed = frozenset(fold(text).split())
    same = [name for name, title in titles.items() if typed == frozenset(fold(title).split())]
    if same:
        return same[0]
    part_of = [name for name, title in titles.items() if typed and typed < frozenset(fold(title).split())]
    return part_of[0] if len(part_of) == 1 else None


def named_in(text: str, titles: Mapping[str, str], code: str) -> str | None:
    """The same, or the one whose name stands in the text, in any script: "jeg bor i Trondheim", "تروندهايم"."""
    typed = frozenset(fold(text).split())
    within = [name for name, title in titles.items() if frozenset(fold(title).split()) <= typed]
    within += [name for name, title in titles.items() if not within and anyascii(title).lower() in typed]
    if not within and not text.isascii():
        sounds = {_sound(word) for word in typed if not anyascii(word).startswith(word)}
        within = [name for name, title in titles.items() if _sound(title) in sounds]
    return within[0] if len(within) == 1 else one_of(text, titles, code)


def _sound(name: str) -> str:
    """The consonants of a name: scripts differ in how they write the rest."""
    return re.sub("[^b-df-hj-np-tvxz]", "", anyascii(name).lower())


def _several(text: str, titles: Mapping[str, str], code: str) -> list[str] | None:
    if says_none(text, code) or fold(text) in yes_and_no()[1] or fold(_in_digits(text)) == "0":
        return []
    whole = one_of(text, titles, code)
    if whole:
        return [whole]
    joins = [word for word, means in meanings(code).items() if means == "and"]
    split = rf"[,;\n،፣]|\b(?:{'|'.join(map(re.escape, joins))})\b"
    parts = [part for part in re.split(split, _in_digits(text).casefold()) if part.strip()]
    if len(parts) == 1:  # "1 3"
        parts = parts[0].split()
    found = [one_of(part, titles, code) for part in parts]
    return list(dict.fromkeys(name for name in found if name)) if found and all(found) else None


def _pick(text: str, code: str) -> int | None:
    """The number that a text is and nothing else."""
    typed = fold(_in_digits(text))
    if typed.isdecimal() and len(typed) < 4 and not _NO_ANSWER.search(text):
        return int(typed)
    return numbers(code).get(typed)


def _ages(tokens: Sequence[_Token]) -> list[int]:
    ages: list[Decimal] = []
    children: Decimal | None = None
    fresh = False
    """Whether the last number can still be the number of something."""
    for before, token in zip((None, *tokens), tokens, strict=False):
        match token:
            case _Token(number=Decimal() as number):
                if before and before.number is not None and token.spelt:
                    raise _NotUnderstood  # twenty five
                ages.append(number)
                fresh = True
            case _Token(means="month") if fresh:
                ages[-1] = ages[-1] // _MONTHS
                fresh = False
            case _Token(means="baby"):
                babies = int(ages.pop()) if fresh else 1
                ages += [Decimal(0)] * min(babies, 9)
                fresh = False
            case _Token(means="child") if fresh and len(ages) == 1:
                children = ages.pop()
                fresh = False
            case _Token(means="year" | "and" | "around" | "per"):
                fresh = fresh and token.means == "around"
            case _:
                raise _NotUnderstood
    spelt = [token.number for token in tokens if token.spelt and token.number is not None]
    mixed = any(number in _TENS for number in spelt) and any(number < 10 for number in spelt)
    if not ages or mixed or (children is not None and children != len(ages)) or max(ages) >= GROWN_UP:
        raise _NotUnderstood
    return [int(age) for age in ages]


def _number(tokens: Sequence[_Token], unit: str | None) -> int | float:
    total, last, seen = Decimal(0), Decimal(0), False
    for number, means in _summed(tokens):
        if number is not None:
            if seen and last:
                raise _NotUnderstood
            last, seen = number, True
        elif means == "month" and unit == "years":
            total, last = total + last / _MONTHS, Decimal(0)
        elif means == "year" and unit == "months":
            total, last = total + last * _MONTHS, Decimal(0)
        elif means in ("year", "month"):
            if unit == "hours_a_week":
                raise _NotUnderstood
            total, last = total + last, Decimal(0)
        elif means in ("hour", "week", "per"):
            if unit != "hours_a_week" and means != "per":
                raise _NotUnderstood
        elif means not in ("around", "and"):
            raise _NotUnderstood
    if not seen:
        raise _NotUnderstood
    found = total + last
    return _plain(found) if unit == "hours_a_week" else int(found)


def _money(tokens: Sequence[_Token], unit: str | None) -> int:
    total, last, monthly, seen = Decimal(0), None, False, False
    for number, means in _summed(tokens):
        if number is not None:
            if last is not None:
                raise _NotUnderstood
            last, seen = number, True
        elif means in ("thousand", "million"):
            total += (Decimal(1) if last is None else last) * (1_000 if means == "thousand" else 1_000_000)
            last, seen = None, True
        elif means == "month" and unit == "kr_a_year":
            monthly = True
        elif means not in ("around", "and", "kroner", "per", "year" if unit == "kr_a_year" else None):
            raise _NotUnderstood
    if not seen:
        raise _NotUnderstood
    return int((total + (last or 0)) * (_MONTHS if monthly else 1))


def _summed(tokens: Sequence[_Token]) -> Iterator[tuple[Decimal | None, Class | None]]:
    """The tokens, with what is written in several words as one number: thirty and four, two hundred."""
    held: Decimal | None = None
    for token in tokens:
        if token.spelt and token.number is not None:
            if held is None:
                held = token.number
            elif token.number == _HUNDRED and held < 10:
                held *= _HUNDRED
            elif _goes_on(held, token.number):
                held += token.number
            else:
                raise _NotUnderstood
        elif held is None or token.means != "and":
            if held is not None:
                yield held, None
            held = None
            yield token.number, token.means
    if held is not None:
        yield held, None


def _goes_on(held: Decimal, number: Decimal) -> bool:
    """Whether a number word can be part of the number begun: thirty four, four and thirty, two hundred and five."""
    if held >= _HUNDRED and held % _HUNDRED == 0:
        return number < _HUNDRED
    return (held % _HUNDRED in _TENS and number < 10) or (held < 10 and number in _TENS)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _tokens(text: str, code: str, *, whole: bool = False) -> list[_Token]:
    """The numbers and words of an answer, in order.

    Args:
        whole: whether a comma or a full stop stands between numbers, never within one.

    Raises:
        _NotUnderstood: there is a word that cannot stand in it.
    """
    text = _PRICE.sub("", _in_digits(text))
    if _NO_ANSWER.search(text) or (whole and re.search(r"\d\.\d", text)):
        raise _NotUnderstood
    if not whole:
        text = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    known, spelt = meanings(code), numbers(code)
    found = []
    for match in (_WHOLE if whole else _TOKEN).finditer(text):
        if match["number"]:
            found.append(_Token(Decimal(match["number"].replace(",", ".").replace("٫", "."))))
            continue
        folded = fold(match["word"])
        bare = folded.removeprefix(_AND_WRITTEN_ON) if folded not in (*known, *spelt) else folded
        if bare in spelt:
            found.append(_Token(Decimal(spelt[bare]), spelt=True))
        elif bare in known:
            found.append(_Token(means=known[bare]))
        else:
            raise _NotUnderstood
    return found


def _in_digits(text: str) -> str:
    """A text with digits of every script as 0 to 9."""
    text = _ETHIOPIC.sub(lambda found: str(_ethiopic(found[0])), unicodedata.normalize("NFKC", text))
    return "".join(str(unicodedata.decimal(each, each)) for each in text)


def _ethiopic(numeral: str) -> int:
    """፴፬ is 34, ፪፻ is 200: each sign has its value, ፻ and ፼ multiply what stands before them."""
    total = 0
    for sign in numeral:
        value = int(unicodedata.numeric(sign))
        total = max(total, 1) * value if value >= _HUNDRED else total + value
    return total
