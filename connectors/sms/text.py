"""Texts cut to fit SMS: into the parts a phone gets, and into the pages a person asks for one at a time.

How many SMS a text takes is counted in `knowledge.segments`, which editors are held to as well.
"""

from bisect import bisect_right
from collections.abc import Iterator

import regex  # grapheme clusters (\X), which the standard library cannot find

from knowledge.segments import PART, Encoding, encoding, packed, plain, segments, units

__all__ = ["Encoding", "encoding", "pages", "plain", "segments", "split"]

_ADDRESS = regex.compile(r"://|\w\.\w")
"""What makes a word an address, e.g. of a page; some abbreviations are taken for one too, which does no harm."""
_SENTENCE = regex.compile(r"\n+|(?<=[.!?…؟۔።፧][\"'”»)\u2069]*)(?<!^\s*\d+\.)[^\S\n]+(?![\p{Ll}\d])", regex.MULTILINE)
"""What stands between two sentences. Not after "f.eks." or "nr.", nor after the number of a choice."""
_RUN = regex.compile(r"(?:(?!\s)\X)+|\X")
"""A word with all its marks, or what stands between two."""
_SPACE = regex.compile(r"\s+")


def split(text: str) -> list[str]:
    """The parts a phone gets of a text; together they are the text.

    A letter with its marks is never cut, nor an address that fits in one part, so a phone that does not put parts
    together shows them whole. That may take a part more than `segments`, which is what a gateway asks to be paid for when
    it cuts the text itself.
    """
    return packed(text, _wholes(text, encoding(text)))


def pages(text: str, limit: int, more: str) -> list[str]:
    """A long answer as pages, cut where a line or a sentence ends; if one is too long, between words.

    Args:
        limit: how many parts of `split` a page may take, at least 1.
        more: what to answer to read on; a line of its own under every page but the last.

    Returns:
        At least one page. The pages without `more` are the text, but for the space between two of them.

    Raises:
        ValueError: there is no room for anything beside `more`.
    """
    found, rest = [], text.strip()
    while not _fits(rest, limit):
        end = _end_of_page(rest, limit, more)
        found.append(f"{rest[:end].rstrip()}\n{more}")
        rest = rest[end:].lstrip()
    return [*found, rest]


def _end_of_page(text: str, limit: int, more: str) -> int:
    """Where the first page of a text that needs several ends: at the best place there is, as late as it can be."""
    for ends in (_ends(_SENTENCE, text), _ends(_SPACE, text), _after_each(_wholes(text, "ucs2")), range(1, len(text))):
        places = list(ends)
        fitting = bisect_right(places, False, key=lambda end: not _fits(f"{text[:end].rstrip()}\n{more}", limit))
        if fitting:
            return places[fitting - 1]
    raise ValueError(f"there is no room for anything beside {more!r} in {limit} SMS")


def _fits(text: str, limit: int) -> bool:
    return len(split(text)) <= limit


def _ends(between: regex.Pattern[str], text: str) -> Iterator[int]:
    return (match.start() for match in between.finditer(text))


def _after_each(pieces: Iterator[str]) -> Iterator[int]:
    end = 0
    for piece in pieces:
        end += len(piece)
        yield end


def _wholes(text: str, code: Encoding) -> Iterator[str]:
    """What must not be cut, in order: addresses that fit in a part, and else letters with their marks."""
    for run in _RUN.findall(text):
        if _ADDRESS.search(run) and units(run, code) <= PART[code]:
            yield run
        else:
            yield from regex.findall(r"\X", run)
