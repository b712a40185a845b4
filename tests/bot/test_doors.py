"""Only the access_ functions hand out a conversation; a lint rule keeps the edges from the tables, and is tried here."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from bot.records.tables import Base
from bot.settings import ROOT

GUARDED = {"Conversation", "Message", "Handoff", "Offer", "Move", "Note", "Helper", "Reminder", "Look"}
EDGES = sorted(file for file in (ROOT / "connectors").rglob("*.py") if "bench" not in file.parts)


def handed_over(source: str) -> list[str]:
    """Guarded tables that code passes to something, as a query would need it; naming them as types is no query."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    passed = [
        (call, argument) for call in calls for argument in [*call.args, *(keyword.value for keyword in call.keywords)]
    ]
    return [
        argument.id
        for call, argument in passed
        if isinstance(argument, ast.Name)
        and argument.id in GUARDED
        and not (isinstance(call.func, ast.Name) and call.func.id == "isinstance")
    ]


def test_the_guarded_tables_are_tables() -> None:
    assert {mapper.class_.__name__ for mapper in Base.registry.mappers} >= GUARDED


@pytest.mark.parametrize("file", EDGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_edge_asks_the_database_for_a_conversation(file: Path) -> None:
    assert handed_over(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("query", ["session.get(Message, 1)", "select(Conversation)", "session.query(Handoff).all()"])
def test_such_a_query_would_be_noticed(query: str) -> None:
    assert handed_over(f"def peek(session):\n    return {query}\n") != []


@pytest.mark.parametrize(
    "line",
    [
        "from sqlalchemy import select",
        "from sqlalchemy.orm import Session",
        "from bot.records import conversations",
        "from bot.records.access import access_handoff",
    ],
)
def test_the_linter_refuses_what_a_query_would_need(line: str) -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--no-cache", "-"]
    name = ["--stdin-filename", str(ROOT / "connectors" / "desk" / "peek.py")]
    done = subprocess.run([*ruff, *name], input=f"{line}\n", capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert "TID251" in done.stdout
