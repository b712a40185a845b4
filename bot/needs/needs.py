"""Record needs, and read them so that no single person can be seen."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.needs.masking import mask
from bot.needs.vocabulary import USUAL_CONDITIONS
from bot.records.tables import Need, week_of

SMALLEST = 5
"""Figures below this are not shown to anyone (k-anonymity with k = 5)."""


def record(
    session: Session,
    *,
    moment: str,
    barrier: str,
    topic: str | None,
    language: str,
    place: str | None,
    channel: str,
    conditions: list[str] | None = None,
    would_have_helped: str | None = None,
    theme: str | None = None,
    outcome: str | None = None,
    today: date | None = None,
) -> Need:
    """Write down a need. There is no argument for who it was, and the day is kept only as its week."""
    need = Need(
        week=week_of(today or date.today()),
        moment=moment,
        barrier=barrier,
        topic=topic,
        conditions=conditions or USUAL_CONDITIONS[barrier],
        language=language,
        place=place,
        channel=channel,
        theme=mask(theme) if theme else None,
        outcome=outcome,
        would_have_helped=mask(would_have_helped) if would_have_helped else None,
    )
    session.add(need)
    session.flush()
    return need


def keep_words(session: Session, need_id: int, words: str) -> Need:
    """Add the person's own words, masked; only ever called after they agreed."""
    need = session.get_one(Need, need_id)
    need.words = mask(words)
    return need


@dataclass(frozen=True)
class Count:
    """How often something was lacking. `number` is None where it is between 1 and 4."""

    name: str
    number: int | None


@dataclass(frozen=True)
class Row:
    """One need as the programme team sees it. What would make the person findable is None."""

    need: Need
    language: str | None
    place: str | None


def latest(session: Session, limit: int = 200) -> list[Row]:
    """The newest needs. Language and place are shown only when at least five needs share both."""
    needs = list(session.scalars(select(Need).order_by(Need.week.desc(), Need.id.desc()).limit(limit)))
    groups = Counter(session.execute(select(Need.language, Need.place)).tuples())
    rows = []
    for need in needs:
        seen = groups[need.language, need.place] >= SMALLEST
        rows.append(Row(need, need.language if seen else None, need.place if seen else None))
    return rows


def counts(session: Session, column: str, since: date | None = None) -> list[Count]:
    """How many needs there are per value of a column (topic, language, place, barrier, conditions, week), most first."""
    query = select(getattr(Need, column))
    if since:
        query = query.where(Need.week >= since)
    found: Counter[str] = Counter()
    for value in session.scalars(query):
        found.update([str(part) for part in value] if isinstance(value, list) else [str(value or "")])
    # What is not shown is not told by the order either.
    ordered = sorted(found.items(), key=lambda pair: (-pair[1] if pair[1] >= SMALLEST else 0, pair[0]))
    return [Count(name, number if number >= SMALLEST else None) for name, number in ordered]
