"""The commands `rettvis backup` and `rettvis restore`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.records.database import Database

KEEP = 14
"""Days a copy is kept, if nothing else is said."""


def backup(
    folder: Annotated[Path, typer.Argument(help="On another disk or machine, encrypted; older copies there run out")],
    keep_days: Annotated[float, typer.Option(min=0, help="Copies older than this are deleted")] = KEEP,
) -> None:
    """A copy of the database in a folder, while the servers go on; copies that are too old are deleted there."""
    from bot.records import copies
    from bot.records.tables import now

    database = _opened()
    try:
        print(copies.make(database, folder, now()))
        for each in copies.run_out(folder, timedelta(days=keep_days), now()):
            print(f"{each} was older than {keep_days:g} days and is deleted")
    except copies.NotPossible as error:
        _refuse(str(error))
    finally:
        database.close()
    typer.echo(
        "Keep SECRET_KEY too, somewhere else than the copies: without it phone numbers cannot be read.", err=True
    )


def restore(
    file: Annotated[Path, typer.Argument(help="What `rettvis backup` has written")],
    replace: Annotated[bool, typer.Option(help="Also where conversations are kept already: those are lost")] = False,
) -> None:
    """Put a copy of the database back. No server may be at work meanwhile."""
    from bot.records import copies

    database = _opened()
    try:
        copies.put_back(database, file, replace=replace)
        readable = copies.opens(database)
    except copies.NotPossible as error:
        _refuse(str(error))
    finally:
        database.close()
    print(f"{file.name} is put back.")
    print("What was deleted since it was made is there again: rettvis retention run deletes what is due now.")
    if not readable:
        _refuse("Phone numbers cannot be read with this SECRET_KEY. Set the one of that time.")


def _opened() -> Database:
    from bot.settings import Settings

    return Database(Settings.from_environment().database_url)


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(1)
