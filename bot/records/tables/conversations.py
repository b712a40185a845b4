"""What is said: conversations, their messages, and the state of the dialogue."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.tables.base import Base, now


class Conversation(Base):
    """One person's conversation. The token is kept only as a hash; there is no name and no number here."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_no_trace", "id", sqlite_where=text("no_trace = 1"), postgresql_where=text("no_trace")),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8))
    language_chosen: Mapped[bool] = mapped_column(Boolean, default=False)
    place: Mapped[str | None] = mapped_column(String(40))
    no_trace: Mapped[bool] = mapped_column(Boolean, default=False)
    """The person wants no trace of it: deleted when they leave, or soon after the last message (bot.no_trace)."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    pending_need_id: Mapped[int | None] = mapped_column(ForeignKey("needs.id", ondelete="SET NULL"))
    """The need whose words the person has just been asked about; the only link to a need, and it lasts one question."""
    pending_candidate_id: Mapped[int | None] = mapped_column(ForeignKey("candidates.id", ondelete="SET NULL"))
    """The same for words that an editor may make an example of."""
    pending_message_id: Mapped[int | None]
    pending_question: Mapped[str | None] = mapped_column(String(12))
    """What the next typed message answers (bot.handoff.citizen): hopes, strengths or phone."""


class Message(Base):
    """One message of a conversation. `body` is the channel-neutral reply for what the bot says."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id"),
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        # on SQLite word for word as the query has it, or it is not used
        Index("ix_messages_unanswered", "id", sqlite_where=text("awaiting = 1"), postgresql_where=text("awaiting")),
        Index("ix_messages_created_at", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    handoff_id: Mapped[int | None] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    """The handoff that was open when it was said: a contact sees these messages, and no others."""
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
    delivered_at: Mapped[datetime | None]
    """When a contact's message reached the person's channel: their page has fetched it, or the gateway reported so."""


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
