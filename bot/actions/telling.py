"""Telling what the library knows of a topic, or of several at once, and what is asked about it in the same breath."""

from collections.abc import Sequence

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.base import Events, Situation
from bot.actions.going_on import BESIDE_THE_NAME, came_up, says_little
from bot.effects import RecordNeed
from bot.understanding import statements
from bot.understanding.reading.names import names
from knowledge.library import Explanation

AT_ONCE = 2
"""How many answers one message gets; what else it asks for is offered."""
OVERRULES = 0.5
"""How likely a statement must be to answer what goes on about a topic, to be said instead of the section that it was taken
to ask about: "when do I apply?" is about deadlines, whatever single words of it resemble."""
IN_THE_ANSWER = frozenset({"what", "who", "more", "source"})
"""What the short answer of an entry says by itself, when that is all that is asked."""
_URGENCY = ("today", "home", "money", None)


def explain(now: Situation, topic: str, sections: Sequence[str] = ()) -> Events:
    """Say what the library knows; where it knows nothing yet, say so, offer a person and record the need.

    Args:
        sections: what is asked about the topic; said too, unless the short answer says it.
    """
    s = now.speech
    if topic in now.library.entries:
        explanation = now.library.explain(topic, s.code, now.facts.get("place"))
        begins = _pinpointed_first(now, topic, now.text)
        named = [name for name in sections if name not in ("more", "source")]
        elsewhere = _stand_elsewhere(explanation, begins, named)
        if elsewhere or (len(sections) < 2 and set(sections) <= IN_THE_ANSWER):
            now.say(answers.answer(explanation, s, begins))
        elif enough := _enough(now, explanation, named):
            now.say(answers.answer(explanation, s, enough))
            now.offer(answers.whole_section(explanation, named[0], s))
        else:
            now.say(answers.answer(explanation, s))
            now.say(answers.parts(explanation, named, s, begins))
        if now.is_typed:
            now.offer(*answers.topic_choices(now.library, [each for each in now.asked.perhaps if each != topic], s))
    else:
        now.say_text(
            s.fill(
                s.gettext("I think you ask about this, but I have no checked answer yet: {topic}"),
                topic=now.library.title(topic, s.code),
            ),
            answers.a_person(s),
        )
        now.do(RecordNeed(moment="no_answer", barrier="other", topic=topic))
    aside = [each for each in now.set_aside if each != topic]
    return [
        SlotSet("topic", topic),
        SlotSet("told", topic),
        *asked_last(now, topic, sections),
        came_up(now, topic),
        SlotSet("offered", None),
        *([SlotSet("set_aside", aside)] if not now.is_typed else []),
    ]


def explain_all(now: Situation, topics: Sequence[str]) -> Events:
    """Answer several needs, the most urgent first. It is the topic at hand afterwards; what is left over is offered."""
    s = now.speech
    ordered = sorted(topics, key=lambda topic: _URGENCY.index(now.library.topics[topic].urgency))
    known = [topic for topic in ordered if topic in now.library.entries]
    if len(known) < AT_ONCE:
        return [event for topic in ordered for event in explain(now, topic)]
    explanations = [now.library.explain(topic, s.code, now.facts.get("place")) for topic in known[:AT_ONCE]]
    others = dict.fromkeys((*(topic for topic in ordered if topic not in known[:AT_ONCE]), *now.asked.perhaps))
    left = answers.topic_choices(now.library, list(others), s)
    begins = {topic: _pinpointed_first(now, topic, now.said_of(topic)) for topic in known[:AT_ONCE]}
    for reply in answers.several(explanations, begins, left, s):
        now.say(reply)
    beside = came_up(now, *known)
    return [SlotSet("topic", known[0]), SlotSet("told", known[0]), beside, SlotSet("offered", None)]


def asked_last(now: Situation, topic: str, sections: Sequence[str]) -> Events:
    """What was asked of a topic, in words; a button is pressed out of curiosity, too."""
    return [SlotSet("section", [topic, *sections[:1]])] if now.is_typed else []


def _enough(now: Situation, explanation: Explanation, sections: Sequence[str]) -> tuple[str, ...]:
    """The statements of a section that likely hold the answer, where that is long and more is said than which section."""
    told = [statement.source for name in sections for statement in explanation.sections.get(name, ())]
    today = now.library.topics[explanation.topic].urgency == "today"
    if len(sections) != 1 or len(told) <= statements.MOST or today or says_little(now):
        return ()
    return statements.among(now.found_further(explanation.topic), told)


def _pinpointed_first(now: Situation, topic: str, text: str) -> tuple[str, ...]:
    """The statements that come before the short answer. Nothing comes before where help is needed today.

    Args:
        text: what of the message is about the topic.
    """
    if now.library.topics[topic].urgency == "today":
        return ()
    known = names(now.library)
    besides, named = known.without(text).split(), bool(known.in_text(text))
    if not besides or (len(besides) <= BESIDE_THE_NAME and not named):  # what it is called, or "I lost my job"
        return ()
    hardly = named and len(besides) <= BESIDE_THE_NAME
    return now.pinpointed(topic, OVERRULES if hardly else statements.SURE, text)


def _stand_elsewhere(explanation: Explanation, begins: Sequence[str], sections: Sequence[str]) -> bool:
    """Whether the statements that answer what was typed do not stand in the section it was taken to ask about: which
    statement is told more surely than which section. Who asks about two asks in so many words."""
    found = answers.sections_of(explanation, begins)
    return bool(found) and len(sections) < 2 and found.isdisjoint(sections)
