"""The tables. Times are UTC; JSON columns hold what one reader reads whole."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """A time with its zone. SQLite keeps none, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


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
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON}


class Staff(Base):
    """A person who works for the municipality or the programme. `duties`: contact, programme, editor."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(200))
    office: Mapped[str] = mapped_column(String(200), default="")
    duties: Mapped[list[str]]
    languages: Mapped[list[str]]
    places: Mapped[list[str]]
    topics: Mapped[list[str]]
    hours: Mapped[dict[str, Any]]
    usual_minutes: Mapped[int] = mapped_column(default=60)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class Conversation(Base):
    """One person's conversation. The token is kept only as a hash; there is no name and no number here."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8))
    language_chosen: Mapped[bool] = mapped_column(Boolean, default=False)
    place: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=now)
    pending_need_id: Mapped[int | None] = mapped_column(ForeignKey("needs.id", ondelete="SET NULL"))
    """The need whose words the person has just been asked about; the only link to a need, and it lasts one question."""
    pending_message_id: Mapped[int | None]


class Message(Base):
    """One message of a conversation. `body` is the channel-neutral reply for what the bot says."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id"),
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        Index("ix_messages_unanswered", "id", sqlite_where=text("awaiting"), postgresql_where=text("awaiting")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(String(10))
    """citizen, bot, contact or system."""
    author_name: Mapped[str | None] = mapped_column(String(200))
    client_id: Mapped[str | None] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text, default="")
    choice: Mapped[str | None] = mapped_column(String(100))
    body: Mapped[dict[str, Any] | None]
    reply_to: Mapped[int | None]
    awaiting: Mapped[bool] = mapped_column(Boolean, default=False)
    """True for a citizen's message until its answer is committed; what is true at a start is answered then."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class Handoff(Base):
    """A conversation in human hands. At most one is open per conversation."""

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
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(String(12), default="requested")
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    topic: Mapped[str | None] = mapped_column(String(60))
    shares_conversation: Mapped[bool] = mapped_column(Boolean, default=False)
    first_message_id: Mapped[int] = mapped_column(default=0)
    """The contact sees messages after this one; all of them when the person agreed to share the conversation."""
    why: Mapped[str] = mapped_column(String(300), default="")
    """Why this contact was chosen, for the desk."""
    requested_at: Mapped[datetime] = mapped_column(default=now)
    accepted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))

    contact: Mapped[Staff] = relationship(lazy="joined")
    conversation: Mapped[Conversation] = relationship(lazy="joined")


class Need(Base):
    """Something a person lacked. Stored without identity: no conversation, no exact time, words only with consent."""

    __tablename__ = "needs"

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date]
    """The Monday of the week it happened."""
    moment: Mapped[str] = mapped_column(String(20))
    """no_answer, not_helped or contact_closed."""
    topic: Mapped[str | None] = mapped_column(String(60))
    barrier: Mapped[str] = mapped_column(String(20))
    conditions: Mapped[list[str]]
    language: Mapped[str] = mapped_column(String(8))
    place: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20))
    words: Mapped[str | None] = mapped_column(Text)
    would_have_helped: Mapped[str | None] = mapped_column(Text)


tracker_events = Table(
    "events",  # the name and columns of Rasa's SQLTrackerStore
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255), nullable=False, index=True),
    Column("type_name", String(255), nullable=False),
    Column("timestamp", Float),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
)
