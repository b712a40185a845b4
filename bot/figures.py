"""How the installation does, in figures for those who run it: sums over the database, the same from whichever process.

Nothing here is about one person: counts, and times without whose they are; what was lacked is left out where it is rare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from bot.needs.columns import columns
from bot.records.tables import Conversation, Handoff, Message, Outgoing
from bot.settings import smallest

WINDOW = timedelta(hours=1)
"""What counts as now."""


@dataclass(frozen=True)
class Figures:
    """`messages` by channel and author, `latencies` and `waits` in seconds, of the last WINDOW; the rest as it stands."""

    messages: Sequence[tuple[str, str, int]]
    latencies: Sequence[float]
    unanswered: int
    handoffs: Sequence[tuple[str, int]]
    """Open ones, by state."""
    waits: Sequence[float]
    """From asking for a person until one has taken it."""
    refusals: Sequence[tuple[str, int]]
    """Needs without an answer, by language; only where there are at least smallest()."""
    sms: Sequence[tuple[str, int]]


def figures(session: Session, when: datetime) -> Figures:
    since = when - WINDOW
    count = func.count()
    reply, inbound = aliased(Message), aliased(Message)
    answered = (
        select(inbound.created_at, func.min(reply.created_at, type_=Message.created_at.type))
        .join(reply, (reply.conversation_id == inbound.conversation_id) & (reply.reply_to == inbound.id))
        .where(inbound.created_at >= since, inbound.author == "citizen")
        .group_by(inbound.id, inbound.created_at)
    )
    said = (
        select(Conversation.channel, Message.author, count)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.created_at >= since)
        .group_by(Conversation.channel, Message.author)
    )
    is_open = Handoff.closed_at.is_(None)
    taken = select(Handoff.requested_at, Handoff.accepted_at).where(Handoff.accepted_at >= since)
    states = session.execute(select(Handoff.state, count).where(is_open).group_by(Handoff.state))
    return Figures(
        [row._tuple() for row in session.execute(said)],
        [(last - first).total_seconds() for first, last in session.execute(answered)],
        session.scalar(select(count).where(Message.awaiting)) or 0,
        [row._tuple() for row in states],
        [(taken_at - asked).total_seconds() for asked, taken_at in session.execute(taken) if taken_at],
        _refusals(session),
        [row._tuple() for row in session.execute(select(Outgoing.state, count).group_by(Outgoing.state))],
    )


def _refusals(session: Session) -> Sequence[tuple[str, int]]:
    needs = columns(session)
    by_language = needs.counts(("moment", "language"))[[each == "no_answer" for each in needs.values["moment"]]].sum(
        axis=0
    )
    return [
        (language, number)
        for language, number in zip(needs.values["language"], by_language.tolist(), strict=True)
        if number >= smallest()
    ]
