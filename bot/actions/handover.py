"""From the bot to a person: who it would be, what they may see, and off it goes."""

import re
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict
from sqlalchemy.orm import Session

from bot import answers
from bot.actions.base import Events, RettvisAction, Situation, services
from bot.effects import RequestContact, SetPlace
from bot.handoff import summary
from bot.handoff.handoffs import open_handoff
from bot.handoff.presentation import contact_card
from bot.handoff.routing import Chosen, NobodyToAsk, Wish, choose
from bot.handoff.telling import nobody, waiting_choices
from bot.picking import CANCEL
from bot.records.tables import Conversation
from bot.replies import Choice, ContactCard, OfferCard, Reply
from bot.speech import Speech

ELSEWHERE = "elsewhere"


class StartHandoff(RettvisAction):
    """Begin with a clean form; what is known is not asked again, and nothing of a person who waits already. Who was warned
    of danger has the numbers again first: a contact does not answer at once."""

    action_name = "action_start_handoff"

    def act(self, now: Situation) -> Events:
        now.say_numbers_again()
        if now.facts.get("waits_for"):
            return [SlotSet("handoff_place", ELSEWHERE), SlotSet("handoff_consent", "no")]
        return [*_clean(), SlotSet("handoff_place", now.facts.get("place"))]


class AskPlace(RettvisAction):
    action_name = "action_ask_handoff_form_handoff_place"

    def act(self, now: Situation) -> Events:
        if now.intent == "crisis":  # nothing may stand below the numbers and the way to a person now
            return []
        now.say_text(now.speech.gettext("Where do you live?"), *places(now), cancel(now.speech), *_at_once(now))
        return []


def places(now: Situation) -> tuple[Choice, ...]:
    known = [Choice(id=f"place:{place.id}", title=place.name) for place in now.library.places.values()]
    return (*known, Choice(id=f"place:{ELSEWHERE}", title=now.speech.gettext("Another place")))


def cancel(s: Speech) -> Choice:
    return Choice(id=CANCEL, title=s.gettext("Not now"))


class AskConsent(RettvisAction):
    """Show who it would be, and exactly what they would see, before anything is shared. Who asks something else meanwhile
    is reminded once; whoever goes on has let it go."""

    action_name = "action_ask_handoff_form_handoff_consent"

    def act(self, now: Situation) -> Events:
        s = now.speech
        if now.intent == "crisis":
            return []
        reminding = bool(now.tracker.get_slot("handoff_contact"))
        if reminding and now.tracker.get_slot("handoff_reminded"):
            return [SlotSet("requested_slot", None)]
        place = now.tracker.get_slot("handoff_place")
        with services().database.reading() as session:
            try:
                contact = _who(session, now, place, urgent=False).contact
            except NobodyToAsk:
                now.say_text(nobody(s, urgent=False))
                return []
            card = contact_card(session, contact, s, now.written)
            conversation = session.get_one(Conversation, now.tracker.sender_id)
            shown = summary.lines(session, now.library, conversation, place, s)
        if reminding:
            reminder = s.gettext("Nobody has been asked yet. May {name} see what I showed you? You can also say no.")
            message = text = s.fill(reminder, name=card.name)
        else:
            message = _question(s, card)
            listed = "\n".join(f"{line.number}. {line.text}" for line in shown)
            strike = s.gettext("To leave something out, write for example: without 2")
            text = f"{message}\n{listed}\n{strike}" if len(shown) > 1 else f"{message}\n{listed}"
        offer = OfferCard(message=message, contact=card, lines=shown)
        now.say(Reply(text=text, language=s.code, choices=(*consents(s), *_at_once(now)), card=offer))
        return [SlotSet("handoff_contact", contact.id), SlotSet("handoff_reminded", reminding)]


def _question(s: Speech, card: ContactCard) -> str:
    """Who it would be, and whether they may see what is listed."""
    who = s.fill(s.gettext("You can talk to {name}, {role}. {wait}"), name=card.name, role=card.role, wait=card.wait)
    ask = s.gettext(
        "May {name} see this? If {name} cannot answer, the next person we ask sees the same, and nobody else."
    )
    since = s.gettext("What you write from now on is seen too.")
    return f"{who} {s.fill(ask, name=card.name)} {since}"


def _at_once(now: Situation) -> tuple[Choice, ...]:
    """Who has been given the numbers of danger may have a person without being asked anything."""
    return (answers.a_person_now(now.speech),) if now.tracker.get_slot("warned") else ()


def consents(s: Speech) -> tuple[Choice, ...]:
    return (
        Choice(id="share:yes", title=s.gettext("Yes, share this")),
        Choice(id="share:no", title=s.gettext("Yes, but start with an empty page")),
        cancel(s),
    )


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
        known = isinstance(value, str) and re.fullmatch(r"yes|no|except(-\d+)+", value)
        return {"handoff_consent": value if known else None}


class RequestHandoff(RettvisAction):
    action_name = "action_request_contact"

    def act(self, now: Situation) -> Events:
        waits = now.facts.get("waits_for")
        if waits:
            text = now.speech.gettext("{name} has been told and will write here. Until then I answer, a program.")
            now.say_text(now.speech.fill(text, name=waits), *waiting_choices(now.speech))
            return []
        place = now.tracker.get_slot("handoff_place")
        if place and place != now.facts.get("place"):
            now.do(SetPlace(place=place))
        consent = now.tracker.get_slot("handoff_consent")
        if consent is None:  # the offer was let go
            return _clean()
        _hand_over(now, place, urgent=False, consent=consent, shown=now.tracker.get_slot("handoff_contact"))
        return _clean()


class RequestUrgently(RettvisAction):
    """In danger nothing is asked first: one tap, and a person is told at once."""

    action_name = "action_request_urgent"

    def act(self, now: Situation) -> Events:
        _hand_over(now, now.facts.get("place"), urgent=True)
        return []


def _hand_over(
    now: Situation, place: str | None, *, urgent: bool, consent: str = "no", shown: int | None = None
) -> None:
    """Ask for the contact, and say who it is: the one the person was shown, if that still holds."""
    s = now.speech
    with services().database.reading() as session:
        try:
            chosen = _who(session, now, place, urgent=urgent)
        except NobodyToAsk:
            now.say_text(nobody(s, urgent))
            return
        agreed = next((each for each in chosen.considered if each.contact.id == shown), chosen.best)
        best = agreed if agreed.at_work == chosen.at_work else chosen.best
        if urgent and open_handoff(session, now.tracker.sender_id):  # the system says who is rung, once they are
            now.say_text(answers.in_danger(s))
            now.do(RequestContact(urgent=True, topic=now.topic))
            return
        contact = best.contact
        card = contact_card(session, contact, s, now.written)
    told = s.gettext("I have told {name}. {wait} You will see here when {name} writes. Until then I answer, a program.")
    if not (best.at_work or urgent):
        told = s.gettext("Nobody can answer right now. {name}, {role}, will be told. {wait}")
    text = s.fill(told, name=card.name, role=card.role, wait=card.wait)
    if urgent:
        text = f"{text} {answers.in_danger(s)}"
    now.say(Reply(text=text, language=s.code, card=card, choices=waiting_choices(s)))
    now.do(RequestContact(urgent=urgent, consent=consent, topic=now.topic, contact=contact.id))


def _who(session: Session, now: Situation, place: str | None, *, urgent: bool) -> Chosen:
    """The contact this conversation would go to.

    Raises:
        NobodyToAsk: no contact is active.
    """
    return choose(session, Wish(now.tracker.sender_id, now.written, place, now.topic, urgent))


def _clean() -> Events:
    slots = ("handoff_place", "handoff_consent", "handoff_contact", "handoff_reminded")
    return [SlotSet(name, None) for name in slots]


class Cancel(RettvisAction):
    action_name = "action_cancel"

    def act(self, now: Situation) -> Events:
        text = now.speech.gettext("That is fine. You can ask for a person at any time.")
        now.say_text(text, answers.a_person(now.speech))
        return _clean()


class SetWhere(RettvisAction):
    action_name = "action_set_place"

    def act(self, now: Situation) -> Events:
        place = now.entity("value") or ELSEWHERE
        now.do(SetPlace(place=place))
        known = now.library.places.get(place)
        text = now.speech.gettext("Then I also tell you what is special where you live: {place}.")
        now.say_text(now.speech.fill(text, place=known.name) if known else now.speech.gettext("Thank you."))
        return []
