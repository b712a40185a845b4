"""Copies of the database, and the way back: with the database's own tools, while the servers go on.

SQLite's `VACUUM INTO` writes one moment of it, without what was deleted; PostgreSQL's pg_dump does the same. A copy says
what the records said then: so it must run out as they do, and what was deleted since is there again after the way back.
Columns that are encrypted stay so: without the SECRET_KEY of that time nobody can read them.
"""

import os
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.util.exc import CommandError
from cryptography.fernet import InvalidToken
from sqlalchemy import inspect, select, text, update
from sqlalchemy.engine import make_url

from bot.records.database import Database
from bot.records.leases import at_work
from bot.records.tables import Conversation, Handoff, Lease, Phone, Staff

NAME = "copy"
"""Of the lease, which remembers when the last copy was made."""
ASIDE = "before_restore"
"""The schema in which what was there stands while a copy is put back."""
ENDINGS = {"sqlite": "sqlite3", "postgresql": "dump"}


class NotPossible(Exception):
    """A copy could not be made or put back. The text says why, and nothing that was written."""


def make(database: Database, folder: Path, when: datetime) -> Path:
    """A copy in a folder, readable for its owner only. Until it is whole it has another name.

    Raises:
        NotPossible: the database's own tool is missing or has failed, or a copy is not sound.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kind = database.engine.dialect.name
    target = folder / f"rettvis-{when.astimezone(UTC):%Y%m%dT%H%M%SZ}.{ENDINGS[kind]}"
    unfinished = target.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        if kind == "sqlite":
            _vacuum(database, unfinished)
        else:
            _run(database, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={unfinished}")
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    if inspect(database.engine).has_table(Lease.__tablename__):
        _remember(database, when)
    return target


def run_out(folder: Path, keep: timedelta, when: datetime) -> Sequence[Path]:
    """Delete the copies of a folder that are older than they may be, but never the newest one. Returns the deleted ones."""
    copies = sorted(each for ending in ENDINGS.values() for each in folder.glob(f"rettvis-*Z.{ending}"))
    old = [each for each in copies[:-1] if _made_at(each) <= when - keep]
    for each in old:
        each.unlink()
    return old


def put_back(database: Database, copy: Path, *, replace: bool = False) -> None:
    """The records are those of a copy from now on, and the tables those of this program.

    Args:
        replace: also where conversations are kept already, which are lost then.

    Raises:
        NotPossible: a server is at work, something is kept already, the copy is not sound, or the tool has failed.
    """
    if not copy.is_file():
        raise NotPossible(f"there is no file {copy}")
    kind = database.engine.dialect.name
    if copy.suffix != f".{ENDINGS[kind]}":
        raise NotPossible(f"{copy.name} is no copy of a database of this kind: {kind} has .{ENDINGS[kind]}")
    if inspect(database.engine).has_table(Lease.__tablename__) and at_work(database, database.clock()):
        raise NotPossible("a server is at work: stop it first (one that died counts for ten seconds more)")
    if not replace and inspect(database.engine).has_table(Conversation.__tablename__):
        with database.reading() as session:
            if session.scalar(select(Conversation.id).limit(1)) is not None:
                raise NotPossible("conversations are kept there already; with --replace they are lost")
    if kind == "sqlite":
        _copied(copy, database)
    else:
        _restored(copy, database)
    database.engine.dispose()
    try:
        database.migrate()
    except CommandError as error:
        raise NotPossible("it is put back, but it was made by a newer program than this one") from error
    with database.transaction() as session:  # who was at work then is not now
        session.execute(update(Lease).values(until=database.clock()))


def opens(database: Database) -> bool:
    """Whether what stands encrypted in the database can be read with this SECRET_KEY."""
    with database.reading() as session:
        try:
            for column in (Phone.number, Handoff.phone, Staff.totp_secret):
                session.scalar(select(column).where(column.is_not(None)).limit(1))
        except InvalidToken:
            return False
    return True


def last_made(database: Database) -> datetime | None:
    """When the last copy was made by this program."""
    with database.reading() as session:
        found = session.get(Lease, NAME)
        return found.done_at if found else None


def oldest(database: Database) -> datetime | None:
    """Since when there is something to lose."""
    with database.reading() as session:
        return session.scalar(select(Conversation.created_at).order_by(Conversation.created_at).limit(1))


def _remember(database: Database, when: datetime) -> None:
    with database.transaction() as session:
        made = session.get(Lease, NAME) or Lease(name=NAME, holder="", until=when)
        made.done_at = when
        session.add(made)


def _made_at(copy: Path) -> datetime:
    return datetime.strptime(copy.stem.removeprefix("rettvis-"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _vacuum(database: Database, target: Path) -> None:
    with closing(database.engine.raw_connection()) as connection:
        connection.cursor().execute("VACUUM INTO ?", (str(target),))
    _sound(target)


def _sound(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise NotPossible(f"{file.name} is not a sound copy") from error
    if found != "ok":
        raise NotPossible(f"{file.name} is not a sound copy")


def _copied(copy: Path, database: Database) -> None:
    """By SQLite's backup, one transaction of the target: it has all of the copy, or all that it had."""
    _sound(copy)
    with (
        closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(database.engine.raw_connection()) as pooled,
    ):
        target: Any = pooled.driver_connection
        source.backup(target)


def _restored(copy: Path, database: Database) -> None:
    """By pg_restore, into an empty schema: tables that the copy does not know would be in the way. What was there goes when
    all of the copy is there, and comes back if it could not be put back."""
    _change(database, f"ALTER SCHEMA public RENAME TO {ASIDE}", "CREATE SCHEMA public")
    try:
        _run(
            database,
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            "--exit-on-error",
            str(copy),
        )
    except NotPossible:
        _change(database, "DROP SCHEMA public CASCADE", f"ALTER SCHEMA {ASIDE} RENAME TO public")
        raise
    _change(database, f"DROP SCHEMA {ASIDE} CASCADE")


def _change(database: Database, *statements: str) -> None:
    with database.engine.begin() as connection:
        for each in statements:
            connection.execute(text(each))


def _run(database: Database, program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs. The password is in its environment, where other users do not see it."""
    url = make_url(database.url)
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    try:
        command = [program, "--dbname", plain, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise NotPossible(f"{program} is missing (Debian: apt-get install postgresql-client)") from error
    if done.returncode:
        # its last line; the lines before could show a row
        raise NotPossible(f"{program}: {(done.stderr.strip().splitlines() or ['failed'])[-1][:200]}")
