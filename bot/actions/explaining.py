"""Answering: the entry of a topic, follow-up questions about it, choices when two topics are close."""

from rasa_sdk.events import SlotSet

from bot import answers
from bot.actions.base import Events, RettvisAction, Situation
from bot.effects import RecordNeed
from bot.replies import Choice
from bot.understanding.labels import FOLLOW_UPS

SURE = 0.5
"""A topic this likely is answered at once; below, the likeliest topics are offered."""
PERHAPS_CRISIS = 0.06
"""Below what is treated as danger, but enough to name the emergency numbers beside the answer."""
CLOSE = 0.25
"""When unsure, topics with at least this part of the first one's probability are offered beside it."""


class Explain(RettvisAction):
    action_name = "action_explain"

    def act(self, now: Situation) -> Events:
        close = self._close_topics(now)
        if len(close) > 1:
            s = now.speech
            nothing = Choice(id="out_of_scope", title=s.gettext("Something else"))
            choices = answers.topic_choices(now.library, [topic for topic, _ in close], s)
            now.say_text(s.gettext("I want to be sure I understand you. What is it about?"), *choices, nothing)
            self._in_case_of_danger(now, *choices, nothing)
            return [SlotSet("topic", None)]
        events = explain(now, now.intent)
        self._in_case_of_danger(now, answers.a_person(now.speech))
        return events

    def _in_case_of_danger(self, now: Situation, *choices: Choice) -> None:
        """The last message is the one whose choices are shown: it repeats what was offered before."""
        if dict(now.ranking).get("crisis", 0.0) >= PERHAPS_CRISIS:
            danger = now.speech.gettext("If you are in danger now, call 112. If a life is in danger, call 113.")
            now.say_text(danger, *choices, answers.a_person_now(now.speech))

    def _close_topics(self, now: Situation) -> list[tuple[str, float]]:
        """The topic, and those that may be meant instead; a choice that was picked is sure."""
        topics = [(label, confidence) for label, confidence in now.ranking if label in now.library.topics][:3]
        if not topics or topics[0][1] >= SURE:
            return topics[:1]
        return [(label, confidence) for label, confidence in topics if confidence >= CLOSE * topics[0][1]]


def explain(now: Situation, topic: str) -> Events:
    """Say what the library knows; where it knows nothing yet, say so, offer a person and record the need."""
    s = now.speech
    if topic in now.library.entries:
        now.say(answers.answer(now.library.explain(topic, s.code, now.facts.get("place")), s))
    else:
        now.say_text(
            s.fill(
                s.gettext("I think you ask about this, but I have no checked answer yet: {topic}"),
                topic=now.library.title(topic, s.code),
            ),
            answers.a_person(s),
        )
        now.do(RecordNeed(moment="no_answer", barrier="other", topic=topic))
    return [SlotSet("topic", topic)]


class FollowUp(RettvisAction):
    action_name = "action_follow_up"

    def act(self, now: Situation) -> Events:
        s, topic = now.speech, now.topic
        if topic not in now.library.entries:
            now.say_text(
                s.gettext("What is it about? Write it in your own words."), answers.a_list(s), answers.a_person(s)
            )
            return []
        assert topic
        explanation = now.library.explain(topic, s.code, now.facts.get("place"))
        wanted = FOLLOW_UPS[now.intent]
        if wanted == "source":
            now.say(answers.source(explanation, s))
        elif wanted == "more":
            now.say(answers.answer(explanation, s))
        else:
            now.say(answers.part(explanation, wanted, s))
        return []


class Topics(RettvisAction):
    """Everything there is an entry for, shelf by shelf."""

    action_name = "action_topics"

    def act(self, now: Situation) -> Events:
        with_entry = [topic for topic in now.library.topics if topic in now.library.entries]
        choices = answers.topic_choices(now.library, with_entry, now.speech)
        now.say_text(now.speech.gettext("You can ask me about these, in your own words too."), *choices)
        return []
