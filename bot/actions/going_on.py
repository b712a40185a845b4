"""What goes on about the topic at hand without naming it ("and if I go to Poland?"), and was taken for something else."""

from math import inf

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.base import Events, Situation
from bot.understanding.labels import FOLLOW_UPS, SYSTEM
from bot.understanding.reading.asked import log_odds
from bot.understanding.statements import answering

MEANT = 0.4
"""How likely a statement of a topic that came up beside the one at hand must be to answer what goes on, where none of the
topic at hand does: of 1 020 messages with two topics named before, 37% were so heard as about the one they are about, and
0.4% as about the wrong one."""
JUST_A_SECTION = 0.9
"""How likely a message must be to ask for a section of an entry, to ask for nothing else."""
BESIDE_THE_NAME = 3
"""Up to so many words beside a topic's name ("I get housing allowance") ask for nothing in particular, unless a statement
surely answers them; and so few alone ("and how much?") ask about a section."""
HALF_A_QUESTION = 6
"""Up to so many words that surely ask for a section ask for all of it."""
BESIDE = 3
"""How many topics that came up are remembered."""
STAND_ALONE = frozenset(SYSTEM) - {"out_of_scope"}
"""What is never taken for going on about the topic at hand: danger before all, and what is asked about us."""
_OTHER, _AT_HAND, _STATEMENT, _BIAS = -1.0, 0.2, 1.5, 3.6
"""Weights of log odds: how likely a message is to be about something else, about the topic at hand, to be answered by a
statement of its entry. The weights were learned from 320 questions that go on and were taken for something else, and from
2 300 messages of the tests that are about another topic and do not name it. With this bias 4.7% of such are heard as going
on (the other topic is offered below). Of 814 short questions that go on, name nothing, were kept from learning and were
taken for something else, 82% are, 85% of these with the right statement; with 2.6 it was 73%."""
_PERHAPS = 0.15
"""How likely a statement must be for that."""
_NAMED = 2.0
"""What is taken from the sum where another topic is named: of messages of the tests that name one, 0.4% are then heard as
going on."""
_BESIDE = 2.0
"""What is taken from the sum of a topic that only came up beside the one at hand: of messages of the tests about another
topic, 0.5% are then heard as going on about it."""


def goes_on(now: Situation) -> Events | None:
    """Go on about the topic at hand, or one that came up beside it, with what was taken for something else, but not surely,
    where a statement of the entry answers it. Another topic that it may be about is offered too. Danger that is not sure is
    danger all the same."""
    label = now.ranking[0][0]
    if now.is_danger or now.topic is None or now.topic not in now.library.entries or now.reading.says:
        return None
    another, at_hand = now.library.topics.get(label), now.library.topics[now.topic]
    if at_hand.urgency == "today":  # what cannot wait is not left for anything else
        return None
    if (
        label in (now.topic, *FOLLOW_UPS, *STAND_ALONE)
        or (another and another.urgency == "today")
        or len(now.asked.topics) > 1
    ):
        return None
    found = [(now.topic, _weight(now, now.topic)), *((topic, _weight(now, topic) - _BESIDE) for topic in now.beside)]
    topic, weight = max(found, key=lambda each: each[1])
    return _go_on(now, topic, [label] if another else []) if weight >= 0 else None


def _weight(now: Situation, topic: str) -> float:
    """How much says that a message goes on about a topic; nothing does where none of its statements answers it."""
    label = now.ranking[0][0]
    known = now.library.topics.get(topic)
    if (
        known is None
        or topic not in now.library.entries
        or known.urgency == "today"
        or topic in (label, *now.set_aside)
    ):
        return -inf
    found = now.found_further(topic)
    begins = answering(found, _PERHAPS)
    if not begins:
        return -inf
    weight = -_NAMED if set(now.asked.named) - {topic} else 0.0
    weight += _OTHER * log_odds(now.ranking, label) + _AT_HAND * log_odds(now.ranking, topic)
    return weight + _STATEMENT * log_odds(found, begins[0]) + _BIAS


def _go_on(now: Situation, topic: str, others: list[str]) -> Events | None:
    s = now.speech
    explanation = now.library.explain(topic, s.code, now.facts.get("place"))
    reply = answers.just(explanation, now.pinpointed_further(topic, _PERHAPS), s)
    if reply is None:
        return None
    now.say(reply)
    now.offer(*answers.topic_choices(now.library, others, s))
    return [SlotSet("topic", topic), came_up(now, topic)]


def meant(now: Situation) -> str | None:
    """The topic at hand, or one that came up beside it, where what goes on is answered by a statement of that only, and
    does not just ask for a section: "which papers?" is about the topic at hand."""
    if not now.topic or now.topic not in now.library.entries or not now.is_typed or says_little(now):
        return now.topic
    if now.library.topics[now.topic].urgency == "today" or now.ranking[0][1] >= JUST_A_SECTION:
        return now.topic
    if now.pinpointed_further(now.topic):
        return now.topic
    others = (topic for topic in now.beside if topic in now.library.entries and topic not in now.set_aside)
    return next((topic for topic in others if now.pinpointed_further(topic, MEANT)), now.topic)


def came_up(now: Situation, *topics: str) -> SlotSet:
    """What came up beside the first of some topics: the others, what was offered too, and what was at hand before."""
    at_hand, *others = topics
    before = (now.topic, *now.beside) if now.topic != at_hand else now.beside
    offered = now.asked.perhaps if now.is_typed else ()
    beside = dict.fromkeys(topic for topic in (*others, *offered, *before) if topic and topic != at_hand)
    return SlotSet("beside", list(beside)[:BESIDE])


def says_little(now: Situation) -> bool:
    """Whether a message is so short ("and how much?") that it tells no more than a section, or a little longer and surely
    nothing else ("how long have I got for that?")."""
    words = len(now.text.split())
    (label, share), *_ = now.ranking or (("", 0.0),)
    just_a_section = label in FOLLOW_UPS and share >= JUST_A_SECTION
    return words <= BESIDE_THE_NAME or (words <= HALF_A_QUESTION and just_a_section)
