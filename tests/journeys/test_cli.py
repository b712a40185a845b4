"""The command line, as other programs and people use it."""

import csv
import json
import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from knowledge.languages import LANGUAGES
from tests.command import Done, here, in_a_process

Rettvis = Callable[..., Done]


@pytest.fixture
def surroundings(model: Path, tmp_path: Path) -> dict[str, str]:
    """A database of its own, and the assistant of this test run."""
    return {"RETTVIS_VAR": str(model.parent.parent), "DATABASE_URL": f"sqlite:///{tmp_path / 'cli.sqlite3'}"}


@pytest.fixture
def rettvis(surroundings: dict[str, str]) -> Rettvis:
    """Runs the command in this process."""
    return partial(here, **surroundings)


@pytest.fixture
def process(surroundings: dict[str, str]) -> Rettvis:
    """Runs the command as people do, in a process of its own."""
    return partial(in_a_process, **surroundings)


def test_chat_answers_in_the_terminal_and_a_number_picks_a_choice(process: Rettvis) -> None:
    done = process("chat", "--lang", "en", said="How much child benefit do I get for two kids?\n1\n\n")
    assert done.returncode == 0, done.stderr
    assert "2,012 kr" in done.stdout
    assert "  1. How to apply" in done.stdout
    assert "How to apply:\n– Online:" in done.stdout


def test_understand_gives_a_line_for_each_line_in_order(process: Rettvis) -> None:
    texts = [
        "hvordan søker jeg bostøtte",
        "I want to die",
        "who won the football match yesterday",
        "أريد التحدث مع شخص",
    ]
    done = process("understand", said="".join(json.dumps({"text": text}) + "\n" for text in texts))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["text"] for row in rows] == texts
    assert [row["label"] for row in rows] == ["bostotte", "crisis", "out_of_scope", "human"]
    assert [row["language"] for row in rows] == ["nb", "en", "en", "ar"]
    assert all(row["ranking"][0] == {"label": row["label"], "confidence": row["confidence"]} for row in rows)


def test_evaluate_measures_a_file_of_questions(rettvis: Rettvis, tmp_path: Path) -> None:
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
def test_a_line_that_is_not_a_question_is_named_by_its_number(rettvis: Rettvis, line: str) -> None:
    done = rettvis("understand", said=f'{{"text": "hei"}}\n{line}\n')
    assert done.returncode == 1
    assert done.stderr.startswith("stdin:2: ")


def test_serving_is_measured_beside_a_floor(process: Rettvis, tmp_path: Path) -> None:
    picture = tmp_path / "serving.png"
    done = process("bench", "serve", "--seconds", "0.5", "--rounds", "1", "--json", "--plot", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")
    report = json.loads(done.stdout)
    assert list(report["conversations"]) == ["1", "16", "64"]
    for found in report["conversations"].values():
        assert set(found) == {"in process", "over HTTP", "floor"}
        assert all(row["per_second"] > 0 and 0 < row["p50"] <= row["p95"] <= row["p99"] for row in found.values())
    assert report["memory"]["over HTTP"] > report["memory"]["floor"] > 0


def test_pages_of_figures_are_measured_with_ever_more_needs(process: Rettvis) -> None:
    done = process("bench", "scale", "--needs", "1000", "--needs", "2000", "--views", "1", "--json")
    rows = json.loads(done.stdout)["rows"]
    assert [row["needs"] for row in rows] == sorted(8 * [1_000, 2_000])
    assert {"/learning", "/learning/patterns", "/learning/themes"} < {row["page"] for row in rows}
    assert all(row["cpu_ms"] > 0 and row["ms"] > 0 for row in rows)


def test_growth_is_measured_size_beside_size_as_a_table_as_json_and_as_a_picture(
    process: Rettvis, tmp_path: Path
) -> None:
    figures, picture = tmp_path / "growth.json", tmp_path / "growth.png"
    some = ["--dimension", "stored", "--size", "10", "--size", "300", "--rounds", "2"]
    done = process("bench", "growth", *some, "--json", str(figures), "--plot", str(picture))
    assert done.returncode == 0, done.stderr
    assert "stored" in done.stdout
    rows = json.loads(figures.read_text(encoding="utf-8"))["rows"]
    assert {(row["size"], row["what"]) for row in rows} >= {(10, "each two seconds"), (300, "figures")}
    assert all(row["value"] > 0 and row["ratio"] > 0 for row in rows)
    assert [row["met"] for row in rows if row["size"] == 10] == [None] * 6
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("dimension", "sizes", "whats"),
    [
        ("length", (2, 4), {"a message"}),
        ("entries", (51, 60), {"a message", "load", "memory", "names", "index of words", "/topics", "/api/v1/topics"}),
        ("listeners", (2, 5), {"a message", "memory", "doing nothing"}),
    ],
)
def test_each_kind_of_growth_can_be_measured_alone(
    process: Rettvis, dimension: str, sizes: tuple[int, ...], whats: set[str]
) -> None:
    options = [option for size in sizes for option in ("--size", str(size))]
    done = process("bench", "growth", "--dimension", dimension, *options, "--rounds", "1", "--json", "-")
    rows = json.loads(done.stdout)["rows"]
    assert {row["size"] for row in rows} >= set(sizes)
    assert {row["what"] for row in rows} >= whats
    assert all(row["value"] >= 0 for row in rows)


@pytest.mark.parametrize(
    "options",
    [["--size", "5"], ["--dimension", "weight"], ["--dimension", "workers", "--size", "1"]],
    ids=["a size of what", "no such thing", "workers without what they share"],
)
def test_growth_that_cannot_be_measured_is_refused(rettvis: Rettvis, options: list[str]) -> None:
    assert rettvis("bench", "growth", *options).returncode == 2


def test_a_start_is_measured_step_by_step_with_and_without_what_was_compiled(process: Rettvis) -> None:
    report = json.loads(process("bench", "start", "--rounds", "1", "--json", "-").stdout)
    assert report["starts"]["nothing compiled"]["cpu_seconds"] > 1.2 * report["starts"]["compiled"]["cpu_seconds"]
    assert report["steps"]["loading the model"]["cpu_seconds"] > 0
    assert report["imports"]["all"]["modules"] > report["imports"]["sqlalchemy"]["modules"] > 0
    assert "tensorflow" not in report["imports"]


def test_rasa_itself_finds_the_project_valid(process: Rettvis) -> None:
    done = process("rasa", "data", "validate")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_a_contact_is_added_once_and_only_with_what_there_is(process: Rettvis) -> None:
    add = ["staff", "add", "Ola", "--name", "Ola Moe", "--role", "veileder", "--password", "a long enough one"]
    assert process(*add, "--place", "atlantis").returncode == 1
    assert process(*add, "--place", "froya").returncode == 0
    again = process(*add)
    assert again.returncode == 1
    assert "is there already" in again.stderr


def test_show_prints_what_a_person_would_get(rettvis: Rettvis) -> None:
    done = rettvis("knowledge", "show", "bostotte", "--lang", "en", "--place", "trondheim")
    assert "2 SMS, " in done.stdout
    assert "Where you live" in done.stdout
    assert "No expert has reviewed this yet." in done.stdout
    assert rettvis("knowledge", "show", "unicorns").returncode == 2


def test_due_lists_what_each_owner_has_to_look_at(process: Rettvis) -> None:
    done = process("knowledge", "due")
    assert "Redaksjonen i Rettvis" in done.stdout
    assert "no expert has" in done.stdout


def test_the_check_speaks_to_machines_too(rettvis: Rettvis) -> None:
    report = json.loads(rettvis("knowledge", "check", "--json").stdout)
    assert report["entries"] == 51
    assert report["errors"] == []
    assert isinstance(report["warnings"], list)


def test_the_example_questions_are_asked_of_an_understanding_that_has_not_seen_their_like(
    rettvis: Rettvis, tmp_path: Path
) -> None:
    folder = tmp_path / "report"
    done = rettvis(
        "evaluate", "--cross-validate", "--folds", "2", "--sample", "0.05", "--report", str(folder), "--json"
    )
    report = json.loads(done.stdout)
    assert set(report) == {*LANGUAGES, "all"}
    assert report["all"]["questions"] == sum(report[code]["questions"] for code in LANGUAGES)
    assert set(report["all"]["styles"]) == {"short", "question", "situation"}
    assert 0.2 < report["all"]["top_1"] < report["all"]["top_3"] < 1
    assert json.loads((folder / "report.json").read_text(encoding="utf-8")) == report
    assert all((folder / f"{plot}.png").read_bytes().startswith(b"\x89PNG") for plot in ("reliability", "refusals"))
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "http" not in page  # asks nobody for anything
    assert page.count("<img ") == len(re.findall(r'<img [^>]*alt="[^"]{40,}', page)) == 2


def test_a_language_is_measured_without_examples_of_its_own(rettvis: Rettvis) -> None:
    done = rettvis("evaluate", "--leave-language-out", "nn", "--sample", "0.05", "--json")
    report = json.loads(done.stdout)
    assert report["nn"] == report["all"]
    assert report["nn"]["questions"] > 100


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--leave-language-out", "xx"), "one of nb, nn"),
        (("--cross-validate", "--leave-language-out", "nb"), "different measurements"),
        (("--cross-validate", "some.jsonl"), "different measurements"),
        (("--cross-validate", "--unseen"), "different measurements"),
    ],
)
def test_what_cannot_be_measured_is_said(rettvis: Rettvis, arguments: tuple[str, ...], said: str) -> None:
    done = rettvis("evaluate", *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", "").split())


def a_bot(train: int, seed: int) -> tuple[list[list[str]], list[list[str]]]:
    """Invented questions to a shop: rows of text and label to learn from, and to ask, with some about nothing known."""
    chance = random.Random(seed)
    things = "bed pillow blanket lamp table chair mattress sofa".split()
    shapes = {
        "price": "how much is the {}|what does a {} cost|price of {} please|is the {} expensive|tell me the {} price",
        "return": "I want to send back the {}|can I return my {}|refund for the {}|the {} is broken take it back",
        "delivery": "when does my {} arrive|where is the {} I ordered|delivery time for a {}|track my {} parcel",
    }
    rows = [[s.format(thing), label] for label, each in shapes.items() for s in each.split("|") for thing in things]
    chance.shuffle(rows)
    foreign = ["who won the match", "tell me a joke", "weather tomorrow in Paris", "my dog ate my homework", "12 + 7"]
    return rows[:train], [*rows[train : train + 30], *([text, "NO_NODES_DETECTED"] for text in foreign)]


def test_data_sets_in_the_layout_of_hint3_and_clinc150_are_measured(rettvis: Rettvis, tmp_path: Path) -> None:
    for part in ("train", "test"):
        (tmp_path / "hint3" / "dataset" / "v1" / part).mkdir(parents=True)
    for seed, bot in enumerate(("sofmattress", "curekart", "powerplay11")):
        train, test = a_bot(60, seed)
        for name, rows in ((f"train/{bot}", train), (f"train/{bot}_subset", train[:40]), (f"test/{bot}", test)):
            part = name.partition("/")[0]
            file = tmp_path / "hint3" / "dataset" / "v1" / f"{name}_{part}.csv"
            with file.open("w", encoding="utf-8", newline="") as lines:
                csv.writer(lines).writerows([["sentence", "label"], *rows])
    train, test = a_bot(60, 9)
    ours, foreign = test[:-5], [[text, "oos"] for text, _ in test[-5:]]
    data = {"train": train, "val": ours[:15], "test": ours[15:], "oos_train": [], "oos_val": [], "oos_test": foreign}
    (tmp_path / "clinc").mkdir()
    (tmp_path / "clinc" / "data_small.json").write_text(json.dumps(data), encoding="utf-8")

    done = rettvis(
        "bench", "understanding", "--hint3", str(tmp_path / "hint3"), "--clinc", str(tmp_path / "clinc"), "--json"
    )
    report = json.loads(done.stdout)
    assert list(report["hint3"]["sets"]) == report["hint3"]["published"]["sets"]
    assert list(report["clinc"]["sets"]) == ["CLINC150 small"]
    for part in report.values():
        for found in part["sets"].values():
            assert found["lowest"]["in_scope"] > 0.8  # three plain labels: a classifier that works finds them
            assert found["auroc"] > 0.8
            assert found["best"]["mcc"] >= found["lowest"]["mcc"]
        assert part["mean"]["auroc"] == pytest.approx(
            sum(s["auroc"] for s in part["sets"].values()) / len(part["sets"])
        )


@pytest.mark.parametrize(
    ("option", "file", "content", "said"),
    [
        ("--hint3", "readme.txt", "", "no dataset/v1/train"),
        (
            "--hint3",
            "train/sofmattress_train.csv",
            "sentence,label\nhow much,price\n,price\n",
            "test/sofmattress_test.csv",
        ),
        (
            "--hint3",
            "test/sofmattress_test.csv",
            "text,intent\nhow much,price\n",
            "test.csv:2: needs a sentence",
        ),
        ("--clinc", "readme.txt", "", "no data_small.json"),
        ("--clinc", "data_small.json", '{"train": [["a"]]}', "needs train, val, test and oos_test"),
        ("--clinc", "data_small.json", "{", "needs train, val, test and oos_test"),
    ],
)
def test_a_folder_without_the_data_set_is_told_what_is_missing(
    rettvis: Rettvis, tmp_path: Path, option: str, file: str, content: str, said: str
) -> None:
    for folder in ("train", "test") if "csv" in file else ():
        (tmp_path / folder).mkdir()
    (tmp_path / file).write_text(content, encoding="utf-8")
    done = rettvis("bench", "understanding", option, str(tmp_path))
    assert done.returncode == 1
    assert said in done.stderr
