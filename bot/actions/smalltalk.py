"""Greeting, thanking, saying who is writing."""

from bot import answers
from bot.actions.base import Answer, Events, Situation
from bot.actions.explaining import after_all
from bot.actions.following_up import HARDLY


class Greet(Answer):
    action_name = "action_greet"

    def act(self, now: Situation) -> Events:
        events = after_all(now)  # "hello. I need a place in a kindergarten"
        if events is not None:
            return events
        s = now.speech
        text = s.gettext("Hello. I am Rettvis, an automatic helper. Write what you need help with, in your own words.")
        now.say_text(text, answers.a_list(s), answers.a_person(s))
        return []


class Thanks(Answer):
    action_name = "action_thanks"

    def act(self, now: Situation) -> Events:
        events = after_all(now)  # "thanks, and how do I apply?"
        if events is not None:
            return events
        now.say_text(now.speech.gettext("You are welcome. Write again whenever you want."))
        return []


class WhoAreYou(Answer):
    action_name = "action_who_are_you"

    def act(self, now: Situation) -> Events:
        events = after_all(now, ask=True)  # "who decides?"
        if events is not None:
            return events
        s = now.speech
        if now.is_typed and now.ranking[0][1] < HARDLY:  # "who can I talk to tonight?"
            now.say_numbers_again()
        text = s.gettext(
            "I am Rettvis, a computer program of the municipality. I am not a human. I tell you what you may be "
            "entitled to, from texts that people have written and checked. I can fetch a person when you want."
        )
        now.say_text(text, answers.a_person(s))
        return []


class WhatNow(Answer):
    """When the dialogue has no rule, e.g. a "yes" to nothing."""

    action_name = "action_what_now"

    def act(self, now: Situation) -> Events:
        s = now.speech
        now.say_text(
            s.gettext("What do you need help with? Write it in your own words."), answers.a_list(s), answers.a_person(s)
        )
        return []
