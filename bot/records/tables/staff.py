"""The people who work with Rettvis, when they are away, and what they have looked at."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.records.tables.base import Base, Encrypted, now


class Staff(Base):
    """A person who works for the municipality or the programme. `duties`: contact, programme, editor, admin."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    """Empty for one who signs in at the municipality's own provider only."""
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(200))
    office: Mapped[str] = mapped_column(String(200), default="")
    duties: Mapped[list[str]]
    languages: Mapped[list[str]]
    places: Mapped[list[str]]
    topics: Mapped[list[str]]
    hours: Mapped[list[dict[str, Any]]]
    """Working hours as a list of shifts (bot.handoff.hours.Shift)."""
    usual_minutes: Mapped[int] = mapped_column(default=60)
    """What they say themselves; used until enough answers have been measured."""
    capacity: Mapped[int] = mapped_column(default=10)
    """Conversations they can have in hand at once."""
    duty_team: Mapped[bool] = mapped_column(Boolean, default=False)
    """Asked when nobody else has answered in time."""
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    photo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """JPEG, 160 by 160 pixels."""
    has_photo: Mapped[bool] = mapped_column(Boolean, default=False)
    notify: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Where they are told that a person waits: email, phone, webhook; any of them."""
    totp_secret: Mapped[str | None] = mapped_column(Encrypted)
    totp_used: Mapped[int | None]
    """The time step of the last code that was used; a code works once."""
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    subject: Mapped[str | None] = mapped_column(String(400), unique=True)
    """Who they are at the OpenID Connect provider: issuer and subject."""

    absences: Mapped[list["Absence"]] = relationship(
        lazy="selectin", order_by="Absence.first_day", foreign_keys="Absence.staff_id", cascade="all, delete-orphan"
    )


class Absence(Base):
    """Days on which somebody is away, and who stands in. Why is nobody's business."""

    __tablename__ = "absences"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))


class Look(Base):
    """Somebody looked at a conversation or did something with it. Rows are only ever added (the database sees to it).

    There is no foreign key: the row outlives the conversation, and says nothing of what stood in it.
    """

    __tablename__ = "looks"
    __table_args__ = (Index("ix_looks_conversation_id", "conversation_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    staff_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(40))
    """read, took_over, wrote, handed_on, noted, closed, …"""
    conversation_id: Mapped[str] = mapped_column(String(36))
    handoff_id: Mapped[int]
