"""Makes the language profiles out of the texts there are: translations, example questions, and samples/.

samples/<language>.txt are a few lines in languages Rettvis does not speak, and in some written in Latin
letters (`ar-Latn`, `fa-Latn`): common small words and some plain sentences, written for this and read by no native reader.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from anyascii import anyascii

from bot.understanding import examples
from bot.understanding.language.profiles import Profiles, script_of, words
from knowledge.languages import LANGUAGES, SOURCE, po_file, read_catalog
from knowledge.library import PLACEHOLDER, Library

SAMPLES = Path(__file__).parent / "samples"
ENOUGH = 50_000
"""Characters a language Rettvis is to speak must have, or what is learned of it would be worse than what there is."""
SHARED_BY = 3
"""A Norwegian word that this many other languages use as it is says nothing about the language,"""
SHORT = 3
"""unless it is this short: small words of two languages look alike by chance, except the names in _NAMES."""
_NAMES = frozenset({"nav", "udi", "aap", "sfo", "nrk", "imdi", "fau"})

_SCRIPTS = dict.fromkeys(("ar", "fa", "ckb", "ps", "ur"), "arabic") | dict.fromkeys(("uk", "ru"), "cyrillic")
_SCRIPTS |= dict.fromkeys(("ti", "am"), "ethiopic")
_NORWEGIAN = ("nb", "nn")

IN_LATIN_LETTERS = ("ar", "fa", "ckb", "ti")
"""Languages of other scripts that are often written in Latin letters, on a phone without their own."""
SPELT_OUT = {"ti": ("e",), "ckb": ("e", "a")}
"""Those whose own script writes the vowels: their texts, letter by letter, show what they look like in Latin letters. The
vowel that is "e" in romanisation is written in these ways."""

ON_ARABIC_KEYBOARD = str.maketrans("یکەێۆڕڵ", "يكهيورل")
"""How Persian and Sorani are typed on a phone that has the letters of Arabic only: what is typed, by what is meant."""


class TooLittle(Exception):
    """There are not enough texts in a language to learn it from."""


def gather(library: Library, folder: Path = examples.FOLDER) -> Iterator[tuple[str, str]]:
    """Every text there is, with its language."""
    for code in LANGUAGES:
        po = po_file(code, "knowledge", library.locales)
        if code == SOURCE:
            yield from ((code, text) for _, text, _ in library.translatable())
        elif po.is_file():
            yield from ((code, str(each.string)) for each in read_catalog(po) if each.id and not each.fuzzy)
    yield from ((each.language, each.text) for each in examples.load(frozenset(library.topics), folder))
    for file in sorted(SAMPLES.glob("*.txt")):
        yield from ((file.stem, line) for line in file.read_text(encoding="utf-8").splitlines())


def learn(texts: Iterable[tuple[str, str]]) -> Profiles:
    """Profiles from texts with their languages. A text in another script than its language's own is set apart.

    Raises:
        TooLittle: one of our languages has too few texts.
    """
    by_script: dict[str, dict[str, list[str]]] = {}
    users: dict[str, set[str]] = {}
    for code, text in texts:
        text = PLACEHOLDER.sub(" ", text)
        for word in words(text):
            if script_of(word) == "latin":
                users.setdefault(word, set()).add(code)
        own = _SCRIPTS.get(code, "latin")
        if _mostly(text, own):
            by_script.setdefault(own, {}).setdefault(code, []).append(text)
        elif code in IN_LATIN_LETTERS and _mostly(text, "latin"):
            by_script.setdefault("latin", {}).setdefault(f"{code}-Latn", []).append(text)
        for vowel in SPELT_OUT.get(code, ()):
            spelt = anyascii(text).replace("e", vowel)
            by_script.setdefault("latin", {}).setdefault(f"{code}-Latn", []).append(spelt)
    _enough(by_script)
    for code in ("fa", "ckb"):
        texts_of = by_script[_SCRIPTS[code]][code]
        texts_of += [text.translate(ON_ARABIC_KEYBOARD) for text in texts_of]
    shared = (
        word
        for word, codes in users.items()
        if (len(word) > SHORT or word in _NAMES)
        and codes.intersection(_NORWEGIAN)
        and len(codes.intersection(LANGUAGES).difference(_NORWEGIAN)) >= SHARED_BY
    )
    return Profiles.learn(by_script, shared)


def _mostly(text: str, script: str) -> bool:
    found = [script_of(word) for word in words(text)]
    return found.count(script) * 2 > len(found)


def _enough(by_script: Mapping[str, Mapping[str, list[str]]]) -> None:
    for code in LANGUAGES:
        there_is = sum(map(len, by_script.get(_SCRIPTS.get(code, "latin"), {}).get(code, ())))
        if there_is < ENOUGH:
            raise TooLittle(f"{code}: {there_is} characters of text, and {ENOUGH} are needed")
