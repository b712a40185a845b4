"""What a short typed answer picks from choices: by number, by title, or with yes and no."""

from collections.abc import Mapping, Sequence
from functools import cache

from bot.replies import Choice
from bot.speech import speech
from knowledge.folding import fold
from knowledge.languages import available

CANCEL = "cancel"
PLACE = "place:"
IN_WORDS = 4
"""In no more words than these, a place is told that is only named in them: "I live in Trondheim"."""


@cache
def yes_and_no() -> tuple[frozenset[str], frozenset[str]]:
    """The words for yes and no in every language there is: people say "ok" in any."""
    voices = [speech(code) for code in available()]
    yes = {fold(word) for s in voices for word in s.gettext("yes,ok,sure").split(",")}
    no = {fold(word) for s in voices for word in s.gettext("no,nope,no thanks,not now,leave it").split(",")}
    return frozenset(yes), frozenset(no - yes)


def picked(text: str, choices: tuple[Choice, ...], also: Mapping[str, Sequence[str]] = {}) -> str | None:
    """The choice that a short typed answer picks: by its number, its title, or yes and no. None when it picks none.

    Who says no where one may also leave it for now, leaves it: "no" must never bring a person about. Nor does "yes" bring
    one at once where that is not what was offered first: the numbers stand below many an answer.

    Args:
        also: what choices are called besides.
    """
    typed = fold(text)
    if typed.isdecimal() and len(typed) < 4 and not text.strip().startswith("-") and 1 <= int(typed) <= len(choices):
        return choices[int(typed) - 1].id
    yes, no = yes_and_no()
    if typed in no and any(choice.id == CANCEL for choice in choices):
        return CANCEL
    for choice in choices:
        if typed == fold(choice.title):
            return choice.id
        agreed = choice.id.endswith(":yes") or (choice.id == "urgent_human" and choice is choices[0])
        if (typed in yes and agreed) or (typed in no and choice.id.endswith(":no")):
            return choice.id
    return _place_in(typed, choices, also)


def _place_in(typed: str, choices: Sequence[Choice], also: Mapping[str, Sequence[str]]) -> str | None:
    """The one place that is named in a few words."""
    if len(typed.split()) > IN_WORDS:
        return None
    names = {each.id: (each.title, *also.get(each.id, ())) for each in choices if each.id.startswith(PLACE)}
    found = [id_ for id_, called in names.items() if any(f" {fold(name)} " in f" {typed} " for name in called)]
    return found[0] if len(found) == 1 else None
