"""Topics that are named outright: by their title or an everyday word, with the endings and articles of the language."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from knowledge.folding import fold
from knowledge.languages import LANGUAGES
from knowledge.library import Library

LONGEST = 4
"""Words of a name."""
SHORTEST = 3
"""Letters of a name."""
ENDING, STEM = 3, 6
"""Letters that may follow a name of at least so many letters: barnetrygd-en."""

_TOGETHER = re.compile(r"^(?:و?ال|[وب]ال|[ول]ل|و)(?=\w{3})")
"""What Arabic writes together with a word: "the", "and the", "to the", "and"."""
_ASIDE = re.compile(r"\([^)]*\)")


@dataclass(frozen=True)
class Names:
    """Folded names of topics, each of one topic only."""

    topics: dict[str, str]

    @classmethod
    def of(cls, library: Library) -> "Names":
        found: dict[str, set[str]] = defaultdict(set)
        for topic in library.entries:
            for name in _names(library, topic):
                if len(fold(name)) >= SHORTEST:
                    found[fold(name)].add(topic)
        return cls({name: topics.pop() for name, topics in found.items() if len(topics) == 1})

    def in_text(self, text: str) -> tuple[str, ...]:
        """The topics that are named, in the order they are named."""
        return tuple(dict.fromkeys(topic for _, _, topic in self._found(fold(text).split())))

    def without(self, text: str) -> str:
        """The text, folded, without the names: what is said about them."""
        words = fold(text).split()
        for start, end, _ in reversed(list(self._found(words))):
            words[start:end] = []
        return " ".join(words)

    def _found(self, words: list[str]) -> Iterator[tuple[int, int, str]]:
        at = 0
        while at < len(words):
            for end in range(min(len(words), at + LONGEST), at, -1):
                topic = self._topic(" ".join(words[at:end]))
                if topic:
                    yield at, end, topic
                    at = end - 1
                    break
            at += 1

    def _topic(self, said: str) -> str | None:
        for name in dict.fromkeys((said, _TOGETHER.sub("", said))):
            for ending in range(ENDING + 1):
                stem = name[: len(name) - ending]
                if stem in self.topics and (not ending or len(stem) >= STEM):
                    return self.topics[stem]
        return None


@lru_cache(maxsize=8)
def names(library: Library) -> Names:
    return Names.of(library)


def _names(library: Library, topic: str) -> Iterator[str]:
    entry = library.entries[topic]
    yield topic
    for said in entry.words.values():
        yield from said
    for code in LANGUAGES:
        title = library.title(topic, code)
        yield _ASIDE.sub("", title)
        yield from (aside[1:-1] for aside in _ASIDE.findall(title))
