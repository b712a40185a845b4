"""Examples that people themselves have made: unclear words, and the topic they picked when they were asked.

That something was unclear is recorded without words, as a need is. The words are added, masked, only when the person
agrees to that one question; only then is there something for an editor to read.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.needs.masking import mask
from bot.records.tables import Candidate, week_of


class AlreadyDecided(Exception):
    """Another editor has accepted or rejected it."""


def record(session: Session, topic: str, offered: Sequence[str], language: str, today: date | None = None) -> Candidate:
    """Write down what was picked, and from what. There is no argument for who it was."""
    week = week_of(today or date.today())
    candidate = Candidate(week=week, language=language, topic=topic, offered=list(offered))
    session.add(candidate)
    session.flush()
    return candidate


def keep_words(session: Session, candidate_id: int, words: str, names: Sequence[str] = ()) -> None:
    """Add the person's own words, masked, with the names of people in the conversation; only called after they agreed."""
    session.get_one(Candidate, candidate_id).words = mask(words, names)


def waiting(session: Session, language: str | None = None, limit: int = 200) -> Sequence[Candidate]:
    """Those with words that no editor has decided on, the oldest first; of one language, or of all."""
    query = select(Candidate).where(Candidate.words.is_not(None), Candidate.state == "new")
    if language:
        query = query.where(Candidate.language == language)
    return session.scalars(query.order_by(Candidate.id).limit(limit)).all()


def accept(session: Session, candidate_id: int, *, words: str | None = None, topic: str | None = None) -> Candidate:
    """An editor takes it as an example, corrected where need be.

    Raises:
        AlreadyDecided: it is not new any more.
    """
    candidate = _new(session, candidate_id)
    candidate.words = mask(words) if words else candidate.words
    candidate.topic = topic or candidate.topic
    candidate.state = "accepted"
    return candidate


def reject(session: Session, candidate_id: int) -> Candidate:
    """An editor does not take it: the words go, what was confused with what stays.

    Raises:
        AlreadyDecided: it is not new any more.
    """
    candidate = _new(session, candidate_id)
    candidate.words, candidate.state = None, "rejected"
    return candidate


def _new(session: Session, candidate_id: int) -> Candidate:
    candidate = session.get_one(Candidate, candidate_id, with_for_update=True)
    if candidate.state != "new":
        raise AlreadyDecided(candidate.state)
    return candidate
