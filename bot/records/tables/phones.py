"""People who write by SMS: their phones, what came from them and what goes out to them."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.records.tables.base import Base, Encrypted, now
from bot.records.tables.conversations import Message


class Phone(Base):
    """A phone that SMS come from or go to. It is found by a keyed hash; the number itself stands encrypted."""

    __tablename__ = "phones"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    number: Mapped[str | None] = mapped_column(Encrypted)
    """In international form. None once all is deleted and only the wish to be left alone is kept."""
    gateway: Mapped[str | None] = mapped_column(String(20))
    """The gateway the last message came through; what goes out takes the same way."""
    language: Mapped[str] = mapped_column(String(8))
    """What to speak where there is no conversation."""
    introduced_at: Mapped[datetime | None]
    """When the phone was told who writes, what it costs and how to stop it."""
    stopped_at: Mapped[datetime | None]
    """When the person said STOP; until they say START nothing is sent."""
    wrote_at: Mapped[datetime | None]
    """When the last message came from it."""


class Line(Base):
    """A conversation that is, or was, held from a phone; the latest of a phone is the one it writes in."""

    __tablename__ = "lines"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phones.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(default=now)

    phone: Mapped[Phone] = relationship(lazy="joined")


class Passage(Base):
    """A code that lets a conversation be continued once on another channel. Kept as a keyed hash."""

    __tablename__ = "passages"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    to: Mapped[str] = mapped_column(String(10))
    """sms, web or back."""
    until: Mapped[datetime]


class Incoming(Base):
    """An SMS, or a part of one, as a gateway brought it: kept before anything else is done, once for each id."""

    __tablename__ = "incoming"
    __table_args__ = (
        UniqueConstraint("gateway", "gateway_id", "part"),
        Index(
            "ix_incoming_waiting", "id", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gateway: Mapped[str] = mapped_column(String(20))
    gateway_id: Mapped[str] = mapped_column(String(100))
    phone_id: Mapped[int] = mapped_column(ForeignKey("phones.id", ondelete="CASCADE"), index=True)
    text: Mapped[str | None] = mapped_column(Encrypted)
    """None once it has been taken into the conversation, which keeps it from then on."""
    reference: Mapped[int | None]
    """What the parts of one message have in common."""
    part: Mapped[int] = mapped_column(default=1)
    parts: Mapped[int] = mapped_column(default=1)
    came_at: Mapped[datetime] = mapped_column(default=now)
    conversation_id: Mapped[str | None] = mapped_column(String(36))
    """The conversation it was taken into; no foreign key, so that it is known when that one has been deleted since."""
    done_at: Mapped[datetime | None]


class Outgoing(Base):
    """Something that is to reach a phone: a page of a message of a conversation, or a text of its own.

    It is made in the transaction of what it tells, and sent by the edges until a gateway has taken it.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        Index(
            "ix_outgoing_queued", "id", sqlite_where=text("state = 'queued'"), postgresql_where=text("state = 'queued'")
        ),
        Index("ix_outgoing_phone_id_id", "phone_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phones.id", ondelete="CASCADE"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    page: Mapped[int] = mapped_column(default=0)
    """Which page of a long message; the later ones are asked for with MORE."""
    text: Mapped[str | None] = mapped_column(Text)
    direct: Mapped[bool] = mapped_column(Boolean, default=True)
    """It answers what the person has just written, so that it is sent at any hour."""
    always: Mapped[bool] = mapped_column(Boolean, default=False)
    """It is sent although the person has said STOP: that STOP was heard."""
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    """Our own id of it, which delivery reports name; it cannot be guessed."""
    gateway: Mapped[str | None] = mapped_column(String(20))
    gateway_id: Mapped[str | None] = mapped_column(String(100), index=True)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    """queued, sent, delivered, failed (the network gave up), dead (no gateway took it) or stopped (STOP)."""
    problem: Mapped[str | None] = mapped_column(String(40))
    """A code for why it was not delivered; never what a gateway wrote about it."""
    tries: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(default=now)
    held_until: Mapped[datetime | None]
    """Quiet hours."""
    next_try_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]

    phone: Mapped[Phone] = relationship(lazy="joined")
    message: Mapped[Message | None] = relationship(lazy="joined")
