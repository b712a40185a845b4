"""From the bot to a person: who it would be, what they may see, and off it goes."""

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot import answers
from bot.actions.base import Events, RettvisAction, Situation, services
from bot.effects import RequestContact, SetPlace
from bot.handoff.presentation import contact_card
from bot.handoff.routing import Chosen, NobodyToAsk, choose
from bot.replies import Choice, Reply

ELSEWHERE = "elsewhere"


class StartHandoff(RettvisAction):
    """Begin with a clean form; what is known is not asked again, and nothing of a person who waits already."""

    action_name = "action_start_handoff"

    def act(self, now: Situation) -> Events:
        if now.facts.get("waits_for"):
            return [SlotSet("handoff_place", ELSEWHERE), SlotSet("handoff_consent", "no")]
        return [SlotSet("handoff_place", now.facts.get("place")), SlotSet("handoff_consent", None)]


class AskPlace(RettvisAction):
    action_name = "action_ask_handoff_form_handoff_place"

    def act(self, now: Situation) -> Events:
        now.say_text(now.speech.gettext("Where do you live?"), *places(now), cancel(now))
        return []


def places(now: Situation) -> tuple[Choice, ...]:
    known = [Choice(id=f"place:{place.id}", title=place.name) for place in now.library.places.values()]
    return (*known, Choice(id=f"place:{ELSEWHERE}", title=now.speech.gettext("Another place")))


def cancel(now: Situation) -> Choice:
    return Choice(id="cancel", title=now.speech.gettext("Not now"))


def who(now: Situation, place: str | None, topic: str | None) -> Chosen:
    """The contact this conversation would go to.

    Raises:
        NobodyToAsk: no contact is active.
    """
    with services().database.transaction() as session:
        return choose(session, conversation_id=now.tracker.sender_id, language=now.written, place=place, topic=topic)


class AskConsent(RettvisAction):
    """Show who it would be before anything is shared."""

    action_name = "action_ask_handoff_form_handoff_consent"

    def act(self, now: Situation) -> Events:
        s = now.speech
        try:
            chosen = who(now, now.tracker.get_slot("handoff_place"), now.topic)
        except NobodyToAsk:
            now.say_text(s.gettext("Nobody can take over right now. You can call Nav on 55 55 33 33."))
            return []
        card = contact_card(chosen, s, now.written)
        text = s.gettext("You can talk to {name}, {role}. {wait} May {name} read what we have written here?").format(
            name=card.name, role=card.role, wait=card.wait
        )
        choices = (
            Choice(id="share:yes", title=s.gettext("Yes, share the conversation")),
            Choice(id="share:no", title=s.gettext("No, start with an empty page")),
            cancel(now),
        )
        now.say(Reply(text=text, language=s.code, choices=choices, card=card))
        return []


class ValidateHandoffForm(FormValidationAction):  # type: ignore[misc]  # rasa_sdk is untyped for mypy
    def name(self) -> str:
        return "validate_handoff_form"

    def validate_handoff_place(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        known = value in services().library.places or value == ELSEWHERE
        return {"handoff_place": value if known else None}

    def validate_handoff_consent(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        return {"handoff_consent": value if value in ("yes", "no") else None}


class RequestHandoff(RettvisAction):
    action_name = "action_request_contact"

    def act(self, now: Situation) -> Events:
        waits = now.facts.get("waits_for")
        if waits:
            text = now.speech.gettext("{name} has been told and will write here. Until then I answer, a program.")
            now.say_text(text.format(name=waits))
            return []
        place = now.tracker.get_slot("handoff_place")
        if place and place != now.facts.get("place"):
            now.do(SetPlace(place=place))
        shares = now.tracker.get_slot("handoff_consent") == "yes"
        _hand_over(now, place, urgent=False, shares=shares)
        return [SlotSet("handoff_place", None), SlotSet("handoff_consent", None)]


class RequestUrgently(RettvisAction):
    """In danger nothing is asked first: one tap, and a person is told at once."""

    action_name = "action_request_urgent"

    def act(self, now: Situation) -> Events:
        _hand_over(now, now.facts.get("place"), urgent=True, shares=True)
        return []


def _hand_over(now: Situation, place: str | None, *, urgent: bool, shares: bool) -> None:
    s = now.speech
    try:
        chosen = who(now, place, now.topic)
    except NobodyToAsk:
        now.say_text(s.gettext("Nobody can take over right now. You can call Nav on 55 55 33 33."))
        return
    card = contact_card(chosen, s, now.written)
    told = s.gettext("I have told {name}. {wait} You will see here when {name} writes. Until then I answer, a program.")
    text = told.format(name=card.name, wait=card.wait)
    if urgent:
        text = f"{text} {s.gettext('If you are in danger now, call 112. If a life is in danger, call 113.')}"
    now.say(Reply(text=text, language=s.code, card=card))
    now.do(RequestContact(urgent=urgent, shares_conversation=shares, topic=now.topic))


class Cancel(RettvisAction):
    action_name = "action_cancel"

    def act(self, now: Situation) -> Events:
        text = now.speech.gettext("That is fine. You can ask for a person at any time.")
        now.say_text(text, answers.a_person(now.speech))
        return [SlotSet("handoff_place", None), SlotSet("handoff_consent", None)]


class SetWhere(RettvisAction):
    action_name = "action_set_place"

    def act(self, now: Situation) -> Events:
        place = now.entity("value") or ELSEWHERE
        now.do(SetPlace(place=place))
        known = now.library.places.get(place)
        text = now.speech.gettext("Then I also tell you what is special where you live: {place}.")
        now.say_text(text.format(place=known.name) if known else now.speech.gettext("Thank you."))
        return []
