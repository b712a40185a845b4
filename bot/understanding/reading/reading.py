"""A message read part by part: what each part may be about, which topics it names, and what it says about them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bot.understanding import language
from bot.understanding.labels import FOLLOW_UPS, SYSTEM
from bot.understanding.reading.dividing import divide
from bot.understanding.reading.kinds import Kind
from bot.understanding.reading.names import names
from bot.understanding.reading.phrases import phrases
from bot.understanding.seams import Seams
from knowledge.library import Library

Ranking = tuple[tuple[str, float], ...]
KEPT = 5
"""How many of the likeliest labels of a part are kept."""
MOST_TO_UNDERSTAND = 4
"""Texts of one message that are understood besides the whole, each at the cost of a sentence vector."""
_NORWEGIAN = ("nb", "nn")


def apart_from(label: str, ranking: Ranking) -> Ranking:
    """What a text may be about as if it were not about a label."""
    others = tuple((each, share) for each, share in ranking if each != label)
    left = sum(share for _, share in others)
    return tuple((each, share / left) for each, share in others) if left else others


class Part(BaseModel):
    """One part. `rest` is what is said when the names are left out: "how do I apply for" of "how do I apply for SFO"."""

    model_config = ConfigDict(frozen=True)

    text: str
    names: tuple[str, ...] = ()
    says: frozenset[Kind] = frozenset()
    ranking: Ranking = ()
    rest: Ranking = ()
    asks: float = 1.0
    """How likely it asks for something, and does not only tell."""


class Reading(BaseModel):
    """The parts of a message in order, at least one of a message that was typed.

    `left` is what the message is about when the parts that say what it is not about are left out.
    """

    model_config = ConfigDict(frozen=True)

    parts: tuple[Part, ...] = ()
    left: Ranking = ()

    @property
    def says(self) -> frozenset[Kind]:
        return frozenset(kind for part in self.parts for kind in part.says)

    def apart_from(self, label: str) -> "Reading":
        """The same, as if no part of it were about a label."""
        parts = tuple(
            part.model_copy(update={"ranking": apart_from(label, part.ranking), "rest": apart_from(label, part.rest)})
            for part in self.parts
        )
        return Reading(parts=parts, left=apart_from(label, self.left))


@dataclass(frozen=True)
class Plan:
    """A message divided, before its parts are understood. Only a message of several parts has parts to understand."""

    parts: tuple[Part, ...]
    rests: tuple[str, ...]
    meant: str = ""
    """Of a correction, what is meant instead."""
    plain: "Plan | None" = None
    """What it is where no mark divides it: one part, unless those that it is divided into are about several topics."""

    @property
    def texts(self) -> tuple[str, ...]:
        """What there is to understand besides the whole."""
        several = [part.text for part in self.parts] if len(self.parts) > 1 else []
        wanted = [self.left, *several, *(self.plain.rests if self.plain else ()), *self.rests]
        return tuple(dict.fromkeys(text for text in wanted if text))[:MOST_TO_UNDERSTAND]

    @property
    def left(self) -> str:
        """What is left without what it is not about, and without saying that it was misunderstood; empty where that is all
        or nothing of it."""
        left = [part.text for part in self.parts if "not_about" not in part.says]
        return " ".join(left) if len(left) < len(self.parts) else self.meant

    def has_several(self, understood: Mapping[str, Ranking]) -> bool:
        """Whether parts are about different topics, danger apart."""
        likeliest = {
            apart_from("crisis", understood[part.text])[0][0] for part in self.parts if part.text in understood
        }
        return len(likeliest - {*SYSTEM, *FOLLOW_UPS}) > 1

    def reading(self, understood: Mapping[str, Ranking], asks: Mapping[str, float] | None = None) -> Reading:
        """The reading, from what each of `texts` is about, and how likely parts ask for something."""
        if self.plain and not self.has_several(understood):
            return self.plain.reading(understood)
        return Reading(
            left=understood.get(self.left, ()),
            parts=tuple(
                part.model_copy(
                    update={
                        "ranking": understood.get(part.text, ())[:KEPT],
                        "rest": understood.get(rest, ())[:KEPT],
                        "asks": (asks or {}).get(part.text, 1.0),
                    }
                )
                for part, rest in zip(self.parts, self.rests, strict=True)
            ),
        )


def plan(text: str, library: Library, code: str | None = None, seams: Seams | None = None) -> Plan:
    """Divide a message and see what it names and says.

    Args:
        code: its language; told from the text where it is not given.
        seams: says where parts begin though nothing stands between them.
    """
    known = names(library)
    found = code or (language.identify(text) or ("", 0.0))[0]
    plain = plan(text, library, found) if seams else None
    codes = _NORWEGIAN if found in _NORWEGIAN else (found,)
    joining = [word for each in codes for word in phrases().joining.get(each, ())]
    meant = phrases().corrected(text)
    divided = divide(meant or text, joining, lambda word: bool(known.in_text(word)), seams)
    found_names = [known.in_text(part) for part in divided]
    rests = tuple(known.without(part) if names else "" for part, names in zip(divided, found_names, strict=True))
    says = [_said(part, rest) for part, rest in zip(divided, rests, strict=True)]
    if len(says) > 1 and not any("more" in said for said in says) and "more" in phrases().said(text):
        says[-1] |= {"more"}  # the joining word that divides was one of it
    if meant:
        says[0] |= {"misunderstood"}
    parts = (
        Part(text=part, names=names, says=said) for part, names, said in zip(divided, found_names, says, strict=True)
    )
    unmarked = plain if plain and len(plain.parts) == 1 < len(divided) else None
    return Plan(tuple(parts), rests, meant, unmarked)


def _said(part: str, rest: str) -> frozenset[Kind]:
    """What a part says. "Not X" is not about X; what one has is named.

    Args:
        rest: the part without the names in it; empty where there are none.
    """
    said = phrases().said(part) if rest else phrases().said(part) - {"has"}
    return said | {"not_about"} if rest in phrases().nots else said
