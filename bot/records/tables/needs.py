"""What people lacked, how they put it, and whether they mattered: stored without identity."""

from datetime import date

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.tables.base import Base


class Need(Base):
    """Something a person lacked. Stored without identity: no conversation, no exact time, words only with consent."""

    __tablename__ = "needs"

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date]
    """The Monday of the week it happened."""
    moment: Mapped[str] = mapped_column(String(20))
    """no_answer, not_helped or contact_closed."""
    topic: Mapped[str | None] = mapped_column(String(60))
    theme: Mapped[str | None] = mapped_column(String(200))
    """What it was about when no topic fits, in a contact's words, masked."""
    barrier: Mapped[str] = mapped_column(String(20))
    conditions: Mapped[list[str]]
    language: Mapped[str] = mapped_column(String(8))
    place: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(12))
    """How a contact closed: partly_met or not_met."""
    words: Mapped[str | None] = mapped_column(Text)
    would_have_helped: Mapped[str | None] = mapped_column(Text)


class Candidate(Base):
    """Words that may become an example: unclear ones whose topic the person picked, or ones that were not answered well.

    Stored like a need: no conversation, no exact time, words only with consent.
    """

    __tablename__ = "candidates"

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date]
    """The Monday of the week it happened."""
    moment: Mapped[str] = mapped_column(String(20), default="picked")
    """picked, corrected (picked after "that is not what I meant"), no_answer or not_helped."""
    language: Mapped[str] = mapped_column(String(8))
    topic: Mapped[str | None] = mapped_column(String(60))
    """What they picked, if anything; the label an editor has given it once it is accepted."""
    offered: Mapped[list[str]]
    """What they could pick from, the likeliest first; or what they were answered and it did not help."""
    words: Mapped[str | None] = mapped_column(Text)
    """What they had written, masked."""
    theme: Mapped[str | None] = mapped_column(String(200))
    """The name of the new topic it is collected for, in an editor's words, masked."""
    state: Mapped[str] = mapped_column(String(10), default="new")
    """new, accepted (waits to be learned), learned, collected or rejected."""


class Pulse(Base):
    """How often a question asked after a contact has helped was answered so in a week. Counted, so that no row is one
    person's, nor tells by its place in the table whose it is."""

    __tablename__ = "pulses"

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date]
    question: Mapped[str] = mapped_column(String(20))
    """listened (feeling valued) or contributed (adding value)."""
    answer: Mapped[str] = mapped_column(String(10))
    """yes, partly or no."""
    language: Mapped[str] = mapped_column(String(8))
    place: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20))
    number: Mapped[int] = mapped_column(default=0)
