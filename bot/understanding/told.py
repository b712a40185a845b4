"""Messages in which much is told beside what is asked for, part by part: bot/assistant/told.yml.

Whoever asks for one thing tells of others ("I am on disability benefit, my wife is ill, who pays the dentist?"). From these
messages is learned what only tells (`bot.understanding.telling`), and where a part ends (`bot.understanding.seams`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.understanding.examples import Example
from knowledge.source import KnowledgeError, Problem, line_of, read

FILE = Path(__file__).parent.parent / "assistant" / "told.yml"
TOLD = "told"
_MARKS = " .,;:!?؟،؛።፧…"


@dataclass(frozen=True)
class Part:
    """A clause or a sentence of a message, with its marks, and the topic it asks for; None where it only tells."""

    text: str
    topic: str | None

    @property
    def bare(self) -> str:
        """Without the marks around it."""
        return self.text.strip(_MARKS)


@dataclass(frozen=True)
class Message:
    """The parts of a message, in order."""

    language: str
    parts: tuple[Part, ...]


def load(topics: Collection[str], file: Path = FILE) -> list[Message]:
    """Every message, of all languages.

    Raises:
        KnowledgeError: the file is not languages, each with a list of messages, whose parts stand each under a topic, or
            under "told".
    """
    data = read(file)
    if not isinstance(data, dict) or not all(isinstance(messages, list) for messages in data.values()):
        raise KnowledgeError([Problem(file, 1, "must be languages, each with a list of messages")])
    return [
        Message(code, _parts(parts, topics, file, (code, number)))
        for code, messages in data.items()
        for number, parts in enumerate(messages)
    ]


def examples(topics: Collection[str], dangerous: Collection[str], file: Path = FILE) -> list[Example]:
    """The parts that ask for a topic, as examples of it; not where they may tell of danger.

    Raises:
        KnowledgeError: as `load`.
    """
    return [
        Example(part.bare, part.topic, message.language, f"{message.language}/{TOLD}/{number}")
        for number, message in enumerate(load(topics, file))
        for part in message.parts
        if part.topic and part.topic not in dangerous
    ]


def _parts(parts: Any, topics: Collection[str], file: Path, at: tuple[str, int]) -> tuple[Part, ...]:
    def wrong(why: str) -> KnowledgeError:
        return KnowledgeError([Problem(file, line_of(file, at), why)])

    if not isinstance(parts, list) or not all(isinstance(part, dict) and len(part) == 1 for part in parts):
        raise wrong("a message is a list of parts, each under a topic or under told")
    found = [(about, text) for part in parts for about, text in part.items()]
    for about, text in found:
        if about != TOLD and about not in topics:
            raise wrong(f"{about!r} is neither a topic nor told")
        if not isinstance(text, str) or not text.strip():
            raise wrong(f"{about}: a part is a text")
    return tuple(Part(text, None if about == TOLD else about) for about, text in found)
