"""The figures in the terminal."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from connectors.evaluation.report import Report
from connectors.evaluation.runs import Run

UNDERSTOOD = {
    "questions": "questions",
    "top_1": "top-1",
    "top_3": "top-3",
    "crisis_recall": "crisis recall",
    "crisis_precision": "crisis precision",
    "out_of_scope_recall": "out-of-scope recall",
    "false_rejections": "false rejections",
}
SURE = {
    "refusal_auroc": "refusal AUROC",
    "calibration_error": "calibration error",
    "mcc": "MCC",
    "language_found": "language",
    "language_found_short": "language, < 4 words",
}
COLUMNS = UNDERSTOOD | SURE
PAIRS = 20


def tables(run: Run) -> Iterator[Table]:
    """Languages, styles, worst confusions and weakest labels."""
    whole = run.report["all"]
    yield from _figures("language", run.report)
    if whole["questions"]:
        yield from _figures(style_heading(run), whole["styles"])
        yield _confusions(whole["confusions"][:PAIRS])
        yield _weakest(whole["weakest"][:PAIRS])


def style_heading(run: Run) -> str:
    return "style (derived)" if run.derived else "style"


def cell(name: str, value: float | int | None) -> str:
    """A figure as text: shares in per cent, the rest with three digits."""
    if value is None:
        return "–"
    if name in ("refusal_auroc", "calibration_error", "mcc"):
        return f"{value:.3f}"
    return str(value) if isinstance(value, int) else f"{value:.1%}"


def shown(parts: Report) -> dict[str, str]:
    """The columns that these parts have figures for."""
    return {
        name: title for name, title in COLUMNS.items() if any(part.get(name) is not None for part in parts.values())
    }


def _figures(heading: str, parts: Report) -> Iterator[Table]:
    """In two tables, for a narrow terminal."""
    available = shown(parts)
    for columns in (UNDERSTOOD, SURE):
        names = [name for name in columns if name in available]
        table = Table(heading, *(available[name] for name in names))
        for part_name, part in parts.items():
            table.add_row(part_name, *(cell(name, part.get(name)) for name in names))
        if names:
            yield table


def _confusions(pairs: list[dict[str, Any]]) -> Table:
    table = Table("meant", "understood", "times", "of those meant", title="Worst confusions")
    for pair in pairs:
        table.add_row(pair["truth"], pair["label"], str(pair["times"]), f"{pair['share']:.1%}")
    return table


def _weakest(labels: list[dict[str, Any]]) -> Table:
    table = Table("label", "questions", "understood", "answers right", title="Weakest labels")
    for weak in labels:
        precision = "–" if weak["precision"] is None else f"{weak['precision']:.1%}"
        table.add_row(weak["label"], str(weak["questions"]), f"{weak['recall']:.1%}", precision)
    return table
