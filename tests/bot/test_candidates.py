"""Words that may become examples: kept like a need, without anybody in them, and decided on once."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Date, DateTime
from sqlalchemy.orm import Session

from bot.needs import candidates
from bot.records.database import Database
from bot.records.tables import Candidate


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def record(session: Session, words: str | None = "hjelp til ungene", language: str = "nb") -> Candidate:
    found = candidates.record(session, "barnetrygd", ["fritid-for-barn", "barnetrygd"], language)
    if words:
        candidates.keep_words(session, found.id, words)
    return found


def test_a_candidate_has_no_room_for_who_it_was_and_no_time_but_its_week() -> None:
    columns = Candidate.__table__.columns
    kept = {"id", "week", "moment", "language", "topic", "offered", "words", "theme", "state"}
    assert {column.name for column in columns} == kept
    assert [column.name for column in columns if isinstance(column.type, Date | DateTime)] == ["week"]
    assert not Candidate.__table__.foreign_keys


def test_it_is_kept_by_its_week_and_its_words_masked(session: Session) -> None:
    found = candidates.record(session, "barnetrygd", ["barnetrygd"], "nb", today=date(2026, 11, 28))
    candidates.keep_words(session, found.id, "jeg heter Kari, ring 91 23 45 67 om ungene")
    assert found.week == date(2026, 11, 23)
    assert found.words == "jeg heter [name], ring [phone] om ungene"


def test_editors_see_those_with_words_of_their_language_the_oldest_first(session: Session) -> None:
    record(session, words=None)
    first, second, polish = record(session), record(session), record(session, language="pl")
    assert [each.id for each in candidates.waiting(session, "nb")] == [first.id, second.id]
    assert [each.id for each in candidates.waiting(session)] == [first.id, second.id, polish.id]


def test_one_is_accepted_as_it_is_or_corrected(session: Session) -> None:
    plain = candidates.accept(session, record(session).id)
    corrected = candidates.accept(session, record(session).id, words="penger til ungene", topic="fritid-for-barn")
    assert (plain.state, plain.words, plain.topic) == ("accepted", "hjelp til ungene", "barnetrygd")
    assert (corrected.words, corrected.topic) == ("penger til ungene", "fritid-for-barn")
    assert not candidates.waiting(session)


def test_of_one_that_is_rejected_the_words_go(session: Session) -> None:
    found = candidates.reject(session, record(session).id)
    assert (found.state, found.words, found.offered) == ("rejected", None, ["fritid-for-barn", "barnetrygd"])


def test_it_is_decided_on_once(session: Session) -> None:
    found = record(session)
    candidates.accept(session, found.id)
    with pytest.raises(candidates.AlreadyDecided):
        candidates.reject(session, found.id)


def test_accepted_ones_wait_until_they_are_learned_and_then_their_words_stand_in_the_files_only(
    session: Session,
) -> None:
    first, second = candidates.accept(session, record(session).id), candidates.accept(session, record(session).id)
    candidates.learned(session, [first.id])
    assert [each.id for each in candidates.batch(session)] == [second.id]
    assert (first.state, first.words) == ("learned", None)
    with pytest.raises(candidates.AlreadyDecided):
        candidates.put_back(session, first.id)


def test_ones_for_a_topic_there_is_not_yet_are_collected_under_its_name(session: Session) -> None:
    first, second = record(session), record(session)
    for each in (first, second):
        candidates.collect(session, each.id, "hundehold, sier Kari på 91 23 45 67")
    assert [[each.id for each in some] for some in candidates.collected(session).values()] == [[first.id, second.id]]
    assert list(candidates.collected(session)) == ["hundehold, sier Kari på [phone]"]
    assert not candidates.waiting(session)


def test_an_editor_may_think_again(session: Session) -> None:
    accepted, collected = candidates.accept(session, record(session).id), record(session)
    candidates.collect(session, collected.id, "hund")
    for each in (accepted, collected):
        candidates.put_back(session, each.id)
    assert [each.id for each in candidates.waiting(session)] == [accepted.id, collected.id]
    assert not candidates.batch(session)
    assert not candidates.collected(session)
