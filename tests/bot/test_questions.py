"""The questions that statements of entries answer: what editors write, and what is said of a file that is not right."""

from pathlib import Path

import pytest

from bot.understanding import questions
from bot.understanding.examples import Example
from bot.understanding.questions import Question
from knowledge.languages import LANGUAGES
from knowledge.library import Library
from knowledge.schema import SECTIONS
from knowledge.source import KnowledgeError

LIBRARY = Library.load()
TOPICS = frozenset(LIBRARY.topics)


@pytest.fixture(scope="module")
def written() -> list[Question]:
    return questions.load(TOPICS)


def test_every_entry_and_every_language_has_questions_for_nearly_every_statement(written: list[Question]) -> None:
    statements = {
        (topic, item.text)
        for topic, entry in LIBRARY.entries.items()
        for name in SECTIONS
        for item in entry.section(name)
    }
    for code in LANGUAGES:
        asked = {(each.topic, each.statement) for each in written if each.language == code}
        assert len(asked) >= 0.95 * len(statements), code
        assert {topic for topic, _ in asked} == set(LIBRARY.entries), code


def test_every_question_stands_under_the_beginning_of_one_statement() -> None:
    assert questions.misplaced(LIBRARY.entries) == []


def test_no_question_stands_under_two_topics(written: list[Question]) -> None:
    topics: dict[str, set[str]] = {}
    for each in written:
        topics.setdefault(each.text.casefold(), set()).add(each.topic)
    assert {text: of for text, of in topics.items() if len(of) > 1} == {}


def test_a_question_is_an_example_of_its_topic_unless_it_only_goes_on(tmp_path: Path) -> None:
    (tmp_path / "bostotte.yml").write_text(
        '"Boligen må ha egen":\n  en: ["I share the bathroom", "~and the kitchen?"]\n'
    )
    shared = Question("I share the bathroom", "en", "bostotte", "Boligen må ha egen")
    assert questions.load(TOPICS, tmp_path) == [
        shared,
        Question("and the kitchen?", "en", "bostotte", "Boligen må ha egen", goes_on=True),
    ]
    assert questions.examples(TOPICS, tmp_path) == [
        Example("I share the bathroom", "bostotte", "en", "bostotte/Boligen må ha egen")
    ]
    assert questions.by_file(TOPICS, tmp_path) == {
        tmp_path / "bostotte.yml": ["I share the bathroom", "and the kitchen?"]
    }


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("hund.yml", '"Hunden":\n  nb: ["voff"]\n', 1),
        ("bostotte.yml", "- hei\n", 1),
        ("bostotte.yml", '"En":\n  nb: ["en"]\n"To":\n  nb: to\n', 3),
        ("bostotte.yml", '"En":\n  sv: ["en"]\n', 1),
        ("bostotte.yml", '"En":\n  nb: ["~ "]\n', 1),
        ("bostotte.yml", '"En":\n  nb: [1]\n', 1),
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_line(tmp_path: Path, name: str, text: str, line: int) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(KnowledgeError) as refused:
        questions.load(TOPICS, tmp_path)
    assert [(problem.file, problem.line) for problem in refused.value.problems] == [(tmp_path / name, line)]


def test_questions_of_a_statement_that_was_reworded_are_told_with_their_line(tmp_path: Path) -> None:
    known = LIBRARY.entries["bostotte"].who[1].text
    (tmp_path / "bostotte.yml").write_text(
        f'"{known}":\n  nb: ["en"]\n"Slik begynner ingen":\n  nb: ["to"]\n"Du":\n  nb: ["tre"]\n'
    )
    found = [(problem.line, problem.message) for problem in questions.misplaced(LIBRARY.entries, tmp_path)]
    assert found == [
        (3, "no statement of the entry begins with 'Slik begynner ingen'"),
        (5, "several statements of the entry begin with 'Du'"),
    ]
