"""Words of people that may become examples: what was unclear until they picked a topic, and what was not answered well.

That something was unclear is recorded without words, as a need is. The words are added, masked, only when the person
agrees to that one question; only then is there something for an editor to read. An editor decides once: it becomes an
example, which waits until the assistant has learned it; it is collected for a topic there is not yet; or the words go.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.needs.masking import mask
from bot.records.tables import Candidate, week_of


class AlreadyDecided(Exception):
    """Another editor has accepted, collected or rejected it."""


def record(
    session: Session,
    topic: str | None,
    offered: Sequence[str],
    language: str,
    *,
    moment: str = "picked",
    today: date | None = None,
) -> Candidate:
    """Write down what was picked, and from what. There is no argument for who it was.

    Args:
        topic: what was picked; None when nothing was.
        offered: what there was to pick from, or the answer that did not help.
        moment: picked, corrected, no_answer or not_helped.
    """
    week = week_of(today or date.today())
    candidate = Candidate(week=week, language=language, topic=topic, offered=list(offered), moment=moment)
    session.add(candidate)
    session.flush()
    return candidate


def keep_words(session: Session, candidate_id: int, words: str, names: Sequence[str] = ()) -> None:
    """Add the person's own words, masked, with the names of people in the conversation; only called after they agreed."""
    session.get_one(Candidate, candidate_id).words = mask(words, names)


def waiting(session: Session, language: str | None = None, limit: int = 200) -> Sequence[Candidate]:
    """Those with words that no editor has decided on, the oldest first; of one language, or of all."""
    return _in_state(session, "new", language, limit)


def languages_waiting(session: Session) -> list[str]:
    """The languages of those that wait for an editor."""
    query = select(Candidate.language).where(Candidate.words.is_not(None), Candidate.state == "new")
    return sorted(session.scalars(query.distinct()))


def batch(session: Session) -> Sequence[Candidate]:
    """Those that are accepted and not learned yet, the oldest first."""
    return _in_state(session, "accepted")


def collected(session: Session) -> dict[str, list[Candidate]]:
    """Those that are collected for topics there are not yet, by the name they are collected under."""
    found = defaultdict(list)
    for candidate in _in_state(session, "collected"):
        found[candidate.theme or ""].append(candidate)
    return dict(sorted(found.items()))


def accept(
    session: Session,
    candidate_id: int,
    *,
    words: str | None = None,
    topic: str | None = None,
    language: str | None = None,
) -> Candidate:
    """An editor takes it as an example, corrected where need be.

    Raises:
        AlreadyDecided: it is not new any more.
    """
    candidate = _decided(session, candidate_id, "accepted")
    candidate.words = mask(words) if words else candidate.words
    candidate.topic = topic or candidate.topic
    candidate.language = language or candidate.language
    return candidate


def collect(session: Session, candidate_id: int, theme: str, words: str | None = None) -> Candidate:
    """An editor keeps it for a topic there is not yet.

    Raises:
        AlreadyDecided: it is not new any more.
    """
    candidate = _decided(session, candidate_id, "collected")
    candidate.words = mask(words) if words else candidate.words
    candidate.theme = mask(theme)
    return candidate


def reject(session: Session, candidate_id: int) -> Candidate:
    """An editor does not take it: the words go, what was confused with what stays.

    Raises:
        AlreadyDecided: it is not new any more.
    """
    candidate = _decided(session, candidate_id, "rejected")
    candidate.words = None
    return candidate


def put_back(session: Session, candidate_id: int) -> Candidate:
    """An editor thinks again about one that is accepted or collected.

    Raises:
        AlreadyDecided: it is learned already, or its words are gone.
    """
    candidate = _decided(session, candidate_id, "new", among=("accepted", "collected"))
    candidate.theme = None
    return candidate


def learned(session: Session, ids: Iterable[int]) -> None:
    """The assistant has learned them: the example files hold the words now."""
    for candidate in session.scalars(select(Candidate).where(Candidate.id.in_(ids), Candidate.state == "accepted")):
        candidate.words, candidate.state = None, "learned"


def _in_state(session: Session, state: str, language: str | None = None, limit: int = 1_000) -> Sequence[Candidate]:
    query = select(Candidate).where(Candidate.words.is_not(None), Candidate.state == state)
    if language:
        query = query.where(Candidate.language == language)
    return session.scalars(query.order_by(Candidate.id).limit(limit)).all()


def _decided(session: Session, candidate_id: int, state: str, among: Sequence[str] = ("new",)) -> Candidate:
    candidate = session.get(Candidate, candidate_id, with_for_update=True)
    if candidate is None or candidate.state not in among:  # its words go after a while, and it with them
        raise AlreadyDecided(candidate.state if candidate else "gone")
    candidate.state = state
    return candidate
