"""What a message asks for, and which answer it gets: the entry of a topic, several at once, what goes on about the one at
hand, or a choice when two topics are close."""

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.asking import may_we_keep_it
from bot.actions.base import Answer, Events, RettvisAction, Situation
from bot.actions.following_up import HARDLY, IN_GENERAL, follow_up, just, more_about
from bot.actions.going_on import came_up, going_on, says_little
from bot.actions.repairing import besides, more_besides, repair
from bot.actions.telling import OVERRULES, explain, explain_all
from bot.effects import RecordCandidate
from bot.understanding import statements
from bot.understanding.labels import FOLLOW_UPS
from bot.understanding.reading.asked import REFUSED

SURE = 0.5
"""A topic this likely is answered at once; below, the likeliest topics are offered,"""
GAP = 0.1
"""and also where the next one is so near."""
CLOSE = 0.25
"""When unsure, topics with at least this part of the first one's probability are offered beside it."""
CHOICES = 3
"""How many topics are offered at most."""
PERHAPS = 0.2
"""How likely a topic must be to be asked about, where a message is hardly what it was taken for and none is at hand."""
DOUBT = 1.5
"""Where a message goes on about what is at hand, or does not, by so little, both answers are given."""
SHORT = 8
"""Up to so many words that say that one was refused, and name nothing, are about the topic at hand."""


class Explain(Answer):
    action_name = "action_explain"

    def act(self, now: Situation) -> Events:
        if not now.is_typed:
            return _picked(now)
        events = answered(now)
        if events is not None:
            return events
        return ask_back(now)


class GoOn(Answer):
    """What was taken for something asked of us ("can I be anonymous?"), and goes on about the topic at hand."""

    action_name = "action_go_on"

    def act(self, now: Situation) -> Events:
        return more_about(now, now.topic) if now.topic and now.topic in now.library.entries else ask_back(now)


class FollowUp(Answer):
    action_name = "action_follow_up"

    def act(self, now: Situation) -> Events:
        section = FOLLOW_UPS[now.intent]
        if not now.is_typed:
            return follow_up(now, [section], now.entity("value"))
        events = respond(now)
        return events if events is not None else follow_up(now, now.asked.sections or [section])


class Topics(RettvisAction):
    """Everything there is an entry for, shelf by shelf."""

    action_name = "action_topics"

    def act(self, now: Situation) -> Events:
        with_entry = [topic for topic in now.library.topics if topic in now.library.entries]
        choices = answers.topic_choices(now.library, with_entry, now.speech)
        now.say_text(now.speech.gettext("You can ask me about these, in your own words too."), *choices)
        return []


def answered(now: Situation) -> Events | None:
    """What surely is asked for is answered; None where one has to ask back."""
    events = respond(now)
    if events is not None:
        return events
    told = now.tracker.get_slot("told")
    if told and now.topic == now.intent and now.topic in now.library.entries and just(now, now.topic):
        return [SlotSet("topic", now.topic)]
    if close_topics(now) != [now.intent]:
        return None
    again = now.intent == told and now.intent in now.library.entries
    again = again and now.intent not in now.asked.named and now.library.topics[now.intent].urgency != "today"
    return more_about(now, now.intent) if again else explain(now, now.intent)


def ask_back(now: Situation) -> Events:
    """Ask which topic is meant; the one at hand may be, unless the person has said that it is not."""
    s, close = now.speech, close_topics(now)
    refused = {*now.set_aside, *now.asked.not_about, *now.asked.has}
    at_hand = now.topic if now.topic in now.library.entries and now.topic not in refused else None
    if "misunderstood" in now.reading.says:
        at_hand = None
    shown = [*close, *([at_hand] if at_hand and at_hand not in close else [])]
    choices = (*answers.topic_choices(now.library, shown, s), answers.something_else(s))
    now.say_text(s.gettext("I want to be sure I understand you. What is it about?"), *choices)
    offered = SlotSet("offered", {"topics": close, "corrected": False})
    return [SlotSet("topic", at_hand), offered, *([came_up(now, at_hand)] if at_hand else [SlotSet("beside", close)])]


def close_topics(now: Situation) -> list[str]:
    """The topic, and those that may be meant instead; never one that the person has said it is not about."""
    refused = {*now.set_aside, *now.asked.not_about} - set(now.asked.named)
    ranking = now.reading.left or now.ranking
    ranked = [(label, share) for label, share in ranking if label in now.library.topics]
    topics = [(label, share) for label, share in ranked if label not in refused][:CHOICES]
    first = topics[0][1] if topics else 0.0
    next_to_it = topics[1][1] if len(topics) > 1 else 0.0
    if topics[:1] == ranked[:1] and first >= SURE and first - next_to_it >= GAP:
        return [topics[0][0]]
    return [label for label, share in topics if share >= CLOSE * first]


def _picked(now: Situation) -> Events:
    """A topic that was picked. Where it was unclear what had been written, the words may become an example."""
    topic, offered = now.intent, now.tracker.get_slot("offered") or {}
    events = explain(now, topic)
    if topic not in offered.get("topics", ()):
        return events
    now.do(RecordCandidate(topic=topic, offered=tuple(offered["topics"]), corrected=offered["corrected"]))
    if now.tracker.get_slot("asked_to_keep"):
        return [*events, SlotSet("offered", None)]
    question, choices = may_we_keep_it(now)
    explanation = now.library.explain(topic, now.speech.code) if topic in now.library.entries else None
    after = answers.after_answer(explanation, now.speech) if explanation else ()
    now.say_text(question, *dict.fromkeys((*choices, *after)))
    return [*events, SlotSet("offered", None), SlotSet("asked_to_keep", True)]


def respond(now: Situation) -> Events | None:
    """Answer what the parts of a message ask for, where that is not just what the whole is about."""
    asked, reading = now.asked, now.reading
    if "misunderstood" in reading.says and now.topic and not set(asked.topics) - {now.topic}:
        return repair(now)
    if asked.has and not asked.topics and set(asked.has) <= set(now.library.entries):
        return besides(now, asked.has)
    if "refused" in reading.says and not asked.named and now.topic in now.library.entries and _is_short(now):
        if now.topic == IN_GENERAL[REFUSED]:  # its answer is for just that; its section is for who complained in vain
            return explain(now, now.topic)
        return follow_up(now, asked.sections)
    events = go_on(now)
    if events is not None:
        return events
    further = more_besides(now) if not asked.topics and not now.topic else None
    if further is not None:
        return further
    aside = [topic for topic in now.set_aside if topic not in asked.named]
    aside += [topic for topic in (*asked.has, *asked.not_about) if topic not in aside]
    if "misunderstood" in reading.says and now.topic and now.topic not in (*aside, *asked.named):
        aside.append(now.topic)
    events = [SlotSet("set_aside", aside)]
    if len(asked.topics) > 1:
        return [*events, *explain_all(now, asked.topics)]
    if not asked.topics:
        return (
            [*events, *follow_up(now, asked.sections)] if asked.sections and now.topic in now.library.entries else None
        )
    topic, sections = asked.topics[0], asked.sections
    if "refused" in reading.says and topic == IN_GENERAL[REFUSED]:
        sections = tuple(name for name in sections if name != REFUSED)
    if topic not in (*asked.sure, *asked.named):
        if asked.sections and now.topic in now.library.entries:  # what is surely asked belongs to the topic at hand
            return [*events, *follow_up(now, asked.sections)]
        return None
    if topic == now.topic and sections:
        return [*events, *follow_up(now, sections)]
    if topic == now.tracker.get_slot("told") and topic in now.library.entries:
        if topic not in asked.named:
            return [*events, *more_about(now, topic)]
        if topic == now.topic and just(now, topic, OVERRULES if says_little(now) else statements.SURE):
            return [*events, SlotSet("topic", topic)]
    return [*events, *explain(now, topic, sections)]


def go_on(now: Situation) -> Events | None:
    """Go on about what is at hand with what was taken for something else, where that is likelier. Where it is not sure, and
    it would surely be about another topic, both are answered, the likelier one first, or the one that is named."""
    heard = going_on(now)
    if heard is None or heard.weight < -DOUBT:
        return None
    another = heard.other if heard.other in now.library.entries else None
    both = another if another and heard.weight < DOUBT and close_topics(now) == [another] else None
    told = statements.likeliest(now.found_further(heard.topic))
    reply = answers.just(now.library.explain(heard.topic, now.speech.code, now.facts.get("place")), told, now.speech)
    if reply is None or (heard.weight < 0 and not both):
        return None
    if both and (heard.weight < 0 or both in now.asked.named):
        events = explain(now, both)
        now.say(reply.model_copy(update={"choices": now.said[-1].choices}))
        return [*events, came_up(now, both, heard.topic)]
    now.say(reply)
    events = []
    if both:
        choices = now.said[-1].choices
        events = explain(now, both)
        now.said[-1] = now.said[-1].model_copy(update={"choices": choices})
    elif another:
        now.offer(*answers.topic_choices(now.library, [another], now.speech))
    came = came_up(now, heard.topic, *([another] if another else []))
    return [*events, SlotSet("topic", heard.topic), came]


def after_all(now: Situation, ask: bool = False) -> Events | None:
    """What was taken for something that is no topic is answered all the same, where it asks for one, or is hardly what it
    was taken for and may be about the topic at hand.

    Args:
        ask: ask back where it is hardly what it was taken for and there is no topic at hand.
    """
    events = respond(now) if now.is_typed else None
    if events is not None or not now.is_typed:
        return events
    if now.topic not in now.library.entries:
        return ask_back(now) if ask and _may_ask(now) else None
    assert now.topic
    (_, share), *others = now.ranking
    likely = next((label for label, _ in others if label in FOLLOW_UPS or label in now.library.topics), None)
    if share >= HARDLY or likely is None or (likely in now.library.topics and likely != now.topic):
        return None
    return follow_up(now, [FOLLOW_UPS[likely]]) if likely in FOLLOW_UPS else more_about(now, now.topic)


def _may_ask(now: Situation) -> bool:
    """Whether a message is hardly what it was taken for, and may be about a topic instead."""
    (_, share), *others = now.ranking
    likely, next_share = next(iter(others), ("", 0.0))
    return share < HARDLY and likely in now.library.topics and next_share >= PERHAPS


def _is_short(now: Situation) -> bool:
    return len(now.text.split()) <= SHORT
