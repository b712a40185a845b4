"""Rules beside the entries: what an editor got wrong is said with file and line, and the rest goes on."""

import pytest

from knowledge.library import Library
from tests.knowledge.conftest import ENTRY, Workshop

HOUSEHOLD = "household.yml"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("children_under_18 > 0", "there is no fact or definition 'children_under_18'"),
        ("count(children, 0, 17) >= {barnetrygd.unknown}", "there is no figure {barnetrygd.unknown}"),
        ("living == 'lonely'", "'lonely' is not one of adults, alone, other_parent, partner"),
        ("'rich' in situation", "'rich' is not one of"),
        ("status in ('norwegian', 'danish')", "'danish' is not one of"),
        ("age >=", "cannot be read"),
        ("age", "is a number, but must be a truth"),
        ("age and alone", "'age' is a number, but a truth is needed there"),
        ("age == living", "'age' and 'living' cannot be compared"),
        ("living < 'alone'", "words are compared with == != and in"),
        ("children > 2", "'children' and '2' cannot be compared"),
        ("count(children, 17, 0) > 1", "count is of ages from one whole year to another"),
        ("round(age, 2) > 1", "round takes one"),
        ("__import__('os').system('true')", "is not part of the language"),
        ("age.real > 1", "'age.real' is not part of the language"),
        ("[x for x in children] == 1", "is not part of the language"),
        ("(lambda: 1)() == 1", "is not part of the language"),
    ],
)
def test_a_condition_that_cannot_be_read_is_named_with_file_and_line(
    workshop: Workshop, condition: str, words: str
) -> None:
    workshop.replace(
        ENTRY,
        "- {use: lawful,",
        f'- text: Prøve.\n    when: "{condition}"\n    law: Barnetrygdloven § 2\n  - {{use: lawful,',
    )
    line = workshop.line(ENTRY, "    when:")
    [problem] = workshop.problems()
    assert problem.startswith(f"{ENTRY}:{line}: eligibility: ")
    assert words in problem


def test_a_law_that_the_entry_does_not_name_is_a_problem(workshop: Workshop) -> None:
    workshop.replace(ENTRY, 'law: "Barnetrygdloven § 2"', 'law: "Straffeloven § 2"')
    [problem] = workshop.problems()
    assert "'Straffeloven § 2' does not begin with a law the entry names" in problem


def test_a_criterion_needs_text_or_a_shared_one(workshop: Workshop) -> None:
    workshop.replace(ENTRY, "- {use: child,", "- {use: child, text: Begge deler.,")
    [problem] = workshop.problems()
    assert "needs text (and when, unless somebody has to judge), or use" in problem


def test_a_shared_criterion_that_there_is_not_is_a_problem(workshop: Workshop) -> None:
    workshop.replace(ENTRY, "- {use: child,", "- {use: kid,")
    [problem] = workshop.problems()
    assert problem.endswith("eligibility: household.yml has no criterion 'kid'")


def test_a_definition_by_way_of_itself_is_named_with_its_line(workshop: Workshop) -> None:
    workshop.replace(HOUSEHOLD, "  alone: \"living in ('alone', 'adults')\"", '  alone: "not alone"')
    line = workshop.line(HOUSEHOLD, "  alone:")
    assert f"{HOUSEHOLD}:{line}: alone: alone is defined by way of itself" in workshop.problems()


def test_a_fact_without_its_values_is_a_problem(workshop: Workshop) -> None:
    workshop.replace(HOUSEHOLD, "kind: yes_no", "kind: choice")
    assert any("choice and several need values" in problem for problem in workshop.problems())


def test_a_rule_with_a_figure_that_has_no_value_today_is_a_problem(workshop: Workshop) -> None:
    workshop.replace("parameters/barnetrygd.yml", "valid_from: 2026-02-01", "valid_from: 2099-02-01")
    workshop.replace("parameters/barnetrygd.yml", "valid_from: 2025-05-01", "valid_from: 2098-05-01")
    assert any("there is no figure {barnetrygd.ordinaer}" in problem for problem in workshop.problems())


def test_a_broken_rule_is_left_out_of_a_running_service_and_its_entry_stays(workshop: Workshop) -> None:
    workshop.replace(ENTRY, "{use: lawful,", "{use: nothing,")
    library = Library.load(workshop.folder, workshop.locales, strict=False)
    assert "barnetrygd" in library.entries
    assert "barnetrygd" not in library.rules
    assert len(library.rules) == len(Library.load().rules) - 1
    assert "nothing" in library.left_out[0].message


def test_the_texts_of_rules_and_questions_are_there_to_be_translated(library: Library) -> None:
    contexts = {context for context, _, _ in library.translatable()}
    assert {"kontantstotte.eligibility", "household.age.question", "household.living.value"} <= contexts
    assert {"household.status.why", "household.criterion"} <= contexts
