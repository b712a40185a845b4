"""Plain words of acute danger, per language: bot/assistant/safety.yml. The last word before anything is answered.

The classifier finds danger said in any way; these phrases make sure that the plainest ways never depend on it. A phrase
is matched on whole words, letters folded (case, accents of Latin script, Arabic vowel signs and letter variants), and an
exception ("slå plenen") takes a match away. Where it is said to be over or not so ("he hit me, but we are divorced now",
"nobody hits me"), or of a thing ("the power bill is killing me"), it may be danger all the same, and may as well be what
somebody tells before they ask for something.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from bot.understanding.labels import CRISIS_KINDS
from knowledge.folding import fold
from knowledge.source import KnowledgeError, Problem, line_of, read

FILE = Path(__file__).parent.parent / "assistant" / "safety.yml"


@dataclass(frozen=True)
class Safeguard:
    """Phrases of danger, by kind, the exceptions that make a match harmless, and what says that it is over or not so."""

    phrases: tuple[tuple[str, re.Pattern[str]], ...]
    harmless: re.Pattern[str]
    over: re.Pattern[str]

    @classmethod
    def load(cls, file: Path = FILE) -> "Safeguard":
        """Read the phrases.

        Raises:
            KnowledgeError: the file is not kind -> language -> phrases.
        """
        data = read(file)
        if not isinstance(data, dict):
            raise KnowledgeError([Problem(file, 1, "must be kinds of danger with their phrases")])
        for kind, languages in data.items():
            if kind not in (*CRISIS_KINDS, *_NO_KINDS):
                raise KnowledgeError([Problem(file, line_of(file, (kind,)), f"{kind!r} is not a kind of danger")])
            if not _is_phrases_by_language(languages):
                message = f"{kind}: must be languages, each with a list of phrases"
                raise KnowledgeError([Problem(file, line_of(file, (kind,)), message)])
        harmless, over = (
            any_of([text for texts in data.pop(name, {}).values() for text in spellings(texts)]) for name in _NO_KINDS
        )
        phrases = [
            (kind, any_of([text for texts in languages.values() for text in spellings(texts)]))
            for kind, languages in data.items()
        ]
        return cls(tuple(phrases), harmless, over)

    def kind(self, text: str) -> str | None:
        """The kind of danger that is said in plain words, or None."""
        folded = self.harmless.sub(" ", fold(text))
        return next((kind for kind, phrase in self.phrases if phrase.search(folded)), None)

    def is_over(self, text: str) -> bool:
        """Whether something is said to be over or not to be so."""
        return bool(self.over.search(fold(text)))


def _is_phrases_by_language(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(texts, list) and all(isinstance(text, str) and fold(text) for text in texts)
        for texts in value.values()
    )


_NO_KINDS = ("harmless", "over")
_FOREIGN_KEYBOARD = str.maketrans({"å": "a", "ø": "o", "æ": "ae"})


def spellings(phrases: list[str]) -> list[str]:
    """Norwegian phrases also as they are written where the keyboard has no å, ø and æ; Sorani ones also as in Sulaimani,
    where verbs begin otherwise."""
    without_letters = [each.translate(_FOREIGN_KEYBOARD) for each in phrases if re.search("[åøæ]", each)]
    return [*phrases, *without_letters, *(each.replace("دە", "ئە") for each in phrases if "دە" in each)]


def any_of(phrases: list[str]) -> re.Pattern[str]:
    """Whole words; an asterisk in a phrase stands for the rest of a word, three full stops for up to three words."""
    by_first: dict[str, list[str]] = {}  # so that of thousands only those are tried that begin like a word does
    for phrase in phrases:
        words = [r"(?:\w+ ){0,3}" if word == "..." else _word(word) for word in phrase.split()]
        pattern = "".join(words).rstrip() + r"(?!\w)"
        first = pattern[0] if pattern[0].isalnum() else ""
        by_first.setdefault(first, []).append(pattern.removeprefix(first))
    alternatives = [f"{first}(?:{'|'.join(rest)})" for first, rest in by_first.items()]
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives) or '(?!)'})")  # of nothing, what matches nothing


def _word(word: str) -> str:
    stem = fold(word.rstrip("*"))
    return re.escape(stem) + (r"\w* " if word.endswith("*") else " ")
