"""The command `rettvis`."""

import asyncio
import gc
import json
import os
import sys
import uuid
import warnings
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console

from connectors.bench.commands import bench_app
from connectors.copies_commands import backup, restore
from connectors.knowledge_commands import knowledge_app
from connectors.locales_commands import locales_app
from connectors.model import trained
from connectors.needs_commands import needs_app
from connectors.staff_commands import staff_app
from knowledge.languages import LANGUAGES
from knowledge.source import KnowledgeError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Rettvis: a multilingual rights helper.")
retention_app = typer.Typer(no_args_is_help=True, help="How long what is kept of people is kept.")
for name, part in (
    ("knowledge", knowledge_app),
    ("locales", locales_app),
    ("needs", needs_app),
    ("staff", staff_app),
    ("retention", retention_app),
    ("bench", bench_app),
):
    app.add_typer(part, name=name)
app.command()(backup)
app.command()(restore)


@retention_app.callback()
def _retention() -> None:
    """How long what is kept of people is kept."""


out = Console()
err = Console(stderr=True)


def main() -> None:
    """Run a command; what an editor must mend is printed with file and line, and ends with 1."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what Rasa 3.6 imports warns of its own age; python -W shows it
    try:
        app()
    except KnowledgeError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from error


@app.command()
def demo(port: int = 8000) -> None:
    """Everything on SQLite with demo contacts, ready to use on http://localhost:8000."""
    from bot.records.database import Database
    from bot.settings import Settings
    from connectors import demo as people
    from connectors import demo_needs
    from connectors.sms import simulator

    os.environ.setdefault("RETTVIS_INSECURE_COOKIES", "1")  # plain http on localhost
    if "RETTVIS_SMS" not in os.environ:
        os.environ.update({**simulator.settings(port), **os.environ})
    settings = Settings.from_environment()
    trained()
    database = Database(settings.database_url)
    database.migrate()
    logins = people.load(database)
    demo_needs.load(database)
    database.close()
    address = f"http://localhost:{port}"
    out.print(f"\nCitizens       {address}/")
    out.print(f"The desk       {address}/desk       log-ins: {', '.join(logins[:-2])}")
    out.print(f"Learning       {address}/learning   log-in: {logins[-2]}")
    out.print(f"Translations   {address}/curate     log-in: {logins[-1]}")
    out.print("A phone        rettvis sms" + (f" --port {port}" if port != 8000 else ""))
    out.print(f"The password of every demo log-in is {people.PASSWORD}\n")
    _serve("127.0.0.1", port)


@app.command()
def sms(port: int = 8000) -> None:
    """A phone in the terminal that writes SMS to a demo that runs. An empty line ends."""
    from connectors.sms import simulator

    if not simulator.run(port):
        err.print(f"No demo answers on http://localhost:{port}. Start one with: rettvis demo --port {port}")
        raise typer.Exit(1)


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that share the work; more than one needs REDIS_URL")
    ] = 1,
) -> None:
    """The real thing, configured by the environment (DATABASE_URL, REDIS_URL, SECRET_KEY, RETTVIS_VAR)."""
    gc.disable()  # as in connectors.serving; the parent of several processes only waits
    from bot.settings import Settings

    if workers > 1 and not Settings.from_environment().redis_url:
        err.print("Several workers need REDIS_URL: what one of them hears of, the others must hear of too.")
        raise typer.Exit(1)
    trained()
    _serve(host, port, workers)


def _serve(host: str, port: int, workers: int = 1) -> None:
    import uvicorn

    # Rasa's Sanic holds the websockets package at version 10, which uvicorn cannot use; no websockets are served.
    uvicorn.run(
        "connectors.serving:create",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        timeout_worker_healthcheck=60,  # a worker that is loading what understands people is not dead
        ws="none",
        log_level="warning",
        access_log=False,  # addresses carry what gateways bring: numbers, words and their secret
        server_header=False,
        forwarded_allow_ips=os.environ.get("RETTVIS_PROXY", "127.0.0.1"),  # whose word on addresses is taken
        timeout_graceful_shutdown=15,  # what is in flight is answered; live pages end at once and come back elsewhere
    )


@app.command()
def train(
    keep_vectors: Annotated[
        bool, typer.Option(help="Also write the sentence vectors of new examples beside their files.")
    ] = False,
) -> None:
    """Train the assistant if what it learns from has changed."""
    out.print(str(trained()))
    if keep_vectors:
        from bot.settings import Settings
        from bot.understanding import examples, questions, told
        from bot.understanding.embedding import EMBEDDER
        from bot.understanding.vectors import TrainingVectors
        from knowledge.library import Library

        settings = Settings.from_environment()
        vectors = TrainingVectors(settings.folder, EMBEDDER, settings.examples)
        topics = frozenset(Library.load().topics)
        files = examples.by_file(topics, settings.examples) | questions.by_file(topics)
        files[questions.REMARKS] = [text for _, text in questions.remarks()]
        files[told.FILE] = [part.bare for message in told.load(topics) for part in message.parts]
        for file in vectors.keep_beside(files):
            out.print(str(file))


@app.command()
def tune() -> None:
    """Teach the encoder our subjects anew, from the examples. For developers; takes half an hour, and PyTorch."""
    from bot.settings import Settings

    try:
        from bot.understanding.tuning import tune as teach
    except ModuleNotFoundError as error:
        raise typer.BadParameter(f"{error}: uv sync --group tune") from error
    with err.status("Vectors as they are") as status:
        adapter = teach(Settings.from_environment().folder, status.update)
    out.print(f"{adapter.name}: now `rettvis train --keep-vectors`")


@app.command()
def chat(
    lang: Annotated[str | None, typer.Option(help=f"One of {', '.join(LANGUAGES)}")] = None,
) -> None:
    """Talk to Rettvis in the terminal. A number picks a choice; an empty line ends."""
    installation = _installation()
    conversation, _ = installation.dialogue.begin("terminal", lang or "nb", chosen=bool(lang))

    async def talk() -> None:
        while text := (await asyncio.to_thread(_ask)).strip():
            outcome = await installation.dialogue.receive(conversation.id, str(uuid.uuid4()), text)
            for message in outcome.replies:
                print(f"\n{message.text}")
                for number, choice in enumerate((message.body or {}).get("choices", ()), 1):
                    print(f"  {number}. {choice['title']}")
                for link in (message.body or {}).get("links", ()):
                    print(f"  {link['title']}: {link['url']}")
            print()

    asyncio.run(talk())
    installation.database.close()


def _ask() -> str:
    try:
        return input("> ")
    except EOFError:
        return ""


def _installation() -> Any:
    from bot.settings import Settings
    from connectors.installation import Installation

    trained()
    return Installation.start(Settings.from_environment())


@app.command()
def screen(
    facts: Annotated[Path, typer.Option(help="YAML: facts of knowledge/household.yml with their values")],
    lang: Annotated[str, typer.Option(help=f"One of {', '.join(LANGUAGES)}")] = "nb",
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day whose rates apply")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What a household may be entitled to, why, about how much, and what to ask next. Never a decision."""
    from connectors import screen_command

    if lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang} is not one of {', '.join(LANGUAGES)}")
    found = screen_command.screen(facts, lang, on.date() if on else None)
    if as_json:
        print(found.model_dump_json())
    else:
        screen_command.show(found)


@app.command()
def understand() -> None:
    """JSON lines {"text", "lang"?} on stdin to JSON lines {"text", "language", "label", "confidence", "ranking"}."""
    from connectors.understanding import understood

    for row in understood(trained(), _json_lines(sys.stdin, "stdin")):
        print(json.dumps(row, ensure_ascii=False), flush=True)


def _language_or_all(code: str) -> str:
    if code not in (*LANGUAGES, "all"):
        raise typer.BadParameter(f"one of {', '.join(LANGUAGES)}, or all")
    return code


@app.command()
def evaluate(
    file: Annotated[Path | None, typer.Argument(help='JSON lines {"lang", "text", "label"?, "style"?}')] = None,
    unseen: Annotated[
        bool, typer.Option(help="The example questions instead that the encoder was not taught, as if they were new")
    ] = False,
    cross_validate: Annotated[
        bool,
        typer.Option(help="All example questions, as if each were new, with an encoder that was taught none of them"),
    ] = False,
    leave_language_out: Annotated[
        list[str] | None,
        typer.Option(
            parser=_language_or_all,
            metavar="LANG|all",
            help="The examples of a language, by an understanding without any; can be repeated",
        ),
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="How often cross-validation learns anew")] = 5,
    sample: Annotated[float, typer.Option(min=0.02, max=1, help="Share of the situations: quicker, and worse")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    report: Annotated[Path | None, typer.Option(help="Write a page with plots to this folder")] = None,
) -> None:
    """How well questions and their language are understood. Without a file: the held-out questions of the tests.

    Rows without a label, as in tests/understanding/languages.jsonl, are for the language only.
    """
    from connectors.evaluation import page, runs
    from connectors.evaluation.tables import tables
    from connectors.understanding import HELD_OUT

    if sum((file is not None, unseen, cross_validate, bool(leave_language_out))) > 1:
        raise typer.BadParameter(
            "a file, --unseen, --cross-validate and --leave-language-out are four different measurements"
        )
    with err.status("Measuring") as status:
        if unseen:
            run = runs.not_seen(sample, status.update)
        elif cross_validate:
            run = runs.cross_validation(folds, sample, status.update)
        elif leave_language_out:
            run = runs.languages_left_out(leave_language_out, sample, status.update)
        else:
            file = file or HELD_OUT
            with file.open(encoding="utf-8") as lines:
                run = runs.questions(trained(), list(_json_lines(lines, str(file))), file.name)
    if report:
        written = page.write(report, run)
        err.print(str(written))
    if as_json:
        print(json.dumps(run.report, ensure_ascii=False))
        return
    for table in tables(run):
        out.print(table)


def _json_lines(lines: TextIO, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise ValueError('needs an object with "text"')
        except ValueError as error:
            print(f"{name}:{number}: {error}", file=sys.stderr)
            raise typer.Exit(1) from error
        yield row


What = Annotated[str, typer.Argument(help="all, bot, language:so, topic:bostotte, channel:sms or channel:web")]
Reason = Annotated[str, typer.Option(help="Why; it is kept")]


@app.command("off")
def turn_off(what: What, reason: Reason) -> None:
    """Turn everything, the bot, a language, a topic or a channel off; people get the numbers to call."""
    _turn(what, off=True, reason=reason)


@app.command("on")
def turn_on(what: What, reason: Reason) -> None:
    """Turn it on again."""
    _turn(what, off=False, reason=reason)


def _turn(what: str, *, off: bool, reason: str) -> None:
    from bot import switches
    from bot.records.database import Database
    from bot.settings import Settings
    from knowledge.library import Library

    database = Database(Settings.from_environment().database_url)
    database.migrate()
    library = Library.load(strict=False)
    try:
        switches.turn(database, library, what, off=off, reason=reason, by="command line")
    except switches.Unknown as error:
        if what not in switches.names(library):
            raise typer.BadParameter(f"{what} cannot be turned off or on") from error
        raise typer.BadParameter("write why, in at most 500 characters") from error
    finally:
        database.close()
    print(f"{what} is {'off' if off else 'on'}")


@app.command()
def doctor() -> None:
    """Whether this installation has what it needs; ends with 1 when something must be mended."""
    from bot.records.tables import now
    from connectors.doctor import look

    findings = look(now)
    for each in findings:
        print(f"{'ok  ' if each.well else 'MEND'}  {each.what:<12} {each.told}")
    raise typer.Exit(0 if all(each.well for each in findings) else 1)


@retention_app.command("run")
def retention_run() -> None:
    """Delete what has been kept for long enough, by the clock of this machine; a server does it by itself once a day.

    After a long pause a server does not believe its clock until this has been run: look at the date first.
    """
    from bot.records import retention
    from bot.records.database import Database
    from bot.records.tables import now
    from bot.settings import Settings

    settings = Settings.from_environment()
    database = Database(settings.database_url)
    database.migrate()
    gone = retention.run(database, settings.keeping, now())
    retention.finished(database, now())
    database.close()
    print(f"{len(gone.conversations)} conversations and {gone.handoffs} records of handoffs are deleted.")
    if gone.candidates:
        print(f"The words of {gone.candidates} candidates for examples are deleted.")
    if gone.still_open:
        print(f"{gone.still_open} conversations are old enough, but a contact still has them in hand.")


@app.command()
def privacy(
    lang: Annotated[str, typer.Option(help="nb or en")] = "nb",
    out_file: Annotated[Path | None, typer.Option("--out", help="A file: .md or .html; printed if left out")] = None,
) -> None:
    """What is kept of people and where it goes, and a template for an impact assessment (GDPR article 35)."""
    from bot.records.tables import now
    from bot.settings import Settings
    from connectors.privacy import document

    if lang not in ("nb", "en"):
        raise typer.BadParameter(f"{lang} is not nb or en")
    if out_file and out_file.suffix not in (".md", ".html"):
        raise typer.BadParameter("the file must end with .md or .html")
    code: document.Language = "nb" if lang == "nb" else "en"
    text = document.markdown(code, Settings.from_environment(), now().date())
    if out_file is None:
        print(text)
        return
    out_file.write_text(document.page(text, code) if out_file.suffix == ".html" else text, encoding="utf-8")
    print(out_file)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def rasa(context: typer.Context) -> None:
    """Rasa's own command line on this project, e.g. `rettvis rasa data validate`."""
    from connectors.rasa_command import run

    run(context.args)
