"""Record needs, and read them so that no single person can be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.needs import patterns
from bot.needs.masking import mask
from bot.needs.vocabulary import USUAL_CONDITIONS
from bot.records.tables import Need, week_of
from knowledge.library import Library


def record(
    session: Session,
    *,
    moment: str,
    barrier: str,
    topic: str | None,
    language: str,
    place: str | None,
    channel: str,
    part: str | None = None,
    children: str | None = None,
    names: Sequence[str] = (),
    conditions: list[str] | None = None,
    would_have_helped: str | None = None,
    theme: str | None = None,
    outcome: str | None = None,
    today: date | None = None,
) -> Need:
    """Write down a need. There is no argument for who it was, and the day is kept only as its week.

    Args:
        names: of people in the conversation, which are masked in what a contact wrote.
    """
    need = Need(
        week=week_of(today or date.today()),
        moment=moment,
        barrier=barrier,
        topic=topic,
        conditions=conditions or USUAL_CONDITIONS[barrier],
        language=language,
        place=place,
        part=part,
        channel=channel,
        children=children,
        theme=mask(theme, names) if theme else None,
        outcome=outcome,
        would_have_helped=mask(would_have_helped, names) if would_have_helped else None,
    )
    session.add(need)
    session.flush()
    return need


def keep_words(session: Session, need_id: int, words: str, names: Sequence[str] = ()) -> Need:
    """Add the person's own words, masked, with the names of people in the conversation; only called after they agreed."""
    need = session.get_one(Need, need_id)
    need.words = mask(words, names)
    return need


@dataclass(frozen=True)
class Row:
    """One need as the programme team reads it. What would make it one of few is None; so is what is not known."""

    id: int
    area: str | None
    topic: str | None
    barrier: str | None
    language: str | None
    place: str | None
    theme: str | None
    words: str | None
    would_have_helped: str | None


def latest(session: Session, library: Library, limit: int = 200) -> list[Row]:
    """The newest needs that somebody has put into words; the others are only counted.

    What is told of each besides its words is what all tables of topic, barrier, language and place could tell of it, so
    that counting the rows tells no more than they do.
    """
    said = Need.words.is_not(None) | Need.would_have_helped.is_not(None) | Need.theme.is_not(None)
    found = session.scalars(select(Need).where(said).order_by(Need.id.desc()).limit(limit)).all()
    return [
        Row(id=need.id, theme=need.theme, words=need.words, would_have_helped=need.would_have_helped, **told)
        for need, told in zip(found, patterns.told(session, library, found), strict=True)
    ]


def any_recorded(session: Session) -> bool:
    """Whether there is any need at all."""
    return session.scalar(select(Need.id).limit(1)) is not None
