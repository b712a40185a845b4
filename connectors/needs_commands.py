"""The commands `rettvis needs …`, for the programme team."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.needs.periods import Period
    from bot.records.database import Database

needs_app = typer.Typer(no_args_is_help=True, help="What people lacked: report and export.")
Written = Annotated[str, typer.Option(help="A year, quarter or month: 2026, 2026Q4, 2026-11")]


@needs_app.command("report")
def needs_report(
    period: Written,
    out: Annotated[Path, typer.Option(help="Where it goes; .pdf or .html says what it becomes")],
    language: Annotated[str, typer.Option(help="nb or en")] = "nb",
) -> None:
    """A report that a council can read: patterns, quotes with consent, what has changed, what the figures cannot tell."""
    from bot.settings import Settings
    from connectors.learning.report import LANGUAGES, Report
    from connectors.results import printing
    from knowledge.library import Library

    when = _period(period)
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language} is not one of {', '.join(LANGUAGES)}")
    if out.suffix not in (".pdf", ".html"):
        raise typer.BadParameter(f"{out} must end in .pdf or .html")
    if out.suffix == ".pdf" and not printing.possible():
        raise typer.BadParameter(
            "no PDF can be made here: Pango is missing. Write an .html and print it from a browser"
        )
    settings = Settings.from_environment()
    database = _database()
    html = Report.make(database, Library.load(strict=False), settings.folder, when, language).html()
    database.close()
    made = asyncio.run(printing.pdf(html, settings.address)) if out.suffix == ".pdf" else html.encode()
    partial = out.with_name(f"{out.name}.part")
    partial.write_bytes(made)
    partial.replace(out)
    print(out)


@needs_app.command("export")
def needs_export(period: Written, out: Annotated[Path, typer.Option(help="The folder the files go to")]) -> None:
    """The figures as CSV and JSON, with a description of every column. What too few share is not in them."""
    from connectors.learning import export
    from knowledge.library import Library

    when = _period(period)
    database = _database()
    for file in export.write(database, Library.load(strict=False), when, out):
        print(file)
    database.close()


def _period(written: str) -> "Period":
    from bot.needs.periods import Period

    try:
        return Period.parse(written)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _database() -> "Database":
    from bot.records.database import Database
    from bot.settings import Settings

    database = Database(Settings.from_environment().database_url)
    database.migrate()
    return database
