"""What a text that people read must and must not be, in any language."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from knowledge.library import PLACEHOLDER, Library
from knowledge.segments import IN_GSM7, plain, segments

TYPED_AMOUNT = re.compile(
    r"\d[\d\s.,]*\s*(?:kr\b|(?:norske )?kroner|NOK\b|%|prosent|pst\b|per cent|percent|øre\b|,-)|\b(?:kr|NOK)\.? ?\d",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\{[a-z_0-9.]*\}|%\([a-z_]+\)[sd]")
_ON_PURPOSE = re.compile(r"\([^)]*\)|\([^)]*$|[\"«“„][^\"»”“]*[\"»”“]|\S+\.(?:no|com|org)\b\S*")
"""Where Norwegian stands in a translation on purpose: beside the word that explains it, in quotes, in addresses."""
_WORD = re.compile(r"[^\W\d_]+")


def translation_faults(
    library: Library, context: str, source: str, translation: str, code: str, today: date
) -> Iterator[str]:
    """What must be mended in the translation of a text of an entry, a place or crisis.yml."""
    if Counter(PLACEHOLDER.findall(source)) != Counter(PLACEHOLDER.findall(translation)):
        yield "the figures differ from the source"
        return
    filled = library.fill(translation, code, today)
    if "{" in filled or "}" in filled:
        yield "braces that are no figure"
    if said_first(context):
        yield from first_faults(filled, code)
    if TYPED_AMOUNT.search(translation):
        yield "an amount is typed; name a parameter instead"


def said_first(context: str) -> bool:
    """Whether a text is what people get first, by SMS too: the answer of an entry, or what is said in danger."""
    return context.endswith(".answer") or context.startswith("crisis.")


def price(text: str) -> int:
    """How many SMS a text takes, as it is sent."""
    return segments(plain(text))


def dearest(code: str) -> int:
    """How many SMS what is said first may take in a language."""
    return 2 if code in IN_GSM7 else 3


def first_faults(text: str, code: str) -> Iterator[str]:
    """What must be mended in what is said first, its figures filled in."""
    if price(text) > dearest(code):
        yield f"{price(text)} SMS, at most {dearest(code)}"


def same_names(source: str, translation: str) -> bool:
    """Whether what is put into a text of the interface ({name}, %(num)s) is the same in its translation."""
    return set(_NAMED.findall(source)) == set(_NAMED.findall(translation))


def leftover(source: str, translation: str, names: frozenset[str]) -> str | None:
    """What of a source sentence stands untranslated in its translation: the whole, or three words in a row.

    Args:
        names: words in small letters that stay as they are in every language.
    """
    if source == translation and len(_plain(source, names)) > 2:
        return source
    words = [word.casefold() for word in _WORD.findall(_NAMED.sub(" X ", source))]
    runs = {tuple(words[start : start + 3]) for start in range(len(words) - 2)}
    found = _WORD.findall(_ON_PURPOSE.sub(" X ", _NAMED.sub(" X ", translation)))
    for start in range(len(found) - 2):
        run = found[start : start + 3]
        small = tuple(word.casefold() for word in run)
        if small in runs and not names.intersection(small) and all(word.islower() for word in run):
            return " ".join(run)
    return None


def _plain(text: str, names: frozenset[str]) -> list[str]:
    """The words of a text that are no names."""
    return [word for word in _WORD.findall(_NAMED.sub(" ", text)) if word.islower() and word not in names]
