"""What each statement of an entry answers: bot/assistant/questions/<topic>.yml.

How a statement begins in Norwegian, and under each language the questions it answers; under `answer`, what the short
answer of the entry answers, and no statement better ("what is that?", "I was laid off yesterday"). One that only makes
sense when the topic is known ("and with a shared bathroom?") begins with ~, and so does one of danger, for numbers come
first; every other one is an example of the topic too.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.understanding import labels
from bot.understanding.examples import Example
from knowledge.languages import LANGUAGES
from knowledge.schema import SECTIONS, Entry
from knowledge.source import KnowledgeError, Problem, line_of, read

FOLDER = Path(__file__).parent.parent / "assistant" / "questions"
REMARKS = FOLDER.parent / "going_on.yml"
GOES_ON = "~"
EVERY = 3
"""Of those that go on one in three is an example of going on. With all of them danger is found a little less often where
a topic is at hand ("he beats the boy now" was not), and training takes longer."""
SHORT = "answer"
"""Stands for the short answer of the entry, as in its file."""


@dataclass(frozen=True)
class Question:
    """What one statement of an entry answers. `statement` is how that begins in Norwegian, or SHORT; `goes_on` says that
    the question only makes sense when the topic is known."""

    text: str
    language: str
    topic: str
    statement: str
    goes_on: bool = False

    @property
    def example(self) -> Example:
        """It as an example of its topic. What one statement answers is one situation, whatever the language."""
        return Example(self.text, self.topic, self.language, f"{self.topic}/{self.statement}")


def load(topics: frozenset[str], folder: Path = FOLDER) -> list[Question]:
    """Every question that a statement answers.

    Raises:
        KnowledgeError: a file is no topic's, or has another shape than statement -> language -> questions.
    """
    return [question for file in _files(folder) for question in _questions(file, topics)]


def by_file(topics: frozenset[str], folder: Path = FOLDER) -> dict[Path, list[str]]:
    """The questions of each file.

    Raises:
        KnowledgeError: as `load`.
    """
    return {file: [each.text for each in _questions(file, topics)] for file in _files(folder)}


def examples(topics: frozenset[str], folder: Path = FOLDER) -> list[Example]:
    """The questions that are examples of a topic.

    Raises:
        KnowledgeError: as `load`.
    """
    return [question.example for question in load(topics, folder) if not question.goes_on]


def going_on(topics: frozenset[str], dangerous: Collection[str], folder: Path = FOLDER) -> list[Example]:
    """What only makes sense when the topic is known, as examples of that: a part of the questions, and remarks that go on
    about any topic and sound like danger (REMARKS: "he is 12 and goes there alone").

    Args:
        dangerous: topics that are talked about in danger: of those, it must not be taken for going on.

    Raises:
        KnowledgeError: as `load`, or the remarks are not languages with lists.
    """
    label = labels.GOES_ON
    asked = [each for each in load(topics, folder) if each.goes_on and each.topic not in dangerous]
    taken = [
        replace(each.example, label=label, situation=f"{label}/{each.topic}/{each.statement}")
        for each in asked
        if _is_taken(each.text)
    ]
    return taken + [Example(text, label, code, f"{label}/{code}/{i}") for i, (code, text) in enumerate(remarks())]


def remarks() -> list[tuple[str, str]]:
    """What goes on about any topic, with its language.

    Raises:
        KnowledgeError: REMARKS is not languages, each with a list of texts.
    """
    said = read(REMARKS)
    if not _is_shaped(said):
        raise KnowledgeError([Problem(REMARKS, 1, "must be languages, each with a list of remarks")])
    return [(code, text) for code, texts in said.items() for text in texts]


def _is_taken(text: str) -> bool:
    """By the text alone, so that a new question changes nothing for the others."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % EVERY == 0


def misplaced(entries: Mapping[str, Entry], folder: Path = FOLDER) -> list[Problem]:
    """Questions under what is not how exactly one statement of the entry begins: since it was reworded, mostly."""
    found = []
    for file in _files(folder):
        entry = entries.get(file.stem)
        texts = [item.text for name in SECTIONS for item in entry.section(name)] if entry else []
        for statement in read(file) or {}:
            if statement == SHORT:
                continue
            number = sum(text.startswith(str(statement)) for text in texts)
            if number != 1:
                why = "no statement of the entry begins" if number == 0 else "several statements of the entry begin"
                found.append(Problem(file, line_of(file, (statement,)), f"{why} with {statement!r}"))
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yml"))


def _questions(file: Path, topics: frozenset[str]) -> Iterator[Question]:
    data, topic = read(file) or {}, file.stem
    if topic not in topics or not isinstance(data, dict):
        raise KnowledgeError([Problem(file, 1, "must be named as a topic, and be statements with what they answer")])
    for statement, by_language in data.items():
        if not _is_shaped(by_language):
            line = line_of(file, (statement,))
            raise KnowledgeError(
                [Problem(file, line, "under a statement are languages, each with a list of questions")]
            )
        for language, texts in by_language.items():
            for text in texts:
                yield Question(
                    text.removeprefix(GOES_ON).strip(), language, topic, str(statement), text.startswith(GOES_ON)
                )


def _is_shaped(by_language: object) -> bool:
    return (
        isinstance(by_language, dict)
        and set(by_language) <= set(LANGUAGES)
        and all(
            isinstance(texts, list) and all(isinstance(text, str) and text.strip(f" {GOES_ON}") for text in texts)
            for texts in by_language.values()
        )
    )
