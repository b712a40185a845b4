"""What a contact can do: see who waits, take over, write, close with what happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.handoff import handoffs
from bot.handoff.handoffs import NotAllowed
from bot.needs import needs
from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Handoff, Message, Staff
from bot.replies import Reply
from bot.speech import speech

DESK = "desk"
"""The channel on which the desk hears that a handoff has changed."""


@dataclass(frozen=True)
class Lacked:
    """What a contact tells the programme when something could not be met."""

    barrier: str
    conditions: list[str]
    would_have_helped: str | None = None


class Desk:
    """The contacts' side of handoffs. `heard` is called with what has changed: a conversation's id, or DESK."""

    def __init__(self, database: Database, heard: Callable[[str], None] = lambda _: None) -> None:
        self._database = database
        self._heard = heard

    def open(self) -> Sequence[Handoff]:
        """Every handoff that is not closed: urgent ones first, then the one that has waited longest."""
        query = select(Handoff).where(Handoff.closed_at.is_(None))
        with self._database.transaction() as session:
            return session.scalars(query.order_by(Handoff.urgent.desc(), Handoff.id)).all()

    def find(self, handoff_id: int) -> Handoff | None:
        with self._database.transaction() as session:
            return session.get(Handoff, handoff_id)

    def visible(self, handoff: Handoff, after: int = 0) -> Sequence[Message]:
        """The messages the contact may see: all when the person agreed, else from the request on."""
        first = 0 if handoff.shares_conversation else handoff.first_message_id
        with self._database.transaction() as session:
            return conversations.history(session, handoff.conversation_id, max(first, after))

    def accept(self, handoff_id: int, contact: Staff) -> None:
        """Take a conversation over; the person is told by whom, and that it is a human.

        Raises:
            NotAllowed: somebody else has it, it is closed, or it does not exist.
        """
        with self._database.transaction() as session:
            handoff = self._existing(session, handoff_id)
            me = session.get_one(Staff, contact.id)
            handoffs.accept(session, handoff, me)
            s = speech(handoff.conversation.language)
            text = s.gettext("You are now writing with {name}, {role}. {name} is a human. Rettvis is silent meanwhile.")
            self._announce(session, handoff, text.format(name=me.name, role=me.role))
            conversation = handoff.conversation_id
        self._heard(conversation)
        self._heard(DESK)

    def write(self, handoff_id: int, contact: Staff, text: str) -> None:
        """Say something to the person.

        Raises:
            NotAllowed: the conversation is not in this contact's hands.
            ValueError: the text is empty.
        """
        if not text.strip():
            raise ValueError("nothing is written")
        with self._database.transaction() as session:
            handoff = self._existing(session, handoff_id)
            handoffs.must_own(handoff, contact)
            reply = Reply(text=text.strip(), language=handoff.conversation.language)
            conversations.say(session, handoff.conversation_id, reply, author="contact", name=handoff.contact.name)
            conversation = handoff.conversation_id
        self._heard(conversation)

    def close(self, handoff_id: int, contact: Staff, outcome: str, lacked: Lacked | None) -> None:
        """Close with what happened; what could not be met becomes a need. The bot answers again and says so.

        Raises:
            NotAllowed: the conversation is not in this contact's hands.
            ValueError: unknown outcome, or something was not met and it is not said what was lacking.
        """
        with self._database.transaction() as session:
            handoff = self._existing(session, handoff_id)
            handoffs.close(session, handoff, contact, outcome)
            if outcome != "met":
                if lacked is None:
                    raise ValueError("say what stood in the way")
                needs.record(
                    session,
                    moment="contact_closed",
                    barrier=lacked.barrier,
                    conditions=lacked.conditions,
                    topic=handoff.topic,
                    language=handoff.conversation.language,
                    place=handoff.conversation.place,
                    channel=handoff.conversation.channel,
                    would_have_helped=lacked.would_have_helped,
                )
            s = speech(handoff.conversation.language)
            text = s.gettext("{name} has ended the conversation. From now on Rettvis answers again, a program.")
            self._announce(session, handoff, text.format(name=handoff.contact.name))
            conversation = handoff.conversation_id
        self._heard(conversation)
        self._heard(DESK)

    def _existing(self, session: Session, handoff_id: int) -> Handoff:
        handoff = session.get(Handoff, handoff_id)
        if handoff is None:
            raise NotAllowed("there is no such conversation any more")
        return handoff

    def _announce(self, session: Session, handoff: Handoff, text: str) -> None:
        s = speech(handoff.conversation.language)
        conversations.say(session, handoff.conversation_id, Reply(text=text, language=s.code), author="system")
