"""What people lacked, how they put it, and whether they mattered: stored without identity."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.needs.vocabulary import CONDITIONS
from bot.records.tables.base import Base

_IN_WORDS = "words IS NOT NULL AND topic IS NULL"
"""What new themes are found in."""


class Need(Base):
    """Something a person lacked. Stored without identity: no conversation, no exact time, words only with consent."""

    __tablename__ = "needs"
    __table_args__ = (
        Index("ix_needs_words", "week", "id", sqlite_where=text(_IN_WORDS), postgresql_where=text(_IN_WORDS)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date]
    """The Monday of the week it happened."""
    moment: Mapped[str] = mapped_column(String(20))
    """no_answer, not_helped, screening or contact_closed."""
    topic: Mapped[str | None] = mapped_column(String(60))
    theme: Mapped[str | None] = mapped_column(String(200))
    """What it was about when no topic fits, in a contact's words, masked."""
    barrier: Mapped[str] = mapped_column(String(20))
    condition_mental_models: Mapped[bool] = mapped_column(Boolean, default=False)
    condition_relationships: Mapped[bool] = mapped_column(Boolean, default=False)
    condition_power: Mapped[bool] = mapped_column(Boolean, default=False)
    condition_resources: Mapped[bool] = mapped_column(Boolean, default=False)
    condition_practices: Mapped[bool] = mapped_column(Boolean, default=False)
    condition_policies: Mapped[bool] = mapped_column(Boolean, default=False)
    language: Mapped[str] = mapped_column(String(8))
    place: Mapped[str | None] = mapped_column(String(40))
    part: Mapped[str | None] = mapped_column(String(40))
    """The part of town, where the place has a list of them and it was said."""
    channel: Mapped[str] = mapped_column(String(20))
    children: Mapped[str | None] = mapped_column(String(8))
    """Whether children are affected: yes or no; nothing where nobody has said so."""
    outcome: Mapped[str | None] = mapped_column(String(12))
    """How a contact closed: partly_met or not_met."""
    words: Mapped[str | None] = mapped_column(Text)
    would_have_helped: Mapped[str | None] = mapped_column(Text)

    @property
    def conditions(self) -> list[str]:
        """The conditions of change it is coded with. Each has a column of its own, so that they can be counted."""
        return [condition for condition in CONDITIONS if getattr(self, condition_column(condition))]

    @conditions.setter
    def conditions(self, chosen: Sequence[str]) -> None:
        for condition in CONDITIONS:
            setattr(self, condition_column(condition), condition in chosen)


def condition_column(condition: str) -> str:
    """The column that says whether a need has a condition of change."""
    return f"condition_{condition}"


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


class Service(Base):
    """How often people were served so in a week: what became of messages, and how long they waited for a person."""

    __tablename__ = "services"
    __table_args__ = (UniqueConstraint("week", "kind", "language", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(20))
    number: Mapped[int] = mapped_column(default=0)


class Promise(Base):
    """Somebody wants to be told what changes in a topic. It belongs to the conversation, and names no need."""

    __tablename__ = "promises"
    __table_args__ = (UniqueConstraint("conversation_id", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    topic: Mapped[str] = mapped_column(String(60), index=True)
    told_at: Mapped[datetime | None]


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
