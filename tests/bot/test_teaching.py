"""A sentence becomes an example: a line in the file of its label, and nothing else changes."""

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant import teaching
from bot.understanding import examples, questions
from bot.understanding.examples import Example
from knowledge.library import Library
from knowledge.source import KnowledgeError

WRITTEN = """# greetings first
greet:
- ["hei", "hallo"]   # short
- ["god dag: du"]

# then the rest
barnetrygd:
  - ["barnetrygd"]
  - - 'penger
      til barna'
    - "ungene"
  # the end
"""
TOPICS = frozenset(Library.load(strict=False).topics)
LABELS = st.sampled_from(["greet", "barnetrygd", "sfo"])
SENTENCES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(str.strip)


@given(label=LABELS, words=SENTENCES)
def test_nothing_changes_but_that_one_sentence_stands_under_its_label(label: str, words: str) -> None:
    words = " ".join(words.split())
    after = teaching.with_situation(WRITTEN, label, words)
    wanted = yaml.safe_load(WRITTEN)
    wanted.setdefault(label, []).append([words])
    assert yaml.safe_load(after) == wanted
    kept = iter(after.split("\n"))
    assert all(line in kept for line in WRITTEN.split("\n"))
    assert list(yaml.safe_load(after)) == [*dict.fromkeys([*yaml.safe_load(WRITTEN), label])]


@given(sentences=st.lists(st.tuples(LABELS, SENTENCES), max_size=6))
def test_sentences_can_be_added_again_and_again(sentences: list[tuple[str, str]]) -> None:
    text = WRITTEN
    for label, words in sentences:
        text = teaching.with_situation(text, label, words)
    added = yaml.safe_load(text)
    before = yaml.safe_load(WRITTEN)
    for label, situations in added.items():
        new = [[words] for name, words in sentences if name == label]
        assert situations == [*before.get(label, []), *new]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for code in ("nb", "ar"):
        shutil.copytree(examples.FOLDER / code, tmp_path / code, ignore=shutil.ignore_patterns("*.npz"))
    return tmp_path


@pytest.mark.parametrize(
    ("code", "label"), [("nb", "barnetrygd"), ("ar", "nodhjelp"), ("nb", "out_of_scope"), ("ar", "crisis.violence")]
)
def test_in_the_real_files_it_is_one_line_more(folder: Path, code: str, label: str) -> None:
    before = {file: file.read_text() for file in folder.glob("*/*.yml")}
    said = 'helt nytt: "ungene" sa [name] \\ جديد #1'
    file = teaching.add(folder, code, label, said)
    assert file is not None
    changed = [each for each in before if each.read_text() != before[each]]
    assert changed == [file]
    lines, was = file.read_text().split("\n"), before[file].split("\n")
    line = next(number for number, line in enumerate(lines) if line not in was)
    assert lines[:line] + lines[line + 1 :] == was
    name, _, kind = label.partition(".")
    new = {e.text: e for e in examples.load(TOPICS, folder)}[said]
    assert new == Example(said, name, code, new.situation, kind or None)
    assert not list(folder.glob("*/*.part"))


def test_the_same_sentence_is_added_once_and_never_under_two_labels(folder: Path) -> None:
    assert teaching.add(folder, "nb", "barnetrygd", "noe  helt nytt om ungene") is not None
    assert teaching.add(folder, "nb", "barnetrygd", "Noe helt nytt om ungene") is None
    with pytest.raises(teaching.TaughtOtherwise) as refused:
        teaching.add(folder, "nb", "out_of_scope", "noe helt nytt om ungene")
    assert refused.value.label == "barnetrygd"


def test_what_a_statement_answers_is_an_example_of_its_topic_already(folder: Path) -> None:
    asked = next(each for each in questions.examples(TOPICS) if each.language == "nb")
    assert teaching.add(folder, "nb", asked.label, asked.text.upper()) is None
    with pytest.raises(teaching.TaughtOtherwise) as refused:
        teaching.add(folder, "nb", "out_of_scope", asked.text)
    assert refused.value.label == asked.label


def test_a_label_that_no_file_knows_is_refused(folder: Path) -> None:
    with pytest.raises(KnowledgeError):
        teaching.add(folder, "nb", "hund", "hunden min")


@pytest.mark.parametrize("written", ["greet: [[hei]]\n", "greet: {hei: hei}\n"])
def test_a_list_in_another_form_is_left_as_it_is(folder: Path, written: str) -> None:
    file = folder / "nb" / "conversation.yml"
    file.write_text(written)
    with pytest.raises(KnowledgeError, match="another form"):
        teaching.add(folder, "nb", "greet", "god morgen folkens")
    assert file.read_text() == written
