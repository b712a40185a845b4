"""Answering: the entry of a topic, several at once, follow-up questions, choices when two topics are close."""

from collections.abc import Sequence

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.asking import may_we_keep_it
from bot.actions.base import Answer, Events, RettvisAction, Situation
from bot.actions.going_on import (
    BESIDE_THE_NAME,
    HALF_A_QUESTION,
    MEANT,
    STAND_ALONE,
    ask_about,
    came_up,
    going_on,
    meant,
    says_little,
)
from bot.actions.repairing import besides, more_besides, repair
from bot.effects import RecordCandidate, RecordNeed
from bot.replies import Reply
from bot.understanding import statements
from bot.understanding.labels import FOLLOW_UPS
from bot.understanding.reading.asked import REFUSED
from bot.understanding.reading.names import names
from knowledge.library import Explanation

SURE = 0.5
"""A topic this likely is answered at once; below, the likeliest topics are offered,"""
GAP = 0.1
"""and also where the next one is so near."""
CLOSE = 0.25
"""When unsure, topics with at least this part of the first one's probability are offered beside it."""
CHOICES = 3
"""How many topics are offered at most."""
AT_ONCE = 2
"""How many answers one message gets; what else it asks for is offered."""
HARDLY = 0.5
"""What is less likely than this to be what it was taken for, and no topic, may be about the topic at hand;"""
PERHAPS = 0.2
"""and how likely a topic must be to be asked about instead where none is at hand;"""
A_LITTLE = 0.1
"""and what is so likely to be a question about it, where nothing else is to be said about it."""
OVERRULES = 0.5
"""How likely a statement must be to answer what goes on about a topic, to be said instead of the section that it was taken
to ask about: "when do I apply?" is about deadlines, whatever single words of it resemble."""
DOUBT = 1.5
"""Where a message goes on about what is at hand, or does not, by so little, both answers are given."""
CERTAINLY, MOSTLY = 0.95, 0.6
"""How likely a short message must be to ask for a section for that to be told, and where no statement that stands elsewhere
likely answers it."""
SHORT = 8
"""Up to so many words that say that one was refused, and name nothing, are about the topic at hand."""
UNTIL_WHEN = "deadlines"
"""Who was refused, or asked about that, and then asks how long they have, asks how long they have to complain."""
DID_NOT_HELP = 0.8
"""How likely a message must be to say that the answer did not help, to say nothing else."""
IN_GENERAL = {"complaint": "klage-pa-vedtak"}
"""The topic that answers a question where no topic is at hand."""
IN_THE_ANSWER = frozenset({"what", "who", "more", "source"})
"""What the short answer of an entry says by itself, when that is all that is asked."""
_URGENCY = ("today", "home", "money", None)


class Explain(Answer):
    action_name = "action_explain"

    def act(self, now: Situation) -> Events:
        if not now.is_typed:
            return _picked(now)
        events = answered(now)
        if events is not None:
            return events
        return ask_back(now)


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


def answered(now: Situation) -> Events | None:
    """What surely is asked for is answered; None where one has to ask back."""
    events = respond(now)
    if events is not None:
        return events
    told = now.tracker.get_slot("told")
    if told and now.topic == now.intent and now.topic in now.library.entries and _just(now, now.topic):
        return [SlotSet("topic", now.topic)]
    if close_topics(now) != [now.intent]:
        return None
    again = now.intent == told and now.intent in now.library.entries
    again = again and now.intent not in now.asked.named and now.library.topics[now.intent].urgency != "today"
    return more_about(now, now.intent) if again else explain(now, now.intent)


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
        if topic == now.topic and _just(now, topic, OVERRULES if says_little(now) else statements.SURE):
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
    just = answers.just(now.library.explain(heard.topic, now.speech.code, now.facts.get("place")), told, now.speech)
    if just is None or (heard.weight < 0 and not both):
        return None
    if both and (heard.weight < 0 or both in now.asked.named):
        events = explain(now, both)
        now.say(just.model_copy(update={"choices": now.said[-1].choices}))
        return [*events, came_up(now, both, heard.topic)]
    now.say(just)
    events = []
    if both:
        choices = now.said[-1].choices
        events = explain(now, both)
        now.said[-1] = now.said[-1].model_copy(update={"choices": choices})
    elif another:
        now.offer(*answers.topic_choices(now.library, [another], now.speech))
    came = came_up(now, heard.topic, *([another] if another else []))
    return [*events, SlotSet("topic", heard.topic), came]


def _is_short(now: Situation) -> bool:
    return len(now.text.split()) <= SHORT


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


def told_more(now: Situation) -> Events | None:
    """Who tells how it went ("they said come back on Monday") is told what the entry at hand says about that, where it
    surely does, and does not only say that the answer did not help."""
    if not now.topic or now.topic not in now.library.entries:
        return None
    if now.ranking[0][1] >= DID_NOT_HELP or says_little(now) or now.reading.says:
        return None
    return [] if _just(now, now.topic, OVERRULES) else None


def _just(now: Situation, topic: str, sure: float = statements.LEAST) -> bool:
    """Say the statements of an entry, whose short answer was given, that answer what was typed, if any does so surely
    enough. Where help is needed today and that was not at hand, the answer stays whole, with the numbers below."""
    if now.library.topics[topic].urgency == "today" and (topic != now.topic or topic in now.library.dangerous):
        return False
    explanation = now.library.explain(topic, now.speech.code, now.facts.get("place"))
    reply = answers.just(explanation, statements.likeliest(now.found_further(topic), sure), now.speech)
    if reply:
        now.say(reply)
    return reply is not None


def more_about(now: Situation, topic: str) -> Events:
    """Of a topic that was told already: what is asked about it, as far as that can be told, or what there is to ask; never
    the same again."""
    if _just(now, topic):
        return [SlotSet("topic", topic)]
    section = next(
        (FOLLOW_UPS[label] for label, share in now.ranking if label in FOLLOW_UPS and share >= A_LITTLE), None
    )
    if section:
        return follow_up(now, [section], topic)
    ask_about(now, topic)
    return [SlotSet("topic", topic)]


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
        *_asked_last(now, topic, sections),
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


def follow_up(now: Situation, sections: Sequence[str], topic: str | None = None) -> Events:
    """What an entry says about what is asked, of a topic or of the one at hand."""
    s = now.speech
    topic = topic or meant(now)
    if topic not in now.library.entries:
        general = next((IN_GENERAL[name] for name in sections if name in IN_GENERAL), None)
        if general and general in now.library.entries:
            return explain(now, general, [name for name in sections if name not in IN_GENERAL])
        offered = answers.topic_choices(now.library, (now.tracker.get_slot("offered") or {}).get("topics", []), s)
        text = s.gettext("What is it about? Write it in your own words.")
        now.say_text(text, *offered, answers.a_list(s), answers.a_person(s))
        return []
    assert topic
    explanation = now.library.explain(topic, s.code, now.facts.get("place"))
    asked = [name for name in sections if name not in ("more", "source")]
    to_complain = now.is_typed and now.tracker.get_slot("section") == [topic, REFUSED] and UNTIL_WHEN in asked
    if to_complain:
        asked = [REFUSED]
    elif now.is_typed and asked == [REFUSED] and _is_about_complaining_in_time(now, explanation):
        asked = [UNTIL_WHEN]
    if topic != now.topic and now.is_typed and now.topic and _just(now, topic, MEANT):
        return [SlotSet("topic", topic), came_up(now, topic)]
    instead = None if to_complain else answers.just(explanation, _answers(now, explanation, asked), s)
    if instead:
        now.say(instead)
    elif asked:
        now.say(_about(now, explanation, asked))
    elif "more" in sections:
        now.say(answers.answer(explanation, s))
    if "source" in sections and not instead:
        now.say(answers.source(explanation, s))
    return [SlotSet("topic", topic), *_asked_last(now, topic, asked), came_up(now, topic)]


def _is_about_complaining_in_time(now: Situation, explanation: Explanation) -> bool:
    """Whether "until when can I complain?" is asked of the entry that is about complaining: its section for who is refused
    is about a complaint in vain."""
    if explanation.topic != IN_GENERAL[REFUSED]:
        return False
    found = now.found_further(explanation.topic)
    likely = {
        name: sum(share for begin, share in found if any(each.source.startswith(begin) for each in told))
        for name, told in explanation.sections.items()
    }
    return max(likely, key=lambda name: likely[name]) == UNTIL_WHEN


def _asked_last(now: Situation, topic: str, sections: Sequence[str]) -> Events:
    """What was asked of a topic, in words; a button is pressed out of curiosity, too."""
    return [SlotSet("section", [topic, *sections[:1]])] if now.is_typed else []


def _answers(now: Situation, explanation: Explanation, sections: Sequence[str]) -> tuple[str, ...]:
    """The statements that answer a follow-up, wherever they stand; none where it asks for a section and little else, or for
    several and no statement surely answers it."""
    if not now.is_typed or "refused" in now.reading.says:
        return ()
    found = now.found_further(explanation.topic)
    if not sections:
        surely = now.ranking[0][1] >= HARDLY and now.understood.goes_on < HARDLY
        return statements.likeliest(found, OVERRULES if surely else statements.LEAST)
    if len(sections) > 1:
        return statements.likeliest(found, statements.TOGETHER)
    if explanation.sections.get(sections[0]) and (
        now.intent in STAND_ALONE or _is_just(now, explanation, sections[0], found)
    ):
        return ()
    return statements.likeliest(found)


def _is_just(now: Situation, explanation: Explanation, section: str, found: statements.Found) -> bool:
    """Whether a message is short and asks for a section, whatever single words of it resemble."""
    label, share = now.ranking[0]
    if FOLLOW_UPS.get(label) != section or len(now.text.split()) > HALF_A_QUESTION:
        return False
    surely = statements.likeliest(found, OVERRULES)[:1]
    inside = not surely or section in answers.sections_of(explanation, surely)
    return share >= CERTAINLY or (share >= MOSTLY and inside)


def _about(now: Situation, explanation: Explanation, sections: Sequence[str]) -> Reply:
    """The sections that a follow-up asks for; what answers it first, where it stands in one of them."""
    begins = now.pinpointed_further(explanation.topic)
    among = [each for each in begins if not answers.sections_of(explanation, [each]).isdisjoint(sections)]
    return answers.parts(explanation, sections, now.speech, among)


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
