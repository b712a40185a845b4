"""What goes on about the topic at hand without naming it ("and if I go to Poland?"), and was taken for something else."""

from dataclasses import dataclass
from math import inf

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.base import Situation
from bot.understanding.labels import FOLLOW_UPS, SYSTEM
from bot.understanding.reading.going_on import FOREIGN, SURELY, weight
from bot.understanding.reading.names import names
from bot.understanding.statements import likeliest

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
"""What is not heard here as going on: danger, and what is asked of us."""
NAMED = 0.5
"""How likely a statement must be to answer what hardly says more than the name of another topic."""
RUNNER_UP = 0.15
"""How likely a message must be about a topic for that to have come up."""
_BESIDE = 2.0
"""What is taken from the weight of a topic that only came up beside the one at hand."""


@dataclass(frozen=True)
class GoingOn:
    """What a message may go on about, and what it would be about otherwise; by how much more likely it does."""

    topic: str
    other: str
    weight: float


def going_on(now: Situation) -> GoingOn | None:
    """What was taken for something else, but may go on about the topic at hand, or one that came up beside it, where a
    statement of the entry answers it. What cannot wait is not left for anything else."""
    label, asked = now.ranking[0][0], now.asked.topics
    at_hand = [now.topic] if now.topic and now.topic in now.library.entries else []
    if not (at_hand or now.beside) or now.reading.says - {"has"} or len(asked) > 1:
        return None
    other = asked[0] if label in FOLLOW_UPS and asked else label  # "I have no BankID", which sounds like a question
    if other in (now.topic, *FOLLOW_UPS, *STAND_ALONE):
        return None
    beside = () if any(_cannot_wait(now, topic) for topic in at_hand) else now.beside
    found = [(topic, _weight(now, topic, other)) for topic in at_hand]
    found += [(topic, _weight(now, topic, other) - _BESIDE) for topic in beside]
    topic, most = max(found, key=lambda each: each[1])
    return GoingOn(topic, other, most - _more(now, other)) if most > -inf else None


def _more(now: Situation, other: str) -> float:
    """How much more must say that a message goes on where it would be foreign, or about what came up or cannot wait."""
    if other not in now.library.topics:
        return FOREIGN
    return SURELY if other in now.beside or _cannot_wait(now, other) else 0.0


def _cannot_wait(now: Situation, topic: str) -> bool:
    return now.library.topics[topic].urgency == "today"


def _weight(now: Situation, topic: str, other: str) -> float:
    """How much says that a message goes on about a topic; nothing does where none of its statements answers it."""
    if topic not in now.library.entries or topic in (other, *now.set_aside):
        return -inf
    if topic != now.topic and _cannot_wait(now, topic):
        return -inf
    found = now.found_further(topic)
    if other in now.asked.named and "has" not in now.reading.says and _only_names(now) and not likeliest(found, NAMED):
        return -inf
    return weight(now.understood, now.text, topic, found, other) if likeliest(found) else -inf


def _only_names(now: Situation) -> bool:
    """Whether a message says hardly more than the name of a topic ("and what about housing allowance?")."""
    return len(names(now.library).without(now.text).split()) <= BESIDE_THE_NAME


def ask_about(now: Situation, topic: str) -> None:
    """Ask what of a topic is meant."""
    s, explanation = now.speech, now.library.explain(topic, now.speech.code)
    text = s.fill(s.gettext("What do you want to know about {topic}?"), topic=explanation.title.text)
    now.say_text(text, *answers.questions(explanation, s), answers.a_person(s))


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
    perhaps = [label for label, share in now.ranking if label in now.library.entries and share >= RUNNER_UP]
    beside = dict.fromkeys(topic for topic in (*others, *offered, *before, *perhaps) if topic and topic != at_hand)
    return SlotSet("beside", list(beside)[:BESIDE])


def says_little(now: Situation) -> bool:
    """Whether a message is so short ("and how much?") that it tells no more than a section, or a little longer and surely
    nothing else ("how long have I got for that?")."""
    words = len(now.text.split())
    (label, share), *_ = now.ranking or (("", 0.0),)
    just_a_section = label in FOLLOW_UPS and share >= JUST_A_SECTION
    return words <= BESIDE_THE_NAME or (words <= HALF_A_QUESTION and just_a_section)
