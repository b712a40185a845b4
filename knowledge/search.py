"""Find topics by what people call them: words are compared folded, by their beginnings, and with one letter wrong."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from math import log

from knowledge.folding import fold
from knowledge.languages import SOURCE
from knowledge.library import Library

TITLE, SAID, COVERS, ANSWER = 4.0, 3.0, 1.0, 1.0
"""How much a word says when it stands in the name, in an everyday word, in what the topic covers, in the answer."""
BEGINS, WITHIN, MISSPELT = 0.8, 0.4, 0.5
"""What is left of that when the word only begins like the one asked for, has it inside it, or differs by a letter."""
CLOSE = 0.25
"""Topics with at least this part of the best one's score are found."""
LONGEST = 200
"""Letters of a query that are looked at."""

_ARTICLE = re.compile(r"^(?:[وبكف]?ال|لل)(?=\w{3})")
"""What Arabic writes together with the word: "the", "and the", "to the"."""


@dataclass(frozen=True)
class Index:
    """Which words tell of which topics, and how much."""

    topics: tuple[str, ...]
    words: Mapping[str, Mapping[str, float]]

    def find(self, query: str) -> tuple[str, ...]:
        """The topics a query may mean, the likeliest first; all of them, as they stand, when nothing is asked for."""
        asked = dict.fromkeys(_words(query[:LONGEST]))
        if not asked:
            return self.topics
        scores: dict[str, float] = defaultdict(float)
        for hits in map(self._hits, asked):
            rarity = log(1 + (len(self.topics) - len(hits) + 0.5) / (len(hits) + 0.5))  # as in BM25
            for topic, weight in hits.items():
                scores[topic] += rarity * weight
        least = CLOSE * max(scores.values(), default=0.0)
        return tuple(sorted((topic for topic in scores if scores[topic] >= least), key=lambda t: -scores[t]))

    def _hits(self, asked: str) -> dict[str, float]:
        """The topics with a word like the one asked for. Spelling is doubted only when no word is like it."""
        hits: dict[str, float] = {}
        likeness = {word: part for word in self.words if (part := _likeness(word, asked))} or self._misspelt(asked)
        for word, part in likeness.items():
            for topic, weight in self.words[word].items():
                hits[topic] = max(hits.get(topic, 0.0), part * weight)
        return hits

    def _misspelt(self, asked: str) -> dict[str, float]:
        """The words that differ from a long one by a single letter."""
        if len(asked) < 5:
            return {}
        one_letter = 1 - 1 / len(asked) - 1e-9
        return dict.fromkeys(get_close_matches(asked, self.words, n=5, cutoff=one_letter), MISSPELT)


@lru_cache(maxsize=32)
def index(library: Library, code: str) -> Index:
    """The index of a library for readers of a language; they also search by the Norwegian names."""
    words: dict[str, dict[str, float]] = defaultdict(dict)
    topics = tuple(topic for topic in library.topics if topic in library.entries)
    for topic in topics:
        for weight, text in _fields(library, topic, code):
            for word in _words(text):
                words[word][topic] = max(weight, words[word].get(topic, 0.0))
    return Index(topics, dict(words))


def search(library: Library, query: str, code: str) -> tuple[str, ...]:
    """The topics that have an entry and that the query may mean, the likeliest first; all when it is empty."""
    return index(library, code).find(query)


def _fields(library: Library, topic: str, code: str) -> Iterator[tuple[float, str]]:
    entry = library.entries[topic]
    yield TITLE, topic
    yield TITLE, entry.title
    yield TITLE, library.title(topic, code)
    for language in {code, SOURCE}:
        for said in entry.words.get(language, ()):
            yield SAID, said
    yield COVERS, library.topics[topic].covers
    yield ANSWER, library.explain(topic, code).answer.text


def _words(text: str) -> list[str]:
    return [_ARTICLE.sub("", word) for word in fold(text).split()]


def _likeness(word: str, asked: str) -> float:
    """How much a word is the one asked for, from 0 to 1. An ending of up to three letters may be on either."""
    if word == asked:
        return 1.0
    if len(asked) >= 2 and word.startswith(asked):
        return BEGINS
    if len(word) >= 4 and len(asked) - len(word) <= 3 and asked.startswith(word):
        return BEGINS
    return WITHIN if len(asked) >= 4 and asked in word else 0.0
