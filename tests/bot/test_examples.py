"""The example files that editors write: complete, unambiguous, and a slip is reported where it stands."""

from collections import defaultdict
from pathlib import Path

import pytest

from bot.understanding import examples
from bot.understanding.examples import Example
from bot.understanding.labels import CRISIS_KINDS, FOLLOW_UPS, SYSTEM
from knowledge.folding import fold
from knowledge.library import Library
from knowledge.source import KnowledgeError, Problem

TOPICS = frozenset({"barnetrygd", "bostotte"})


@pytest.fixture(scope="module")
def topics() -> frozenset[str]:
    return frozenset(Library.load().topics)


@pytest.fixture(scope="module")
def ours(topics: frozenset[str]) -> list[Example]:
    return examples.load(topics)


@pytest.mark.parametrize("language", ["nb", "en", "ar"])
def test_every_label_has_examples_in_every_language(ours: list[Example], topics: frozenset[str], language: str) -> None:
    known = {example.label for example in ours if example.language == language}
    assert (topics | {*SYSTEM, *FOLLOW_UPS}) - known == set()


@pytest.mark.parametrize("language", ["nb", "en", "ar"])
def test_every_kind_of_danger_has_examples_in_every_language(ours: list[Example], language: str) -> None:
    kinds = {example.kind for example in ours if example.language == language and example.label == "crisis"}
    assert kinds >= set(CRISIS_KINDS)


def test_no_sentence_stands_under_two_labels(ours: list[Example]) -> None:
    labels = defaultdict(set)
    for example in ours:
        labels[fold(example.text) or example.text].add((example.label, example.kind))
    assert {text: found for text, found in labels.items() if len(found) > 1} == {}


def test_no_example_is_empty(ours: list[Example]) -> None:
    assert [example for example in ours if not example.text.strip()] == []


def write(folder: Path, content: str, language: str = "nb", name: str = "shelf.yml") -> Path:
    file = folder / language / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(content, encoding="utf-8")
    return file


def test_examples_carry_label_kind_language_and_situation(tmp_path: Path) -> None:
    write(tmp_path, 'barnetrygd:\n- ["får jeg barnetrygd", "barnetrygd?"]\n- ["til tvillinger"]\n')
    write(tmp_path, 'crisis.fire:\n- ["it burns"]\n', "en")
    assert examples.load(TOPICS, tmp_path) == [
        Example("it burns", "crisis", "en", "en/crisis.fire/0", "fire"),
        Example("får jeg barnetrygd", "barnetrygd", "nb", "nb/barnetrygd/0"),
        Example("barnetrygd?", "barnetrygd", "nb", "nb/barnetrygd/0"),
        Example("til tvillinger", "barnetrygd", "nb", "nb/barnetrygd/1"),
    ]


def test_an_empty_file_has_no_examples(tmp_path: Path) -> None:
    write(tmp_path, "# to be written\n")
    assert examples.load(TOPICS, tmp_path) == []


@pytest.mark.parametrize("word", ["no", "yes", "on", "off"])
def test_words_that_older_yaml_takes_for_truth_values_are_words(tmp_path: Path, word: str) -> None:
    write(tmp_path, f"not_helped:\n- [{word}]\n")
    assert [example.text for example in examples.load(TOPICS, tmp_path)] == [word]


GOOD = "barnetrygd:\n- [får jeg barnetrygd]\n"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (GOOD + "barnetrygdd:\n- [hei]\n", 3, "'barnetrygdd' is not a label"),
        (GOOD + "crisis.boredom:\n- [hei]\n", 3, "'crisis.boredom' is not a label"),
        (GOOD + "bostotte.fire:\n- [hei]\n", 3, "'bostotte.fire' is not a label"),
        (GOOD + "bostotte:\n- [hei]\n- ett nivå for lite\n", 5, "bostotte: a situation is a list of sentences"),
        (GOOD + "bostotte:\n- [hei]\n- [hei, 42]\n", 5, "bostotte: a situation is a list of sentences"),
        (GOOD + "bostotte:\n- {hei: du}\n", 4, "bostotte: a situation is a list of sentences"),
        (GOOD + "bostotte:\n  hei: [du]\n", 3, "bostotte: a situation is a list of sentences"),
        (GOOD + "bostotte: hei\n", 3, "bostotte: a situation is a list of sentences"),
        (GOOD + "barnetrygd:\n- [hei]\n", 3, "'barnetrygd' is written twice"),
    ],
)
def test_a_slip_is_reported_with_file_and_line(tmp_path: Path, content: str, line: int, message: str) -> None:
    file = write(tmp_path, content)
    with pytest.raises(KnowledgeError) as raised:
        examples.load(TOPICS, tmp_path)
    assert raised.value.problems == [Problem(file, line, message)]
    assert str(raised.value) == f"{file}:{line}: {message}"


def test_a_file_that_is_not_yaml_is_reported_with_file_and_line(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD + "bostotte:\n- [hei\n- du]: x\n", name="broken.yml")
    with pytest.raises(KnowledgeError) as raised:
        examples.load(TOPICS, tmp_path)
    (problem,) = raised.value.problems
    assert (problem.file, problem.line > 2) == (file, True)


def test_a_file_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    write(tmp_path, GOOD).write_bytes("barnetrygd:\n- [støtte]\n".encode("latin-1"))
    with pytest.raises(KnowledgeError, match="is not UTF-8 text"):
        examples.load(TOPICS, tmp_path)
