"""The figures of a period as files for other programs, with a description of every column.

The description is a Data Package (Frictionless, specs.frictionlessdata.io), which is plain JSON that people can read too.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from bot.needs import patterns
from bot.needs.patterns import DIMENSIONS, REST, Filters, TooMuch
from bot.needs.periods import Period
from bot.records.database import Database
from bot.settings import smallest
from knowledge.library import Library

FILES = ("needs.csv", "needs.json", "datapackage.json")


@dataclass(frozen=True)
class Figure:
    """How many needs have one value, or two together. `needs` is None where it may not be told."""

    dimension: str
    value: str
    other_dimension: str
    other_value: str
    needs: int | None


COLUMNS: Mapping[str, tuple[str, str]] = {
    "dimension": ("string", "What is counted by: one of " + ", ".join(DIMENSIONS)),
    "value": (
        "string",
        f"A value of it. Empty: not known. '{REST}': values that too few share to be shown, together. A value that does "
        "not occur has nobody or too few; which of the two is not told",
    ),
    "other_dimension": ("string", "The second thing that is counted by; empty where there is only one"),
    "other_value": ("string", "A value of that"),
    "needs": ("integer", "How many needs. Empty: not shown. A need may have several conditions; all else once"),
}
"""Each column with its type and what it means."""


def figures(database: Database, library: Library, period: Period) -> Iterator[Figure]:
    """Every figure of a period that may be shown by one dimension or by two."""
    filters = Filters(since=period.first_week, until=period.last)
    with database.reading() as session:
        for one, two in [*((each, None) for each in DIMENSIONS), *combinations(DIMENSIONS, 2)]:
            try:
                table = patterns.table(session, library, filters, one, two)
            except TooMuch:
                continue  # the two tell of the same, as week and month do
            for row in table.rows:
                for column in table.columns:
                    yield Figure(one, row, two or "", column, table.cells[row, column])


def write(database: Database, library: Library, period: Period, folder: Path) -> list[Path]:
    """Write the files, each whole or not at all."""
    found = list(figures(database, library, period))
    table = io.StringIO()
    writer = csv.DictWriter(table, list(COLUMNS), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(asdict(each) for each in found)
    about = {"period": period.name, "first": str(period.first), "last": str(period.last), "k": smallest()}
    texts = (
        table.getvalue(),
        json.dumps({**about, "figures": [asdict(each) for each in found]}, ensure_ascii=False, indent=1),
        json.dumps(_package(about), ensure_ascii=False, indent=1),
    )
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / name for name in FILES]
    for file, text in zip(written, texts, strict=True):
        partial = file.with_name(f"{file.name}.part")
        partial.write_text(text, encoding="utf-8", newline="")
        partial.replace(file)
    return written


def _package(about: Mapping[str, Any]) -> dict[str, Any]:
    fields = [{"name": name, "type": kind, "description": text} for name, (kind, text) in COLUMNS.items()]
    return {
        "name": f"rettvis-needs-{about['period'].casefold()}",
        "title": f"What people lacked, {about['period']}",
        "description": (
            "Unmet needs that were noticed by Rettvis, counted. No figure, total or difference of figures speaks of fewer "
            f"than {about['k']} needs. Weeks are named by their Monday and belong to the period in which that is."
        ),
        "resources": [
            {
                "name": "needs",
                "path": FILES[0],
                "format": "csv",
                "encoding": "utf-8",
                "schema": {"fields": fields, "missingValues": [""]},
            }
        ],
    }
