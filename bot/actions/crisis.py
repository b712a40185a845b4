"""Acute danger: the right number first, a person in one tap or one word, never a menu."""

from bot import answers
from bot.actions.base import Events, RettvisAction, Situation

ALSO = 1
"""How many other things the message asks for are offered after the way to a person."""


class Crisis(RettvisAction):
    action_name = "action_crisis"

    def act(self, now: Situation) -> Events:
        reply = answers.crisis(now.library, now.entity("kind") or "medical", now.speech)
        also = answers.topic_choices(now.library, list(now.asked.topics[:ALSO]), now.speech)
        now.say(reply.model_copy(update={"choices": (*reply.choices, *also)}))
        return []
