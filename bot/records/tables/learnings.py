"""What the programme team makes of patterns of needs: who has read what, what was tried, what has changed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.records.tables.base import Base, now


class Learning(Base):
    """A short note on one or several patterns: what the team sees, and what is done about it."""

    __tablename__ = "learnings"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="tried")
    """tried, changed or told (bot.needs.learnings)."""
    sees: Mapped[str] = mapped_column(Text)
    condition: Mapped[str] = mapped_column(String(20))
    """Which of the six conditions of change has to move (bot.needs.vocabulary)."""
    owner: Mapped[str] = mapped_column(String(200))
    """Who has taken it on: a person or an office, by name."""
    tries: Mapped[str] = mapped_column(Text)
    change: Mapped[str | None] = mapped_column(String(20))
    """What kind of change was made: entry, practice or policy."""
    changed: Mapped[str | None] = mapped_column(Text)
    """What has changed, in the team's words."""
    topic: Mapped[str | None] = mapped_column(String(60))
    """The entry of the knowledge base that came of it."""
    begun_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime | None]

    patterns: Mapped[list["Pattern"]] = relationship(lazy="selectin", order_by="Pattern.id", back_populates="learning")
    tellings: Mapped[list["Telling"]] = relationship(lazy="selectin", order_by="Telling.language", cascade="all")


class Pattern(Base):
    """Needs of one topic that the team has looked at. When they come again after something was done about them and people
    were told, it is a new pattern."""

    __tablename__ = "patterns"
    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(60), default="", index=True)
    """Empty for needs that no topic fits."""
    before: Mapped[int] = mapped_column(default=0)
    """How many needs of the kind the pattern before it was about: this one is about those that came since."""
    seen: Mapped[int]
    """How many were shown when it was last read, those before among them."""
    learning_id: Mapped[int | None] = mapped_column(ForeignKey("learnings.id"), index=True)

    learning: Mapped[Learning | None] = relationship(lazy="joined", back_populates="patterns")


class Telling(Base):
    """What those who asked for it are told in one language."""

    __tablename__ = "tellings"
    __table_args__ = (UniqueConstraint("learning_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learning_id: Mapped[int] = mapped_column(ForeignKey("learnings.id"))
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)


class Step(Base):
    """Who in the team did what, and when. Rows are only ever added (the database sees to it)."""

    __tablename__ = "steps"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    what: Mapped[str] = mapped_column(String(10))
    """read, linked, unlinked, written, changed or told."""
    staff_id: Mapped[int | None]
    """No foreign key: the row outlives the account."""
    name: Mapped[str] = mapped_column(String(200))
    pattern_id: Mapped[int | None] = mapped_column(ForeignKey("patterns.id"), index=True)
    learning_id: Mapped[int | None] = mapped_column(ForeignKey("learnings.id"), index=True)
