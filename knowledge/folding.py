"""Texts made alike: what people write in many ways is compared in one."""

import re
import unicodedata

_ARABIC_VARIANTS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ـ": None})


def fold(text: str) -> str:
    """Lower case, without marks that people leave out, one space between words."""
    text = text.casefold().translate(_ARABIC_VARIANTS)
    kept = "".join(c if c in "åæø" else _without_marks(c) for c in unicodedata.normalize("NFC", text))
    return " ".join(re.findall(r"[^\W_]+", kept))


def _without_marks(character: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c))
