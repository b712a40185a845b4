"""What is asked for, from what the whole message is about and what its parts are about. Pure: no dialogue, no replies."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.understanding.labels import FOLLOW_UPS
from bot.understanding.reading.kinds import Kind
from bot.understanding.reading.needs import PERHAPS, SURE, needs
from bot.understanding.reading.reading import Part, Ranking, Reading

OFFERED = 2
"""So many topics at most are offered because they are nearly asked for."""
QUESTION = 0.4
"""How likely a part must be a question about a topic (how much, how, when)."""
SURE_WHOLE = 0.5
"""How likely the whole must be about a topic for that to need no asking back; of a part, SURE."""
THING = 0.3
"""How likely a topic must be to be what a person says they have, or do not mean, or what is asked about because it is named
in what sounds like a question about the topic before."""
SHORT = 6
"""So many words with "I have it already" say no more than that."""
REFUSED = "complaint"
"""The section for who was refused."""


@dataclass(frozen=True)
class Asked:
    """What a message asks for.

    `topics` in the order they are written, without those the person has or does not mean; `sections`, parts of an entry
    that are asked about; `has`, topics they have already and want something besides; `not_about`, topics they say
    it is not about; `named`, topics they ask about by name; `sure`, topics that need no asking back; `perhaps`, topics that
    may be asked for besides, the likeliest first.
    """

    topics: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    not_about: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    sure: frozenset[str] = frozenset()
    perhaps: tuple[str, ...] = ()


def asked(
    whole: Ranking,
    reading: Reading,
    topics: Collection[str],
    at_hand: str | None = None,
    aside: Collection[str] = (),
    heard: Collection[str] = (),
) -> Asked:
    """What is asked for.

    Args:
        whole: what the whole message is about, the likeliest first.
        topics: every topic there is.
        at_hand: the topic talked about before.
        aside: topics that the person said are not meant, or are there already; they must be named to be asked for.
        heard: topics the person was answered or offered last.
    """
    parts = _with_rankings(reading.parts, whole)
    whole = reading.left or whole
    not_about = _things(parts, {"not_about"}, topics, None)
    if not_about and not set(not_about) & {*heard, *aside} and not _asks_for_another(parts, topics):
        # nobody denies what nobody has said: "no, I mean X" is often written like "I do not mean X"
        parts = [part.model_copy(update={"says": part.says - {"not_about"}}) for part in parts]
        not_about = ()
    live = [part for part in parts if "not_about" not in part.says]
    having: set[Kind] = {"already", "besides"}
    if any("more" in part.says for part in live):
        having.add("has")
    had = _things(live, having, topics, at_hand)
    asking = [part for part in live if not (had and part.says & having)]
    named = tuple(dict.fromkeys(name for part in asking for name in part.names if name not in not_about))
    refused = {*not_about, *(set(aside) - set(named))}
    found = needs(whole, asking, topics, {*refused, *had} - set(named))
    if not found and whole and whole[0][0] in FOLLOW_UPS:  # "and what about housing allowance?" only sounds like one
        found = tuple(topic for topic in named if dict(whole).get(topic, 0.0) >= THING)
    if any("misunderstood" in part.says for part in live):  # who corrects the bot and names what they mean, means that
        found = tuple(topic for topic in found if topic in named) or found
    if had and not found and not _wants_more(live):  # they ask about what they have
        had, found, asking = (), needs(whole, live, topics, refused), live
    sections = _sections(asking)
    if any("refused" in part.says for part in asking):  # to complain, they need not ask how
        sections = (REFUSED, *(name for name in sections if name not in (REFUSED, "apply")))
    sure = {topic for part in asking for topic, share in part.ranking[:1] if share >= SURE}
    sure |= {topic for topic, share in whole[:1] if share >= SURE_WHOLE}
    perhaps = [each for each in needs(whole, asking, topics, {*refused, *had}, PERHAPS) if each not in found]
    return Asked(found, sections, had, not_about, named, frozenset(sure & set(found)), tuple(perhaps[:OFFERED]))


def _with_rankings(parts: Sequence[Part], whole: Ranking) -> list[Part]:
    """A message of one part is about what the whole is about."""
    if len(parts) == 1 and not parts[0].ranking:
        return [parts[0].model_copy(update={"ranking": whole})]
    return list(parts)


def _asks_for_another(parts: Sequence[Part], topics: Collection[str]) -> bool:
    """Whether a part that says nothing of what is not meant is about a topic."""
    others = [part for part in parts if "not_about" not in part.says]
    return any(part.names or (part.ranking and part.ranking[0][0] in topics) for part in others)


def _wants_more(parts: Sequence[Part]) -> bool:
    """Whether they ask for something besides what they have, or only say that they have it."""
    says = {kind for part in parts for kind in part.says}
    return "more" in says or (len(parts) == 1 and len(parts[0].text.split()) <= SHORT and not _sections(parts))


def _things(
    parts: Sequence[Part], kinds: Collection[Kind], topics: Collection[str], at_hand: str | None
) -> tuple[str, ...]:
    """The topics that parts of certain kinds are about."""
    found: list[str] = []
    for part in parts:
        if part.says & set(kinds):
            likely = [topic for topic, share in part.ranking[:1] if topic in topics and share >= THING]
            found += part.names or likely or ([at_hand] if at_hand else [])
    return tuple(dict.fromkeys(found))


def _sections(parts: Sequence[Part]) -> tuple[str, ...]:
    """The parts of an entry that are asked about, in the order asked. Whether something is foreign is asked of the whole
    message; of a part, even the likeliest label counts that would be too unsure for a whole one."""
    surest = [
        max(ranking, key=lambda each: each[1]) for part in parts for ranking in (part.ranking, part.rest) if ranking
    ]
    return tuple(
        dict.fromkeys(FOLLOW_UPS[label] for label, share in surest if label in FOLLOW_UPS and share >= QUESTION)
    )
