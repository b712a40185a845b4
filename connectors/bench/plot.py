"""Growth as a picture: how many times as much, beside how many there are."""

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


def draw(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write a picture with a part for each dimension; what is measured at one size only is left out.

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
