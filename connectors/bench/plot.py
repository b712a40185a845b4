"""Measurements as pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from connectors.bench.growing import FLAT

matplotlib.use("Agg")

_GREY = "#8a948e"
_COLOURS = ("#14532d", "#8f1d14", "#1d4e89", "#b7791f", "#5b3a8c", "#0f766e", "#9d174d", "#374151", "#65a30d")


def serving(file: Path, report: dict[str, Any]) -> None:
    """Write a picture of the messages a second and of the slowest one in a hundred, side by side for all who were asked.

    Args:
        report: as connectors.bench.serve.run returns it.

    Raises:
        OSError: the file cannot be written.
        ValueError: its ending is that of no kind of picture.
    """
    found = report["conversations"]
    names = list(dict.fromkeys(name for rows in found.values() for name in rows))
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    for place, (what, title) in enumerate((("per_second", "messages a second"), ("p99", "p99, milliseconds")), 1):
        axes = figure.add_subplot(1, 2, place, title=title, xlabel="conversations at once", yscale="log")
        for number, (name, colour) in enumerate(zip(names, _COLOURS, strict=False)):
            places = [at + (number - (len(names) - 1) / 2) / (len(names) + 1) for at in range(len(found))]
            bars = axes.bar(
                places, [rows[name][what] for rows in found.values()], 1 / (len(names) + 1), color=colour, label=name
            )
            axes.bar_label(bars, fmt="{:,.0f}", fontsize="x-small")
        axes.set_xticks(range(len(found)), list(found))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=len(names))
    figure.savefig(file, dpi=120)


def growth(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write a picture with a part for each dimension, of how many times as much beside how many there are; what is measured
    at one size only is left out.

    Raises:
        OSError: the file cannot be written.
        ValueError: its ending is that of no kind of picture.
    """
    dimensions = list(dict.fromkeys(row["dimension"] for row in rows))
    figure = Figure(figsize=(5.2 * len(dimensions), 4.6), layout="constrained")
    for place, dimension in enumerate(dimensions, 1):
        axes = figure.add_subplot(1, len(dimensions), place, title=dimension, xscale="symlog", yscale="log")
        _part(axes, [row for row in rows if row["dimension"] == dimension])
    figure.savefig(file, dpi=120)


def _part(axes: Axes, rows: Sequence[dict[str, Any]]) -> None:
    sizes = sorted({row["size"] for row in rows})
    for colour, what in zip(_COLOURS, dict.fromkeys(row["what"] for row in rows), strict=False):
        points = [(row["size"], row["ratio"]) for row in rows if row["what"] == what and row["ratio"] > 0]
        if len(points) > 1:
            axes.plot(*zip(*points, strict=True), "o-", color=colour, label=what)
    axes.axhline(FLAT, color=_GREY, linestyle="--", label=f"{FLAT} times")
    axes.set_xticks(sizes, [f"{size:,}".replace(",", " ") for size in sizes])
    axes.set_ylabel("times as much as with the fewest")
    axes.legend(fontsize="small")
