"""A text as the two models read it: what people do to a text without meaning anything by it is taken away first."""

import re
import unicodedata

from anyascii import anyascii

_AGAIN = re.compile(r"([^\w\s])(?:\s*\1)+")
"""The same mark again and again: ???, !!!"""
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
"""A letter drawn out: pleeeease"""
_JOINERS = str.maketrans({"\u200c": " ", "\u200d": None, "\u0640": None, "\ufeff": None})
"""Persian's half space, the joiner of emoji, and the stroke that lengthens an Arabic word."""
_QUIET = re.compile(r"['`’ʼ]")


def tidy(text: str) -> str:
    """A text for the sentence vector: small letters, no pictures, no vowel signs, each mark once."""
    text = unicodedata.normalize("NFC", text).translate(_JOINERS).casefold()
    text = "".join(character for character in text if not _says_nothing(character))
    text = _DRAWN_OUT.sub(r"\1\1", _AGAIN.sub(r"\1", text))
    return " ".join(text.split())


def romanise(text: str) -> str:
    """A text in Latin letters without marks, in any script: so that "kray", "ክራይ" and a phone without Ethiopic letters
    are spelt alike, and so are names of schemes in all ten languages."""
    return _QUIET.sub("", anyascii(tidy(text)).lower())


def _says_nothing(character: str) -> bool:
    kind = unicodedata.category(character)
    arabic_vowel = "\u064b" <= character <= "\u065f" or character == "\u0670"
    return arabic_vowel or kind in ("So", "Sk", "Cf", "Co", "Cs") or character == "\ufe0f"
