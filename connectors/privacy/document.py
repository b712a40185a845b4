"""The data-flow description and the template of an impact assessment (GDPR article 35), made from the tables themselves.

`rettvis privacy` writes it as Markdown, or as a page. The tables, their periods and the recipients come from
bot/records/privacy.yml, which is bound to the tables (bot.records.describing); the rest stands in nb.md and en.md. What
only the municipality can know or assess is left open and marked; nothing here assesses the law.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import escape

from bot.records.describing import Kind, Privacy, Recipient, TableText, Text, described, figures, is_encrypted
from bot.records.tables import Base
from bot.settings import Settings

Language = Literal["nb", "en"]
FOLDER = Path(__file__).parent
BLANK = {"nb": "**[Fylles ut av kommunen]**", "en": "**[To be filled in by the municipality]**"}
DATATILSYNET = (
    "https://www.datatilsynet.no/rettigheter-og-plikter/virksomhetenes-plikter/vurdering-av-personvernkonsekvenser/"
)
TITLE = {"nb": "Rettvis: personvern", "en": "Rettvis: privacy"}


@dataclass(frozen=True)
class Column:
    name: str
    what: str
    special: bool
    encrypted: bool


@dataclass(frozen=True)
class Described:
    """A table as it is shown."""

    name: str
    purpose: str
    of: str
    kept: str
    seen: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Received:
    """A recipient as it is shown. `used`: whether this installation has it; None where nothing turns it on or off."""

    name: str
    what: str
    used: bool | None


def markdown(code: Language, settings: Settings, on: date, environment: Mapping[str, str] = os.environ) -> str:
    """The document, as this installation is set.

    Raises:
        KnowledgeError: the description does not fit the tables.
    """
    found = described()
    templates = Environment(  # Markdown, of texts that are our own
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )
    return templates.get_template(f"{code}.md").render(
        on=on.isoformat(),
        blank=BLANK[code],
        datatilsynet=DATATILSYNET,
        figures=figures(settings),
        smallest=settings.smallest,
        tables=_tables(found, code, settings),
        recipients=[_received(each, code, settings, environment) for each in found.recipients.values()],
    )


def page(text: str, code: Language) -> str:
    """The document as a page that stands alone."""
    body = MarkdownIt("commonmark").enable("table").render(text)
    style = (
        "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:auto;padding:1rem}"
        "table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.3rem .5rem;text-align:start}"
        "pre{overflow-x:auto}"
    )
    return (
        f'<!doctype html>\n<html lang="{code}">\n<head><meta charset="utf-8"><title>{escape(TITLE[code])}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>\n'
        f"<body>\n{body}</body>\n</html>\n"
    )


def _tables(found: Privacy, code: Language, settings: Settings) -> list[Described]:
    return [
        _table(found, name, told, code, settings) for name, told in found.tables.items()
    ]  # in the order of the description: what is nearest to people comes first


def _table(found: Privacy, name: str, told: TableText, code: Language, settings: Settings) -> Described:
    table = Base.metadata.tables[name]
    columns = []
    for column in table.columns:
        kind: Kind = column.info["kind"]
        columns.append(Column(column.name, _in(kind, code), kind.special, is_encrypted(table, column.name)))
    return Described(
        name,
        _in(told.purpose, code),
        _in(found.whose[told.of], code),
        _in(found.periods[told.kept], code).format(**figures(settings)),
        "; ".join(_in(found.readers[each], code) for each in told.seen),
        tuple(columns),
    )


def _received(each: Recipient, code: Language, settings: Settings, environment: Mapping[str, str]) -> Received:
    used = any(environment.get(name) for name in each.settings) if each.settings else None
    return Received(_in(each.name, code).format(exit_to=settings.exit_to), _in(each.what, code), used)


def _in(text: Text, code: Language) -> str:
    return text.nb if code == "nb" else text.en
