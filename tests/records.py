"""Empty databases, copied from one that was migrated once: migrating itself is tried in tests.bot.test_migrations."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.records.database import Database


def empty(file: Path) -> Database:
    """A new SQLite database with all its tables in this file."""
    file.write_bytes(_migrated())
    return Database(f"sqlite:///{file}")


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "records.sqlite3"
        database = Database(f"sqlite:///{file}")
        database.migrate()
        database.close()  # the last to leave writes the log into the file
        return file.read_bytes()
