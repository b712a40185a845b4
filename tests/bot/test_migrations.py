"""The migrations make exactly the tables that the code uses."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Base, Conversation


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
    with database.transaction() as session:
        assert conversations.find(session, kept.id, token) is not None


def test_two_openings_of_one_file_migrate_one_after_the_other(database: Database) -> None:
    second = Database(database.url)
    second.migrate()
    with second.transaction() as session:
        assert session.query(Conversation).count() == 0
    second.close()


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
