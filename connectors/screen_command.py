"""The command `rettvis screen`: a household's facts from a file, what it may be entitled to on the terminal."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from knowledge.eligibility.telling import Misfits, Reason, Result, Screening, Sum, screening
from knowledge.library import Library
from knowledge.source import KnowledgeError, Problem, line_of, read

out = Console()
_MARKS: Mapping[bool | None, str] = {True: "yes", False: "no", None: "?"}


def screen(file: Path, code: str, on: date | None) -> Screening:
    """The household in a file, screened.

    Raises:
        KnowledgeError: the file cannot be read, or holds facts that cannot be used; with file and line.
    """
    facts = read(file) or {}
    if not isinstance(facts, dict):
        raise KnowledgeError([Problem(file, 1, "must be facts with their values")])
    try:
        return screening(Library.load(), facts, code, on)
    except Misfits as error:
        raise KnowledgeError(
            [Problem(file, line_of(file, (each.fact,)), str(each)) for each in error.misfits]
        ) from error


def show(found: Screening) -> None:
    """Print a screening to read."""
    for result in found.results:
        out.print(f"\n[bold]{result.outcome:8}[/bold] {result.title.text}{_amount(result.amount)}", highlight=False)
        if result.outcome != "unlikely":
            out.print(_reasons(result))
    if found.next:
        out.print(f"\nNext question  {found.next.question.text} ({found.next.fact})", highlight=False)
    out.print(f"\nNot looked at  {', '.join(each.title.text for each in found.not_looked_at)}", highlight=False)
    out.print(
        "Likely is no decision, and what is not found here may still be yours: ask, and whoever decides will answer."
    )


def _amount(amount: Sum | None) -> str:
    if amount is None or amount.shown is None:
        return ""
    per = "once" if amount.per == "once" else f"a {amount.per}"
    about = "at most" if amount.way == "pays" else "about"
    return f": {about} {amount.shown} {per}, rates from {amount.rates_from}"


def _reasons(result: Result) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for reason in result.reasons:
        table.add_row("  ", _MARKS[reason.met], reason.text.text, reason.law, _why(reason, result))
    if result.amount:
        for line in result.amount.lines:
            table.add_row("  ", "", line.text.text, line.shown, "")
    return table


def _why(reason: Reason, result: Result) -> str:
    if reason.met is not None:
        return ", ".join(reason.because)
    return f"missing: {', '.join(reason.missing)}" if reason.missing else f"decided by: {result.decides.text}"
