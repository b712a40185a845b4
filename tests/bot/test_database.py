"""The database and its connections."""

import sqlite3

import pytest

from bot.records.database import Database


def test_a_connection_that_is_given_back_after_closing_is_closed_too(database: Database) -> None:
    working = database.engine.connect()
    raw = working.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    database.close()
    raw.execute("SELECT 1")
    working.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw.execute("SELECT 1")


def test_a_database_that_was_closed_can_be_used_again(database: Database) -> None:
    database.close()
    database.ping()
    database.ping()
