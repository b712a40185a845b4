"""The states of a handoff, and who may move it from one to the next.

    requested -> offered -> accepted -> active <-> waiting -> closed -> reopened
                   |  ^        |
      declined, timed_out      transferred -> offered (to the next one; the owner keeps it until then)

`requested`: a person is wanted and nobody is asked right now. `offered`: a named contact, or the duty team, is asked and
has until a given time. `accepted`: taken over, nothing written yet. `active`: the contact's turn. `waiting`: the
citizen's. `transferred`: the owner wants to hand on, and the citizen has not answered yet. `declined`, `timed_out` and
`reopened` are passed through: what follows is decided in the same transaction. Every step is kept (`Move`).

A person who deletes the conversation ends it from any state. Two moves at once: exactly one wins (`Handoff.version`).
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.handoff.hours import Plan
from bot.handoff.routing import Chosen, NobodyToAsk, Wish, choose, duty_team
from bot.needs import service
from bot.needs.vocabulary import OUTCOMES
from bot.records import conversations
from bot.records.access import sees_from
from bot.records.tables import Conversation, Handoff, Move, Notice, Offer, Staff, now
from bot.replies import SharedLine
from bot.settings import Patience

MOVES = {
    "requested": {"offered", "accepted", "closed"},
    "offered": {"accepted", "declined", "timed_out", "requested", "active", "closed"},
    "declined": {"offered", "requested", "active"},
    "timed_out": {"offered", "requested", "active"},
    "accepted": {"active", "waiting", "transferred", "requested", "closed"},
    "active": {"waiting", "transferred", "requested", "closed"},
    "waiting": {"active", "transferred", "requested", "closed"},
    "transferred": {"offered", "active", "requested", "closed"},
    "closed": {"reopened"},
    "reopened": {"offered", "requested"},
}
"""Which state may follow which."""
AWAITS_SOMEBODY = ("requested", "offered")
IN_CONVERSATION = ("accepted", "active", "waiting")

REOPENS = timedelta(days=30)
"""How long after closing a person can take it up again."""
ASKED_AGAIN = timedelta(hours=1)
"""After which one who did not answer may be asked again about the same handoff."""
DECLINED_AGAIN = timedelta(hours=4)
"""After which one who declined may be asked again, when nobody else has taken it: nobody waits for ever."""
CITIZEN, CLOCK = "citizen", "clock"
_OPEN = select(Handoff.id).where(Handoff.conversation_id == bindparam("conversation_id"), Handoff.closed_at.is_(None))


class NotAllowed(Exception):
    """The handoff is not in a state, or not in the hands, that allows this.

    Args:
        code: gone, taken, closed, not_yours or not_now; said in words on the desk.
        name: who has it, where somebody has.
    """

    def __init__(self, code: str, name: str = "") -> None:
        self.code = code
        self.name = name
        super().__init__(f"{code} {name}".strip())


def open_handoff(session: Session, conversation_id: str) -> Handoff | None:
    """The conversation's handoff that is not closed, if any."""
    number = session.scalar(_OPEN, {"conversation_id": conversation_id})  # few have one, and it is long to read
    return session.get(Handoff, number) if number else None


def locked(session: Session, handoff_id: int) -> Handoff | None:
    """A handoff to be changed. Its conversation is locked first, as every turn of it is: they come one after the other."""
    handoff = session.get(Handoff, handoff_id)
    if handoff is None:
        return None
    session.get(Conversation, handoff.conversation_id, with_for_update={"key_share": True}, populate_existing=True)
    return session.get(Handoff, handoff_id, populate_existing=True)


def latest_closed(session: Session, conversation_id: str, when: datetime) -> Handoff | None:
    """The last handoff of a conversation if it can still be reopened."""
    query = select(Handoff).where(Handoff.conversation_id == conversation_id).order_by(Handoff.id.desc()).limit(1)
    last = session.scalar(query)
    return last if last and last.closed_at and last.owner_id and when - last.closed_at <= REOPENS else None


def request(
    session: Session,
    conversation: Conversation,
    *,
    topic: str | None,
    urgent: bool,
    shared: list[SharedLine],
    patience: Patience,
    contact_id: int | None = None,
    when: datetime | None = None,
) -> Handoff:
    """Ask the right contact to take the conversation; one that is open already is made urgent if this one is.

    Args:
        shared: the lines the person agreed to pass on; the contact sees these and what is said from now on.
        contact_id: the contact the person was shown, who is asked if that still holds.

    Raises:
        NobodyToAsk: no contact is active.
    """
    when = when or now()
    handoff = open_handoff(session, conversation.id)
    if handoff:
        _add_to(session, handoff, urgent=urgent, shared=shared, patience=patience, when=when)
        return handoff
    chosen = choose(session, Wish.of(conversation, topic, urgent=urgent), when)
    shown = next((each for each in chosen.considered if each.contact.id == contact_id), None)
    if shown and shown.at_work == chosen.at_work:
        chosen = Chosen(shown, chosen.considered)
    handoff = Handoff(
        conversation=conversation,
        contact=chosen.contact,
        topic=topic,
        urgent=urgent,
        shared=[line.model_dump(mode="json") for line in shared],
        requested_at=when,
    )
    session.add(handoff)
    session.flush()
    _note(session, handoff, CITIZEN, when=when)
    if chosen.at_work or urgent:
        _offer(session, handoff, chosen, patience, when)
    return handoff


def _add_to(
    session: Session, handoff: Handoff, *, urgent: bool, shared: list[SharedLine], patience: Patience, when: datetime
) -> None:
    """The person asks again while a handoff is open: more may be shared, and danger makes it ring at once."""
    have = {line["text"] for line in handoff.shared}
    more = [line.model_dump(mode="json") for line in shared if line.text not in have]
    if more:
        handoff.shared = [*handoff.shared, *more]
    if urgent and not handoff.urgent:
        handoff.urgent = True
        if handoff.in_hand:
            alarm(session, handoff, when)
        elif handoff.state == "requested":
            ask_next(session, handoff, patience, when)
        else:
            standing = standing_offer(handoff)
            if standing:
                standing.due_at = min(standing.due_at, when + patience.urgent)
                _ring(session, handoff, standing, "urgent", when)


def ask_next(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> Offer | None:
    """Ask whoever is next: the best contact, if at work and not asked yet; the duty team when somebody did not answer.

    Nobody who is off work is asked, unless it is urgent. Where nobody can be asked, the handoff waits as `requested` and
    names who answers when; the clock asks again.

    Returns:
        The offer that was made, or None.
    """
    conversation = handoff.conversation
    asked = {offer.contact_id for offer in handoff.offers if _not_again(offer, handoff, patience, when)}
    members = duty_team(session, when) if (asked or handoff.urgent) and None not in asked else []
    members = [member for member in members if member.id not in handoff.unwanted]
    if handoff.urgent and members and asked:
        return _offer_team(session, handoff, patience, when)
    wish = Wish.of(conversation, handoff.topic, urgent=handoff.urgent, not_again=asked - {None})
    try:
        chosen = choose(session, wish, when)
    except NobodyToAsk:
        chosen = None
    if chosen and chosen.at_work:
        return _offer(session, handoff, chosen, patience, when)
    if members:
        return _offer_team(session, handoff, patience, when)
    if chosen and handoff.urgent:
        return _offer(session, handoff, chosen, patience, when)
    if handoff.state != "requested":
        move(session, handoff, "requested", CLOCK, when=when)
    if chosen:
        handoff.contact = chosen.contact
    return None


def _not_again(offer: Offer, handoff: Handoff, patience: Patience, when: datetime) -> bool:
    """Whether whoever got this offer is not to be asked now: the unwanted never, others after a while."""
    if offer.outcome == "unwanted":
        return True
    if offer.ended_at is None or offer.made_at < handoff.requested_at:
        return False
    again = {"timed_out": patience.urgent if handoff.urgent else ASKED_AGAIN, "declined": DECLINED_AGAIN}
    return when - offer.ended_at < again.get(offer.outcome or "", timedelta())


def _offer(session: Session, handoff: Handoff, chosen: Chosen, patience: Patience, when: datetime) -> Offer:
    handoff.contact = chosen.contact
    due = when + (patience.urgent if handoff.urgent else patience.offer)
    return _made(session, handoff, Offer(contact=chosen.contact, made_at=when, due_at=due, why=chosen.why))


def _offer_team(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> Offer:
    due = when + (patience.urgent if handoff.urgent else patience.offer)
    return _made(session, handoff, Offer(contact=None, made_at=when, due_at=due, why=[]))


def _made(session: Session, handoff: Handoff, offer: Offer) -> Offer:
    handoff.offers.append(offer)
    handoff.offered_at = offer.made_at
    if handoff.state != "offered":
        move(session, handoff, "offered", CLOCK, when=offer.made_at)
    else:
        _note(session, handoff, CLOCK, when=offer.made_at)
    _ring(session, handoff, offer, "urgent" if handoff.urgent else "waiting", offer.made_at)
    return offer


def _ring(session: Session, handoff: Handoff, offer: Offer, kind: str, when: datetime) -> None:
    members = duty_team(session, when) if offer.contact is None else [offer.contact]
    whom = [each for each in members if each.id not in handoff.unwanted]
    session.add_all(Notice(staff=each, kind=kind, made_at=when, next_try_at=when) for each in whom)


def standing_offer(handoff: Handoff) -> Offer | None:
    """The offer that has not been answered."""
    return next((offer for offer in reversed(handoff.offers) if offer.ended_at is None), None)


def end_offer(session: Session, handoff: Handoff, outcome: str, by: str, when: datetime) -> None:
    """The one who is asked does not take it: declined, or timed_out. What follows is `after_offer`."""
    offer = standing_offer(handoff)
    if offer is None or handoff.state != "offered":
        raise NotAllowed("not_now")
    offer.ended_at, offer.outcome = when, outcome
    move(session, handoff, outcome, by, when=when)


def after_offer(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> Offer | None:
    """After an offer that was not taken: back to the owner where there is one, or else to the next contact."""
    if handoff.owner:
        handoff.contact = handoff.owner
        move(session, handoff, "active", CLOCK, when=when)
        return None
    return ask_next(session, handoff, patience, when)


def may_take(handoff: Handoff, contact: Staff) -> bool:
    """Whether a contact may take it: whoever is asked, the duty team where it is; anybody where nobody is asked."""
    if handoff.state not in AWAITS_SOMEBODY or contact.id in handoff.unwanted:
        return False
    offer = standing_offer(handoff)
    if offer is None:
        return True
    return offer.contact_id == contact.id or (offer.contact_id is None and contact.duty_team)


def accept(session: Session, handoff: Handoff, contact: Staff, when: datetime | None = None) -> None:
    """A contact takes the conversation over; another than the one asked becomes its owner.

    Raises:
        NotAllowed: somebody has it, it is closed, or it is being handed on to another.
    """
    when = when or now()
    if not may_take(handoff, contact):
        if handoff.state == "closed":
            raise NotAllowed("closed")
        raise NotAllowed("taken", handoff.owner.name) if handoff.owner else NotAllowed("not_now")
    offer = standing_offer(handoff)
    if offer is None or offer.contact_id is None:
        if offer:
            offer.ended_at, offer.outcome = when, "withdrawn"
        offer = Offer(contact=contact, made_at=offer.made_at if offer else when, due_at=when, why=[])
        handoff.offers.append(offer)
    handoff.offered_at = offer.made_at
    offer.sees_from = sees_from(handoff, contact)
    offer.ended_at, offer.outcome = when, "accepted"
    handoff.owner, handoff.contact = contact, contact
    handoff.accepted_at = when
    handoff.answered_at = handoff.contact_wrote_at = handoff.alarmed_at = None
    for helper in list(handoff.helpers):
        if helper.staff_id == contact.id:
            handoff.helpers.remove(helper)
    move(session, handoff, "accepted", contact.name, when=when)
    session.flush()


def citizen_wrote(session: Session, handoff: Handoff, when: datetime) -> None:
    """The person wrote to the one who has it in hand: it is the contact's turn."""
    handoff.citizen_wrote_at = when
    if handoff.state in ("accepted", "waiting"):
        move(session, handoff, "active", CITIZEN, when=when)


def contact_wrote(session: Session, handoff: Handoff, contact: Staff, when: datetime) -> None:
    """The owner wrote: it is the person's turn.

    Raises:
        NotAllowed: it is not in this contact's hands.
    """
    must_own(handoff, contact)
    handoff.contact_wrote_at = when
    if handoff.answered_at is None:
        about = handoff.conversation
        service.record_wait(session, when - handoff.requested_at, language=about.language, channel=about.channel)
        handoff.answered_at = when
    handoff.alarmed_at = None
    if handoff.state in ("accepted", "active"):
        move(session, handoff, "waiting", contact.name, when=when)


def propose_transfer(
    session: Session, handoff: Handoff, contact: Staff, to: Staff, reason: str, when: datetime
) -> None:
    """The owner wants to hand on, for a reason; the citizen is asked first.

    Raises:
        NotAllowed: it is not in this contact's hands, or something is under way already, or `to` is no contact.
        ValueError: no reason, or a hand-on to oneself.
    """
    must_own(handoff, contact)
    if handoff.state not in IN_CONVERSATION or "contact" not in to.duties or not to.active:
        raise NotAllowed("not_now")
    if not reason.strip() or to.id == contact.id:
        raise ValueError("a reason, and another contact")
    handoff.contact = to
    move(session, handoff, "transferred", contact.name, reason=reason.strip().lstrip("#"), when=when)


def answer_transfer(session: Session, handoff: Handoff, agreed: bool, patience: Patience, when: datetime) -> None:
    """The citizen says yes, and the next one is asked while the owner keeps it, or no, and the owner keeps it.

    Raises:
        NotAllowed: nothing is being handed on.
    """
    if handoff.state != "transferred":
        raise NotAllowed("not_now")
    if agreed:
        plan = Plan.of(handoff.contact)
        since = when if plan.at_work(when) else plan.next_start(when) or when
        offer = Offer(contact=handoff.contact, made_at=when, due_at=since + 6 * patience.offer, why=[])
        handoff.offers.append(offer)
        move(session, handoff, "offered", CITIZEN, when=when)
        session.add(Notice(staff=handoff.contact, kind="handed_on", made_at=when, next_try_at=when))
    else:
        keep(session, handoff, CITIZEN, when)


def keep(session: Session, handoff: Handoff, by: str, when: datetime) -> None:
    """The owner keeps what was going to be handed on."""
    if handoff.owner is None or handoff.state not in ("transferred", "offered"):
        raise NotAllowed("not_now")
    offer = standing_offer(handoff)
    if offer:
        offer.ended_at, offer.outcome = when, "withdrawn"
    handoff.contact = handoff.owner
    move(session, handoff, "active", by, when=when)


def want_another(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> Offer | None:
    """The citizen wants another contact: it leaves the hands it is in, and the next one is asked."""
    unwanted = handoff.owner_id or handoff.contact_id
    standing = standing_offer(handoff)
    if standing:
        standing.ended_at, standing.outcome = when, "withdrawn"
    handoff.offers.append(
        Offer(contact_id=unwanted, made_at=when, due_at=when, ended_at=when, outcome="unwanted", why=[])
    )
    handoff.owner = None
    handoff.helpers.clear()
    handoff.sees_from = conversations.newest(session, handoff.conversation_id)
    if handoff.state != "requested":
        move(session, handoff, "requested", CITIZEN, when=when)
    return ask_next(session, handoff, patience, when)


def close(session: Session, handoff: Handoff, contact: Staff, outcome: str, when: datetime | None = None) -> None:
    """The owner closes with what happened: met, partly_met or not_met.

    Raises:
        NotAllowed: it is not in this contact's hands.
        ValueError: the outcome is not one of OUTCOMES.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"{outcome!r} is not one of {', '.join(OUTCOMES)}")
    must_own(handoff, contact)
    _close(session, handoff, outcome, contact.name, when or now())


def give_back(session: Session, handoff: Handoff, when: datetime) -> None:
    """The citizen wants no person any more; the bot answers again."""
    if handoff.state == "closed":
        raise NotAllowed("closed")
    _close(session, handoff, None, CITIZEN, when)


def _close(session: Session, handoff: Handoff, outcome: str | None, by: str, when: datetime) -> None:
    offer = standing_offer(handoff)
    if offer:
        offer.ended_at, offer.outcome = when, "withdrawn"
    if handoff.owner:
        handoff.contact = handoff.owner
    handoff.helpers.clear()
    handoff.phone, handoff.reach, handoff.alarmed_at = None, "here", None
    handoff.pulse = "listened" if outcome else None
    move(session, handoff, "closed", by, when=when)
    handoff.closed_at = when
    handoff.outcome = outcome


def reopen(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> Offer | None:
    """The citizen takes it up again: whoever had it is asked first, or told of when they are back.

    Raises:
        NotAllowed: it is not closed, or closed longer ago than REOPENS.
    """
    if handoff.closed_at is None or when - handoff.closed_at > REOPENS:
        raise NotAllowed("closed")
    handoff.closed_at = handoff.outcome = handoff.owner = handoff.pulse = None
    handoff.requested_at = when
    handoff.sees_from = conversations.newest(session, handoff.conversation_id)
    move(session, handoff, "reopened", CITIZEN, when=when)
    return ask_next(session, handoff, patience, when)


def names(session: Session, conversation_id: str) -> list[str]:
    """Whom a conversation has been handed to."""
    query = select(Staff.name).join(Handoff, Handoff.contact_id == Staff.id)
    return list(session.scalars(query.where(Handoff.conversation_id == conversation_id).distinct()))


def alarm(session: Session, handoff: Handoff, when: datetime) -> None:
    """A message to the owner shows danger: they and the duty team are rung, and again by the clock until they write."""
    handoff.urgent = True
    if handoff.alarmed_at is None:
        ring_loudly(session, handoff, when)


def ring_loudly(session: Session, handoff: Handoff, when: datetime) -> None:
    """Ring the owner and everybody of the duty team who is at work."""
    handoff.alarmed_at = when
    whom = {each.id: each for each in (handoff.owner, *duty_team(session, when)) if each}
    rung = [each for each in whom.values() if each.id not in handoff.unwanted]
    session.add_all(Notice(staff=each, kind="urgent", made_at=when, next_try_at=when) for each in rung)


def must_own(handoff: Handoff, contact: Staff) -> None:
    """Raises NotAllowed unless this contact has the conversation in hand."""
    if not handoff.in_hand or handoff.owner_id != contact.id:
        code = "closed" if handoff.closed_at else "not_yours"
        raise NotAllowed(code, handoff.owner.name if handoff.owner else "")


def move(session: Session, handoff: Handoff, state: str, by: str, *, when: datetime, reason: str | None = None) -> None:
    """Change the state, and keep that it was changed, by whom and why.

    Raises:
        NotAllowed: that state does not follow the present one.
    """
    if state not in MOVES[handoff.state]:
        raise NotAllowed("closed" if handoff.state == "closed" else "not_now")
    handoff.state = state
    _note(session, handoff, by, reason=reason, when=when)


def _note(session: Session, handoff: Handoff, by: str, *, when: datetime, reason: str | None = None) -> None:
    session.flush()
    offer = standing_offer(handoff)
    team = handoff.state == "offered" and offer is not None and offer.contact is None
    session.add(
        Move(
            handoff_id=handoff.id,
            at=when,
            state=handoff.state,
            by=by,
            contact=None if team else handoff.contact.name,
            reason=reason,
        )
    )
