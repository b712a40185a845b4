"""What is said by SMS only: the words of command people may send, and what they are told. locales/<language>/sms.yml."""

import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, ValidationError, field_validator

from knowledge.folding import fold
from knowledge.languages import LOCALES, available
from knowledge.schema import Strict
from knowledge.segments import IN_GSM7, plain, segments
from knowledge.source import KnowledgeError, Problem, line_of, problems_of, read

Command = Literal["stop", "start", "help", "more", "delete", "export"]

_WORD = re.compile(r"(?P<optional>\()?(?P<words>[^\s()]+)(?(optional)\))(?:\s+|$)")
_PUT_IN = {
    "introduction": {"host", "price", "stop", "help"},
    "price": set(),
    "stopped": {"start"},
    "started": set(),
    "help": {"more", "delete", "export", "stop"},
    "read_on": {"more"},
    "waiting": set(),
    "danger": {"number"},
    "erase": set(),
    "export": set(),
    "nothing": set(),
}
"""The names in braces each text must have: words of command are put in as they stand in `words`."""
_AT_MOST = {
    "help": (2, 3),
    "introduction": (1, 2),
    "read_on": (1, 1),
    "waiting": (1, 1),
    "danger": (1, 1),
    "erase": (1, 1),
}
"""SMS a text may take, in GSM-7 and in UCS-2."""
_HOST, _NUMBER = "rettvis.kommunenavn.kommune.no", "116117"
"""As long as they get."""


def pattern(phrase: str) -> str:
    """A phrase as a pattern for folded text in which a space follows every word.

    One word after the other; a/b is either, (a) may be left out, a* is the beginning of a word, a_b is two words.

    Raises:
        ValueError: it is not written so, or could be nothing at all.
    """
    found, position, needed = "", 0, False
    while position < len(phrase):
        word = _WORD.match(phrase, position)
        if word is None:
            raise ValueError(f"{phrase!r} is no phrase: each word stands alone, or as (word), this/that, begin*")
        ways = [_way(way) for way in word["words"].split("/")]
        found += f"(?:{'|'.join(ways)}){'?' if word['optional'] else ''}"
        needed = needed or not word["optional"]
        position = word.end()
    if not needed:
        raise ValueError(f"{phrase!r} could be nothing at all")
    return found


def _way(text: str) -> str:
    folded = fold(text)
    if not folded:
        raise ValueError(f"there is no letter in {text!r}")
    return re.escape(folded) + (r"\w* " if text.endswith("*") else " ")


def _phrase(phrase: str) -> str:
    pattern(phrase)
    return phrase


Phrase = Annotated[str, AfterValidator(_phrase)]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1)]


class Words(Strict):
    """The first of each is the word that people are told to write."""

    stop: Phrases
    start: Phrases
    help: Phrases
    more: Phrases
    delete: Phrases
    export: Phrases
    """Everything that is kept, to take away."""


class Said(Strict):
    """What people are told. {stop} and the like are the words of command, in capitals."""

    introduction: str
    """Who this is. {host}: our address; {price}: what an SMS to us costs."""
    price: str
    stopped: str
    started: str
    help: str
    read_on: str
    waiting: str
    """That there is an answer, without a word of what it is about: others may see the phone."""
    danger: str
    """The number to call in danger, without a word of what danger."""
    erase: str
    """That an SMS stays on the phone, and can be deleted there."""
    export: str
    """Before a link to what is kept."""
    nothing: str
    """That nothing is kept."""

    @field_validator("*")
    @classmethod
    def _can_be_said(cls, text: str) -> str:
        if "!" in text:
            raise ValueError("no exclamation marks")
        return text


class Sms(Strict):
    words: Words
    polite: Phrases
    """What may stand before or after a command and changes nothing: greetings, thanks, "can you"."""
    before_a_number: Phrases
    numbers: Annotated[tuple[tuple[str, ...], ...], Field(min_length=9, max_length=9)]
    """The words for 1 to 9, as one answers with a choice. A number without a word is left empty."""
    said: Said

    def word(self, command: Command) -> str:
        """The word that people are told to write, as it is shown."""
        phrases: Phrases = getattr(self.words, command)
        return phrases[0].upper()

    def say(self, name: str, **values: str) -> str:
        """A text of `said`, with the words of command and `values` put in."""
        text: str = getattr(self.said, name)
        commands = {command: self.word(command) for command in _COMMANDS}
        return text.format(**commands, **values)


_COMMANDS: tuple[Command, ...] = get_args(Command)


def sms_file(code: str, locales: Path = LOCALES) -> Path:
    return locales / code / "sms.yml"


@cache
def sms(code: str) -> Sms:
    """What is said by SMS in one of the languages there are.

    Raises:
        KnowledgeError: the file is missing or broken.
    """
    return _read(sms_file(code))


def _read(file: Path) -> Sms:
    try:
        return Sms.model_validate(read(file))
    except ValidationError as error:
        raise KnowledgeError(problems_of(file, error)) from error


def problems(locales: Path = LOCALES) -> Iterator[Problem]:
    """What must be mended before these files may be used."""
    meant: dict[str, tuple[Command, str]] = {}
    for code in available(locales):
        file = sms_file(code, locales)
        try:
            found = _read(file)
        except KnowledgeError as error:
            yield from error.problems
            continue
        for name, names in _PUT_IN.items():
            for fault in _faults(found, name, names, code):
                yield Problem(file, line_of(file, ("said", name)), f"said.{name}: {fault}")
        for command in _COMMANDS:
            for position, phrase in enumerate(getattr(found.words, command)):
                other, there = meant.setdefault(fold(phrase), (command, code))
                if other != command:
                    line = line_of(file, ("words", command, position))
                    yield Problem(file, line, f"words.{command}: {phrase!r} means {other} in {there}")


def _faults(found: Sms, name: str, names: set[str], code: str) -> Iterator[str]:
    try:
        named = {field for _, field, _, _ in string.Formatter().parse(getattr(found.said, name)) if field is not None}
    except ValueError as error:
        yield f"braces that cannot be filled: {error}"
        return
    if named != names:
        yield f"must name {', '.join(f'{{{each}}}' for each in sorted(names)) or 'nothing'} in braces"
        return
    text = plain(found.say(name, **{each: value for each, value in _longest(found).items() if each in names}))
    limit = _AT_MOST.get(name, (1, 2))[code not in IN_GSM7]
    if segments(text) > limit:
        yield f"{segments(text)} SMS, at most {limit}"


def _longest(found: Sms) -> dict[str, str]:
    return {"host": _HOST, "price": found.said.price, "number": _NUMBER}


def message(phrases: Iterable[str], polite: Iterable[str]) -> re.Pattern[str]:
    """The messages that are one of some phrases, and nothing else but greetings and thanks. For folded text in which a
    space follows every word."""
    around = f"(?:{'|'.join(pattern(each) for each in polite)})*"
    return re.compile(f"{around}(?:{'|'.join(pattern(each) for each in phrases)}){around}")
