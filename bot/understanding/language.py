"""Which language a message is written in, and which language it names."""

from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from bot.understanding.folding import fold
from knowledge.languages import LANGUAGES, language

SURE = 0.75
"""A share of belief at which a language is taken over from a message."""

_LINGUA = {
    Language.BOKMAL: "nb",
    Language.NYNORSK: "nn",
    Language.ENGLISH: "en",
    Language.POLISH: "pl",
    Language.UKRAINIAN: "uk",
    Language.ARABIC: "ar",
    Language.PERSIAN: "fa",
    Language.SOMALI: "so",
}
_SORANI_LETTERS = frozenset("ێۆڵڕەڤ")  # letters that Sorani Kurdish has and Arabic and Persian do not

_NAMES = {
    "nb": ("norsk", "bokmål", "norwegian", "النرويجية", "نرويجي", "norweski", "норвезька", "نروژی"),
    "nn": ("nynorsk",),
    "en": (
        "engelsk",
        "english",
        "الانجليزية",
        "الإنجليزية",
        "انجليزي",
        "angielski",
        "англійська",
        "انگلیسی",
        "ingiriisi",
    ),
    "pl": ("polsk", "polish", "polski", "polsku", "البولندية"),
    "uk": ("ukrainsk", "ukrainian", "українська", "українською", "الأوكرانية", "الاوكرانية"),
    "ar": ("arabisk", "arabic", "العربية", "عربي", "بالعربي", "عربية", "carabi"),
    "fa": ("persisk", "dari", "farsi", "persian", "فارسی", "دری", "الفارسية"),
    "so": ("somalisk", "somali", "soomaali", "af-soomaali", "الصومالية"),
    "ti": ("tigrinja", "tigrinya", "ትግርኛ", "التغرينية"),
    "ckb": ("sorani", "kurdisk", "kurdish", "کوردی", "سۆرانی", "الكردية"),
}


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_LINGUA).build()


def identify(text: str) -> tuple[str, float] | None:
    """The language of a text and how sure it is (0 to 1); None when there is nothing to go by.

    Ethiopic script is Tigrinya here, and letters that only Sorani has decide for it: the library knows neither. Bokmål
    and Nynorsk are so close that they are weighed against the others together.
    """
    letters = [character for character in text if character.isalpha()]
    if len(letters) < 2:
        return None
    if sum("\u1200" <= character <= "\u139f" for character in letters) > len(letters) / 2:
        return "ti", 1.0
    if _SORANI_LETTERS.intersection(letters):
        return "ckb", 0.95
    found = {_LINGUA[each.language]: each.value for each in _detector().compute_language_confidence_values(text)}
    best = max(found, key=lambda code: found[code])
    sure = found["nb"] + found["nn"] if best in ("nb", "nn") else found[best]
    return best, sure


def named(text: str) -> str | None:
    """The language a text asks for ("kan vi snakke arabisk?"), if it names one."""
    words = set(fold(text).split())
    for code in reversed(LANGUAGES):  # nynorsk before norsk
        names = {fold(name) for name in (*_NAMES[code], language(code).autonym)}
        if words & names:
            return code
    return None
