"""Language and one's own data: the person decides."""

from bot import answers, unspoken
from bot.actions.base import Answer, Events, RettvisAction, Situation
from bot.actions.explaining import after_all, respond
from bot.effects import DeleteConversation, RecordNeed, SetLanguage
from bot.replies import Choice, Reply
from bot.speech import speech
from bot.understanding.language import named
from knowledge.languages import available


class ChangeLanguage(Answer):
    action_name = "action_change_language"

    def act(self, now: Situation) -> Events:
        wanted = now.entity("value") or named(str(now.tracker.latest_message.get("text") or ""))
        if wanted in available():
            now.do(SetLanguage(language=str(wanted)))
            s = now.speech = speech(str(wanted))
            events = respond(now) if now.is_typed else None  # "in English please. I lost my job"
            if events is None:
                now.say(Reply(text=s.gettext("We go on in English. What do you need help with?"), language=s.code))
            return events or []
        if wanted:
            now.say(unspoken.notice(wanted))
            now.do(RecordNeed(moment="no_answer", barrier="language", language=wanted))
            return []
        s = now.speech
        now.say_text(s.gettext("Which language do you want?"), *unspoken.languages(), answers.a_person(s))
        return []


class Privacy(Answer):
    action_name = "action_privacy"

    def act(self, now: Situation) -> Events:
        events = after_all(now, ask=True)  # "can they take my car?"
        if events is not None:
            return events
        s = now.speech
        text = s.gettext(
            "Your conversation is kept without your name, so that you can come back to it. You can see it, take it "
            "with you or delete it. What is deleted cannot be brought back."
        )
        delete = Choice(id="delete_conversation:yes", title=s.gettext("Delete this conversation"))
        now.say_text(text, delete, Choice(id="cancel", title=s.gettext("Keep it")))
        return []


class Delete(RettvisAction):
    action_name = "action_delete_conversation"

    def act(self, now: Situation) -> Events:
        now.do(DeleteConversation())
        now.say_text(now.speech.gettext("The conversation is deleted."))
        return []
