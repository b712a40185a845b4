"""When the answer was about something else than the person meant, or about what they have already: not the same again."""

from collections.abc import Iterator, Sequence

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.base import Events, Situation
from bot.effects import RecordNeed

NEXT = 2
"""How many other topics are offered when the first guess was wrong."""
SAID = 0.05
"""How likely a topic must be in the words of somebody who corrects the bot."""
RELATED = 3
"""How many are offered beside what the person has."""


def repair(now: Situation) -> Events:
    """Say what was understood, offer what it may have been instead, and a person. The topic is not answered again."""
    s, wrong = now.speech, now.topic
    assert wrong
    aside = [*(topic for topic in now.set_aside if topic != wrong), wrong]
    offered = [topic for topic in others(now, wrong) if topic not in aside][:NEXT]
    choices = (*answers.topic_choices(now.library, offered, s), answers.something_else(s), answers.a_person(s))
    question = s.gettext("Then it was something else. Is it one of these?")
    now.say_text(f"{understood(now, wrong)} {question}", *choices)
    now.do(RecordNeed(moment="not_helped", barrier="not_understood", topic=wrong))
    return [
        SlotSet("topic", None),
        SlotSet("set_aside", aside),
        SlotSet("offered", {"topics": offered, "corrected": True}),
    ]


def besides(now: Situation, has: Sequence[str]) -> Events:
    """Offer what is related to what a person has already, the likeliest of it first."""
    s = now.speech
    titles = s.join([now.library.title(topic, s.code) for topic in has])
    text = s.gettext("You have this already: {topics}. Perhaps one of these can help you too.")
    aside = [*now.set_aside, *(topic for topic in has if topic not in now.set_aside)]
    return [SlotSet("set_aside", aside), *_offer(now, s.fill(text, topics=titles), _near(now, has, aside), ())]


def more_besides(now: Situation) -> Events | None:
    """Offer what else there is, to who asks on after that; None where nothing was offered like that."""
    shown = (now.tracker.get_slot("offered") or {}).get("beside", [])
    if not shown or "more" not in now.reading.says:
        return None
    text = now.speech.gettext("There is also this. Perhaps one of these can help you.")
    left = _near(now, now.set_aside, (*now.set_aside, *shown))
    return _offer(now, text, left, shown) if left else None


def _near(now: Situation, has: Sequence[str], apart: Sequence[str]) -> list[str]:
    """What is related to what a person has, then what is related to that."""
    near = _related(now, has)
    both = dict.fromkeys((*near, *_related(now, near)))
    return [topic for topic in both if topic not in apart and topic in now.library.entries][:RELATED]


def _offer(now: Situation, text: str, topics: Sequence[str], shown: Sequence[str]) -> Events:
    choices = answers.topic_choices(now.library, list(topics), now.speech)
    now.say_text(text, *choices, answers.a_list(now.speech), answers.a_person(now.speech))
    offered = {"topics": [], "corrected": False, "beside": [*shown, *topics]}
    return [SlotSet("topic", None), SlotSet("offered", offered)]


def _related(now: Situation, topics: Sequence[str]) -> list[str]:
    """What the entries name as related: what the message is likely about first, then in the editors' order."""
    entries = [now.library.entries[topic] for topic in topics if topic in now.library.entries]
    related = list(dict.fromkeys(topic for entry in entries for topic in entry.related))
    likely = [label for label, share in now.ranking if label in related and share >= SAID]
    return list(dict.fromkeys([*likely, *related]))


def understood(now: Situation, topic: str) -> str:
    """What the person was understood to ask about, so that they can see what went wrong."""
    text = now.speech.gettext("I understood that you asked about this: {topic}.")
    return now.speech.fill(text, topic=now.library.title(topic, now.speech.code))


def others(now: Situation, wrong: str) -> list[str]:
    """What the person says now that they meant, then what the words that led to a topic may have been about instead, then
    what is related to it."""
    said = [label for label, share in now.ranking if label in now.library.topics and share >= SAID]
    ranked = next((ranking for ranking in _earlier(now) if ranking[:1] == [wrong]), [])
    likely = [label for label in ranked if label in now.library.topics]
    return [topic for topic in dict.fromkeys([*said, *likely, *_related(now, [wrong])]) if topic != wrong]


def _earlier(now: Situation) -> Iterator[list[str]]:
    """What earlier typed messages may have been about, the newest first."""
    said = [event for event in now.tracker.events if event.get("event") == "user"]
    for event in reversed(said[:-1]):
        if not str(event.get("text") or "").startswith("/"):
            yield [row["name"] for row in event.get("parse_data", {}).get("intent_ranking", ())]
