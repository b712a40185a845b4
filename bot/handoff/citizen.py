"""The citizen's side of a handoff: what they pick and write that is not for the bot.

Choices of a handoff mean the same on every channel. While a person has the conversation in hand, typed words are for
that person alone, and the bot says nothing; what is answered here, is said by the system.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import phonenumbers
from sqlalchemy.orm import Session

from bot.handoff import handoffs, telling
from bot.handoff.handoffs import NotAllowed
from bot.needs import masking, promises, pulse
from bot.phones import phones
from bot.records import conversations
from bot.records.tables import Conversation, Handoff, Helper, Message, Notice, now
from bot.replies import Choice, Reply
from bot.settings import Patience
from bot.speech import Speech, speech

HOPES_LENGTH = 1_000
"""Characters kept of what somebody hopes for or is good at."""


@dataclass
class Turn:
    """One message of a person, seen from their handoff."""

    session: Session
    conversation: Conversation
    inbound: Message
    handoff: Handoff | None
    patience: Patience
    value: str = ""
    """What a choice carries: `yes` of `transfer:yes`."""
    when: datetime = field(default_factory=now)

    @property
    def s(self) -> Speech:
        return speech(self.conversation.language)

    @property
    def number(self) -> str | None:
        """The number they write from, by SMS."""
        phone = phones.of(self.session, self.conversation.id)
        return phone.number if phone and self.conversation.channel == phones.CHANNEL else None

    def say(self, text: str, *choices: Choice) -> None:
        """Answer by the system, in the handoff if there is one."""
        reply = Reply(text=text, language=self.s.code, choices=choices)
        conversations.say(
            self.session,
            self.conversation.id,
            reply,
            author="system",
            reply_to=self.inbound.id,
            handoff_id=self.handoff.id if self.handoff else None,
        )


def takes_choice(turn: Turn, name: str) -> bool:
    """Do what a choice of a handoff means. Returns whether it was one."""
    do = _CHOICES.get(name)
    if name == "urgent_human" and turn.handoff and turn.handoff.in_hand:
        do = _urgent_human
    if do is None:
        return False
    turn.conversation.pending_question = None
    try:
        do(turn)
    except NotAllowed:  # e.g. picked again on an old page: say how it stands instead
        turn.say(turn.s.gettext("That choice is not there any more. Write instead."))
    return True


def takes_text(turn: Turn, danger: bool) -> bool:
    """Take what was typed if it is not for the bot: an answer to a question of ours, or words for the contact.

    Args:
        danger: whether the words show acute danger; then nothing stands between them and help.
    """
    handoff = turn.handoff
    if turn.conversation.pending_question == "phone":
        number, turn.inbound.text = phone_number(turn.inbound.text), masking.mask(turn.inbound.text)
    else:
        number = None
    pending = turn.conversation.pending_question
    if pending:
        turn.conversation.pending_question = None
    if handoff and pending and not danger and not (handoff.in_hand and pending != "phone"):
        if pending == "phone":
            _answer_phone(turn, number)
        else:
            _ANSWERS[pending](turn)
        return True
    if handoff is None or not handoff.in_hand:
        return False
    handoffs.citizen_wrote(turn.session, handoff, turn.when)
    if danger:
        _alarm(turn)
    return True


def _alarm(turn: Turn) -> None:
    """Danger, while a person has it in hand: the contact is rung, and the system says the numbers. The bot is silent."""
    handoff = _open(turn)
    first = handoff.alarmed_at is None
    handoffs.alarm(turn.session, handoff, turn.when)
    if first:
        telling.danger(turn.session, handoff)


def _urgent_human(turn: Turn) -> None:
    """The urgent choice of a message that was sent before somebody took over."""
    handoffs.citizen_wrote(turn.session, _open(turn), turn.when)
    _alarm(turn)


def _transfer(turn: Turn) -> None:
    handoff = _open(turn)
    handoffs.answer_transfer(turn.session, handoff, turn.value == "yes", turn.patience, turn.when)
    telling.transfer_answered(turn.session, handoff, turn.value == "yes")


def _helper(turn: Turn) -> None:
    handoff = _open(turn)
    number, _, answer = turn.value.partition("-")
    helper = turn.session.get(Helper, int(number)) if number.isdecimal() else None
    if helper is None or helper.handoff_id != handoff.id or helper.agreed is not None:
        raise NotAllowed("not_now")
    helper.agreed = answer == "yes"
    if helper.agreed:
        turn.session.add(Notice(staff=helper.staff, kind="handed_on", made_at=turn.when, next_try_at=turn.when))
    turn.session.flush()
    telling.helper_answered(turn.session, handoff, helper)


def _another_contact(turn: Turn) -> None:
    handoff = _open(turn)
    owner = handoff.owner
    offer = handoffs.want_another(turn.session, handoff, turn.patience, turn.when)
    if owner:
        turn.session.add(Notice(staff=owner, kind="taken", made_at=turn.when, next_try_at=turn.when))
    telling.asked_next(turn.session, handoff, None, offer, turn.when)


def _bot_back(turn: Turn) -> None:
    handoff = _open(turn)
    offer = handoffs.standing_offer(handoff)
    told = handoff.owner or (offer.contact if offer else None)
    if told:
        turn.session.add(Notice(staff=told, kind="taken", made_at=turn.when, next_try_at=turn.when))
    handoffs.give_back(turn.session, handoff, turn.when)
    telling.given_back(turn.session, handoff, told)


def _reopen(turn: Turn) -> None:
    if turn.handoff:
        raise NotAllowed("not_now")
    handoff = handoffs.latest_closed(turn.session, turn.conversation.id, turn.when)
    if handoff is None:
        raise NotAllowed("closed")
    turn.handoff = handoff
    turn.inbound.handoff_id = handoff.id
    offer = handoffs.reopen(turn.session, handoff, turn.patience, turn.when)
    telling.asked_next(turn.session, handoff, None, offer, turn.when)


def _pulse(turn: Turn) -> None:
    """An answer is counted without a link to this conversation; what was picked is not kept here at all."""
    question, _, answer = turn.value.partition("-")
    last = handoffs.latest_closed(turn.session, turn.conversation.id, turn.when)
    turn.session.delete(turn.inbound)
    if (question, answer) == ("skip", ""):
        if last:
            last.pulse = None
        turn.say(turn.s.gettext("That is fine."))
        return
    if last is None or last.pulse != question:
        raise NotAllowed("not_now")
    try:
        about = turn.conversation
        pulse.record(turn.session, question, answer, language=about.language, place=about.place, channel=about.channel)
    except ValueError as error:
        raise NotAllowed("not_now") from error
    last.pulse = "contributed" if question == "listened" else None
    if last.pulse:
        telling.pulse_question(turn.session, last, last.pulse)
    else:
        asked = [promises.choice(last.topic, turn.s)] if last.topic and last.outcome != "met" else []
        turn.say(turn.s.gettext("Thank you."), *asked)


def _tell_change(turn: Turn) -> None:
    """They want to be told when a topic changes; kept with the conversation alone."""
    offer = conversations.last_offer(turn.session, turn.conversation.id, before=turn.inbound.id)
    offered = Reply.model_validate(offer.body).choices if offer else ()
    if f"{promises.CHOICE}:{turn.value}" not in {each.id for each in offered}:
        raise NotAllowed("not_now")
    promises.make(turn.session, turn.conversation.id, turn.value)
    turn.say(turn.s.gettext("Thank you. I will write to you here if it changes."))


def _hopes(turn: Turn) -> None:
    handoff = _open(turn)
    turn.conversation.pending_question = "hopes"
    text = turn.s.gettext("What do you hope for? Write it in one message. {name} will see it.")
    turn.say(turn.s.fill(text, name=handoff.contact.name), _skip(turn.s))


def _skip_question(turn: Turn) -> None:
    turn.say(turn.s.gettext("That is fine."))


def _call_me(turn: Turn) -> None:
    _open(turn)
    turn.conversation.pending_question = "phone"
    text = turn.s.gettext("Which number should we call? Only the person who helps you sees it.")
    known = [Choice(id="reach:this", title=turn.s.gettext("Call the number I write from"))] if turn.number else []
    turn.say(text, *known, Choice(id="reach:here", title=turn.s.gettext("I would rather get the answer here")))


def _reach(turn: Turn) -> None:
    handoff = _open(turn)
    if turn.value == "this" and turn.number:
        handoff.phone, turn.value = turn.number, "call"
    if turn.value not in ("here", "call", "sms") or (turn.value != "here" and not handoff.phone):
        raise NotAllowed("not_now")
    handoff.reach = turn.value
    if turn.value == "here":
        handoff.phone = None
    texts = {
        "here": turn.s.gettext("Then you get the answer here."),
        "call": turn.s.gettext("{name} has been told that you want to be called."),
        "sms": turn.s.gettext("{name} has been told that you want an SMS."),
    }
    turn.say(turn.s.fill(texts[turn.value], name=handoff.contact.name))


def _answer_hopes(turn: Turn) -> None:
    handoff = _open(turn)
    handoff.hopes = turn.inbound.text[:HOPES_LENGTH]
    turn.conversation.pending_question = "strengths"
    turn.say(turn.s.gettext("What are you good at, or what matters to you?"), _skip(turn.s))


def _answer_strengths(turn: Turn) -> None:
    handoff = _open(turn)
    handoff.strengths = turn.inbound.text[:HOPES_LENGTH]
    turn.say(turn.s.fill(turn.s.gettext("Thank you. {name} will see it."), name=handoff.contact.name))


def _answer_phone(turn: Turn, number: str | None) -> None:
    handoff = _open(turn)
    if number is None:
        turn.conversation.pending_question = "phone"
        turn.say(
            turn.s.gettext("I cannot read that as a phone number. Write only the number."),
            Choice(id="reach:here", title=turn.s.gettext("I would rather get the answer here")),
        )
        return
    handoff.phone, handoff.reach = number, "call"
    text = turn.s.gettext("Thank you. {name} will call you. If you would rather have an SMS, say so here.")
    here = Choice(id="reach:here", title=turn.s.gettext("I would rather get the answer here"))
    sms = Choice(id="reach:sms", title=turn.s.gettext("Send me an SMS instead"))
    turn.say(turn.s.fill(text, name=handoff.contact.name), *([here] if turn.number else [sms, here]))


def phone_number(text: str) -> str | None:
    """The one phone number in a text, in international form; Norwegian where no country is said."""
    latin = text.translate({ord(digit): str(n % 10) for n, digit in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")})
    found = {
        phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        for match in phonenumbers.PhoneNumberMatcher(latin, "NO")
    }
    return found.pop() if len(found) == 1 else None


def _open(turn: Turn) -> Handoff:
    if turn.handoff is None:
        raise NotAllowed("closed")
    return turn.handoff


def _skip(s: Speech) -> Choice:
    return Choice(id="skip", title=s.gettext("I would rather not answer"))


_CHOICES: dict[str, Callable[[Turn], None]] = {
    "transfer": _transfer,
    "helper": _helper,
    "another_contact": _another_contact,
    "bot_back": _bot_back,
    "reopen": _reopen,
    "pulse": _pulse,
    promises.CHOICE: _tell_change,
    "hopes": _hopes,
    "skip": _skip_question,
    "call_me": _call_me,
    "reach": _reach,
}
CHOICES = frozenset(_CHOICES)
"""The names of the choices of a handoff."""
_ANSWERS: dict[str, Callable[[Turn], None]] = {
    "hopes": _answer_hopes,
    "strengths": _answer_strengths,
}
