"""What an administrator has turned off and on, and why."""

from datetime import datetime

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.tables.base import Base, now


class Switch(Base):
    """Something was turned off or on. Rows are only ever added (the database sees to it); the last one of each counts."""

    __tablename__ = "switches"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    what: Mapped[str] = mapped_column(String(80))
    """all, bot, language:<code>, topic:<id> or channel:<name>."""
    off: Mapped[bool] = mapped_column(Boolean)
    by: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
