"""YAML as editors write it: words stay words, and what is wrong is said with file and line."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.source import KnowledgeError, Problem, line_of, read
from tests.knowledge.conftest import ENTRY, Workshop

NORWEGIAN_WORDS = ("on", "no", "yes", "off", "y", "n", "On", "No", "NO", "Yes", "OFF", "True", "FALSE")


def yaml_file(folder: Path, content: str | bytes) -> Path:
    file = folder / "some.yml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def only_problem(file: Path) -> Problem:
    with pytest.raises(KnowledgeError) as caught:
        read(file)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize("word", NORWEGIAN_WORDS)
def test_a_word_that_yaml_1_1_reads_as_a_truth_value_stays_text(tmp_path: Path, word: str) -> None:
    file = yaml_file(tmp_path, f"{word}: first\nvalue: {word}\nlist: [{word}]\n")
    assert read(file) == {word: "first", "value": word, "list": [word]}


@pytest.mark.parametrize(("word", "value"), [("true", True), ("false", False)])
def test_only_true_and_false_in_small_letters_are_truth_values(tmp_path: Path, word: str, value: bool) -> None:
    assert read(yaml_file(tmp_path, f"value: {word}\n")) == {"value": value}


def test_a_norwegian_title_that_looks_like_a_truth_value_is_read_as_written(workshop: Workshop) -> None:
    workshop.replace(ENTRY, "title: Barnetrygd\n", "title: no\n")
    assert workshop.load().entries["barnetrygd"].title == "no"


def test_the_word_on_is_a_key_like_any_other(workshop: Workshop) -> None:
    assert workshop.load().entries["barnetrygd"].checked.on.year >= 2026


def test_a_duplicate_key_is_refused_where_it_is_written_the_second_time(tmp_path: Path) -> None:
    file = yaml_file(tmp_path, "id: a\ntitle: First\ntitle: Second\n")
    assert only_problem(file) == Problem(file, 3, "'title' is written twice")


def test_a_duplicate_key_deep_inside_is_refused_too(tmp_path: Path) -> None:
    file = yaml_file(tmp_path, "a:\n- b: 1\n  c:\n    d: 1\n    d: 1\n")
    assert only_problem(file) == Problem(file, 5, "'d' is written twice")


def test_the_same_key_in_two_mappings_is_no_duplicate(tmp_path: Path) -> None:
    assert read(yaml_file(tmp_path, "- {a: 1}\n- {a: 2}\n")) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a: 1\nb: *nowhere\n", 2),
        ("a: 1\nb:\t1\n\t- c\n", 3),
        ("a: 1\nb: !!python/object:os.system {}\n", 2),
        ("a: 1\n---\nb: 2\n", 2),
    ],
)
def test_invalid_yaml_is_reported_with_its_line(tmp_path: Path, content: str, line: int) -> None:
    file = yaml_file(tmp_path, content)
    problem = only_problem(file)
    assert (problem.file, problem.line) == (file, line)
    assert problem.message


def test_a_file_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    file = yaml_file(tmp_path, "title: Barnehage på Frøya".encode("latin-1"))
    assert only_problem(file) == Problem(file, 1, "is not UTF-8 text")


def test_control_characters_are_reported(tmp_path: Path) -> None:
    assert only_problem(yaml_file(tmp_path, b"title: \x00")).message.startswith("is not valid YAML")


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    assert only_problem(tmp_path / "none.yml") == Problem(
        tmp_path / "none.yml", 1, "cannot be read: No such file or directory"
    )


def test_a_problem_is_shown_as_editors_and_tools_read_it() -> None:
    assert str(Problem(Path("knowledge/x.yml"), 7, "title: is missing")) == "knowledge/x.yml:7: title: is missing"


def test_an_error_names_its_problems_in_the_order_of_files_and_lines() -> None:
    first, second, third = Problem(Path("a"), 2, "x"), Problem(Path("a"), 10, "x"), Problem(Path("b"), 1, "x")
    assert str(KnowledgeError([third, second, first])) == "a:2: x\na:10: x\nb:1: x"


NESTED = "id: a\nlist:\n- text: one\n- text: two\n  via: phone\nmap:\n  deep:\n    value: 1\n"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 1),
        (("list",), 2),
        (("list", 1), 4),
        (("list", 1, "via"), 5),
        (("map", "deep", "value"), 8),
        (("list", 1, "missing"), 4),
        (("map", "missing", "value"), 6),
        (("missing",), 1),
        (("list", 9), 2),
        ((), 1),
    ],
)
def test_the_line_of_a_value_is_its_own_or_its_nearest_parents(
    tmp_path: Path, path: tuple[str | int, ...], line: int
) -> None:
    assert line_of(yaml_file(tmp_path, NESTED), path) == line


plain_text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff")
)
documents = st.recursive(
    plain_text | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=10,
)


@given(content=documents)
def test_what_is_written_as_yaml_is_read_back(tmp_path_factory: pytest.TempPathFactory, content: object) -> None:
    file = yaml_file(tmp_path_factory.getbasetemp(), yaml.safe_dump(content, allow_unicode=True))
    assert read(file) == content


@given(keys=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8))
def test_a_mapping_is_refused_exactly_when_a_key_repeats(
    tmp_path_factory: pytest.TempPathFactory, keys: list[str]
) -> None:
    file = yaml_file(tmp_path_factory.getbasetemp(), "".join(f"{key}: 1\n" for key in keys))
    repeated = next((line for line, key in enumerate(keys, 1) if key in keys[: line - 1]), None)
    if repeated is None:
        assert read(file) == dict.fromkeys(keys, 1)
    else:
        assert only_problem(file) == Problem(file, repeated, f"{keys[repeated - 1]!r} is written twice")
