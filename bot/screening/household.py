"""What a household has told so far, and where the talk about it stands."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from knowledge.eligibility.household import Fact, Misfit
from knowledge.eligibility.telling import Misfits, told_of
from knowledge.library import Library

PLACE = "place"
"""Asked for like a fact; it is kept with the conversation, which has other uses for it."""

Stage = Literal["asking", "checking", "done"]


class Household(BaseModel):
    """Facts as `knowledge.eligibility.telling.screening` takes them, and the talk about them.

    Nothing is changed in place: what can be told or taken back gives another household.
    """

    model_config = ConfigDict(frozen=True)

    facts: dict[str, Any] = {}
    skipped: tuple[str, ...] = ()
    """What the person does not know or would rather not say."""
    stage: Stage = "asking"
    """Whether there are questions left, what was understood is shown back, or the person has said that it is right."""
    open: str | None = None
    """The fact that was asked for last."""
    misses: int = 0
    """How often in a row the answer was not understood."""
    resting: bool = False
    """Whether the person is at something else; they can go on at any time."""

    def asks(self, fact: str) -> "Household":
        return self.model_copy(update={"stage": "asking", "open": fact, "misses": 0, "resting": False})

    def stands(self, stage: Stage) -> "Household":
        return self.model_copy(update={"stage": stage, "open": None, "misses": 0, "resting": False})

    def rests(self) -> "Household":
        return self.model_copy(update={"resting": True})

    def missed(self) -> "Household":
        return self.model_copy(update={"misses": self.misses + 1, "resting": False})

    def told(self, fact: str, answer: Any) -> "Household":
        """The household with one more answer, or another one."""
        facts = self.facts if fact == PLACE else {**self.facts, fact: answer}
        return self.model_copy(update={"facts": facts, "skipped": _without(self.skipped, fact)})

    def skips(self, fact: str) -> "Household":
        """The household without an answer to a question, which is not asked again."""
        facts = {name: value for name, value in self.facts.items() if name != fact}
        return self.model_copy(update={"facts": facts, "skipped": (*_without(self.skipped, fact), fact)})


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(each for each in names if each != name)


def clashes(library: Library, facts: Mapping[str, Any], on: date) -> list[Misfit]:
    """Facts that cannot be used: they are not answers (any more), or cannot be true beside others."""
    try:
        told_of(library, facts, on)
    except Misfits as error:
        return error.misfits
    return []


def fitting(library: Library, facts: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The facts without those that cannot be used."""
    kept = dict(facts)
    while misfits := clashes(library, kept, on):
        for misfit in misfits:
            del kept[misfit.fact]
    return kept


def fact_of(library: Library, name: str) -> Fact | None:
    return library.vocabulary.facts.get(name)
