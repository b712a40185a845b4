"""PostgreSQL keeps what SQLite keeps, and several processes get in each other's way on neither."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.handoff import notices
from bot.needs import columns, needs, patterns
from bot.needs.patterns import Filters
from bot.records import conversations
from bot.records.database import Database, collided
from bot.records.leases import LASTS, Leases
from bot.records.tables import Conversation, Look, Message, now
from bot.replies import Reply
from knowledge.library import Library
from tests.bot.helping import PLAIN, contact, conversation, request
from tests.bot.test_migrations import differences

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["postgresql", "sqlite"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database of each kind."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    else:
        database = Database(request.getfixturevalue("postgresql_url"))
    database.migrate()
    yield database
    database.close()


def begun(database: Database) -> str:
    with database.transaction() as session:
        conversation, _ = conversations.begin(session, channel="web", language="nb", chosen=True, place=None)
    return conversation.id


def test_the_migrations_make_the_tables_of_the_code_and_lead_back(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    database.migrate()
    assert differences(database) == []
    with database.engine.begin() as connection:
        command.downgrade(database.alembic(connection), "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.migrate()
    assert differences(database) == []
    database.close()


def test_processes_that_start_at_the_same_time_migrate_one_after_the_other(postgresql_url: str) -> None:
    databases = [Database(postgresql_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: each.migrate(), databases))
    assert differences(databases[0]) == []
    for each in databases:
        each.close()


@pytest.mark.parametrize("change", ["UPDATE looks SET name = 'nobody'", "DELETE FROM looks"])
def test_the_log_of_looks_is_only_added_to(shared: Database, change: str) -> None:
    with shared.transaction() as session:
        session.add(Look(staff_id=1, name="Ingrid", role="veileder", what="read", conversation_id="c", handoff_id=1))
    with pytest.raises(DBAPIError, match="only ever added to"), shared.transaction() as session:
        session.execute(text(change))
    with shared.reading() as session:
        assert session.scalars(select(Look.name)).all() == ["Ingrid"]


def test_who_only_reads_sees_one_moment_and_cannot_write(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    database.migrate()
    with database.reading() as session:
        assert session.scalars(select(Conversation)).all() == []
        begun(database)
        assert session.scalars(select(Conversation)).all() == []
    with pytest.raises(DBAPIError, match="read-only"), database.reading() as session:
        session.execute(text("DELETE FROM conversations"))
    database.close()


def test_messages_of_a_conversation_get_their_ids_in_the_order_in_which_they_can_be_read(shared: Database) -> None:
    conversation = begun(shared)
    newest, ended = [0], threading.Event()
    missed: list[int] = []

    def read_on() -> None:
        seen: set[int] = set()
        while not ended.is_set():
            with shared.reading() as session:
                found = [each.id for each in conversations.history(session, conversation, newest[0])]
                everything = set(session.scalars(select(Message.id)))
            seen |= set(found)
            missed.extend(each for each in everything - seen if each <= newest[0])
            newest[0] = max([newest[0], *found])

    def write(_: int) -> None:
        with shared.transaction() as session:
            conversations.say(session, conversation, Reply(text="said", language="nb"))

    reader = threading.Thread(target=read_on)
    reader.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(60)))
    ended.set()
    reader.join()
    assert missed == []


def test_a_deadlock_is_told_from_what_trying_again_does_not_mend(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    database.migrate()
    first, second = begun(database), begun(database)
    both = threading.Barrier(2)

    def lock(one: str, other: str) -> Exception | None:
        try:
            with database.transaction() as session:
                conversations.lock(session, one)
                both.wait()
                conversations.lock(session, other)
        except DBAPIError as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        failed = [each for each in pool.map(lock, (first, second), (second, first)) if each]
    assert [collided(each) for each in failed] == [True]
    with pytest.raises(DBAPIError) as other, database.transaction() as session:
        session.execute(text("SELECT 1 / 0"))
    assert not collided(other.value)
    database.close()


def test_a_notice_to_staff_is_sent_by_one_process(shared: Database) -> None:
    contact(shared, "ingrid")
    request(shared, conversation(shared), now())
    with shared.reading() as session:
        (waiting,) = notices.due(session, now())
    with shared.transaction() as session:
        taken = notices.claim(session, waiting.id, now())
        assert taken is not None
        assert taken.staff.login == "ingrid"
    with shared.transaction() as session:
        assert notices.claim(session, waiting.id, now()) is None


def test_of_two_processes_one_holds_a_lease_and_the_other_gets_it_when_it_runs_out_or_is_let_go(
    shared: Database,
) -> None:
    one, other = Leases(shared, "one"), Leases(shared, "other")
    assert one.mine("round", NOW)
    assert not other.mine("round", NOW)
    assert one.mine("round", NOW + LASTS * 0.9)
    assert not other.mine("round", NOW + LASTS * 1.5), "it is kept by asking"
    assert other.mine("round", NOW + LASTS * 2), "one has not been heard of since"
    other.let_go(NOW + LASTS * 2)
    assert one.mine("round", NOW + LASTS * 2)


def test_of_many_that_ask_at_once_one_gets_the_lease(shared: Database) -> None:
    everybody = [Leases(shared, f"process {each}") for each in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda each: each.mine("round", NOW), everybody)) == 1


def test_what_is_done_once_a_day_is_not_due_before_whoever_does_it(shared: Database) -> None:
    day = timedelta(days=1)
    one, other = Leases(shared, "one"), Leases(shared, "other")
    assert one.mine("retention", NOW)
    assert one.due("retention", day, NOW)
    one.done("retention", NOW)
    assert other.mine("retention", NOW + day / 2)
    assert not other.due("retention", day, NOW + day / 2)
    assert other.due("retention", day, NOW + day)


def test_what_is_dated_from_before_the_clock_went_back_holds_nobody_up(shared: Database) -> None:
    hour, year = timedelta(hours=1), timedelta(days=365)
    one, other = Leases(shared, "one"), Leases(shared, "other")
    assert one.mine("round", NOW + year)
    one.done("round", NOW + year)
    assert other.mine("round", NOW), "one that died then would hold it for a year"
    assert not one.mine("round", NOW)
    assert other.due("round", hour, NOW)
    conversation = begun(shared)
    with shared.transaction() as session:
        asked, _ = conversations.store_inbound(session, conversation, "c1", "left behind", None)
        asked.created_at = NOW + year
    with shared.reading() as session:
        assert [each.id for each in conversations.unanswered(session, NOW, hour)] == [asked.id]
        assert conversations.unanswered(session, NOW + year, hour) == []
        assert [each.id for each in conversations.unanswered(session)] == [asked.id]


def test_figures_are_the_same_on_both_and_none_is_missed_that_is_committed_late(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "BEHIND", 20)

    def lacked(session: Session, times: int, topic: str | None) -> None:
        for _ in range(times):
            needs.record(session, **{**PLAIN, "topic": topic, "part": "Heimdal", "today": NOW.date()})

    def seen() -> dict[str, int | None]:
        with shared.reading() as session:
            found = [
                patterns.table(session, library, Filters(), each) for each in ("topic", "condition", "week", "part")
            ]
        assert found[1].row_totals["policies"] == found[0].total == found[3].row_totals["froya/Heimdal"]
        assert found[2].rows == ("2026-06-01",)
        return dict(found[0].row_totals)

    library = Library.load()
    with shared.transaction() as session:
        lacked(session, 60, "bostotte")
    assert seen() == {"bostotte": 60}
    with shared.transaction() as late:
        lacked(late, 7, None)
        if shared.engine.dialect.name == "postgresql":  # on SQLite one writes at a time
            with shared.transaction() as session:
                lacked(session, 6, "sfo")
            assert seen() == {"bostotte": 60, "sfo": 6}
        assert "" not in seen()
    with shared.transaction() as session:
        lacked(session, 100, "bostotte")
    assert {**seen(), "sfo": None} == {"bostotte": 160, "": 7, "sfo": None}
