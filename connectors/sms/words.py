"""What people write to a phone number that is no question: words of command, and the number of a choice.

A command is taken for one only when it is the whole message, but for greetings and thanks: "stop" within a question, or in
what somebody tells about their life, is none. The words are data: locales/<language>/sms.yml.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import get_args

from knowledge.folding import fold
from knowledge.languages import available
from knowledge.sms import Command, Phrases, Sms, pattern, sms

__all__ = ["Command", "command", "more", "number"]

_LONGEST = 120
"""Characters of a message beyond which it is no command, however polite."""


def command(text: str, language: str) -> Command | None:
    """What a message tells us to do, if it is a command and nothing else.

    Args:
        language: that of the conversation. Its words come first, then those of the others: STOP is understood anywhere.
    """
    if len(text) > _LONGEST:
        return None
    folded = _folded(text)
    return next(
        (name for code in _languages(language) for name, form in _commands(code) if form.fullmatch(folded)), None
    )


def more(language: str) -> str:
    """The word to write to read on, as it is shown: MER, WIĘCEJ."""
    return sms(_known(language)).word("more")


def number(text: str, language: str) -> int | None:
    """The number of a choice, if a message is that and nothing else: "2", "2.", "nr 2", "to", "٢", "፪"."""
    folded = _number(_known(language)).fullmatch(_folded(text))
    if folded is None:
        return None
    if folded["digits"]:
        return int("".join(str(unicodedata.digit(digit)) for digit in folded["digits"]))
    return int(next(name for name, found in folded.groupdict().items() if found and name != "digits").removeprefix("n"))


def _folded(text: str) -> str:
    """The words of a message, a space after each."""
    return f"{fold(text)} "


def _known(language: str) -> str:
    return language if language in available() else "en"


def _languages(first: str) -> Iterator[str]:
    yield from dict.fromkeys((_known(first), *available()))


@cache
def _commands(code: str) -> tuple[tuple[Command, re.Pattern[str]], ...]:
    found = sms(code)
    return tuple((name, _whole(name, found)) for name in get_args(Command))


def _whole(name: Command, found: Sms) -> re.Pattern[str]:
    """The message that is a command, said once or in several ways ("unsubscribe, I don't want more SMS")."""
    # help is asked for by the bare word: "please help" is said to a person, and maybe in danger
    around = "" if name == "help" else f"(?:{_any(found.polite)})*"
    return re.compile(f"{around}(?:(?:{_any(getattr(found.words, name))}){around})+")


@cache
def _number(code: str) -> re.Pattern[str]:
    found = sms(code)
    words = "|".join(f"(?P<n{value}>{_any(names)})" for value, names in enumerate(found.numbers, start=1) if names)
    return re.compile(f"(?:{_any(found.before_a_number)})?(?:(?P<digits>[\\d፩-፱]{{1,2}}) |{words})")


def _any(phrases: Phrases) -> str:
    return "|".join(pattern(phrase) for phrase in phrases)
