"""A conversation on its way to a person and in that person's hands."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.records.tables.base import Base, Encrypted, now
from bot.records.tables.conversations import Conversation
from bot.records.tables.staff import Staff


class Handoff(Base):
    """A conversation in human hands, or on its way there. At most one is open per conversation."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index(
            "uq_handoffs_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_handoffs_contact_id", "contact_id"),
        Index("ix_handoffs_owner_id", "owner_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12), default="requested")
    version: Mapped[int] = mapped_column(default=1)
    """Counted up with every change, so that of two changes at once exactly one wins."""
    contact_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    """The person it is meant for: named to the citizen, asked, or in charge."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The person who has it in hand. As long as there is one, the bot is silent."""
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    topic: Mapped[str | None] = mapped_column(String(60))
    shared: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The lines of the summary that the person agreed to pass on (bot.replies.SharedLine)."""
    hopes: Mapped[str | None] = mapped_column(Text)
    """What they hope for, in their words."""
    strengths: Mapped[str | None] = mapped_column(Text)
    """What they are good at and what matters to them, in their words."""
    reach: Mapped[str] = mapped_column(String(10), default="here")
    """How they want the answer: here, call or sms."""
    phone: Mapped[str | None] = mapped_column(Encrypted)
    interpreter_at: Mapped[datetime | None]
    """When an interpreter is booked for."""
    requested_at: Mapped[datetime] = mapped_column(default=now)
    offered_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    """When the contact first wrote; what the honest wait is measured by."""
    citizen_wrote_at: Mapped[datetime | None]
    contact_wrote_at: Mapped[datetime | None]
    alarmed_at: Mapped[datetime | None]
    """When the owner was last rung because a message showed danger; None once they have written since."""
    sees_from: Mapped[int] = mapped_column(default=0)
    """Whoever is asked anew sees the messages after this one; whoever had it before sees what they saw."""
    pulse: Mapped[str | None] = mapped_column(String(20))
    """The question of the pulse that has been asked and not answered."""
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))

    contact: Mapped[Staff] = relationship(lazy="joined", foreign_keys=[contact_id])
    owner: Mapped[Staff | None] = relationship(lazy="joined", foreign_keys=[owner_id])
    conversation: Mapped[Conversation] = relationship(lazy="joined")
    offers: Mapped[list["Offer"]] = relationship(
        lazy="selectin", order_by="Offer.id", cascade="all, delete-orphan", passive_deletes=True
    )
    helpers: Mapped[list["Helper"]] = relationship(
        lazy="selectin", order_by="Helper.id", cascade="all, delete-orphan", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def unwanted(self) -> frozenset[int]:
        """The contacts the person does not want: they neither see it nor get it again."""
        return frozenset(offer.contact_id for offer in self.offers if offer.outcome == "unwanted" and offer.contact_id)

    @property
    def in_hand(self) -> bool:
        """Whether a person has it in hand: from take-over until it is given back or closed."""
        return self.owner_id is not None and self.closed_at is None


class Offer(Base):
    """A contact, or the duty team, is asked to take a handoff."""

    __tablename__ = "offers"

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """None for the duty team: any of them may take it."""
    made_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))
    """accepted, declined, timed_out or withdrawn; None while it stands."""
    sees_from: Mapped[int] = mapped_column(default=0)
    """Whoever took it sees the messages after this one."""
    why: Mapped[list[dict[str, Any]]]
    """Everybody who was considered, best first, with the reasons (bot.handoff.routing.Candidate)."""

    contact: Mapped[Staff | None] = relationship(lazy="joined")


class Move(Base):
    """One step of a handoff from state to state; rows are only ever added."""

    __tablename__ = "moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(200))
    """A contact's name, `citizen`, or `clock`."""
    contact: Mapped[str | None] = mapped_column(String(200))
    """Who is asked or in charge after it."""
    reason: Mapped[str | None] = mapped_column(String(500))


class Helper(Base):
    """A colleague from another service who reads along and advises; the owner remains one person."""

    __tablename__ = "helpers"

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    agreed: Mapped[bool | None] = mapped_column(Boolean)
    """What the person said to it; None until they have answered."""
    asked_at: Mapped[datetime] = mapped_column(default=now)

    staff: Mapped[Staff] = relationship(lazy="joined")


class Note(Base):
    """A note between colleagues about a handoff. The person gets it with what is kept of them, if they ask."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    text: Mapped[str] = mapped_column(Text)

    staff: Mapped[Staff] = relationship(lazy="joined")


class Reminder(Base):
    """Something the owner wants to be reminded of."""

    __tablename__ = "reminders"

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    due_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(String(500))
    rung_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Notice(Base):
    """Somebody is to be told, outside Rettvis, that something waits at the desk; never what it is about."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ix_notices_unsent", "id", sqlite_where=text("sent_at IS NULL"), postgresql_where=text("sent_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    """waiting, urgent, reminder, handed_on or taken."""
    made_at: Mapped[datetime] = mapped_column(default=now)
    next_try_at: Mapped[datetime] = mapped_column(default=now)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship(lazy="joined")
