"""A message divided into the parts that may each ask for something: sentences, what joining words and commas divide, and
long stretches without any of these, where their words say that a part begins."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from bot.understanding.seams import Seams

MOST = 4
"""Parts of one message; each costs a sentence vector. Of more, those that are joined most closely stay together."""
FEW_WORDS = 2
"""Fewer words are no part of their own, unless they are a name of something people ask for."""
LONG = 7
"""So many words without a mark may be two parts, each of FEW_WORDS at least,"""
SEAM = 1.0
"""where so much (log odds) says that the second one begins."""

_WORD = re.compile(r"\S+")
_SENTENCE = re.compile(r"[.!?؟።፧;؛…\n]+(?=\s|$)|(?<=\w)[?؟፧]+|\n+")
_COMMA = re.compile(r"[,،፡፣፥:](?=\s)|\s[-–—](?=\s)")
_WRITTEN_TOGETHER = re.compile(r"(?<!\w)(?=و[ء-ي]{3})")
"""Arabic writes "and" together with the word that follows."""


@dataclass(frozen=True)
class _Gap:
    """What stands between two parts, and how surely it divides."""

    start: int
    end: int
    strength: int


def divide(
    text: str,
    joining: Sequence[str],
    is_name: Callable[[str], bool] = lambda _: False,
    seams: Seams | None = None,
) -> list[str]:
    """The parts of a text, in order; the text alone where there is nothing to divide.

    Args:
        joining: words that stand between two needs in the language of the text.
        is_name: whether a single word may be a part of its own.
        seams: says where parts begin though nothing stands between them; without it they are not divided there.
    """
    spans = [(0, len(text))]
    strengths: list[int] = []
    for gap in _gaps(text, joining):
        start, end = spans[-1]
        if gap.start <= start or not text[start : gap.start].strip():
            spans[-1] = (max(start, gap.end), end)
            continue
        spans[-1:] = [(start, gap.start), (gap.end, end)]
        strengths.append(gap.strength)
    if not text[slice(*spans[-1])].strip() and strengths:
        spans.pop()
        strengths.pop()
    _keep_together(text, spans, strengths, is_name)
    if seams:
        _divide_further(text, spans, seams)
    return [text[start:end].strip() for start, end in spans]


def _gaps(text: str, joining: Sequence[str]) -> Iterator[_Gap]:
    """Sentence ends, joining words and commas, in order; where they stand side by side, the surest is one gap of all."""
    words = "|".join(re.escape(word) for word in sorted(joining, key=len, reverse=True))
    patterns = [(3, _SENTENCE), (1, _COMMA)]
    if words:
        patterns.append((2, re.compile(rf"(?<![\w’']) ?(?:{words})(?![\w’'])", re.IGNORECASE)))
    if "و" in joining:
        patterns.append((2, _WRITTEN_TOGETHER))
    found = sorted(((m.start(), m.end(), strength) for strength, pattern in patterns for m in pattern.finditer(text)))
    waiting: _Gap | None = None
    for start, end, strength in found:
        if waiting and not text[waiting.end : max(start, waiting.end)].strip():
            waiting = _Gap(waiting.start, max(end, waiting.end), min(3, max(strength, waiting.strength) + 1))
            continue
        if waiting:
            yield waiting
        waiting = _Gap(start, end, strength)
    if waiting:
        yield waiting


def _keep_together(
    text: str, spans: list[tuple[int, int]], strengths: list[int], is_name: Callable[[str], bool]
) -> None:
    """Put together what is too short to stand alone, then the parts that are joined most closely, until few are left."""

    def join(at: int) -> None:
        spans[at : at + 2] = [(spans[at][0], spans[at + 1][1])]
        strengths.pop(at)

    def is_short(span: tuple[int, int]) -> bool:
        part = text[slice(*span)].strip()
        return len(part.split()) < FEW_WORDS and not is_name(part)

    while strengths and (short := next((i for i, span in enumerate(spans) if is_short(span)), None)) is not None:
        before, after = short - 1, short
        join(before if after == len(strengths) or (before >= 0 and strengths[before] < strengths[after]) else after)
    while len(spans) > MOST:
        lengths = [spans[at + 1][1] - spans[at][0] for at in range(len(strengths))]
        join(min(range(len(strengths)), key=lambda at: (strengths[at], lengths[at])))


def _divide_further(text: str, spans: list[tuple[int, int]], seams: Seams) -> None:
    """Divide long parts where another most likely begins, until there are MOST."""
    while len(spans) < MOST:
        weight, at, middle = max((_seam(text, span, seams, at) for at, span in enumerate(spans)))
        if weight < SEAM:
            return
        start, end = spans[at]
        spans[at : at + 1] = [(start, middle), (middle, end)]


def _seam(text: str, span: tuple[int, int], seams: Seams, at: int) -> tuple[float, int, int]:
    """How much says that another part begins in a part, its place among the parts, and where in the text that is."""
    words = list(_WORD.finditer(text, *span))
    if len(words) < LONG:
        return -inf, at, 0
    weights = seams.weigh([word[0] for word in words])[FEW_WORDS : len(words) - FEW_WORDS + 1]
    best = int(weights.argmax())
    return float(weights[best]), at, words[FEW_WORDS + best].start()
