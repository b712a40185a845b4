"""What goes on about the topic at hand without naming it ("and if I go to Poland?"), and was taken for something else."""

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.base import Events, Situation
from bot.understanding.labels import FOLLOW_UPS, SYSTEM
from bot.understanding.reading.asked import log_odds
from bot.understanding.statements import answering

STAND_ALONE = frozenset(SYSTEM) - {"out_of_scope"}
"""What is never taken for going on about the topic at hand: danger before all, and what is asked about us."""
_OTHER, _AT_HAND, _STATEMENT, _BIAS = -1.0, 0.2, 1.5, 3.1
"""Weights of log odds: how likely a message is to be about something else, about the topic at hand, to be answered by a
statement of its entry. Learned from 320 questions that go on and were taken for something else, and from 2 300 messages of
the tests that are about another topic and do not name it. 40% of the first are then heard as going on, and of the second,
with 1 700 that name it, 1.0% (2.0% of those of up to seven words that do not)."""


def goes_on(now: Situation) -> Events | None:
    """Go on about the topic at hand with what was taken for something else, but not surely, where a statement of the entry
    answers it. Another topic that it may be about is offered too. Danger that is not sure is danger all the same."""
    s, topic, label = now.speech, now.topic, now.ranking[0][0]
    if now.is_danger or topic is None or topic not in now.library.entries:
        return None
    another = now.library.topics.get(label)
    if label in (topic, *FOLLOW_UPS, *STAND_ALONE) or (another and another.urgency == "today"):
        return None
    if now.library.topics[topic].urgency == "today" or now.reading.says:
        return None
    if len(now.asked.topics) > 1 or set(now.asked.named) - {topic}:
        return None
    found = now.found(topic)
    begins = answering(found)
    if not begins:
        return None
    weight = _OTHER * log_odds(now.ranking, label) + _AT_HAND * log_odds(now.ranking, topic)
    if weight + _STATEMENT * log_odds(found, begins[0]) + _BIAS < 0:
        return None
    explanation = now.library.explain(topic, s.code, now.facts.get("place"))
    reply = answers.just(explanation, begins, s)
    if reply is None:
        return None
    now.say(reply)
    now.offer(*answers.topic_choices(now.library, [label] if another else [], s))
    return [SlotSet("topic", topic)]
