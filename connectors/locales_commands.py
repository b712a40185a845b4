"""The commands `rettvis locales …`, for translators."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from knowledge.languages import LANGUAGES, LOCALES, available
from knowledge.reviews import State

locales_app = typer.Typer(no_args_is_help=True, help="The translations.")
STATES: tuple[State, ...] = ("draft", "reviewed", "stale")
out = Console()


@locales_app.command("extract")
def locales_extract(folder: Annotated[Path, typer.Option(help="Where the templates go.")] = LOCALES) -> None:
    """Write the texts to translate as templates: messages.pot, knowledge.pot and learning.pot."""
    from connectors import catalogues
    from knowledge.library import Library

    for domain in catalogues.DOMAINS:
        print(catalogues.extract(domain, Library.load(), folder))


@locales_app.command("update")
def locales_update(language: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Gather the texts to translate and bring catalogues up to date (all, or the ones named; a new one is begun)."""
    from connectors import catalogues
    from knowledge.library import Library

    library = Library.load()
    for code in language or []:
        if code not in LANGUAGES:
            raise typer.BadParameter(f"{code} is not one of {', '.join(LANGUAGES)}")
    for code in language or available():
        for domain in catalogues.DOMAINS:
            if catalogues.kept(code, domain):
                print(catalogues.update(code, domain, library))


@locales_app.command("compile")
def locales_compile() -> None:
    """Compile the catalogues (the program does this by itself when they have changed)."""
    from connectors import catalogues

    for compiled in catalogues.compile_all():
        print(compiled)


@locales_app.command("status")
def locales_status(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """How far each language is, and how many of its entries a native reader has read, and what answers cost as SMS."""
    from connectors import catalogues
    from knowledge.library import Library

    rows = catalogues.status(Library.load())
    if as_json:
        shown = {
            row.language: {
                "messages": {"translated": row.messages[0], "total": row.messages[1]},
                "knowledge": {"translated": row.knowledge[0], "total": row.knowledge[1]},
                **{state: row.count(state) for state in STATES},
                "sms": sorted(row.prices),
            }
            for row in rows
        }
        print(json.dumps(shown))
        return
    table = Table("language", "interface", "knowledge", *STATES, "SMS an answer")
    for row in rows:
        counts = (str(row.count(state)) for state in STATES)
        table.add_row(row.language, "{}/{}".format(*row.messages), "{}/{}".format(*row.knowledge), *counts, row.price)
    out.print(table)


@locales_app.command("learn")
def locales_learn() -> None:
    """Learn anew what each language looks like, from the translations and examples there are (for telling them apart)."""
    from bot.understanding.language import learning
    from bot.understanding.language.profiles import FILE
    from knowledge.library import Library

    try:
        learning.learn(learning.gather(Library.load())).save()
    except learning.TooLittle as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
    print(FILE)
