"""Texts made alike: what people write in many ways is compared in one."""

import re
import unicodedata
from functools import cache

_VARIANTS = str.maketrans(
    # Arabic as it is written in many ways; Persian and Sorani letters as an Arabic keyboard has them
    {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ـ": None}
    | {"ی": "ي", "ێ": "ي", "ک": "ك", "ە": "ه", "ھ": "ه", "ۆ": "و", "ڕ": "ر", "ڵ": "ل"}
    # Tigrinya letters that sound alike and are used for one another: ፀ for ጸ, ሠ for ሰ, ኣ for አ
    | {chr(0x1340 + form): chr(0x1338 + form) for form in range(7)}
    | {chr(0x1220 + form): chr(0x1230 + form) for form in range(7)}
    | {"ኣ": "አ", "ł": "l", "ґ": "г"}
)


def fold(text: str) -> str:
    """Lower case, without marks that people leave out, one space between words."""
    text = text.casefold().translate(_VARIANTS)
    kept = "".join(c if c in "åæø" else _without_marks(c) for c in unicodedata.normalize("NFC", text))
    return " ".join(re.findall(r"[^\W_]+", kept))


@cache
def _without_marks(character: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c))
