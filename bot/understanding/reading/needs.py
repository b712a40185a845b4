"""Which topics a message asks for: the one that the whole is likeliest about, and those of parts that are needs as well.

A part is a need of its own when it asks, is surely about its topic and not about the message's, and the whole message is a
little about it too. People tell of other topics besides ("I get disability benefit, who pays the dentist?"), and the whole
message may sound like what is only told; then that is not asked for either. What is nearly a need is offered.
"""

from collections.abc import Collection, Sequence
from math import log

from bot.understanding.reading.reading import Part, Ranking

PART, WHOLE, FIRST_IN_PART, FIRST_ELSEWHERE = 0.28, 0.35, -0.18, 0.18
"""How much it says (log odds) that the part is about its topic, that the whole message is, that the part is about the
message's first topic, and that another part is about that: by a logistic regression on every second line of several.jsonl
and of the held-out questions with one need, and on stories.jsonl, all in tests/understanding."""
OWN_NEED, PERHAPS = 1.0, 0.0
"""The sum of these from which a part is a need of its own, and from which it may be one and is offered."""
ASKS = 0.2
"""How likely a part must ask for something, and not only tell."""
OF_FIRST = (0.44, 0.55, -0.18, -0.23, 1.74)
"""How much it says that the message's first topic is asked for beside another: that the whole is about it, that a part is
and asks, that one is and tells, that a part is about the other and asks; and the bias: by a logistic regression on every
second line of the same files, of needs.jsonl and of told.jsonl."""
MEANT = 0.0
"""The sum from which it is."""
ALONE = 0.9
"""How likely a part's topic must be where the whole message is about no topic, unless the part names it,"""
SURE = 0.6
"""The same where the whole message is about a topic that is not meant; and what is surely said by a part."""
BESIDE_A_NEED = ("greet", "thanks", "change_language")
"""Where the whole message is no more than this, a part need be no surer than where its topic is refused."""
_DANGER = "crisis"
"""What a part is about beside danger is asked for all the same."""
_LEAST, _LEAST_OF_PART = 1e-4, 1e-3


def needs(
    whole: Ranking,
    parts: Sequence[Part],
    topics: Collection[str],
    refused: Collection[str] = (),
    own_need: float = OWN_NEED,
) -> tuple[str, ...]:
    """The topics asked for, in the order written: the whole message's, and those of parts that are needs of their own.

    Args:
        whole: what the whole message is about, the likeliest first.
        parts: of the message.
        topics: every topic there is.
        refused: those that are not asked for, whatever is said of them.
        own_need: the sum from which a part is a need of its own.
    """
    label = whole[0][0] if whole else ""
    first = label if label in topics and label not in refused else None
    alone = SURE if label in {*refused, *BESIDE_A_NEED} else ALONE
    found = []
    for part in parts:
        topic, share = _topic(part)
        if topic not in topics or topic in refused:
            continue
        if first is None:
            own = share >= (SURE if topic in part.names else alone)
        else:
            own = part.asks >= ASKS and _weight(part, topic, first, whole, parts) >= own_need
        if own or topic == first:
            found.append(topic)
    others = [topic for topic in found if topic != first]
    if first and others and not _is_meant(first, others, whole, parts):
        return tuple(dict.fromkeys(others))
    if first and first not in found:
        found.insert(0, first)
    return tuple(dict.fromkeys(found))


def of_first(
    first: str, others: Collection[str], whole: Ranking, parts: Sequence[Part]
) -> tuple[float, float, float, float]:
    """What is weighed of the message's first topic, beside others that are asked for."""
    return (
        log_odds(whole, first),
        _odds(max(_need(part, first) for part in parts), _LEAST_OF_PART),
        _odds(max(_share(part, first) * (1 - part.asks) for part in parts), _LEAST_OF_PART),
        _odds(max(_need(part, topic) for part in parts for topic in others), _LEAST_OF_PART),
    )


def log_odds(ranking: Ranking, label: str) -> float:
    """How much more likely a label is than not, as a logarithm; one that is not ranked counts as hardly likely."""
    return _odds(dict(ranking).get(label, 0.0))


def _topic(part: Part) -> tuple[str, float]:
    """What a part is likeliest about, danger apart, and how likely."""
    return next((each for each in part.ranking if each[0] != _DANGER), ("", 0.0))


def _is_meant(first: str, others: Collection[str], whole: Ranking, parts: Sequence[Part]) -> bool:
    """Whether the message's first topic is asked for beside others."""
    evidence = (*of_first(first, others, whole, parts), 1.0)
    return sum(weight * each for weight, each in zip(OF_FIRST, evidence, strict=True)) >= MEANT


def _weight(part: Part, topic: str, first: str, whole: Ranking, parts: Sequence[Part]) -> float:
    """How much says that a part is a need of its own."""
    elsewhere = max((log_odds(each.ranking, first) for each in parts if each is not part), default=0.0)
    weight = PART * log_odds(part.ranking, topic) + WHOLE * log_odds(whole, topic)
    return weight + FIRST_IN_PART * log_odds(part.ranking, first) + FIRST_ELSEWHERE * elsewhere


def _need(part: Part, topic: str) -> float:
    """How likely a part is about a topic and asks."""
    return _share(part, topic) * part.asks


def _share(part: Part, topic: str) -> float:
    return dict(part.ranking).get(topic, 0.0)


def _odds(share: float, least: float = _LEAST) -> float:
    share = min(max(share, least), 1 - least)
    return log(share / (1 - share))
