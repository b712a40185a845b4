"""`rettvis bench growth` and `rettvis bench start`."""

import json
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

out = Console()
err = Console(stderr=True)
DIMENSIONS = ("length", "stored", "entries", "listeners", "workers")
Json = Annotated[Path | None, typer.Option("--json", help="Write the figures to this file; - prints them")]


def _dimension(name: str) -> str:
    if name not in DIMENSIONS:
        raise typer.BadParameter(f"one of {', '.join(DIMENSIONS)}")
    return name


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
    plot: Annotated[Path | None, typer.Option(help="Draw how it grows: a .png, .svg or .pdf")] = None,
) -> None:
    """What a message costs at the end of a long conversation, beside many stored ones, with many entries, workers and
    listeners: processor time, each size asked in turn, and the ratio to the first. A few minutes."""
    from connectors.bench import growth as bench
    from connectors.cli import trained

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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # matplotlib warns of the age of what it imports
            from connectors.bench.plot import draw

            draw(plot, report["rows"])
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


def start(
    rounds: Annotated[int, typer.Option(min=1, help="How often each kind of start is made, in turn")] = 3,
    train: Annotated[bool, typer.Option("--train", help="Also train the assistant anew, for all languages")] = False,
    to_json: Json = None,
) -> None:
    """From nothing to an answer at /readyz: with all compiled, and where nothing could be; what each step takes, and which
    packages take longest to import."""
    from connectors.bench import start as bench
    from connectors.cli import trained

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
