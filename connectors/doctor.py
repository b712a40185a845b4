"""`rettvis doctor`: whether this installation has what it needs, each thing looked at by itself."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.assistant import training
from bot.records import copies, retention
from bot.records.database import Database
from bot.settings import Settings
from connectors.sms.gateways import Gateways
from knowledge.languages import LANGUAGES, available
from knowledge.library import Library

ROOM = 1024**3
"""Bytes of disk below which the program should not run on."""
STALE = timedelta(days=2)
"""How old the last copy may be, or what there is to lose where none was made."""
DRIFT = 5.0
"""Seconds by which clocks of machines that share the work may differ."""


@dataclass(frozen=True)
class Finding:
    """`well` is False for what must be mended; `told` says what was found."""

    what: str
    well: bool
    told: str


def look(clock: Callable[[], datetime]) -> list[Finding]:
    """Everything that can be looked at without serving."""
    try:
        settings = Settings.from_environment()
    except SystemExit as error:
        return [Finding("secret key", False, str(error))]
    own = bool(os.environ.get("SECRET_KEY"))
    key = "from the environment" if own else f"kept in {settings.folder}: set SECRET_KEY where several machines serve"
    return [
        Finding("secret key", True, key),
        *_database(settings, clock),
        *_redis(settings),
        _model(settings),
        _catalogues(),
        _knowledge(),
        _gateways(settings),
        _disk(settings),
    ]


def _database(settings: Settings, clock: Callable[[], datetime]) -> list[Finding]:
    database = Database(settings.database_url)
    kind = database.engine.dialect.name
    try:
        drift = abs((clock() - database.clock()).total_seconds())
        behind = database.is_behind()
        kept = [] if behind else _kept(database, settings, clock())
    except SQLAlchemyError as error:
        return [Finding("database", False, f"{kind} does not answer ({type(error).__name__})")]
    finally:
        database.close()
    told = f"{kind} answers" + (", its tables are made or changed at the next start" if behind else "")
    return [
        Finding("database", True, told),
        Finding("clock", drift < DRIFT, f"{drift:.0f} seconds from the database's"),
        *kept,
    ]


def _kept(database: Database, settings: Settings, when: datetime) -> list[Finding]:
    """How old the last copy is, and whether what is old enough is deleted."""
    made, oldest = copies.last_made(database), copies.oldest(database)
    since = made or oldest or when
    told = f"the last one is of {made:%Y-%m-%d %H:%M} UTC" if made else "none was made yet: rettvis backup"
    held = retention.held_back(database, settings.keeping, when)
    doubt = f"nothing is deleted since {held:%Y-%m-%d}: is the date right? Then: rettvis retention run" if held else ""
    return [
        Finding("copies", when - since < STALE, told),
        Finding("retention", held is None, doubt or "what is old enough is deleted once a day"),
    ]


def _redis(settings: Settings) -> list[Finding]:
    if not settings.redis_url:
        return []
    try:
        Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2).ping()
    except RedisError as error:
        return [Finding("redis", False, f"does not answer ({type(error).__name__})")]
    return [Finding("redis", True, "answers")]


def _model(settings: Settings) -> Finding:
    model = training.trained(settings.models)
    return Finding("assistant", model is not None, model.name if model else "not trained: rettvis train")


def _catalogues() -> Finding:
    missing = set(LANGUAGES) - set(available())
    told = f"without {', '.join(sorted(missing))}" if missing else f"{len(LANGUAGES)} languages"
    return Finding("catalogues", not missing, told)


def _knowledge() -> Finding:
    library = Library.load(strict=False)
    files = sorted({problem.file.name for problem in library.left_out})
    told = f"left out: {', '.join(files)}" if files else f"{len(library.entries)} entries"
    return Finding("knowledge", not files, told)


def _gateways(settings: Settings) -> Finding:
    try:
        names = ", ".join(Gateways.from_environment(settings).by_name)
    except SystemExit as error:  # names what is missing, never a value
        return Finding("SMS", False, str(error))
    return Finding("SMS", True, names or "none")


def _disk(settings: Settings) -> Finding:
    """Where the files of the program and those of an SQLite database are."""
    url = make_url(settings.database_url)
    database = [Path(url.database).parent] if url.get_backend_name() == "sqlite" and url.database else []
    free = min(shutil.disk_usage(_there(folder)).free for folder in (settings.folder, *database))
    return Finding("disk", free > ROOM, f"{free / ROOM:.1f} GB free")


def _there(folder: Path) -> Path:
    return next(each for each in (folder, *folder.absolute().parents) if each.exists())
