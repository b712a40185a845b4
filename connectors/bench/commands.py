"""`rettvis bench`: measurements."""

import json
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from connectors.model import trained

bench_app = typer.Typer(no_args_is_help=True, help="Measurements.")
out = Console()
err = Console(stderr=True)
DIMENSIONS = ("length", "stored", "entries", "listeners", "workers")
Plot = Annotated[Path | None, typer.Option(help="Draw it: a .png, .svg or .pdf")]
Json = Annotated[Path | None, typer.Option("--json", help="Write the figures to this file; - prints them")]


def _pictures() -> ModuleType:
    """What draws, which takes a second to import."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # matplotlib warns of the age of what it imports
        from connectors.bench import plot
    return plot


def _dimension(name: str) -> str:
    if name not in DIMENSIONS:
        raise typer.BadParameter(f"one of {', '.join(DIMENSIONS)}")
    return name


@bench_app.command()
def serve(
    seconds: Annotated[float, typer.Option(help="Per round and contender")] = 4.0,
    rounds: int = 3,
    stock: Annotated[Path | None, typer.Option(help="The Python of an environment with upstream Rasa 3.6.21")] = None,
    stock_folder: Annotated[Path, typer.Option(help="Where its project and its model are kept")] = Path("var/stock"),
    stock_epochs: Annotated[int, typer.Option(min=1, help="How often it goes through the examples (default: 100)")] = 1,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    plot: Plot = None,
) -> None:
    """Messages per second and milliseconds a message, in process and over HTTP, beside a route that writes the same rows
    and answers a fixed text, and beside Rasa as it comes."""
    from connectors.bench import serve as bench
    from connectors.bench.stock import Stock

    beside = Stock(stock.absolute(), stock_folder.absolute(), stock_epochs) if stock else None
    report = bench.run(trained(), seconds, rounds, beside)
    if plot:
        _pictures().serving(plot, report)
    if as_json:
        print(json.dumps(report))
        return
    table = Table(
        "conversations", "", "a second", *(f"p{each}, ms" for each in bench.PERCENTILES), "most MB", "ready, s"
    )
    for conversations, found in report["conversations"].items():
        for name, row in found.items():
            memory, ready = (str(report[each].get(name, "")) for each in ("memory", "ready"))
            spread = (f"{row[f'p{each}']:.0f}" for each in bench.PERCENTILES)
            table.add_row(conversations, name, f"{row['per_second']:.0f}", *spread, memory, ready)
    out.print(table)
    if "stock_training" in report:
        out.print(f"An epoch of stock Rasa's training took {report['stock_training']} s.")


@bench_app.command()
def scale(
    needs: Annotated[
        list[int] | None, typer.Option(min=1_000, help="How many; several are compared with the first")
    ] = None,
    views: Annotated[int, typer.Option(min=1, help="How often each page is opened after the first time")] = 5,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """How long the programme team's pages take with 10 000, 100 000 and 1 000 000 invented needs of five years."""
    from connectors.bench import scale as bench

    model = trained()
    with err.status("Measuring") as status:
        report = bench.run(model, needs or bench.SIZES, views, status.update)
    if as_json:
        print(json.dumps(report))
        return
    table = Table("needs", "page", "first, ms", "first, CPU ms", "again, ms", "again, CPU ms", "ratio")
    for row in report["rows"]:
        times = (f"{row[each]:.0f}" for each in ("first_ms", "first_cpu_ms", "ms", "cpu_ms"))
        table.add_row(str(row["needs"]), row["page"], *times, f"{row['ratio']:.1f}")
    out.print(table)


@bench_app.command()
def understanding(
    hint3: Annotated[Path | None, typer.Option(help="The repository of HINT3 (dataset/v1/...)")] = None,
    clinc: Annotated[Path | None, typer.Option(help="The folder with CLINC150's data_small.json")] = None,
    teach: Annotated[
        bool, typer.Option(help="Teach the encoder each of HINT3's training sets first; takes PyTorch")
    ] = False,
    draws: Annotated[int, typer.Option(min=1, help="Without data sets: how often topics are left out")] = 5,
    sample: Annotated[float, typer.Option(min=0.05, max=1, help="and the share of situations that is used")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Labels found and foreign questions told apart, without examples of those: on public data sets that you have, or on
    our own examples with ten topics left out."""
    from connectors.bench import understanding as bench
    from connectors.bench.yardsticks import NotTheData

    if teach and not hint3:
        raise typer.BadParameter("--teach is for the training sets of --hint3")
    if teach and find_spec("torch") is None:
        raise typer.BadParameter("--teach needs PyTorch: uv sync --group tune")
    with err.status("Measuring") as status:
        try:
            if hint3 or clinc:
                measured = bench.public(hint3, clinc, teach, status.update)
            else:
                measured = bench.topics_left_out(draws, sample, status.update)
        except NotTheData as error:
            print(error, file=sys.stderr)
            raise typer.Exit(1) from error
    report = bench.report(measured)
    if as_json:
        print(json.dumps(report))
        return
    for table in bench.tables(report):
        out.print(table)


@bench_app.command()
def growth(
    dimension: Annotated[
        list[str] | None,
        typer.Option(
            parser=_dimension,
            metavar="NAME",
            help=f"One of {', '.join(DIMENSIONS)}; can be repeated; all unless named",
        ),
    ] = None,
    size: Annotated[
        list[int] | None,
        typer.Option(min=1, help="How many of the one dimension; the others are compared with the first"),
    ] = None,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="5 000 messages, 1 000 000 conversations, 5 000 entries, 2 000 listeners: an hour"
        ),
    ] = False,
    rounds: Annotated[int, typer.Option(min=1, help="How often each size is asked, in turn with the others")] = 12,
    seconds: Annotated[float, typer.Option(help="How long so many workers are asked, per round")] = 6.0,
    postgresql: Annotated[
        str, typer.Option(envvar="RETTVIS_BENCH_POSTGRESQL", help="DATABASE_URL for the workers, of an empty database")
    ] = "",
    redis: Annotated[str, typer.Option(envvar="RETTVIS_BENCH_REDIS", help="REDIS_URL for the workers")] = "",
    to_json: Json = None,
    plot: Plot = None,
) -> None:
    """What a message costs at the end of a long conversation, beside many stored ones, with many entries, workers and
    listeners: processor time, each size asked in turn, and the ratio to the first. A few minutes."""
    from connectors.bench import growth as bench

    named = dimension or [each for each in DIMENSIONS if each != "workers" or (postgresql and redis)]
    if size and len(named) != 1:
        raise typer.BadParameter("--size needs one --dimension that it is the size of")
    if "workers" in named and not (postgresql and redis):
        raise typer.BadParameter("workers need --postgresql and --redis")
    usual = bench.WHOLE if whole else bench.QUICK
    sizes = {name: size or usual[name] for name in named}
    shared = bench.Shared(postgresql, redis) if postgresql and redis else None
    model = trained()
    with err.status("Measuring") as status:
        report = bench.run(model, sizes, rounds, shared, seconds, status.update)
    if plot:
        _pictures().growth(plot, report["rows"])
    if _written(report, to_json):
        return
    table = Table("of", "how many", "what", "", "", "ratio", "goal")
    for row in report["rows"]:
        value = f"{row['value']:.0f}" if row["value"] >= 100 else f"{row['value']:.1f}"
        table.add_row(
            row["dimension"], str(row["size"]), row["what"], value, row["unit"], f"{row['ratio']:.2f}", _goal(row)
        )
    out.print(table)


def _goal(row: dict[str, Any]) -> str:
    if row["met"] is None:
        return ""
    wanted = [f"≤ {row['most']:g}"] if row["most"] else []
    wanted += [f"≥ {row['least']:g}"] if row["least"] else []
    wanted += [f"≤ {row['at_most']:g} {row['unit']}"] if row["at_most"] else []
    return f"{', '.join(wanted)} {'met' if row['met'] else 'MISSED'}"


@bench_app.command()
def start(
    rounds: Annotated[int, typer.Option(min=1, help="How often each kind of start is made, in turn")] = 3,
    train: Annotated[bool, typer.Option("--train", help="Also train the assistant anew, for all languages")] = False,
    to_json: Json = None,
) -> None:
    """From nothing to an answer at /readyz: with all compiled, and where nothing could be; what each step takes, and which
    packages take longest to import."""
    from connectors.bench import start as bench

    model = trained()
    with err.status("Measuring") as status:
        report = bench.run(model, rounds, train, status.update)
    if _written(report, to_json):
        return
    for heading, rows in bench.tables(report).items():
        table = Table(heading, *next(iter(rows.values())))
        for name, row in rows.items():
            table.add_row(name, *(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()))
        out.print(table)


def _written(report: dict[str, Any], file: Path | None) -> bool:
    """Whether the report was printed as JSON; to another file than "-" it is written besides."""
    if file is None:
        return False
    text = json.dumps(report, ensure_ascii=False, indent=1)
    if str(file) == "-":
        print(json.dumps(report, ensure_ascii=False))
        return True
    file.write_text(f"{text}\n", encoding="utf-8")
    return False
