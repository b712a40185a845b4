"""How many SMS a text takes: 3GPP TS 23.038 (the alphabets) and 23.040 (messages of several parts)."""

import unicodedata
from collections.abc import Iterable
from typing import Literal

Encoding = Literal["gsm7", "ucs2"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters that are sent as an escape and a character: two septets."""
_LONE: dict[Encoding, int] = {"gsm7": 160, "ucs2": 70}
PART: dict[Encoding, int] = {"gsm7": 153, "ucs2": 67}
"""What a part of several has room for: less the header that says which part of which message it is."""

IN_GSM7 = frozenset({"nb", "nn", "en", "so"})
"""Languages with all their letters in the GSM alphabet; the others are sent as UCS-2. Polish too: it has no ą, ę, ł."""

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("‐‑‒–—−•", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\t", " "),
        "…": "...",
        # what is not seen: soft hyphens, joiners of words, marks of direction
        **dict.fromkeys("\u00ad\u200b\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff", None),
    }
)


def encoding(text: str) -> Encoding:
    """How a text is sent: one character outside the GSM alphabet makes it all UCS-2."""
    return "gsm7" if set(text) <= _BASIC | _EXTENSION else "ucs2"


def units(text: str, code: Encoding) -> int:
    """What a text takes of a message: septets in GSM-7, 16-bit units in UCS-2."""
    if code == "gsm7":
        return len(text) + sum(map(_EXTENSION.__contains__, text))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def segments(text: str) -> int:
    """How many SMS are paid for when a text is sent as it stands. Never cut: an escaped character, a surrogate pair."""
    return len(packed(text, text))


def packed(text: str, wholes: Iterable[str]) -> list[str]:
    """The parts a text is sent in, each as full as it can be.

    Args:
        wholes: what must not be cut, in order; together the text. One that is longer than a part is cut at a character.
    """
    code = encoding(text)
    if units(text, code) <= _LONE[code]:
        return [text]
    parts, room = [""], PART[code]
    for whole in wholes:
        for piece in [whole] if len(whole) == 1 or units(whole, code) <= PART[code] else whole:
            size = units(piece, code)
            if size > room:
                parts.append("")
                room = PART[code]
            parts[-1] += piece
            room -= size
    return parts


def plain(text: str) -> str:
    """A text without typography, where that alone makes it GSM-7: one dash doubles the price of a message.

    No letter is changed. What has to be sent as UCS-2 anyway stays as it is: nothing would be saved, and no-break spaces
    and marks of direction hold figures together in a text that is read from the right.
    """
    found = unicodedata.normalize("NFC", text).translate(_PLAIN)
    return found if encoding(found) == "gsm7" else text
