"""What is kept of people is described table by table, as it is kept; and what is said to go does go."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from typer.testing import CliRunner

from bot.phones import passages, phones
from bot.records import retention
from bot.records.database import Database
from bot.records.describing import described, figures, privacy
from bot.records.tables import Base, Candidate, Encrypted, UtcDateTime, now
from bot.settings import ROOT, Keeping, Settings
from connectors import cli
from connectors.privacy import document
from knowledge.source import KnowledgeError

DAY = date(2026, 11, 29)
SETTINGS = Settings("sqlite://", Path("."), "k" * 32)
NETWORK = frozenset(
    "httpx aiohttp redis apprise authlib smtplib socket requests urllib.request urllib3 http.client ftplib websockets "
    "boto3 grpc paramiko twilio.rest".split()
)
"""What one speaks to other machines with."""
LANGUAGE_MODELS = frozenset(
    "openai anthropic mistralai cohere litellm langchain transformers google.generativeai".split()
)


def copied() -> MetaData:
    metadata = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(metadata)
    return metadata


def imports(file: Path) -> Iterator[str]:
    """What a module imports, also inside its functions."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def modules(among: frozenset[str]) -> dict[str, set[str]]:
    """Our modules that import some others."""
    found: dict[str, set[str]] = {}
    for folder in ("bot", "connectors", "knowledge"):
        for file in (ROOT / folder).rglob("*.py"):
            used = {name for name in imports(file) if any(f"{name}.".startswith(f"{each}.") for each in among)}
            if used:
                found[".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = used
    return found


def test_every_table_and_column_is_described_and_the_tables_carry_it() -> None:
    described()
    for table in Base.metadata.sorted_tables:
        assert table.info["privacy"].purpose.nb
        assert all(column.info["kind"].en for column in table.columns)


def test_a_column_that_nobody_has_described_is_refused() -> None:
    metadata = copied()
    metadata.tables["conversations"].append_column(Column("shoe_size", Integer))
    Table("diaries", metadata, Column("id", Integer, primary_key=True))
    with pytest.raises(KnowledgeError) as refused:
        described(metadata)
    assert [each.message for each in refused.value.problems] == [
        "tables.conversations.shoe_size: is not described",
        "tables.diaries: is not described",
    ]


def test_a_description_of_what_is_not_there_any_more_is_refused() -> None:
    metadata = copied()
    metadata.remove(metadata.tables["leases"])
    with pytest.raises(KnowledgeError, match=r"tables\.leases: there is no such table"):
        described(metadata)


@pytest.mark.parametrize("code", ["nb", "en"])
def test_the_periods_are_those_of_the_installation(code: document.Language) -> None:
    days = timedelta(days=1)
    keeping = Keeping(41 * days, 42 * days, candidates=43 * days, no_trace=timedelta(minutes=44))
    text = document.markdown(code, replace(SETTINGS, keeping=keeping), DAY, {})
    for kept in ("41 da", "42 da", "43 da", "44 minu"):
        assert kept in text
    for usual in ("90 da", "180 da", "60 minu"):
        assert usual not in text
    assert "{" not in text


def test_what_is_encrypted_is_said_to_be_and_nothing_else() -> None:
    text = document.markdown("en", SETTINGS, DAY, {})
    encrypted = re.findall(r"^\| `(\w+)` \|.*\| yes \|$", text, re.MULTILINE)
    assert sorted(encrypted) == ["number", "phone", "text", "totp_secret"]


def test_whoever_something_is_sent_to_is_named() -> None:
    named = {module for each in privacy().recipients.values() for module in each.code}
    speaks = modules(NETWORK)
    assert {module: used for module, used in speaks.items() if module not in named} == {}
    assert named - speaks.keys() == set()


def test_nothing_is_sent_to_a_language_model() -> None:
    assert modules(LANGUAGE_MODELS) == {}


@pytest.mark.parametrize(
    ("environment", "used"),
    [({}, "no"), ({"RETTVIS_SMS": "twilio"}, "yes")],
)
def test_which_recipients_an_installation_has_is_said(environment: dict[str, str], used: str) -> None:
    text = document.markdown("en", SETTINGS, DAY, environment)
    assert re.search(rf"^\| SMS provider .*\| {used} \|$", text, re.MULTILINE)


def test_both_languages_say_the_same_and_leave_the_same_open() -> None:
    texts = {code: document.markdown(code, SETTINGS, DAY, {}) for code in ("nb", "en")}
    shapes = {
        code: [re.match(r"#*|\||\*", line)[0] for line in text.splitlines() if re.match(r"#|\||\* ", line)]  # type: ignore[index]
        for code, text in texts.items()
    }
    assert shapes["nb"] == shapes["en"]
    assert texts["nb"].count(document.BLANK["nb"]) == texts["en"].count(document.BLANK["en"]) > 40
    for part in ("35(7)(a)", "35(7)(b)", "35(7)(c)", "35(7)(d)"):
        assert part in texts["en"]


def test_the_command_writes_it_as_markdown_and_as_a_page(tmp_path: Path) -> None:
    environment = {"SECRET_KEY": "k" * 32, "RETTVIS_KEEP_CONVERSATIONS_DAYS": "37", "RETTVIS_VAR": str(tmp_path)}
    for name, begins in (("p.md", "# Rettvis"), ("p.html", '<!doctype html>\n<html lang="nb">')):
        result = CliRunner().invoke(
            cli.app, ["privacy", "--out", str(tmp_path / name)], env=environment, catch_exceptions=False
        )
        assert result.exit_code == 0
        written = (tmp_path / name).read_text("utf-8")
        assert written.startswith(begins)
        assert "37 dager" in written
    assert written.count("<table>") == len(Base.metadata.tables) + 4
    assert CliRunner().invoke(cli.app, ["privacy", "--lang", "pl"], env=environment).exit_code == 2
    assert CliRunner().invoke(cli.app, ["privacy", "--out", "p.doc"], env=environment).exit_code == 2


def test_what_is_said_to_end_is_gone_when_all_periods_are_over(database: Database) -> None:
    told, then = privacy(), now()
    with database.transaction() as session:
        for table in Base.metadata.sorted_tables:
            session.execute(insert(table).values(row(table)))
    numbers = figures(SETTINGS)
    later = then + timedelta(days=2 * max(numbers.values()))
    retention.run(database, SETTINGS.keeping, later)
    with database.transaction() as session:
        passages.forget(session, later)
        phones.forget(session, later)
    with database.reading() as session:
        left = {
            table.name
            for table in Base.metadata.sorted_tables
            if session.scalar(select(func.count()).select_from(table))
        }
        assert session.scalars(select(Candidate.words)).all() == [None]
    assert left == {name for name, each in told.tables.items() if not told.periods[each.kept].ends}


def row(table: Table) -> dict[str, object]:
    """A row in which everything is filled that can be, as of now and of the one conversation there is."""
    special: dict[str, object] = {
        "author": "citizen",
        "state": "new" if table.name == "candidates" else "sent",
        "sender_id": "1",
        "parts": 1,
        "part": 1,
        "stopped_at": None,
        "duties": ["contact"],
    }
    values = {int: 1, str: "1", bool: False, date: DAY, float: 1.0, bytes: b"1", dict: {}, list: []}
    found: dict[str, object] = {}
    for column in table.columns:
        if column.name in special:
            found[column.name] = special[column.name]
        elif isinstance(column.type, UtcDateTime):
            found[column.name] = now()
        else:
            found[column.name] = "1" if isinstance(column.type, Encrypted) else values[column.type.python_type]
    return found
