"""The figures as a page that can be passed on: one HTML file that asks nobody for anything, and its plots as PNG."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import matplotlib
from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from connectors.evaluation.runs import Run
from connectors.evaluation.tables import cell, shown, style_heading
from knowledge.languages import LANGUAGES

matplotlib.use("Agg")

_GREEN, _GREY = "#14532d", "#8a948e"


def write(folder: Path, run: Run) -> Path:
    """Write index.html, the two plots and report.json to a folder, which is made if need be, and return the page.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = run.report["all"]
    plots = {"reliability": _reliability(whole["reliability"]), "refusals": _refusals(whole)}
    for name, png in plots.items():
        (folder / f"{name}.png").write_bytes(png)
    (folder / "report.json").write_text(json.dumps(run.report, ensure_ascii=False, indent=1), encoding="utf-8")
    page = folder / "index.html"
    page.write_text(
        _ENVIRONMENT.get_template("report.html").render(
            run=run,
            report=run.report,
            whole=whole,
            style_heading=style_heading(run),
            plots={name: base64.b64encode(png).decode() for name, png in plots.items()},
        ),
        encoding="utf-8",
    )
    return page


def _named(code: str) -> str:
    return str(Locale.parse(code).english_name) if code in LANGUAGES else code


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["share"] = lambda value: "–" if value is None else f"{value:.1%}"
    environment.filters["named"] = _named
    environment.globals.update(cell=cell, shown=shown)
    return environment


_ENVIRONMENT = _environment()


def _reliability(bins: list[dict[str, Any]]) -> bytes:
    figure = Figure(figsize=(5, 4.2), layout="constrained")
    axes = figure.add_subplot(xlabel="how sure it was", ylabel="how often it was right", xlim=(0, 1), ylim=(0, 1))
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label="as sure as right")
    axes.plot([b["confidence"] for b in bins], [b["right"] for b in bins], "o-", color=_GREEN, label="measured")
    for each in bins:
        axes.annotate(str(each["questions"]), (each["confidence"], each["right"]), (4, -11), textcoords="offset points")
    axes.legend(loc="upper left")
    return _png(figure)


def _refusals(whole: dict[str, Any]) -> bytes:
    points = whole["refusals"]
    figure = Figure(figsize=(5, 4.2), layout="constrained")
    axes = figure.add_subplot(
        xlabel="questions of ours refused", ylabel="foreign questions refused", xlim=(0, 0.3), ylim=(0, 1)
    )
    axes.plot([p["ours"] for p in points], [p["foreign"] for p in points], color=_GREEN, label="any threshold")
    if whole["false_rejections"] is not None and whole["out_of_scope_recall"] is not None:
        axes.plot(whole["false_rejections"], whole["out_of_scope_recall"], "o", color="#8f1d14", label="as it is")
    axes.axvline(0.05, color=_GREY, linestyle="--", label="5% of ours")
    axes.legend(loc="lower right")
    return _png(figure)


def _png(figure: Figure) -> bytes:
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=120)
    return picture.getvalue()
