"""Which language a message is written in, and which language it names."""

from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from knowledge.folding import fold
from knowledge.languages import LANGUAGES, language

CLEARLY = 0.45
"""The belief, and"""
TIMES = 1.5
"""how many times the next language's, at which a language is taken over from a message of several words."""
WORDS = 3
"""Fewer words in Latin script say little: a person of any language may write only "barnetrygd"."""

LONG = 8
"""Letters of a word that is more likely a name than a small word of the language."""

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
    """The language a text is most likely in and how likely that is (0 to 1); None when there is nothing to go by.

    Ethiopic script is Tigrinya here, and letters that only Sorani has decide for it: the library knows neither. Bokmål
    and Nynorsk are so close that they are weighed against the others together.
    """
    shares = _shares(text)
    return max(shares.items(), key=lambda share: share[1]) if shares else None


def clearly(text: str) -> str | None:
    """The language of a text if it is clear enough to answer in from now on."""
    shares = _shares(text)
    if not shares:
        return None
    (best, share), *others = sorted(shares.items(), key=lambda pair: -pair[1])
    latin = best in ("nb", "nn", "en", "pl", "so")
    if latin and len(text.split()) < WORDS:
        return None
    return best if share >= CLEARLY and share >= TIMES * (others[0][1] if others else 0) else None


def _shares(text: str) -> dict[str, float]:
    letters = [character for character in text if character.isalpha()]
    if len(letters) < 2:
        return {}
    if sum("\u1200" <= character <= "\u139f" for character in letters) > len(letters) / 2:
        return {"ti": 1.0}
    if _SORANI_LETTERS.intersection(letters):
        return {"ckb": 1.0}
    telling = _without_names_of_schemes(text)
    found = {_LINGUA[each.language]: each.value for each in _detector().compute_language_confidence_values(telling)}
    bokmal, nynorsk = found.pop("nb"), found.pop("nn")
    found["nn" if nynorsk > 2 * bokmal else "nb"] = bokmal + nynorsk
    return found


def _without_names_of_schemes(text: str) -> str:
    """The words that tell the language. People write the Norwegian name of a scheme in any language: "how do I apply for
    overgangsstønad". Such names are long, or in another script; the small words around them are the person's own."""
    words = text.split()
    other_script = [word for word in words if any(character > "\u036f" for character in word)]
    if len(other_script) * 2 >= len(words):
        return " ".join(other_script)
    short = [word for word in words if len(word) < LONG]
    return " ".join(short) if len(short) >= 2 else text


def named(text: str) -> str | None:
    """The language a text asks for ("kan vi snakke arabisk?"), the last one where it names several; None if none."""
    for word in reversed(fold(text).split()):
        for code in reversed(LANGUAGES):  # nynorsk before norsk
            if _names(word, code):
                return code
    return None


def _names(word: str, code: str) -> bool:
    """Whether a word is a name of the language, with what its grammar puts before or after ("بالعربية", "angielsku")."""
    names = {fold(name) for name in (*_NAMES[code], language(code).autonym)}
    stems = {name[:-1] if len(name) > 5 else name for name in names if " " not in name and len(name) > 3}
    return word in names or any(stem in word and len(word) <= len(stem) + 4 for stem in stems)
