"""Which process does what only one has to do."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.tables.base import Base


class Lease(Base):
    """Work that one process does for all of them, until it lets go or has not been heard of for a while."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))
    until: Mapped[datetime]
    done_at: Mapped[datetime | None]
    """When work that is done once a day was last finished."""
