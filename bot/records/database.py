"""The database: one engine, short transactions, migrations by Alembic."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 0x52455454
"""The key of PostgreSQL's advisory lock of those who migrate."""
PATIENCE = 5_000
"""Milliseconds one waits for another's transaction, on SQLite as on PostgreSQL."""
COLLISIONS = frozenset({"40001", "40P01", "55P03", "23505"})
"""PostgreSQL's codes for a serialisation failure, a deadlock, a lock that was waited for too long, and a row that another
process has just made."""
AWAY = ("08", "53", "57")
"""Classes of PostgreSQL's codes: the connection is lost, there is no room, it is being stopped or started."""
NO_ROOM = "53100"
"""PostgreSQL's code for a full disk."""
AWAY_SQLITE = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
)
VANISHED = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}
"""How soon a machine that has vanished without a word is given up (libpq): all wait for it until then."""
READS = "reads"
"""What a session that only reads says of itself, in its `info`; every session's has its database, as Database."""
Kept = TypeVar("Kept")


class Database:
    """Where records are kept. `url` is an SQLAlchemy URL, e.g. sqlite:///var/rettvis.sqlite3."""

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # hide_parameters: errors must not repeat what people wrote
        self.engine: Engine = create_engine(parsed, hide_parameters=True, **_options(parsed))
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            readers = self.engine.execution_options(reads_only=True)
        else:
            readers = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        mine: dict[Any, Any] = {Database: self}
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info=mine)
        self._readers = sessionmaker(readers, expire_on_commit=False, autoflush=False, info={**mine, READS: True})
        self._kept: dict[type[Any], Any] = {}

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed whole at the end, or not at all.

        On SQLite it takes the right to write at once and waits for it: two processes never get in each other's way
        half-way through. On PostgreSQL those who change a conversation lock it first (bot.records.conversations.lock).
        """
        with self._sessions() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, one moment of the database; it waits for nobody."""
        with self._readers() as session, session.begin():
            yield session

    def kept(self, kind: type[Kept]) -> Kept:
        """The one of its kind that keeps something of this database in memory, made when first asked for."""
        found: Kept = self._kept.setdefault(kind, kind())
        return found

    def migrate(self) -> None:
        """Bring the tables up to date; safe to repeat."""
        with self._migrating() as connection:
            command.upgrade(self.alembic(connection), "head")

    @contextmanager
    def _migrating(self) -> Iterator[Connection]:
        """One process at a time; SQLite may make a table anew without deleting what refers to it."""
        with self.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            if self.engine.dialect.name == "sqlite":
                raw.execute("PRAGMA foreign_keys=OFF")  # has no effect once a transaction has begun
            try:
                with connection.begin():
                    if self.engine.dialect.name == "postgresql":
                        connection.execute(text("SET LOCAL lock_timeout = 0"))
                        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
                    yield connection
            finally:
                if self.engine.dialect.name == "sqlite":
                    raw.execute("PRAGMA foreign_keys=ON")

    def alembic(self, connection: Any) -> Config:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        return config

    def scrub(self) -> None:
        """Nothing that was deleted is left in SQLite's files: deleted pages are overwritten, and here the log of writes, in
        which they stood too, is emptied. Somebody who reads just now keeps it for a while; it is tried every minute."""
        if self.engine.dialect.name == "sqlite":
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()

    def clock(self) -> datetime:
        """What time it is for the database's machine, the same for all that share it."""
        if self.engine.dialect.name == "sqlite":
            return datetime.now(UTC)
        with self.engine.connect() as connection:
            told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return told

    def is_behind(self) -> bool:
        """Whether its tables are not those of this program yet."""
        with self.engine.connect() as connection:
            here = MigrationContext.configure(connection).get_current_revision()
            return here != ScriptDirectory.from_config(self.alembic(connection)).get_current_head()

    def ping(self) -> None:
        """Raises sqlalchemy.exc.SQLAlchemyError when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every connection: those at rest now, one that somebody still works with when it is given back."""
        pool = self.engine.pool
        self.engine.dispose()
        event.listen(pool, "checkin", _close)


def _close(connection: Any, record: object) -> None:
    if connection is not None:
        connection.close()


def collided(error: Exception) -> bool:
    """Whether a transaction failed only because of another one at the same time: done again, it may succeed."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in COLLISIONS


def unavailable(error: BaseException | None) -> bool:
    """Whether the database could not do its work: it is gone, is being started, or has no room. Nothing of the transaction
    stands, and later the same may succeed. What such an error has brought about counts as it does."""
    while error is not None:
        if isinstance(error, DBAPIError) and _is_away(error):
            return True
        error = error.__cause__
    return False


def _is_away(error: DBAPIError) -> bool:
    code, state = getattr(error.orig, "sqlite_errorcode", None), getattr(error.orig, "sqlstate", None)
    if code is not None:
        return code & 0xFF in AWAY_SQLITE  # above stands which kind of it
    if state is not None:
        return str(state).startswith(AWAY)
    return error.connection_invalidated or isinstance(error, OperationalError)  # not even connected


def no_room(error: DBAPIError) -> bool:
    """Whether the disk is full."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_FULL or getattr(error.orig, "sqlstate", None) == NO_ROOM


def _options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() != "postgresql":
        return {}
    # pre_ping: a database that was away is found again
    told = {"options": f"-c lock_timeout={PATIENCE}", "connect_timeout": 5, **VANISHED}
    return {"connect_args": told, "pool_pre_ping": True}


def _begin_sqlite(connection: Connection) -> None:
    # The driver would begin at the first write, when another process may have written since the first read.
    reads_only = connection.get_execution_options().get("reads_only")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin ourselves
    cursor = connection.cursor()
    # Readers and the writer do not block each other; what is committed survives a loss of power.
    # What is deleted is overwritten.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={PATIENCE}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
