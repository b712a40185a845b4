"""What every table and column holds, why, how long and who can see it: privacy.yml, bound to the tables themselves.

`described()` writes it into the `info` of each table and column, and refuses what does not fit: a table or a column that is
not described, or a description of one that is not there. So what is shown to a municipality cannot drift from the code.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import MetaData, Table

from bot.phones import passages, phones
from bot.records import retention
from bot.records.tables import Base, Encrypted
from bot.settings import Settings
from knowledge.schema import Strict
from knowledge.source import KnowledgeError, Problem, problems_of, read

FILE = Path(__file__).with_name("privacy.yml")


class Text(Strict):
    """The same in both languages a municipality reads."""

    nb: str
    en: str


class Kind(Text):
    """What a column holds."""

    special: bool = False
    """It can be, or show, what article 9 of the GDPR is about."""


class Period(Text):
    """How long something is kept."""

    ends: bool
    """Whether no row is left in the end."""


class TableText(Strict):
    purpose: Text
    of: str
    kept: str
    seen: tuple[str, ...]
    columns: Mapping[str, str]


class Recipient(Strict):
    name: Text
    what: Text
    settings: tuple[str, ...]
    """Settings of the environment that bring it into use; none if it always is, or never by the server."""
    code: tuple[str, ...]
    """The modules that speak to it."""


class Privacy(Strict):
    kinds: Mapping[str, Kind]
    periods: Mapping[str, Period]
    whose: Mapping[str, Text]
    readers: Mapping[str, Text]
    tables: Mapping[str, TableText]
    recipients: Mapping[str, Recipient]


def privacy(file: Path = FILE) -> Privacy:
    """The description.

    Raises:
        KnowledgeError: the file cannot be read.
    """
    try:
        return Privacy.model_validate(read(file))
    except ValidationError as error:
        raise KnowledgeError(problems_of(file, error)) from error


def described(metadata: MetaData = Base.metadata, file: Path = FILE) -> Privacy:
    """The description, which is also in the `info` of every table and column from now on.

    Raises:
        KnowledgeError: it is not about just these tables and columns.
    """
    found = privacy(file)
    faults = [Problem(file, 1, fault) for fault in _faults(found, metadata)]
    if faults:
        raise KnowledgeError(faults)
    for table in metadata.sorted_tables:
        told = found.tables[table.name]
        table.info["privacy"] = told
        for column in table.columns:
            column.info["kind"] = found.kinds[told.columns[column.name]]
    return found


def is_encrypted(table: Table, column: str) -> bool:
    """Whether a column stands encrypted in the database, by its type."""
    return isinstance(table.columns[column].type, Encrypted)


def figures(settings: Settings) -> dict[str, int]:
    """What periods are made of, as this installation keeps them."""
    keeping = settings.keeping
    return {
        "conversations_days": keeping.conversations.days,
        "handoffs_days": keeping.handoffs.days,
        "candidates_days": keeping.candidates.days,
        "no_trace_minutes": round(keeping.no_trace.total_seconds() / 60),
        "notices_days": retention.NOTICES.days,
        "phones_days": phones.REMEMBERED.days,
        "passage_days": passages.HOLDS["back"].days,
    }


def _faults(found: Privacy, metadata: MetaData) -> Iterator[str]:
    there = {table.name: {column.name for column in table.columns} for table in metadata.sorted_tables}
    for name in sorted(there.keys() ^ found.tables.keys()):
        yield f"tables.{name}: is not described" if name in there else f"tables.{name}: there is no such table"
    for name in sorted(there.keys() & found.tables.keys()):
        told = found.tables[name]
        for column in sorted(there[name] ^ told.columns.keys()):
            yield f"tables.{name}.{column}: " + (
                "is not described" if column in there[name] else "there is no such column"
            )
        for column, kind in told.columns.items():
            if kind not in found.kinds:
                yield f"tables.{name}.{column}: there is no kind {kind!r}"
        for word, among in (
            (told.of, found.whose),
            (told.kept, found.periods),
            *((w, found.readers) for w in told.seen),
        ):
            if word not in among:
                yield f"tables.{name}: {word!r} is not explained"
