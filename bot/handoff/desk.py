"""What a contact can do: see who waits, take over, write, hand on, get help, close with what happened."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from bot.handoff import handoffs, summary, telling
from bot.handoff.handoffs import NotAllowed
from bot.handoff.routing import active_contacts
from bot.needs import needs
from bot.phones import outbox, phones
from bot.phones.numbers import masked
from bot.records import conversations
from bot.records.access import NoAccess, access_handoff, access_messages, concerns, is_helper, keep_look
from bot.records.database import Database
from bot.records.tables import Handoff, Helper, Message, Move, Note, Notice, Offer, Outgoing, Reminder, Staff, now
from bot.replies import Reply, SharedLine
from bot.settings import Patience
from bot.understanding.language import identify

__all__ = ["DESK", "BySms", "Desk", "Lacked", "Letter", "Lists", "NoAccess", "NotAllowed", "Row", "View"]

DESK = "desk"
"""The channel on which the desk hears that a handoff has changed."""
LONGEST_NOTE = 10_000


@dataclass(frozen=True)
class Lacked:
    """What a contact tells the programme when something could not be met."""

    barrier: str
    conditions: list[str]
    would_have_helped: str | None = None
    topic: str | None = None
    theme: str | None = None
    children: str | None = None
    """Whether children are affected: yes, no, or nothing where it is not known."""
    part: str | None = None
    """The part of town."""


@dataclass(frozen=True)
class BySms:
    """What a contact must know of somebody who writes from a phone."""

    number: str | None
    """Masked."""
    stopped: bool
    """They have said STOP: nothing reaches them."""
    unreached: frozenset[int]
    """The messages that have not come to the phone, and will not by themselves."""


@dataclass(frozen=True)
class Letter:
    """An SMS that did not arrive: not what it says, and whose only for those whom that concerns."""

    outgoing: Outgoing
    number: str | None
    """Masked."""
    handoff_id: int | None
    """The conversation in hand that it belongs to, if that concerns this contact."""


@dataclass(frozen=True)
class Row:
    """A handoff in a list of the desk: nothing of what was said, and what it is about only where that was shared."""

    handoff: Handoff
    mine: bool
    """It concerns this contact, who may open it."""
    topics: tuple[str, ...]
    offer: Offer | None
    stuck: bool
    """It waits, and nobody is asked."""
    my_turn: bool

    def reasons(self, candidate: dict[str, Any]) -> list[str]:
        """Why somebody was considered, without what would tell a fact the person did not share."""
        return told_reasons(self.handoff, candidate)


def told_reasons(handoff: Handoff, candidate: dict[str, Any]) -> list[str]:
    """The reasons for and against a contact that may be shown: a place or topic only where the person shared theirs."""
    shared = {line["kind"] for line in handoff.shared}
    hidden = {reason for reason, line in (("place", "place"), ("topic", "topics")) if line not in shared}
    return [code for code in (*candidate["reasons"], *candidate["hindrances"]) if code not in hidden]


@dataclass(frozen=True)
class Lists:
    """What stands on the desk."""

    waiting: list[Row]
    in_hand: list[Row]
    helping: list[Row]
    reminders: list[Reminder]


@dataclass(frozen=True)
class View:
    """A handoff as its contact sees it."""

    handoff: Handoff
    messages: Sequence[Message]
    lines: tuple[SharedLine, ...]
    """What the person agreed to pass on."""
    topics: tuple[str, ...]
    """Topics shared, or answered since."""
    moves: Sequence[Move]
    notes: Sequence[Note]
    reminders: Sequence[Reminder]
    colleagues: Sequence[Staff]
    """Contacts it could be handed on to, or who could help."""
    owned: bool
    """This contact has it in hand."""
    asked: bool
    """This contact may take it over."""
    helping: bool
    sms: BySms | None
    """Where the person writes by SMS."""

    def reasons(self, candidate: dict[str, Any]) -> list[str]:
        """Why somebody was considered, without what would tell a fact the person did not share."""
        return told_reasons(self.handoff, candidate)

    @property
    def place(self) -> str | None:
        """Where the person lives, if they shared it."""
        return next((line.value[0] for line in self.lines if line.kind == "place" and line.value), None)


@dataclass
class Desk:
    """The contacts' side of handoffs. `heard` is called with what has changed: a conversation's id, or DESK."""

    database: Database
    patience: Patience = field(default_factory=Patience)
    heard: Callable[[str], None] = lambda _: None

    def lists(self, contact: Staff) -> Lists:
        """Who waits (urgent first, then longest), who is in this contact's hands, whom they help, what is due."""
        query = select(Handoff).where(Handoff.closed_at.is_(None)).order_by(Handoff.urgent.desc(), Handoff.id)
        due = select(Reminder).where(
            Reminder.staff_id == contact.id, Reminder.rung_at.is_not(None), Reminder.done_at.is_(None)
        )
        with self.database.reading() as session:
            rows = [_row(handoff, contact) for handoff in session.scalars(query)]
            return Lists(
                [row for row in rows if handoffs.may_take(row.handoff, contact)],
                [row for row in rows if row.handoff.owner_id == contact.id],
                [row for row in rows if row.mine and is_helper(row.handoff, contact)],
                list(session.scalars(due)),
            )

    def view(self, handoff_id: int, contact: Staff) -> View:
        """Everything of a handoff that its contact may see; the look is kept.

        Raises:
            NoAccess: it does not concern this contact.
        """
        with self.database.transaction() as session:
            handoff = access_handoff(session, contact, handoff_id)
            messages = access_messages(session, handoff, contact)
            inside = handoff.owner_id == contact.id or is_helper(handoff, contact)
            lines = tuple(SharedLine.model_validate(line) for line in handoff.shared)
            told = tuple(topic for line in lines if line.kind == "topics" for topic in line.value)
            since = summary.topics_in(list(messages))
            asked_about = (handoff.topic,) if handoff.topic and handoff.topic in told else ()
            of_this = {"handoff_id": handoff.id}
            return View(
                handoff,
                messages,
                lines,
                tuple(dict.fromkeys((*since[-1:], *asked_about, *told, *since))),
                session.scalars(select(Move).filter_by(**of_this).order_by(Move.id)).all(),
                session.scalars(select(Note).filter_by(**of_this).order_by(Note.id)).all() if inside else [],
                session.scalars(select(Reminder).filter_by(**of_this, done_at=None).order_by(Reminder.due_at)).all(),
                [each for each in active_contacts(session) if each.id != contact.id],
                handoff.owner_id == contact.id,
                handoffs.may_take(handoff, contact),
                is_helper(handoff, contact),
                _by_sms(session, handoff),
            )

    def messages(self, handoff_id: int, contact: Staff, after: int) -> Sequence[Message]:
        """What was said after a message id, as long as the handoff concerns the contact; nothing after that."""
        with self.database.reading() as session:
            handoff, me = session.get(Handoff, handoff_id), session.get(Staff, contact.id)
            if handoff is None or me is None or handoff.closed_at is not None or not concerns(handoff, me):
                raise NoAccess
            return access_messages(session, handoff, me, after)

    def owned(self, handoff_id: int, contact: Staff) -> str | None:
        """The conversation of a handoff that this contact has in hand; None when they have not."""
        with self.database.reading() as session:
            handoff = session.get(Handoff, handoff_id)
            mine = handoff is not None and handoff.in_hand and handoff.owner_id == contact.id
            return handoff.conversation_id if handoff and mine else None

    def delivered_to(self, handoff_id: int) -> int:
        """The id of the last message of a contact that has reached the person."""
        with self.database.reading() as session:
            query = select(Message.id).where(
                Message.handoff_id == handoff_id, Message.author == "contact", Message.delivered_at.is_not(None)
            )
            return session.scalar(query.order_by(Message.id.desc()).limit(1)) or 0

    def accept(self, handoff_id: int, contact: Staff) -> None:
        """Take a conversation over; the person is told by whom, and that it is a human. Repeating it changes nothing.

        Raises:
            NotAllowed: somebody else has it, it is closed, or it does not exist.
        """
        with self._change(handoff_id, contact, "took_over") as (session, handoff, me):
            if handoff.in_hand and handoff.owner_id == me.id and handoff.state in handoffs.IN_CONVERSATION:
                return
            before = handoff.owner
            handoffs.accept(session, handoff, me)
            if handoff.conversation.pending_question != "phone":
                handoff.conversation.pending_question = None
            if before and before.id != me.id:
                session.add(Notice(staff=before, kind="taken"))
            telling.accepted(session, handoff)

    def decline(self, handoff_id: int, contact: Staff) -> None:
        """Say that one cannot take it; the next one is asked at once.

        Raises:
            NotAllowed: this contact is not the one who is asked.
        """
        with self._change(handoff_id, contact, "declined") as (session, handoff, me):
            offer = handoffs.standing_offer(handoff)
            if offer is None or offer.contact_id != me.id:
                raise NotAllowed("not_now")
            when = now()
            handoffs.end_offer(session, handoff, "declined", me.name, when)
            following = handoffs.after_offer(session, handoff, self.patience, when)
            if handoff.owner:
                telling.transfer_failed(session, handoff, me)
            else:
                telling.asked_next(session, handoff, me, following, when)

    def write(self, handoff_id: int, contact: Staff, text: str, client_id: str | None = None) -> None:
        """Say something to the person. Repeating a client_id says it once.

        Raises:
            NotAllowed: the conversation is not in this contact's hands.
            ValueError: the text is empty.
        """
        if not text.strip():
            raise ValueError("nothing is written")
        sent = f"contact/{client_id}" if client_id else None
        with self._change(handoff_id, contact, "wrote") as (session, handoff, me):
            if sent and conversations.has(session, handoff.conversation_id, sent):
                return
            handoffs.contact_wrote(session, handoff, me, now())
            reply = Reply(text=text.strip(), language=_language_of(text, handoff.conversation.language, me))
            conversations.say(
                session,
                handoff.conversation_id,
                reply,
                author="contact",
                name=me.name,
                handoff_id=handoff.id,
                client_id=sent,
            )

    def hand_on(self, handoff_id: int, contact: Staff, to: int, reason: str) -> None:
        """Propose another contact, with a reason the person sees and can decline.

        Raises:
            NotAllowed: not in this contact's hands, not now, or not to that person.
            ValueError: no reason.
        """
        with self._change(handoff_id, contact, "handed_on") as (session, handoff, me):
            other = _colleague(session, to)
            handoffs.propose_transfer(session, handoff, me, other, reason, now())
            telling.transfer_proposed(session, handoff, reason.strip(), now())

    def keep(self, handoff_id: int, contact: Staff) -> None:
        """Keep what one was about to hand on."""
        with self._change(handoff_id, contact, "kept") as (session, handoff, me):
            handoffs.must_own(handoff, me)
            handoffs.keep(session, handoff, me.name, now())
            telling.transfer_answered(session, handoff, False)

    def ask_helper(self, handoff_id: int, contact: Staff, helper_id: int) -> None:
        """Ask the person whether a colleague may read along and advise.

        Raises:
            NotAllowed: not in this contact's hands, or the colleague has been asked about already.
        """
        with self._change(handoff_id, contact, "asked_helper") as (session, handoff, me):
            handoffs.must_own(handoff, me)
            other = _colleague(session, helper_id)
            if other.id == me.id or any(each.staff_id == other.id for each in handoff.helpers):
                raise NotAllowed("not_now")
            helper = Helper(staff=other)
            handoff.helpers.append(helper)
            session.flush()
            telling.helper_asked(session, handoff, helper)

    def note(self, handoff_id: int, contact: Staff, text: str) -> None:
        """Keep a note between the owner and those who help.

        Raises:
            NotAllowed: this contact neither has it in hand nor helps.
            ValueError: the note is empty or too long.
        """
        if not text.strip() or len(text) > LONGEST_NOTE:
            raise ValueError("a note has words, and at most 10 000 characters")
        with self._change(handoff_id, contact, "noted") as (session, handoff, me):
            if not is_helper(handoff, me):
                handoffs.must_own(handoff, me)
            session.add(Note(handoff_id=handoff.id, staff_id=me.id, text=text.strip()))

    def remind(self, handoff_id: int, contact: Staff, text: str, at: datetime) -> None:
        """Be reminded of something at a time.

        Raises:
            NotAllowed: not in this contact's hands.
            ValueError: no words, or a time that has passed or is more than a year away.
        """
        if not text.strip() or not now() < at < now() + timedelta(days=366):
            raise ValueError("what, and a time to come")
        with self._change(handoff_id, contact, "noted") as (session, handoff, me):
            handoffs.must_own(handoff, me)
            session.add(Reminder(handoff_id=handoff.id, staff_id=me.id, text=text.strip()[:500], due_at=at))

    def done(self, handoff_id: int, contact: Staff, reminder_id: int) -> None:
        """A reminder is dealt with."""
        with self._change(handoff_id, contact, "noted") as (session, _, me):
            reminder = session.get(Reminder, reminder_id)
            if reminder is None or reminder.staff_id != me.id or reminder.handoff_id != handoff_id:
                raise NotAllowed("not_yours")
            reminder.done_at = now()

    def book_interpreter(self, handoff_id: int, contact: Staff, at: datetime) -> None:
        """Note, and tell the person, when an interpreter is booked for.

        Raises:
            NotAllowed: not in this contact's hands.
            ValueError: a time that has passed.
        """
        if at <= now():
            raise ValueError("a time to come")
        with self._change(handoff_id, contact, "noted") as (session, handoff, me):
            handoffs.must_own(handoff, me)
            handoff.interpreter_at = at
            telling.interpreter_booked(session, handoff, at)

    def phone(self, handoff_id: int, contact: Staff) -> str | None:
        """The number a person wants to be called on, or else writes from; that it was opened is kept.

        Raises:
            NotAllowed: not in this contact's hands.
        """
        with self._change(handoff_id, contact, "opened_number") as (session, handoff, me):
            handoffs.must_own(handoff, me)
            phone = phones.of(session, handoff.conversation_id)
            return handoff.phone or (phone.number if phone else None)

    def by_sms(self, handoff_id: int) -> bool:
        """Whether the person of a handoff writes by SMS."""
        with self.database.reading() as session:
            handoff = session.get(Handoff, handoff_id)
            return handoff is not None and handoff.conversation.channel == phones.CHANNEL

    def dead_letters(self, contact: Staff) -> list[Letter]:
        """SMS that did not arrive, newest first."""
        with self.database.reading() as session:
            return [_letter(session, each, contact) for each in outbox.undelivered(session)]

    def send_again(self, outgoing_id: int) -> None:
        """Try an SMS that did not arrive once more."""
        with self.database.transaction() as session:
            outbox.again(session, outgoing_id, now())
        self.heard(DESK)

    def close(self, handoff_id: int, contact: Staff, outcome: str, lacked: Lacked | None) -> None:
        """Close with what happened; what could not be met becomes a need. The bot answers again and says so.

        Raises:
            NotAllowed: the conversation is not in this contact's hands.
            ValueError: unknown outcome, or something was not met and it is not said what was lacking.
        """
        with self._change(handoff_id, contact, "closed") as (session, handoff, me):
            handoffs.close(session, handoff, me, outcome)
            if outcome != "met":
                if lacked is None:
                    raise ValueError("say what stood in the way")
                needs.record(
                    session,
                    moment="contact_closed",
                    barrier=lacked.barrier,
                    conditions=lacked.conditions,
                    topic=lacked.topic,
                    theme=lacked.theme,
                    outcome=outcome,
                    language=handoff.conversation.language,
                    place=handoff.conversation.place,
                    part=lacked.part,
                    children=lacked.children,
                    names=[handoff.contact.name, me.name],
                    channel=handoff.conversation.channel,
                    would_have_helped=lacked.would_have_helped,
                )
            telling.closed(session, handoff)
            telling.pulse_question(session, handoff, "listened")

    @contextmanager
    def _change(self, handoff_id: int, contact: Staff, what: str) -> Iterator[tuple[Session, Handoff, Staff]]:
        """One change of a handoff in one transaction: kept in the log of looks, and heard of once it is committed."""
        try:
            with self.database.transaction() as session:
                handoff = handoffs.locked(session, handoff_id)
                if handoff is None:
                    raise NotAllowed("gone")
                me = session.get_one(Staff, contact.id)
                yield session, handoff, me
                keep_look(session, me, handoff, what)
                conversation = handoff.conversation_id
        except StaleDataError as error:
            raise NotAllowed("taken") from error
        self.heard(conversation)
        self.heard(DESK)


def _row(handoff: Handoff, contact: Staff) -> Row:
    offer = handoffs.standing_offer(handoff)
    shared = [line for line in handoff.shared if line["kind"] == "topics"]
    return Row(
        handoff,
        concerns(handoff, contact),
        tuple(topic for line in shared for topic in line["value"]) if concerns(handoff, contact) else (),
        offer,
        handoff.state == "requested",
        handoff.state in ("accepted", "active"),
    )


def _by_sms(session: Session, handoff: Handoff) -> BySms | None:
    phone = phones.of(session, handoff.conversation_id)
    if phone is None or handoff.conversation.channel != phones.CHANNEL:
        return None
    number = masked(phone.number) if phone.number else None
    unreached = outbox.problems_of(session, handoff.conversation_id)
    return BySms(number, phone.stopped_at is not None, frozenset(unreached))


def _letter(session: Session, outgoing: Outgoing, contact: Staff) -> Letter:
    message = outgoing.message
    handoff = handoffs.open_handoff(session, message.conversation_id) if message else None
    number = masked(outgoing.phone.number) if outgoing.phone.number else None
    return Letter(outgoing, number, handoff.id if handoff and concerns(handoff, contact) else None)


def _colleague(session: Session, staff_id: int) -> Staff:
    colleague = next((each for each in active_contacts(session) if each.id == staff_id), None)
    if colleague is None:
        raise NotAllowed("gone")
    return colleague


def _language_of(text: str, conversation: str, contact: Staff) -> str:
    """The language a contact wrote: the citizen's, unless it clearly is another of the contact's own."""
    found = identify(text)
    if found and found[0] != conversation and found[1] > 0.7 and found[0] in contact.languages:
        return found[0]
    return conversation
