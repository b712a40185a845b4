"""Slips that once got past the gate, or took it down: each is named with file and line."""

import pytest

from knowledge.library import Library
from knowledge.source import KnowledgeError
from tests.knowledge.conftest import ENTRY, RATES, Workshop

CIRCLE = "prove.sats:\n  description: x\n  unit: nok\n  multiple_of: {parameter: prove.sats, factor: 2}\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (ENTRY, "review_by: 2027-02-01", "review_by: 2027-02-30", "is not valid YAML"),
        (ENTRY, "id: barnetrygd", "{a: b}: c\nid: barnetrygd", "a key must be a word"),
        ("topics.yml", "topics:", "topics: []\nothers:", "lists no topics"),
        ("topics.yml", "area: money,", "area: moon,", "has an unknown area 'moon'"),
        ("crisis.yml", "confidence: verified", "confidence: recalled", "only a verified number"),
        ("crisis.yml", "ring politiet på 112", "ring politiet på {nummer}", "braces that are no figure"),
        (ENTRY, "{barnetrygd.ordinaer}", "{barnetrygd.ordinær}", "braces that are no figure"),
        (ENTRY, "Pengene er skattefrie", "Du får kr 300. Pengene er skattefrie", "an amount is typed"),
    ],
)
def test_a_slip_is_named_where_it_stands(workshop: Workshop, file: str, old: str, new: str, problem: str) -> None:
    workshop.replace(file, old, new)
    found = [line for line in workshop.problems() if problem in line]
    assert found
    assert all(line.startswith(f"{file}:") or file == "topics.yml" for line in found)


@pytest.mark.parametrize("content", ["- a list\n", "just words\n", "1: one\n"])
@pytest.mark.parametrize("file", [RATES, "topics.yml"])
def test_a_file_of_another_shape_is_named(workshop: Workshop, file: str, content: str) -> None:
    workshop.write(file, content)
    assert f"{file}:1: must be names with values" in workshop.problems()


def test_a_figure_that_is_a_multiple_of_itself_is_named(workshop: Workshop) -> None:
    workshop.write(RATES, CIRCLE)
    workshop.replace(ENTRY, "{barnetrygd.ordinaer}", "{prove.sats}")
    assert any("there is no figure {prove.sats}" in problem for problem in workshop.problems())


@pytest.mark.parametrize("slip", ["{prove.sats}", "{finnes.ikke}"])
def test_a_service_leaves_the_broken_entry_out_and_keeps_the_rest(workshop: Workshop, slip: str) -> None:
    workshop.write(RATES, CIRCLE)
    workshop.replace(ENTRY, "{barnetrygd.ordinaer}", slip)
    library = Library.load(workshop.folder, workshop.locales, strict=False)
    assert "barnetrygd" not in library.entries
    assert len(library.entries) == 50
    assert [problem.file.name for problem in library.left_out] == ["barnetrygd.yml"]


def test_a_service_does_not_start_without_the_numbers_for_danger(workshop: Workshop) -> None:
    workshop.replace("crisis.yml", "kinds:", "kindz:")
    with pytest.raises(KnowledgeError):
        Library.load(workshop.folder, workshop.locales, strict=False)
