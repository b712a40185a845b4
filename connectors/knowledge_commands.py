"""The commands `rettvis knowledge …`, for editors."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from knowledge.languages import LANGUAGES
from knowledge.source import KnowledgeError, Problem

knowledge_app = typer.Typer(no_args_is_help=True, help="The knowledge base.")
out = Console()
err = Console(stderr=True)


@knowledge_app.command("check")
def knowledge_check(
    folder: Annotated[Path | None, typer.Option(help="Another knowledge folder")] = None,
    locales: Annotated[Path | None, typer.Option(help="Another locales folder")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Read every entry, figure, place and translation; say with file and line what must be mended."""
    from knowledge.check import check
    from knowledge.languages import LOCALES
    from knowledge.library import FOLDER

    report = check(folder or FOLDER, locales or LOCALES)
    problems, notices = list(report.problems), list(report.notices)
    if folder is None and not problems:  # the questions are about our own entries
        unread, misplaced = _of_questions()
        problems, notices = problems + unread, notices + misplaced
    if as_json:
        lists = {"errors": [str(p) for p in problems], "warnings": [str(n) for n in notices]}
        print(json.dumps({"entries": report.entries, **lists}, ensure_ascii=False))
        raise typer.Exit(1 if problems else 0)
    if notices:
        table = Table("to look at", "where", title="Warnings", title_justify="left")
        for notice in notices:
            table.add_row(notice.message, f"{notice.file.name}:{notice.line}")
        out.print(table)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{report.entries} entries, {len(problems)} to mend, {len(notices)} to look at")
    raise typer.Exit(1 if problems else 0)


def _of_questions() -> tuple[list[Problem], list[Problem]]:
    """What keeps the questions of statements from being learned, and those whose statement was reworded."""
    from bot.understanding import questions
    from knowledge.library import Library

    library = Library.load()
    try:
        questions.load(frozenset(library.topics))
    except KnowledgeError as error:
        return error.problems, []
    return [], questions.misplaced(library.entries)


@knowledge_app.command("show")
def knowledge_show(
    topic: str,
    lang: Annotated[str, typer.Option(help=f"One of {', '.join(LANGUAGES)}")] = "nb",
    place: Annotated[str | None, typer.Option(help="A file of knowledge/places, without its ending")] = None,
) -> None:
    """What a person would get about a topic: as SMS, and in full as on the web."""
    from bot import answers
    from bot.speech import speech
    from knowledge.library import Library
    from knowledge.wording import price

    library, s = Library.load(), speech(lang)
    for name, known in (("topic", library.entries), ("place", library.places)):
        wanted = {"topic": topic, "place": place}[name]
        if wanted is not None and wanted not in known:
            raise typer.BadParameter(f"{wanted!r} is not a {name}; there are {', '.join(known)}")
    reply = answers.answer(library.explain(topic, s.code, place), s)
    print(f"{price(reply.text)} SMS, {len(reply.text)} characters\n{reply.text}\n\nWeb\n{answers.as_text(reply)}")


@knowledge_app.command("due")
def knowledge_due() -> None:
    """What each owner has to look at, most urgent first."""
    from connectors import links
    from connectors.due import due
    from knowledge.library import Library

    rows = due(Library.load(), links.read(links.default_file()))
    table = Table("owner", "topic", "why")
    for row in rows:
        table.add_row(row.owner, row.topic, row.why)
    out.print(table if rows else "Nothing is due.")


@knowledge_app.command("links")
def knowledge_links(
    accept: Annotated[list[str] | None, typer.Option(help="A page or topic read again; asks nothing")] = None,
    folder: Annotated[Path | None, typer.Option(help="Another knowledge folder")] = None,
    state: Annotated[Path | None, typer.Option(help="Another file for what was seen")] = None,
    at_once: Annotated[int, typer.Option(min=1, help="Requests under way at the same time")] = 8,
    pause: Annotated[float, typer.Option(min=0, help="Seconds between two requests to a host")] = 1.0,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for a page")] = 20.0,
    contact: Annotated[str, typer.Option(envvar="RETTVIS_CONTACT", help="Told to those we ask: how to reach you")] = "",
) -> None:
    """Ask every page the library names; say which are gone, moved, changed or out of reach. Ends with 1 if any is."""
    from collections import Counter

    from rich.progress import Progress

    from connectors import links
    from connectors.asking import Manners
    from knowledge.library import FOLDER, Library

    library, file = Library.load(folder or FOLDER), state or links.default_file()
    if accept:
        try:
            pages = [page for wanted in accept for page in links.accept(library, file, wanted)]
        except LookupError as error:
            raise typer.BadParameter(str(error.args[0])) from error
        for page in pages:
            topics = sorted({named.topic for named in links.references(library) if named.url == page})
            print(f"{page} is accepted as it was last seen, for {', '.join(topics)}")
        print(f"{len(pages)} accepted")
        return
    manners = Manners(at_once=at_once, pause=pause, timeout=timeout, contact=contact)
    with Progress(console=err) as progress:
        task = progress.add_task("Asking", total=len(links.addresses(library)))
        watch = links.watch(library, file, manners, lambda: progress.advance(task))
    found = links.marked(library, watch.pages, folder or FOLDER)
    for each in found:
        print(each, file=sys.stderr)
    counted = Counter(page.status for page in watch.pages.values())
    print(", ".join(f"{number} {status}" for status, number in counted.most_common()))
    if watch.waiting:
        print(f"{len(watch.waiting)} left for another time: their hosts asked us to wait")
    raise typer.Exit(1 if found else 0)
