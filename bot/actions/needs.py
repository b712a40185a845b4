"""When the bot has no answer, or its answer did not help: be honest, offer a person, learn."""

from bot import answers
from bot.actions.base import Events, RettvisAction, Situation
from bot.effects import ForgetWords, KeepWords, RecordNeed
from bot.replies import Choice


def _may_we_keep_it(now: Situation) -> tuple[str, tuple[Choice, ...]]:
    s = now.speech
    text = s.gettext(
        "May we keep what you wrote, so that we can become better? We take out names and numbers. Nobody sees who you are."
    )
    yes = Choice(id="keep_words:yes", title=s.gettext("Yes, keep what I wrote"))
    no = Choice(id="keep_words:no", title=s.gettext("No, do not keep it"))
    return text, (answers.a_person(s), yes, no)


class NoAnswer(RettvisAction):
    action_name = "action_no_answer"

    def act(self, now: Situation) -> Events:
        s = now.speech
        question, choices = _may_we_keep_it(now)
        sorry = s.gettext("I do not know this one. A person may be able to help you.")
        now.say_text(f"{sorry} {question}", *choices)
        now.do(RecordNeed(moment="no_answer", barrier="not_understood"))
        return []


class NotHelped(RettvisAction):
    action_name = "action_not_helped"

    def act(self, now: Situation) -> Events:
        s = now.speech
        question, choices = _may_we_keep_it(now)
        thanks = s.gettext("Thank you for telling me. A person can look at it with you.")
        now.say_text(f"{thanks} {question}", *choices)
        now.do(RecordNeed(moment="not_helped", barrier="other", topic=now.topic))
        return []


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
