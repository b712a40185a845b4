"""What the person is told, by the system and not by the bot, when something happens to their handoff."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import answers
from bot.handoff.presentation import clock, contact_card, day_in_words
from bot.records import conversations
from bot.records.tables import Handoff, Helper, Message, Offer, Staff
from bot.replies import Card, Choice, ContactCard, Reply
from bot.speech import Speech, speech


def tell(
    session: Session, handoff: Handoff, text: str, choices: tuple[Choice, ...] = (), card: Card | None = None
) -> Message:
    """Keep an announcement in the conversation."""
    s = voice(handoff)
    reply = Reply(text=text, language=s.code, choices=choices, card=card)
    return conversations.say(session, handoff.conversation_id, reply, author="system", handoff_id=handoff.id)


def voice(handoff: Handoff) -> Speech:
    return speech(handoff.conversation.language)


def shown(session: Session, handoff: Handoff, contact: Staff, when: datetime) -> ContactCard:
    return contact_card(session, contact, voice(handoff), handoff.conversation.language, when)


def accepted(session: Session, handoff: Handoff) -> None:
    s = voice(handoff)
    text = s.gettext("You are now writing with {name}, {role}. {name} is a human. Rettvis is silent meanwhile.")
    tell(session, handoff, s.fill(text, name=handoff.contact.name, role=handoff.contact.role))


def asked_next(session: Session, handoff: Handoff, before: Staff | None, offer: Offer | None, when: datetime) -> None:
    """Who is asked now.

    Args:
        before: whoever did not take it; None where that is not worth a word.
        offer: the new offer, or None where nobody can be asked now.
    """
    s = voice(handoff)
    if offer is None and handoff.contact_id in handoff.unwanted:
        tell(session, handoff, nobody(s, handoff.urgent), waiting_choices(s))
        return
    cannot = s.fill(s.gettext("{name} cannot answer now."), name=before.name) + " " if before else ""
    if offer is not None and offer.contact is None:
        text = s.gettext("I have told everybody in the duty team. The first of them to answer will write here.")
        tell(session, handoff, cannot + _with_numbers(text, s, handoff.urgent), waiting_choices(s))
        return
    card = shown(session, handoff, handoff.contact, when)
    if offer is not None:
        text = s.fill(s.gettext("I have asked {name}, {role}. {wait}"), name=card.name, role=card.role, wait=card.wait)
    else:
        text = s.gettext("Nobody can answer right now. {name}, {role}, will be told. {wait}")
        text = s.fill(text, name=card.name, role=card.role, wait=card.wait)
    tell(session, handoff, cannot + _with_numbers(text, s, handoff.urgent), waiting_choices(s), card)


def nobody(s: Speech, urgent: bool) -> str:
    """There is nobody who could be asked."""
    return _with_numbers(s.gettext("Nobody can take over right now. You can call Nav on 55 55 33 33."), s, urgent)


def _with_numbers(text: str, s: Speech, urgent: bool) -> str:
    """Whom to call meanwhile, where it cannot wait."""
    return f"{text} {answers.in_danger(s)}" if urgent else text


def danger(session: Session, handoff: Handoff) -> None:
    """Danger was written to a contact: the numbers, at once, while the contact is rung."""
    s = voice(handoff)
    tell(session, handoff, answers.in_danger(s))


def owner_silent(session: Session, handoff: Handoff) -> None:
    s = voice(handoff)
    cannot = s.fill(s.gettext("{name} cannot answer now."), name=handoff.contact.name)
    more = s.gettext("You can wait, or ask for another person.")
    tell(session, handoff, f"{cannot} {more}", (another(s),))


def transfer_proposed(session: Session, handoff: Handoff, reason: str, when: datetime) -> None:
    s = voice(handoff)
    card = shown(session, handoff, handoff.contact, when)
    owner = handoff.owner.name if handoff.owner else ""
    text = s.fill(
        s.gettext(
            "{owner} would like {name}, {role}, to go on with you. The reason: “{reason}” {name} would see what you have "
            "written with {owner}. If you say no, {owner} stays."
        ),
        owner=owner,
        name=card.name,
        role=card.role,
        reason=reason,
    )
    yes = Choice(id="transfer:yes", title=s.gettext("Yes, that is fine"))
    no = Choice(id="transfer:no", title=s.fill(s.gettext("No, {name} stays"), name=owner))
    tell(session, handoff, text, (yes, no), card)


def transfer_answered(session: Session, handoff: Handoff, agreed: bool) -> None:
    s = voice(handoff)
    owner = handoff.owner.name if handoff.owner else ""
    if agreed:
        text = s.gettext("I have asked {name}. Until {name} takes over, {owner} answers you.")
        tell(session, handoff, s.fill(text, name=handoff.contact.name, owner=owner))
    else:
        tell(session, handoff, s.fill(s.gettext("{owner} stays with you."), owner=owner))


def transfer_failed(session: Session, handoff: Handoff, other: Staff) -> None:
    s = voice(handoff)
    owner = handoff.owner.name if handoff.owner else ""
    text = s.gettext("{name} could not take over. {owner} stays with you.")
    tell(session, handoff, s.fill(text, name=other.name, owner=owner))


def owner_away(session: Session, handoff: Handoff, back: datetime | None) -> None:
    """The owner is on leave and nobody stands in."""
    s = voice(handoff)
    owner = handoff.owner.name if handoff.owner else ""
    when = (
        s.fill(s.gettext("{name} is away until {day}."), name=owner, day=day_in_words(back, s))
        if back
        else s.fill(s.gettext("{name} is away for a long time."), name=owner)
    )
    more = s.gettext("You can wait, or ask for another person.")
    tell(session, handoff, f"{when} {more}", (another(s),))


def helper_asked(session: Session, handoff: Handoff, helper: Helper) -> None:
    s = voice(handoff)
    owner = handoff.owner.name if handoff.owner else ""
    text = s.fill(
        s.gettext(
            "{owner} asks if {name}, {role}, may read along and give advice. {owner} is still the one who writes with you."
        ),
        owner=owner,
        name=helper.staff.name,
        role=_role(helper.staff),
    )
    yes = Choice(id=f"helper:{helper.id}-yes", title=s.gettext("Yes, that is fine"))
    no = Choice(id=f"helper:{helper.id}-no", title=s.gettext("No"))
    tell(session, handoff, text, (yes, no))


def helper_answered(session: Session, handoff: Handoff, helper: Helper) -> None:
    s = voice(handoff)
    if helper.agreed:
        text = s.gettext("{name} can now read what you write here.")
    else:
        text = s.gettext("{name} cannot read what you write here.")
    tell(session, handoff, s.fill(text, name=helper.staff.name))


def interpreter_booked(session: Session, handoff: Handoff, at: datetime) -> None:
    s = voice(handoff)
    text = s.gettext("An interpreter for {language} is booked for {day} at {time}. It is free for you.")
    name = s.language_name(handoff.conversation.language)
    tell(session, handoff, s.fill(text, language=name, day=day_in_words(at, s), time=clock(at, s)))


def closed(session: Session, handoff: Handoff) -> None:
    s = voice(handoff)
    text = s.gettext("{name} has ended the conversation. From now on Rettvis answers again, a program.")
    again = s.gettext("You can take it up again with {name} within 30 days.")
    text = s.fill(f"{text} {again}", name=handoff.contact.name)
    tell(session, handoff, text, (Choice(id="reopen", title=s.gettext("Take it up again")),))


def given_back(session: Session, handoff: Handoff, told: Staff | None) -> None:
    """The bot answers again. `told` is the contact who hears of it, if one had it or was asked."""
    s = voice(handoff)
    if told:
        text = s.gettext("From now on Rettvis answers again, a program. {name} has been told.")
        tell(session, handoff, s.fill(text, name=told.name))
    else:
        tell(session, handoff, s.gettext("That is fine. You can ask for a person at any time."))


def pulse_question(session: Session, handoff: Handoff, question: str) -> None:
    """One of the two questions: feeling valued, adding value."""
    s = voice(handoff)
    if question == "listened":
        intro = s.gettext("Two short questions, if you want to. Nobody sees that it was you who answered.")
        listened = s.gettext("Did you feel listened to and respected?")
        text = f"{intro} {listened}"
    else:
        text = s.gettext("Could you use what you are good at, or decide for yourself?")
    titles = {"yes": s.gettext("Yes"), "partly": s.gettext("Partly"), "no": s.gettext("No")}
    choices = [Choice(id=f"pulse:{question}-{code}", title=title) for code, title in titles.items()]
    skip = Choice(id="pulse:skip", title=s.gettext("I would rather not answer"))
    again = Choice(id="reopen", title=s.gettext("Take it up again"))
    tell(session, handoff, text, (*choices, skip, again))


def another(s: Speech) -> Choice:
    return Choice(id="another_contact", title=s.gettext("I want another person"))


def waiting_choices(s: Speech) -> tuple[Choice, ...]:
    """What a person who waits can do."""
    return (
        Choice(id="hopes", title=s.gettext("Say what I hope for")),
        Choice(id="call_me", title=s.gettext("I want to be called")),
        another(s),
        Choice(id="bot_back", title=s.gettext("I do not need a person any more")),
    )


def choices_in_hand(s: Speech) -> tuple[Choice, ...]:
    """What a person who writes with a contact can do."""
    return (
        Choice(id="call_me", title=s.gettext("I want to be called")),
        another(s),
        Choice(id="bot_back", title=s.gettext("Back to the program")),
    )


def _role(staff: Staff) -> str:
    return f"{staff.role}, {staff.office}" if staff.office else staff.role
