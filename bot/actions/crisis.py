"""Acute danger: the right number first, a person in one tap or one word, never a menu."""

from bot import answers
from bot.actions.base import Events, RettvisAction, Situation


class Crisis(RettvisAction):
    action_name = "action_crisis"

    def act(self, now: Situation) -> Events:
        now.say(answers.crisis(now.library, now.entity("kind") or "medical", now.speech))
        return []
