"""How people answer in each language: bot/screening/words/<language>.yml. What a phrase is, knowledge.sms says."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationError

from knowledge.folding import fold
from knowledge.languages import available
from knowledge.schema import Strict
from knowledge.sms import Phrases, pattern, sms
from knowledge.source import KnowledgeError, problems_of, read

FOLDER = Path(__file__).parent / "words"
Command = Literal["begin", "skip", "why", "pause", "go_on", "show", "forget", "none"]
Class = Literal[
    "around", "per", "and", "baby", "child", "year", "month", "week", "hour", "thousand", "million", "kroner"
]
"""In this order: a word that stands in two of them means the later one."""
_LONGEST = 120
"""Characters of a message beyond which it is no command."""


class Words(Strict):
    """What is said about a question, as whole messages; and the words that stand with numbers."""

    begin: Phrases
    skip: Phrases
    why: Phrases
    pause: Phrases
    go_on: Phrases
    show: Phrases
    forget: Phrases
    none: Phrases
    around: tuple[str, ...]
    """Words that say nothing beside a number: "I am about 34"."""
    and_: Annotated[tuple[str, ...], Field(alias="and")]
    baby: tuple[str, ...]
    child: tuple[str, ...]
    year: tuple[str, ...]
    month: tuple[str, ...]
    week: tuple[str, ...]
    hour: tuple[str, ...]
    thousand: tuple[str, ...]
    million: tuple[str, ...]
    kroner: tuple[str, ...]
    per: tuple[str, ...]
    numbers: Mapping[int, tuple[str, ...]]
    """Words for numbers beside 1 to 9, which stand with what is said by SMS."""


def words_file(code: str) -> Path:
    return FOLDER / f"{code}.yml"


@cache
def words(code: str) -> Words:
    """How people answer in one of the languages there are.

    Raises:
        KnowledgeError: the file is missing or broken.
    """
    file = words_file(code)
    try:
        return Words.model_validate(read(file))
    except ValidationError as error:
        raise KnowledgeError(problems_of(file, error)) from error


def word(command: Command, code: str) -> str:
    """The word that people are told to write."""
    first: str = getattr(words(code), command)[0]
    return first


def command(text: str, code: str) -> Command | None:
    """What a message says about a question, if it is that and nothing else.

    Args:
        code: the language of the conversation. Its words come first, then those of the others.
    """
    if len(text) > _LONGEST:
        return None
    folded = f"{fold(text)} "
    found = (name for each in _languages(code) for name, form in _commands(each) if form.fullmatch(folded))
    return next(found, None)


def says_none(text: str, code: str) -> bool:
    """Whether a message says that there is none: "no children", "nothing of it"."""
    folded = f"{fold(text)} "
    return any(_form("none", each).fullmatch(folded) for each in _languages(code))


@cache
def meanings(code: str) -> Mapping[str, Class]:
    """What a word that stands with a number means in a language."""
    found: dict[str, Class] = {}
    for name in get_args(Class):
        found |= {fold(each): name for each in getattr(words(code), "and_" if name == "and" else name)}
    return found


@cache
def numbers(code: str) -> Mapping[str, int]:
    """The words for numbers in a language."""
    found = {fold(each): value for value, names in words(code).numbers.items() for each in names}
    for value, names in enumerate(sms(code).numbers, start=1):
        found |= {fold(each): value for each in names}
    return found


def _languages(first: str) -> Iterator[str]:
    yield from dict.fromkeys((first, *available()))


@cache
def _commands(code: str) -> tuple[tuple[Command, re.Pattern[str]], ...]:
    return tuple((name, _form(name, code)) for name in get_args(Command) if name != "none")


@cache
def _form(name: Command, code: str) -> re.Pattern[str]:
    around = f"(?:{_any(sms(code).polite)})*"
    return re.compile(f"{around}(?:{_any(getattr(words(code), name))}){around}")


def _any(phrases: Phrases) -> str:
    return "|".join(pattern(phrase) for phrase in phrases)
