"""How sure one can be of a message's language, and when that is enough to answer in another one from now on."""

from collections import Counter
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bot.understanding.language.profiles import Profiles, script_of, words
from knowledge.languages import LANGUAGES, language

SHARPNESS = 0.6
"""Turns weights into probabilities that hold: fitted on texts the profiles had not seen (`rettvis locales learn`)."""
USUAL = {"nn": 1 / 2} | {code: 1.0 for code in LANGUAGES if code != "nn"}
"""How usual a language is before a word is read. Nynorsk is chosen by one in eight in Norway; dialect is near to both."""
SELDOM = 1 / 4
"""The same for a language Rettvis does not speak."""

CLEARLY = 0.8
"""The probability at which a conversation goes over to a language, and"""
SURELY = 0.95
"""where it matters more: between the two written forms of Norwegian, and to a language that cannot be answered in."""
ONE_WORD = 0.99
"""What a single word needs, where it can decide at all."""
SOME_WORDS = 2
"""Fewer telling words keep the language of the conversation, and"""
MANY_WORDS = 4
"""where it matters more."""
LETTERS = {"uk": frozenset("іїєґ"), "ru": frozenset("ыэёъ")}
"""Letters that one language has and its neighbour has not, and how much one of them says."""
LETTER = 4.0

_NORWEGIAN = frozenset({"nb", "nn"})


@cache
def _profiles() -> Profiles:
    return Profiles.load()


@cache
def _usual(script: str) -> NDArray[np.float64]:
    """How likely each language of a script is before a word is read, as a logarithm."""
    languages = _profiles().by_script[script].languages
    return np.log([USUAL.get(code.partition("-")[0], SELDOM) for code in languages])


def identify(text: str) -> tuple[str, float] | None:
    """The language a text is most likely in and how likely that is (0 to 1); None when there is nothing to go by.

    The code may be that of a language Rettvis does not speak. Arabic and Persian in Latin letters are Arabic and Persian.
    """
    shares = _weighed(*_telling(text))
    if not shares:
        return None
    code, share = max(shares.items(), key=lambda pair: pair[1])
    return code.partition("-")[0], share


def clearly(text: str, current: str | None = None) -> str | None:
    """The language of a text if it is clear enough to answer in from now on.

    One word is not enough, unless it is in letters that the language spoken so far is never written in. Latin letters
    are no such sign: a person of any language may write only "barnetrygd".

    Args:
        current: the language spoken so far, if any.
    """
    telling = _telling(text)
    shares = _weighed(*telling)
    if not shares:
        return None
    code, share = max(shares.items(), key=lambda pair: pair[1])
    number = len(telling[1])
    if "-" in code:
        return (
            None  # Latin letters are a matter of keyboard: the person may read the language in its own letters or not
        )
    if current in _NORWEGIAN and code in _NORWEGIAN and code != current:
        return code if share >= SURELY and number >= MANY_WORDS else None
    if number < SOME_WORDS:
        return code if share >= ONE_WORD and current and _in_other_letters(text, current) else None
    if code not in LANGUAGES and telling[0] == "latin" and number < MANY_WORDS:
        return None
    together = sum(shares.get(each, 0.0) for each in _NORWEGIAN) if code in _NORWEGIAN else share
    return code if together >= (CLEARLY if code in LANGUAGES else SURELY) else None


def _in_other_letters(word: str, current: str) -> bool:
    script = script_of(word)
    return script != "latin" and script != script_of(language(current).autonym)


def _telling(text: str) -> tuple[str, list[str]]:
    """The script of a text, and the words in it that tell the language."""
    found = [(word, script_of(word)) for word in words(text)]
    scripts = Counter(script for _, script in found)
    # The person's own script, even beside more words in Latin letters: those are names of schemes and offices.
    own = [script for script in _profiles().by_script if script != "latin" and scripts[script]]
    script = max(own, key=lambda each: scripts[each], default="latin")
    return script, [word for word, its in found if its == script and word not in _profiles().shared]


def _weighed(script: str, telling: list[str]) -> dict[str, float]:
    """How likely each language of the script is."""
    letters = set().union(*telling)
    if sum(map(len, telling)) < 2:
        return {}
    profile = _profiles().by_script[script]
    weights = profile.weigh(telling) * SHARPNESS + _usual(script)
    for code in LETTERS.keys() & profile.languages:
        weights[profile.languages.index(code)] += LETTER * bool(letters & LETTERS[code])
    odds = np.exp(weights - weights.max())
    return dict(zip(profile.languages, (odds / odds.sum()).tolist(), strict=True))
