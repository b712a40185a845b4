"""Acute danger: the right number first, a person in one tap or one word, never a menu."""

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.base import Events, RettvisAction, Situation
from bot.actions.explaining import answered, close_topics
from bot.actions.following_up import follow_up
from bot.actions.going_on import BESIDE, came_up
from bot.understanding.labels import FOLLOW_UPS
from bot.understanding.reading.reading import Ranking

SURELY = 0.6
"""Danger that is less likely than this may be an ordinary need: that is answered too, below the numbers."""
SLIGHTLY, LIKELY_GOES_ON = 0.3, 0.3
"""Danger that is less likely than the first, where the message is so likely to go on about something, has the numbers in a
line beside the answer; so has what surely asks for one or only sounds dangerous."""
IN_PLAIN_WORDS = 1.0
"""How likely danger in plain words is (`bot.understanding.safety`)."""
ASKED, ELSEWHERE = 0.6, 0.8
"""How surely a message must be about a topic for that, and for words of danger in it not to be taken at their word."""
ORDINARY = frozenset({"money", "housing", "work"})
"""What people say such words of. Of the family, of health and of violence they may be meant."""
ALSO = 1
"""How many other things the message asks for are offered after the way to a person."""
PERHAPS = 2
"""The same where it is not sure that there is danger."""


class Crisis(RettvisAction):
    action_name = "action_crisis"

    def act(self, now: Situation) -> Events:
        kind = now.entity("kind") or "medical"
        warned = now.tracker.get_slot("warned") or []
        slight = now.danger < SLIGHTLY and _may_go_on(now)
        slightly = slight or (now.danger < SLIGHTLY and _surely_asks(now, ASKED))
        slightly = slightly or (now.danger < IN_PLAIN_WORDS and _is_about_something_else(now, ELSEWHERE))
        surely = now.danger >= SURELY and not slightly and not _is_about_something_else(now, ASKED)
        if kind in warned and not surely:
            return _in_short(now)
        events = answered(now.apart_from("crisis")) if slightly else None
        if events is not None:
            now.say_text(answers.in_danger(now.speech), *now.said[-1].choices, answers.a_person_now(now.speech))
            return [*events, *_beside_that(now, kind, events)]
        if slight:
            events = _in_short(now)
            return [*events, *_beside_that(now, kind, events)]
        danger = answers.crisis(now.library, kind, now.speech)
        now.say(danger)
        warn = [SlotSet("warned", [*warned, kind]), SlotSet("just_warned", True)]
        if not surely:
            events = _answer_too(now.apart_from("crisis"))
            now.offer_first(*danger.choices)
            if events is not None:
                return [*events, *warn, *_beside_that(now, kind, events)]
        else:
            now.offer(*answers.topic_choices(now.library, list(now.asked.topics[:ALSO]), now.speech))
        topic = now.library.crisis_topic(kind)
        return [*warn, SlotSet("topic", topic), came_up(now, topic)] if topic else warn


def _may_go_on(now: Situation) -> bool:
    """Whether a message likely goes on about something ("he is 12"), where nothing came up that is talked about in danger
    and nobody was warned before."""
    of_danger = {now.topic, *now.beside} & now.library.dangerous
    return now.understood.goes_on >= LIKELY_GOES_ON and not of_danger and not now.tracker.get_slot("warned")


def _beside_that(now: Situation, kind: str, events: Events) -> Events:
    """The topic of a danger came up too, beside what was answered."""
    set_to = {event["name"]: event["value"] for event in events if event.get("event") == "slot"}
    about, at_hand = now.library.crisis_topic(kind), set_to.get("topic", now.topic)
    others = [topic for topic in set_to.get("beside") or now.beside if topic != about]
    return [SlotSet("beside", [about, *others][:BESIDE])] if about and about != at_hand else []


def _is_about_something_else(now: Situation, surely: float) -> bool:
    """Whether words of danger ("the power bill is killing me") stand in a message that is so surely about money, a home or
    work, all of it, by what was learned. Where they are plain they may be meant all the same ("what of my sick pay if I
    kill myself"): then that is answered below the card."""
    topic = now.library.topics.get(_other(now.ranking)[0])
    return topic is not None and topic.area in ORDINARY and topic.urgency != "today" and _surely_asks(now, surely)


def _surely_asks(now: Situation, surely: float) -> bool:
    """Whether a message, and each part of it that is said to be dangerous, is so surely about a topic. The shares of all
    but danger are as they were learned, also where words of danger have made that certain."""
    dangerous = [part.ranking for part in now.reading.parts if part.ranking and part.ranking[0][0] == "crisis"]
    others = [_other(ranking) for ranking in (*dangerous, now.ranking)]
    return all(label in now.library.topics and share >= surely for label, share in others)


def _other(ranking: Ranking) -> tuple[str, float]:
    return next((each for each in ranking if each[0] != "crisis"), ("", 0.0))


def _in_short(now: Situation) -> Events:
    """Who has the numbers already and may not be in danger, or hardly is, is answered, below the numbers in a line."""
    s = now.speech
    now.say_text(answers.in_danger(s))
    events = _answer_too(now.apart_from("crisis"))
    if len(now.said) == 1:
        ask = s.gettext("What do you need help with? Write it in your own words.")
        now.say_text(ask, *now.said[-1].choices, answers.a_person(s))
    now.offer(answers.a_person_now(s))
    return events or []


def _answer_too(now: Situation) -> Events | None:
    """What the message asks for if there is no danger; where that is not sure, what it may ask for is offered."""
    events = answered(now)
    if events is None and now.intent in FOLLOW_UPS and now.topic in now.library.entries:
        events = follow_up(now, now.asked.sections or [FOLLOW_UPS[now.intent]])
    if events is None:
        now.offer(*answers.topic_choices(now.library, close_topics(now)[:PERHAPS], now.speech))
    return events
