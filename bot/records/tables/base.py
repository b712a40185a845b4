"""What every table shares: names of constraints, times in UTC, columns that only this installation can read."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import JSON, DateTime, Dialect, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

from bot.settings import Settings, encryption_key


class UtcDateTime(TypeDecorator[datetime]):
    """A time with its zone. SQLite keeps none, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Encrypted(TypeDecorator[str]):
    """A text that stands encrypted in the database (Fernet, with a key made from SECRET_KEY): phone numbers, secrets."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return _fernet().encrypt(value.encode()).decode() if value is not None else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return _fernet().decrypt(value.encode()).decode() if value is not None else None


@cache
def _fernet() -> Fernet:
    return Fernet(encryption_key(Settings.from_environment().secret_key))


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
    }


def week_of(day: date) -> date:
    """The Monday of a day's week: as near as the time of anything without identity is kept."""
    return date.fromordinal(day.toordinal() - day.weekday())
