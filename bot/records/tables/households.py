"""What a household has told in a conversation, to learn what it may be entitled to."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.tables.base import Base, now


class HouseholdRow(Base):
    """The facts of one conversation and where the talk about them stands (bot.screening.household). They go with it."""

    __tablename__ = "households"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    facts: Mapped[dict[str, Any]]
    skipped: Mapped[list[str]]
    stage: Mapped[str] = mapped_column(String(10))
    open: Mapped[str | None] = mapped_column(String(60))
    misses: Mapped[int] = mapped_column(default=0)
    resting: Mapped[bool] = mapped_column(Boolean, default=False)
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
