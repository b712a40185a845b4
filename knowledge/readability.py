"""LIX, the Nordic readability index (Björnsson 1968): words per sentence plus the percentage of long words."""

import re

_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.:?!]+(?:\s|$)")


def lix(text: str) -> float:
    """The index of a text: below 30 very easy, 30 to 40 easy, above 50 hard. An empty text is 0."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    long_words = sum(len(word) > 6 for word in words)
    return len(words) / sentences + 100 * long_words / len(words)
