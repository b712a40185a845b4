"""The command line, as other programs and people use it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT

RETTVIS = Path(sys.executable).parent / "rettvis"


@pytest.fixture
def rettvis(model: Path, tmp_path: Path):
    """Runs the command on a database of its own, with the assistant of this test run."""
    environment = {
        **os.environ,
        "RETTVIS_VAR": str(model.parent.parent),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'cli.sqlite3'}",
    }

    def run(*arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [RETTVIS, *arguments], input=said, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=300
        )

    return run


def test_chat_answers_in_the_terminal_and_a_number_picks_a_choice(rettvis) -> None:
    done = rettvis("chat", "--lang", "en", said="How much child benefit do I get for two kids?\n1\n\n")
    assert done.returncode == 0, done.stderr
    assert "2,012 kr" in done.stdout
    assert "  1. How to apply" in done.stdout
    assert "How to apply:\n– Online:" in done.stdout


def test_understand_gives_a_line_for_each_line_in_order(rettvis) -> None:
    texts = [
        "hvordan søker jeg bostøtte",
        "I want to die",
        "who won the football match yesterday",
        "أريد التحدث مع شخص",
    ]
    done = rettvis("understand", said="".join(json.dumps({"text": text}) + "\n" for text in texts))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["text"] for row in rows] == texts
    assert [row["label"] for row in rows] == ["bostotte", "crisis", "out_of_scope", "human"]
    assert [row["language"] for row in rows] == ["nb", "en", "en", "ar"]
    assert all(row["ranking"][0] == {"label": row["label"], "confidence": row["confidence"]} for row in rows)


def test_evaluate_measures_a_file_of_questions(rettvis, tmp_path: Path) -> None:
    questions = [
        {"lang": "nb", "text": "hvordan søker jeg bostøtte", "label": "bostotte"},
        {"lang": "nb", "text": "han slår meg", "label": "crisis"},
        {"lang": "nb", "text": "hvem vant kampen i går", "label": "out_of_scope"},
        {"lang": "nb", "text": "hvordan søker jeg bostøtte", "label": "tolk"},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in questions), encoding="utf-8")
    report = json.loads(rettvis("evaluate", str(file), "--json").stdout)
    assert report["nb"] == report["all"]
    assert report["nb"]["questions"] == 4
    assert report["nb"]["top_1"] == pytest.approx(2 / 3)
    assert report["nb"]["crisis_recall"] == report["nb"]["out_of_scope_recall"] == 1
    assert report["nb"]["false_rejections"] == 0


@pytest.mark.parametrize("line", ["not json", "[]", '{"lang": "nb"}', '{"text": 5}'])
def test_a_line_that_is_not_a_question_is_named_by_its_number(rettvis, line: str) -> None:
    done = rettvis("understand", said=f'{{"text": "hei"}}\n{line}\n')
    assert done.returncode == 1
    assert done.stderr.startswith("stdin:2: ")


def test_serving_is_measured_beside_a_floor(rettvis) -> None:
    done = rettvis("bench", "serve", "--seconds", "0.5", "--rounds", "1", "--json")
    rows = json.loads(done.stdout)["rows"]
    assert [row["conversations"] for row in rows] == [1, 16]
    assert all(row["ratio"] == pytest.approx(row["http"] / row["floor"]) for row in rows)
    assert all(min(row["in_process"], row["http"], row["floor"]) > 0 for row in rows)


def test_rasa_itself_finds_the_project_valid(rettvis) -> None:
    done = rettvis("rasa", "data", "validate")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_a_contact_is_added_once_and_only_with_what_there_is(rettvis) -> None:
    add = ["staff", "add", "Ola", "--name", "Ola Moe", "--role", "veileder", "--password", "a long enough one"]
    assert rettvis(*add, "--place", "atlantis").returncode == 1
    assert rettvis(*add, "--place", "froya").returncode == 0
    again = rettvis(*add)
    assert again.returncode == 1
    assert "is there already" in again.stderr


def test_show_prints_what_a_person_would_get(rettvis) -> None:
    done = rettvis("knowledge", "show", "bostotte", "--lang", "en", "--place", "trondheim")
    assert "2 SMS, " in done.stdout
    assert "Where you live" in done.stdout
    assert "No expert has reviewed this yet." in done.stdout
    assert rettvis("knowledge", "show", "unicorns").returncode == 2


def test_due_lists_what_each_owner_has_to_look_at(rettvis) -> None:
    done = rettvis("knowledge", "due")
    assert "Redaksjonen i Rettvis" in done.stdout
    assert "no expert has" in done.stdout


def test_the_check_speaks_to_machines_too(rettvis) -> None:
    report = json.loads(rettvis("knowledge", "check", "--json").stdout)
    assert report["entries"] == 51
    assert report["errors"] == []
    assert isinstance(report["warnings"], list)
