"""What is told to who asks on about a topic whose short answer was given: the statements that answer, a section, or what
there is to ask; never the same again."""

from collections.abc import Sequence

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.base import Events, Situation
from bot.actions.going_on import HALF_A_QUESTION, MEANT, STAND_ALONE, ask_about, came_up, meant, says_little
from bot.actions.telling import OVERRULES, asked_last, explain
from bot.replies import Reply
from bot.understanding import statements
from bot.understanding.labels import FOLLOW_UPS
from bot.understanding.reading.asked import REFUSED
from knowledge.library import Explanation

HARDLY = 0.5
"""What is less likely than this to be what it was taken for, and no topic, may be about the topic at hand;"""
A_LITTLE = 0.1
"""and what is so likely to ask for a section of it, where no statement answers it."""
CERTAINLY, MOSTLY = 0.95, 0.6
"""How likely a short message must be to ask for a section for that to be told, and where no statement that stands elsewhere
likely answers it."""
UNTIL_WHEN = "deadlines"
"""Who was refused, or asked about that, and then asks how long they have, asks how long they have to complain."""
DID_NOT_HELP = 0.8
"""How likely a message must be to say that the answer did not help, to say nothing else."""
IN_GENERAL = {"complaint": "klage-pa-vedtak"}
"""The topic that answers a question where no topic is at hand."""


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
    if topic != now.topic and now.is_typed and now.topic and just(now, topic, MEANT):
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
    return [SlotSet("topic", topic), *asked_last(now, topic, asked), came_up(now, topic)]


def more_about(now: Situation, topic: str) -> Events:
    """Of a topic that was told already: what is asked about it, as far as that can be told, or what there is to ask; never
    the same again."""
    if just(now, topic):
        return [SlotSet("topic", topic)]
    section = next(
        (FOLLOW_UPS[label] for label, share in now.ranking if label in FOLLOW_UPS and share >= A_LITTLE), None
    )
    if section:
        return follow_up(now, [section], topic)
    ask_about(now, topic)
    return [SlotSet("topic", topic)]


def told_more(now: Situation) -> Events | None:
    """Who tells how it went ("they said come back on Monday") is told what the entry at hand says about that, where it
    surely does, and does not only say that the answer did not help."""
    if not now.topic or now.topic not in now.library.entries:
        return None
    if now.ranking[0][1] >= DID_NOT_HELP or says_little(now) or now.reading.says:
        return None
    return [] if just(now, now.topic, OVERRULES) else None


def just(now: Situation, topic: str, sure: float = statements.LEAST) -> bool:
    """Say the statements of an entry, whose short answer was given, that answer what was typed, if any does so surely
    enough. Where help is needed today and that was not at hand, the answer stays whole, with the numbers below."""
    if now.library.topics[topic].urgency == "today" and topic != now.topic:
        return False
    explanation = now.library.explain(topic, now.speech.code, now.facts.get("place"))
    reply = answers.just(explanation, statements.likeliest(now.found_further(topic), sure), now.speech)
    if reply:
        now.say(reply)
    return reply is not None


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
