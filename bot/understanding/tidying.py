"""A text as the two models read it: what people do to a text without meaning anything by it is taken away first."""

import re
import unicodedata

from anyascii import anyascii

from bot.understanding.language.judging import identify

_AGAIN = re.compile(r"([^\w\s])(?:\s*\1)+")
"""The same mark again and again: ???, !!!"""
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
"""A letter drawn out: pleeeease"""
_JOINERS = str.maketrans({"\u200c": " ", "\u200d": None, "\u0640": None, "\ufeff": None})
"""Persian's half space, the joiner of emoji, and the stroke that lengthens an Arabic word."""
_QUIET = re.compile(r"['`’ʼ]")


_ARABIC_ONLY = frozenset("يكه")
"""Letters of an Arabic keyboard that Persian (the first two) and Sorani write otherwise."""
_RESTORED = str.maketrans("يك", "یک")
_UNMARKED = str.maketrans("ێۆڕڵ", "یورل")
"""Letters of Sorani without their marks."""
_OLD_VOWEL = "ه\u200c"
"""How Sorani's vowel was typed before it had a letter of its own; in Persian an h at the end of half a word."""
_VOWEL = re.compile(r"(?<=\w)ه")
"""Inside a Sorani word it nearly always stands for the vowel: the held-out questions have 2 600 vowels there and 41 h."""


def tidy(text: str) -> str:
    """A text for the sentence vector: small letters, no pictures, no vowel signs, each mark once; Persian and Sorani that
    were typed on an Arabic keyboard in their own letters, as far as these can be told."""
    text = _with_sorani_vowels(unicodedata.normalize("NFC", text)).translate(_JOINERS).casefold()
    text = "".join(character for character in text if not _says_nothing(character))
    text = _DRAWN_OUT.sub(r"\1\1", _AGAIN.sub(r"\1", text))
    return " ".join(_in_own_letters(text).split())


def romanise(text: str) -> str:
    """A text in Latin letters without marks, in any script: so that "kray", "ክራይ" and a phone without Ethiopic letters
    are spelt alike, and so are names of schemes in all ten languages. Sorani's marks are left out, as many people do."""
    return _QUIET.sub("", anyascii(tidy(text).translate(_UNMARKED)).lower())


def _with_sorani_vowels(text: str) -> str:
    if _OLD_VOWEL not in text:
        return text
    language, _ = identify(text) or ("", 0.0)
    return text.replace(_OLD_VOWEL, "ە") if language == "ckb" else text


def _in_own_letters(text: str) -> str:
    if _ARABIC_ONLY.isdisjoint(text):
        return text
    language, _ = identify(text) or ("", 0.0)
    if language not in ("fa", "ckb"):
        return text
    restored = text.translate(_RESTORED)
    return _VOWEL.sub("ە", restored) if language == "ckb" and "ە" not in text else restored


def _says_nothing(character: str) -> bool:
    kind = unicodedata.category(character)
    arabic_vowel = "\u064b" <= character <= "\u065f" or character == "\u0670"
    return arabic_vowel or kind in ("So", "Sk", "Cf", "Co", "Cs") or character == "\ufe0f"
