"""The migrations make exactly the tables that the code uses."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.handoff.hours import Plan
from bot.records import conversations
from bot.records.access import access_messages, access_own
from bot.records.database import Database
from bot.records.tables import Base, Conversation, Handoff


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)


def test_the_migrated_tables_are_those_of_the_code(database: Database) -> None:
    assert differences(database) == []


def test_a_column_that_no_migration_makes_would_be_noticed(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE needs DROP COLUMN channel"))
    assert [difference[0] for difference in differences(database)] == ["add_column"]


def test_migrating_twice_is_harmless(database: Database) -> None:
    with database.transaction() as session:
        kept, token = conversations.begin(session, channel="web", language="nb", chosen=True, place=None)
    database.migrate()
    assert differences(database) == []
    with database.reading() as session:
        assert access_own(session, kept.id, token) is not None


def test_two_openings_of_one_file_migrate_one_after_the_other(database: Database) -> None:
    second = Database(database.url)
    second.migrate()
    with second.transaction() as session:
        assert session.query(Conversation).count() == 0
    second.close()


def test_the_id_of_a_message_that_was_deleted_is_never_given_again(database: Database) -> None:
    with database.reading() as session:
        made = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'messages'"))
    assert "AUTOINCREMENT" in made


def test_the_way_back_leaves_no_table_and_the_way_forth_works_again(database: Database) -> None:
    with database.engine.begin() as connection:
        command.downgrade(database.alembic(connection), "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.migrate()
    assert differences(database) == []


def test_the_migrations_have_one_end(database: Database) -> None:
    with database.engine.connect() as connection:
        heads = ScriptDirectory.from_config(database.alembic(connection)).get_heads()
        current = MigrationContext.configure(connection).get_current_revision()
    assert heads == [current]


def test_what_contacts_had_in_hand_before_stays_with_them_and_they_see_what_they_saw(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    with database.engine.begin() as connection:
        command.upgrade(database.alembic(connection), "0001")
        for statement in OLD:
            connection.exec_driver_sql(statement)
    database.migrate()
    with database.reading() as session:
        handoff = session.get_one(Handoff, 1)
        assert (handoff.owner_id, handoff.state, handoff.shared) == (1, "active", [])
        assert [message.text for message in access_messages(session, handoff, handoff.contact)] == [
            "since",
            "also since",
        ]
        assert Plan.of(handoff.contact).at_work(datetime(2026, 6, 1, 10, tzinfo=UTC))
        assert session.scalar(text("SELECT count(*) FROM messages")) == 3
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    database.close()


OLD = (
    "INSERT INTO staff VALUES (1, 'ingrid', 'x', 'Ingrid', 'veileder', 'Nav', '[\"contact\"]', '[\"nb\"]', '[]', '[]', "
    '\'{"days": [0], "from": "08:00", "to": "15:00"}\', 60, 1)',
    "INSERT INTO conversations (id, token_hash, channel, language, language_chosen, created_at) "
    "VALUES ('c', 'h', 'web', 'nb', 1, '2026-06-01 08:00:00')",
    "INSERT INTO messages (id, conversation_id, author, text, awaiting, created_at) VALUES "
    "(1, 'c', 'citizen', 'before', 0, '2026-06-01 08:00:00'), (2, 'c', 'bot', 'since', 0, '2026-06-01 08:00:00'), "
    "(3, 'c', 'contact', 'also since', 0, '2026-06-01 08:00:00')",
    "INSERT INTO handoffs (id, conversation_id, contact_id, state, urgent, shares_conversation, first_message_id, why, "
    "requested_at, accepted_at) VALUES (1, 'c', 1, 'active', 0, 0, 1, '', '2026-06-01 08:00:00', '2026-06-01 08:01:00')",
)
"""What an installation had before contacts stayed: a conversation in hand, of which only a part was shared."""
