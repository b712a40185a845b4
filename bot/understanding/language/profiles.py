"""What is known of each language: how often its words, and their pieces of up to four letters, occur.

A text is first sorted by script. Among the languages of a script, each word speaks for some and against others (naive
Bayes over its pieces); a long word counts for less than its pieces, because it is more likely a name. Words that are used
in many languages as they are ("barnehage", "NAV") say nothing and are left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "profiles.npz"

PIECE = 4
"""Letters of the longest piece of a word."""
WHOLE = 12
"""Letters of the longest word that is counted as a whole too."""
RARE = 4
"""Pieces seen less often than this in a language with many texts are not kept."""
UNSEEN = 2e-7
"""What is added to each frequency, so that a piece never seen in a language is unlikely there and not impossible."""
PLENTY = 30_000
"""Pieces of a language with many texts."""
STEP = 0.1
"""The weights are kept as whole numbers of this size."""

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’ʼ\u200c][^\W_]+)*|\d+[^\W\d_][^\W_]*")
_SCRIPTS = (
    ("cyrillic", 0x400, 0x530),
    ("arabic", 0x600, 0x780),
    ("arabic", 0xFB50, 0xFE00),
    ("arabic", 0xFE70, 0xFF00),
    ("ethiopic", 0x1200, 0x13A0),
    ("ethiopic", 0x2D80, 0x2DE0),
)
_LATIN_ENDS = ((0x41, 0x370), (0x1E00, 0x1F00))


def words(text: str) -> list[str]:
    """The words of a text in small letters; a digit inside one counts as a letter ("3andi"). After h the half space of the
    Arabic script is left out: with it Sorani wrote its vowel before there was a letter for it, in the middle of words."""
    return _WORD.findall(text.casefold().replace("ه\u200c", "ه"))


def script_of(word: str) -> str:
    """The script a word is written in: latin, cyrillic, arabic, ethiopic or other."""
    letter = ord(next((each for each in word if each.isalpha()), "\0"))
    if any(first <= letter < end for first, end in _LATIN_ENDS):
        return "latin"
    return next((name for name, first, end in _SCRIPTS if first <= letter < end), "other")


def pieces(word: str) -> list[str]:
    """What is counted of a word: itself unless it is long, and all its runs of one to four letters."""
    whole = f"^{word}$"
    found = [whole] if len(word) <= WHOLE else []
    for size in range(1, PIECE + 1):
        found += [whole[start : start + size] for start in range(len(whole) - size + 1)]
    return [piece for piece in found if piece not in ("^", "$")]


@dataclass(frozen=True)
class Profile:
    """The languages of one script, and how much each piece speaks for each of them."""

    languages: tuple[str, ...]
    rows: Mapping[str, int]
    weights: NDArray[np.int8]

    def weigh(self, found: Iterable[str]) -> NDArray[np.float64]:
        """How much some words speak for each language, in no particular unit."""
        known = [[row for row in map(self.rows.get, pieces(word)) if row is not None] for word in found]
        counts = np.array([len(rows) for rows in known], np.intp)
        shares = np.repeat(STEP / np.sqrt(np.maximum(counts, 1)), counts)
        return np.asarray(shares @ self.weights[np.fromiter(chain(*known), np.intp)])


@dataclass(frozen=True)
class Profiles:
    """A profile per script, and the words that many languages use as they are."""

    by_script: Mapping[str, Profile]
    shared: frozenset[str]

    @classmethod
    def learn(cls, texts: Mapping[str, Mapping[str, Sequence[str]]], shared: Iterable[str]) -> "Profiles":
        """Count the words of each language.

        Args:
            texts: by script, by language, the texts to learn from.
            shared: words that say nothing about the language.
        """
        return cls({script: _learn(by_language, script) for script, by_language in texts.items()}, frozenset(shared))

    def save(self, file: Path = FILE) -> None:
        arrays = {"shared": np.array("\n".join(sorted(self.shared)))}
        for script, profile in self.by_script.items():
            arrays[f"{script}_languages"] = np.array("\n".join(profile.languages))
            arrays[f"{script}_pieces"] = np.array("\n".join(profile.rows))
            arrays[f"{script}_weights"] = profile.weights
        np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, file: Path = FILE) -> "Profiles":
        with np.load(file) as kept:
            scripts = [name.removesuffix("_languages") for name in kept.files if name.endswith("_languages")]
            by_script = {
                script: Profile(
                    tuple(str(kept[f"{script}_languages"]).split("\n")),
                    {piece: row for row, piece in enumerate(str(kept[f"{script}_pieces"]).split("\n"))},
                    kept[f"{script}_weights"],
                )
                for script in scripts
            }
            return cls(by_script, frozenset(str(kept["shared"]).split("\n")))


def _learn(texts: Mapping[str, Sequence[str]], script: str) -> Profile:
    languages = tuple(sorted(texts))
    counts = {code: Counter[str]() for code in languages}
    for code in languages:
        for text in texts[code]:
            for word in words(text):
                if script_of(word) == script:
                    counts[code].update(pieces(word))
    few = [counts[code] for code in languages if counts[code].total() < PLENTY]
    in_all = sum(counts.values(), Counter[str]())
    kept = sorted(piece for piece, times in in_all.items() if times >= RARE or any(piece in count for count in few))
    frequencies = np.array([[counts[code][piece] / counts[code].total() for code in languages] for piece in kept])
    weights = np.log(frequencies + UNSEEN)
    weights -= weights.mean(axis=1, keepdims=True)
    return Profile(
        languages,
        {piece: row for row, piece in enumerate(kept)},
        np.clip(np.round(weights / STEP), -127, 127).astype(np.int8),
    )
