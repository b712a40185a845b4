"""The example questions that editors write: bot/assistant/examples/<language>/<shelf>.yml.

A label has a list of situations, and a situation a list of paraphrases of the same need. Situations matter to honest
evaluation: paraphrases of one must not stand on both sides of a split.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.understanding.labels import CRISIS_KINDS, FOLLOW_UPS, SYSTEM
from knowledge.source import KnowledgeError, Problem, line_of, read

FOLDER = Path(__file__).parent.parent / "assistant" / "examples"


@dataclass(frozen=True)
class Example:
    """One example question. `kind` is the kind of danger where the label is crisis."""

    text: str
    label: str
    language: str
    situation: str
    kind: str | None = None


def load(topics: frozenset[str], folder: Path = FOLDER) -> list[Example]:
    """Every example of every language.

    Raises:
        KnowledgeError: a file has an unknown label or another shape than label -> situations -> paraphrases.
    """
    return [example for file in sorted(folder.glob("*/*.yml")) for example in _examples(file, file.parent.name, topics)]


def by_file(topics: frozenset[str], folder: Path = FOLDER) -> dict[Path, list[str]]:
    """The sentences of each example file.

    Raises:
        KnowledgeError: as `load`.
    """
    files = sorted(folder.glob("*/*.yml"))
    return {file: [each.text for each in _examples(file, file.parent.name, topics)] for file in files}


def _examples(file: Path, language: str, topics: frozenset[str]) -> Iterator[Example]:
    data = read(file) or {}
    if not isinstance(data, dict):
        raise KnowledgeError([Problem(file, 1, "must be labels with their situations")])
    for name, situations in data.items():
        if not isinstance(name, str) or not isinstance(situations, list):
            raise KnowledgeError([Problem(file, line_of(file, (name,)), f"{name}: a situation is a list of sentences")])
        label, _, kind = name.partition(".")
        known = label in topics or label in SYSTEM or label in FOLLOW_UPS
        if not known or (kind and (label != "crisis" or kind not in CRISIS_KINDS)):
            raise KnowledgeError([Problem(file, line_of(file, (name,)), f"{name!r} is not a label")])
        for number, paraphrases in enumerate(situations):
            if not isinstance(paraphrases, list) or not all(isinstance(t, str) and t.strip() for t in paraphrases):
                line = line_of(file, (name, number))
                raise KnowledgeError([Problem(file, line, f"{name}: a situation is a list of sentences")])
            for text in paraphrases:
                yield Example(text, label, language, f"{language}/{name}/{number}", kind or None)
