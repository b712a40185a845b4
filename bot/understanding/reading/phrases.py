"""How people join two things, and say that something is not what they ask about: bot/assistant/phrases/<language>.yml."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

from bot.understanding.reading.kinds import Kind
from bot.understanding.safety import any_of, spellings
from knowledge.folding import fold
from knowledge.source import KnowledgeError, Problem, line_of, read

FOLDER = Path(__file__).parents[2] / "assistant" / "phrases"
AND, NEVER, NOT, GREETING = "and", "never", "not", "greeting"
GREETED = 3
"""Words of a greeting, at most."""
MEANT = 3
"""Words that must be left of a correction for it to say what is meant instead."""
LEFT = 2
"""Words that must be left of a message that begins with one."""
_KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Phrases:
    """The phrases of every language. People mix languages, so all are looked for; only joining words go by language."""

    joining: dict[str, tuple[str, ...]]
    kinds: dict[Kind, re.Pattern[str]]
    never: re.Pattern[str]
    nots: frozenset[str]
    """What says, with a name and nothing else, that it is not about that."""
    greetings: frozenset[str]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Phrases":
        """Read the phrases.

        Raises:
            KnowledgeError: a file is not lists of phrases by their kind.
        """
        by_language = {file.stem: _checked(file) for file in sorted(folder.glob("*.yml"))}

        def all_of(name: str) -> list[str]:
            return spellings([phrase for phrases in by_language.values() for phrase in phrases.get(name, ())])

        return cls(
            {code: tuple(phrases.get(AND, ())) for code, phrases in by_language.items()},
            {kind: _pattern(all_of(kind)) for kind in _KINDS},
            any_of(all_of(NEVER)),
            frozenset(map(fold, all_of(NOT))),
            frozenset(map(fold, all_of(GREETING))),
        )

    def without_greeting(self, text: str) -> str:
        """A text without the greeting it begins with; empty where nothing is left, or there is none."""
        words = left = text.split()
        while found := next((n for n in range(GREETED, 0, -1) if fold(" ".join(left[:n])) in self.greetings), 0):
            left = left[found:]
        return " ".join(left) if LEFT <= len(left) < len(words) else ""

    def corrected(self, text: str) -> str:
        """What is meant instead, in a text that says it was misunderstood: the text without that; empty where too little is
        left, or it does not say so."""
        words = text.split()
        folded = [fold(word) for word in words]
        found = self.kinds["misunderstood"].search(" ".join(word for word in folded if word))
        if not found:
            return ""
        at, left = 0, []
        for word, plain in zip(words, folded, strict=True):
            if not plain or at + len(plain) <= found.start() or at >= found.end():
                left.append(word)
            at += len(plain) + 1 if plain else 0
        return " ".join(left) if len(left) >= MEANT else ""

    def said(self, part: str) -> frozenset[Kind]:
        """What a part of a message says."""
        folded = " ".join(self.never.sub(" ", fold(part)).split())
        return frozenset(kind for kind, pattern in self.kinds.items() if pattern.search(folded))


@cache
def phrases() -> Phrases:
    return Phrases.load()


def _checked(file: Path) -> dict[str, list[str]]:
    data = read(file)
    if not isinstance(data, dict):
        raise KnowledgeError([Problem(file, 1, "must be kinds of phrases")])
    for name, texts in data.items():
        if name not in (*_KINDS, AND, NEVER, NOT, GREETING):
            raise KnowledgeError([Problem(file, line_of(file, (name,)), f"{name!r} is not a kind of phrase")])
        if not isinstance(texts, list) or not all(isinstance(text, str) and fold(text) for text in texts):
            raise KnowledgeError([Problem(file, line_of(file, (name,)), f"{name}: must be a list of phrases")])
    return data


def _pattern(found: list[str]) -> re.Pattern[str]:
    """Phrases anywhere in a part, and those with a ^ only where it begins."""
    first = any_of([phrase for phrase in found if phrase.startswith("^")])
    anywhere = any_of([phrase for phrase in found if not phrase.startswith("^")])
    return re.compile(f"^(?:{first.pattern})|{anywhere.pattern}")
