"""Which language a text asks for ("kan vi snakke arabisk?")."""

from knowledge.folding import fold
from knowledge.languages import LANGUAGES, language

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
_OTHERS = {
    "ru": ("russisk", "russian", "русский", "русском", "по-русски"),
    "tr": ("tyrkisk", "turkish", "türkçe", "turkce"),
    "lt": ("litauisk", "lithuanian", "lietuvių", "lietuviškai"),
    "ro": ("rumensk", "romanian", "română", "românește"),
    "es": ("spansk", "spanish", "español"),
    "fr": ("fransk", "french", "français"),
    "de": ("tysk", "german", "deutsch"),
    "am": ("amharisk", "amharic", "አማርኛ"),
    "ps": ("pashto", "پښتو", "پشتو"),
    "ur": ("urdu", "اردو"),
    "ku": ("kurmanji", "kurmandji", "kurmancî"),
    "se": ("nordsamisk", "davvisámegiella", "davvisámegillii"),
    "sma": ("sørsamisk", "åarjelsaemien"),
    "sw": ("swahili", "kiswahili"),
}
"""Names of languages Rettvis does not speak."""


def named(text: str) -> str | None:
    """The language a text asks for ("kan vi snakke arabisk?"), the last one where it names several; None if none.

    It may be one that Rettvis does not speak.
    """
    for word in reversed(fold(text).split()):
        for code in (*_OTHERS, *reversed(LANGUAGES)):  # nynorsk before norsk, kurmanji before kurdish
            if _names(word, code):
                return code
    return None


def _names(word: str, code: str) -> bool:
    """Whether a word is a name of the language, with what its grammar puts before or after ("بالعربية", "angielsku")."""
    names = {fold(name) for name in _known(code)}
    stems = {name[:-1] if len(name) > 5 else name for name in names if " " not in name and len(name) > 3}
    return word in names or any(stem in word and len(word) <= len(stem) + 4 for stem in stems)


def _known(code: str) -> tuple[str, ...]:
    return _OTHERS[code] if code in _OTHERS else (*_NAMES[code], language(code).autonym)
