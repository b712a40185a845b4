"""When the bot has no answer, or its answer did not help: be honest, offer a person, learn."""

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.asking import may_we_keep_it
from bot.actions.base import Answer, Events, RettvisAction, Situation
from bot.actions.explaining import after_all, go_on, respond
from bot.actions.following_up import HARDLY, told_more
from bot.actions.repairing import NEXT, others, understood
from bot.effects import ForgetWords, KeepWords, RecordNeed
from bot.speech import Speech


class NoAnswer(Answer):
    action_name = "action_no_answer"

    def act(self, now: Situation) -> Events:
        events = after_all(now) if _may_be_ours(now) else go_on(now)
        if events is not None:
            return events
        s = now.speech
        text = _not_known(s) if now.is_typed else _not_yet(s)  # picked: "Something else"
        person = s.gettext("A person may be able to help you.")
        now.do(RecordNeed(moment="no_answer", barrier="not_understood"))
        if now.tracker.get_slot("asked_to_keep"):
            now.say_text(f"{text} {person}", answers.a_list(s), answers.a_person(s))
            return []
        question, choices = may_we_keep_it(now)
        now.say_text(f"{text} {person} {question}", answers.a_list(s), *choices)
        return [SlotSet("asked_to_keep", True)]


def _not_known(s: Speech) -> str:
    return s.gettext(
        "I do not know this one. I know about rights and help in Norway: money, home, work, health, children and family."
    )


def _not_yet(s: Speech) -> str:
    return s.gettext("I have not understood you yet. You can write it once more, in other words.")


def _may_be_ours(now: Situation) -> bool:
    """Whether what was taken for foreign is surely about something of ours in a part, or is hardly foreign."""
    asks = now.asked.topics or now.asked.has or {"misunderstood", "more"} & now.reading.says
    return now.is_typed and bool(asks or now.ranking[0][1] < HARDLY)


class NotHelped(Answer):
    action_name = "action_not_helped"

    def act(self, now: Situation) -> Events:
        s, topic = now.speech, now.entity("value") or now.topic
        events = (respond(now) or told_more(now)) if now.is_typed else None
        if events is not None:
            return events
        offered_before = (now.tracker.get_slot("offered") or {}).get("topics", [])
        if topic is None and "misunderstood" in now.reading.says and offered_before:  # none of those it was asked about
            now.say_text(_not_yet(s), answers.a_list(s), answers.a_person(s))
            now.do(RecordNeed(moment="not_helped", barrier="not_understood"))
            aside = dict.fromkeys((*now.set_aside, *offered_before))
            return [SlotSet("set_aside", list(aside)), SlotSet("offered", None)]
        question, choices = may_we_keep_it(now)
        thanks = s.gettext("Thank you for telling me. A person can look at it with you.")
        if topic is None:
            now.say_text(f"{thanks} {question}", *choices)
            now.do(RecordNeed(moment="not_helped", barrier="other"))
            return []
        instead = [each for each in others(now, topic) if each not in now.set_aside][:NEXT]
        offered = answers.topic_choices(now.library, instead, s)
        now.say_text(f"{understood(now, topic)} {thanks} {question}", *offered, *choices)
        now.do(RecordNeed(moment="not_helped", barrier="other", topic=topic))
        return [SlotSet("offered", {"topics": instead, "corrected": now.is_typed})]


class AboutWords(RettvisAction):
    action_name = "action_keep_words"

    def act(self, now: Situation) -> Events:
        s = now.speech
        agreed = now.entity("value") == "yes"
        now.do(KeepWords() if agreed else ForgetWords())
        thanks = s.gettext("Thank you. It is kept without your name.") if agreed else s.gettext("Then it is not kept.")
        more = s.gettext("Is there anything else you need help with?")
        now.say_text(f"{thanks} {more}", answers.a_person(s))
        return []
