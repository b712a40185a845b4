"""How people are served in each language: answers found, refused, asked back, handed over, and how soon by a person.

Counted by week and language, so that it can be seen whether all languages are served alike.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.effects import Effect, RecordNeed, RequestContact
from bot.needs.counting import count
from bot.needs.patterns import Filters, Source, Table, table
from bot.records.tables import Service
from bot.replies import AnswerCard, Reply
from knowledge.library import Library

MESSAGES = ("answered", "asked_back", "refused", "handed_over")
"""What became of a message. Greetings, settings and words to a contact are none of these."""
WAITS = {"within_15_minutes": timedelta(minutes=15), "within_an_hour": timedelta(hours=1), "within_a_day": timedelta(1)}
"""How long a person waited for the first words of a contact; longer than the last is LATER."""
LATER = "later"
PERSONS = (*WAITS, LATER)


def record(session: Session, kind: str, *, language: str, channel: str, today: date | None = None) -> None:
    """Count one message or one wait. There is no argument for whose it was.

    Raises:
        ValueError: no such kind.
    """
    if kind not in MESSAGES + PERSONS:
        raise ValueError(f"{kind} is not counted")
    count(session, Service, today, kind=kind, language=language, channel=channel)


def record_wait(session: Session, wait: timedelta, *, language: str, channel: str, today: date | None = None) -> None:
    """Count how long somebody waited for a person."""
    kind = next((name for name, longest in WAITS.items() if wait <= longest), LATER)
    record(session, kind, language=language, channel=channel, today=today)


def kind_of(replies: Sequence[Reply], effects: Sequence[Effect], topics: frozenset[str]) -> str | None:
    """What became of a message, or None where it asked for nothing that is counted.

    Args:
        topics: all there are; who offers some of them to pick from asks back.
    """
    if any(isinstance(each, RequestContact) for each in effects):
        return "handed_over"
    if any(isinstance(each.card, AnswerCard) or each.answers for each in replies):
        return "answered"
    if any(isinstance(each, RecordNeed) and each.moment == "no_answer" for each in effects):
        return "refused"
    if any(isinstance(each, RecordNeed) for each in effects):
        return None
    return "asked_back" if any(choice.id in topics for each in replies for choice in each.choices) else None


def results(
    session: Session,
    library: Library,
    filters: Filters | None = None,
    by: str | None = "language",
    kinds: Sequence[str] = MESSAGES,
) -> Table:
    """How often each kind was counted: a row for each, and a column for each value of another dimension.

    Args:
        filters: since, until, language or channel.
        by: language, channel, week, month, quarter or year.
        kinds: MESSAGES or PERSONS.
    """
    columns = {"time": "week", **{name: name for name in ("kind", "language", "channel")}}
    source = Source(Service, columns, ("kind", tuple(kinds)))
    return table(session, library, filters or Filters(), "kind", by, source=source)
