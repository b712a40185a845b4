"""The quality gate: what an editor must mend, with file and line, in the library and on the command line."""

import json
import os
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner, Result

from connectors.cli import app
from knowledge.check import CHECKED_WITHIN, LIX_LIMIT, check
from knowledge.languages import po_file
from knowledge.library import Library
from knowledge.readability import lix
from tests.knowledge.conftest import ENTRY, RATES, Workshop

ANSWER_LENGTH = 306
"""Characters of two SMS in the GSM alphabet."""
RATE = (
    "prove.sats:\n  description: x\n  unit: nok\n  values:\n"
    "  - {value: 100, valid_from: 2024-01-01, reference: x, confidence: verified}\n"
)


def run(workshop: Workshop, *more: str) -> Result:
    folders = ["--folder", str(workshop.folder), "--locales", str(workshop.locales)]
    return CliRunner().invoke(app, ["knowledge", "check", *folders, *more])


def notes(workshop: Workshop, today: date | None = None) -> list[str]:
    return [workshop.shown(notice) for notice in workshop.check(today).notices]


def in_answer(workshop: Workshop, answer: str) -> None:
    """Give child benefit another first answer."""
    text = workshop.text(ENTRY)
    workshop.write(ENTRY, f"{text[: text.index('answer:')]}answer: {answer}\n{text[text.index('who:') :]}")


def test_the_real_knowledge_and_translations_have_nothing_to_mend() -> None:
    assert [str(problem) for problem in check().problems] == []


def test_what_needs_nothing_ends_well_on_the_command_line(workshop: Workshop) -> None:
    result = run(workshop)
    assert (result.exit_code, result.stderr) == (0, "")
    assert " 0 to mend, " in result.stdout.splitlines()[-1]


def test_an_entry_with_a_missing_field_is_reported_with_file_and_line(workshop: Workshop) -> None:
    workshop.replace(ENTRY, "authority: ", "# authority: ")
    result = run(workshop)
    assert result.exit_code == 1
    assert result.stderr == f"{workshop.folder / ENTRY}:1: authority: is missing\n"
    assert " 1 to mend, " in result.stdout.splitlines()[-1]


def test_a_machine_can_read_what_must_be_mended(workshop: Workshop) -> None:
    workshop.say("Søk nå!")
    result = run(workshop, "--json")
    report = json.loads(result.stdout)
    line = workshop.line(ENTRY, "who:")
    assert result.exit_code == 1
    assert report["entries"] == len(workshop.load().entries)
    assert report["errors"] == [f"{workshop.folder / ENTRY}:{line}: who: no exclamation marks"]


def test_a_missing_field_inside_a_list_is_reported_on_its_own_line(workshop: Workshop) -> None:
    workshop.replace(ENTRY, "links:\n", "links:\n- {url: 'https://www.nav.no', for: read}\n")
    assert workshop.problems() == [f"{ENTRY}:{workshop.line(ENTRY, 'links:') + 1}: links.0.text: is missing"]


def test_an_entry_for_an_unknown_topic_is_reported(workshop: Workshop) -> None:
    workshop.write("entitlements/ny-ting.yml", workshop.text(ENTRY).replace("id: barnetrygd\n", "id: ny-ting\n"))
    assert workshop.problems() == ["entitlements/ny-ting.yml:1: id: 'ny-ting' is not in topics.yml"]


def test_an_unknown_related_topic_is_reported_where_it_stands(workshop: Workshop) -> None:
    workshop.replace(ENTRY, "related: [", "related:  [ukjent, ")
    assert workshop.problems() == [f"{ENTRY}:{workshop.line(ENTRY, 'related')}: related: 'ukjent' is not in topics.yml"]


def test_an_unknown_figure_in_a_text_is_reported_where_it_stands(workshop: Workshop) -> None:
    workshop.say("'{barnetrygd.ukjent} i måneden.'")
    today = date.today()
    line = workshop.line(ENTRY, "who:")
    assert workshop.problems(today) == [f"{ENTRY}:{line}: who: there is no figure {{barnetrygd.ukjent}} on {today}"]


def test_a_figure_that_does_not_hold_yet_is_reported(workshop: Workshop) -> None:
    workshop.write(RATES, RATE.replace("2024-01-01", "2999-01-01"))
    workshop.say("Du får {prove.sats}.")
    (problem,) = workshop.problems()
    assert "there is no figure {prove.sats} on" in problem


def test_a_multiple_of_an_unknown_figure_is_reported(workshop: Workshop) -> None:
    workshop.write(
        RATES, "prove.dobbel:\n  description: x\n  unit: nok\n  multiple_of: {parameter: prove.nei, factor: 2}\n"
    )
    assert workshop.problems() == [f"{RATES}:4: 'prove.nei' is not a parameter"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("valid_from: 2024-01-01, ", "", ":5: prove.sats.values.0.valid_from: is missing"),
        ("reference: x, ", "", ":5: prove.sats.values.0.reference: is missing"),
        (
            "  values:\n",
            "  multiple_of: {parameter: a.b, factor: 1}\n  values:\n",
            ":1: prove.sats: needs either values",
        ),
    ],
)
def test_a_parameter_that_is_not_whole_is_reported(workshop: Workshop, old: str, new: str, message: str) -> None:
    workshop.write(RATES, RATE.replace(old, new))
    (problem,) = workshop.problems()
    assert problem.startswith(RATES + message)


def test_dates_out_of_order_are_reported(workshop: Workshop) -> None:
    older = "  - {value: 90, valid_from: 2023-01-01, reference: x, confidence: verified}\n"
    workshop.write(RATES, RATE + older)
    (problem,) = workshop.problems()
    assert problem == f"{RATES}:1: prove.sats: values must stand in the order of their valid_from, each date once"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"id: sfo\nid: sfo\n", ":2: 'id' is written twice"),
        (b"id: sfo\ntitle: [SFO\nanswer: x\n", ":3: "),
        ("id: sfo\ntitle: Skolefritid på dagen".encode("latin-1"), ":1: is not UTF-8 text"),
        (b"", ":1: file: Input should be a valid dictionary"),
        (b"- a list\n", ":1: file: Input should be a valid dictionary"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported_and_ends_with_1(
    workshop: Workshop, content: bytes, problem: str
) -> None:
    workshop.write("entitlements/sfo.yml", content)
    result = run(workshop)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{workshop.folder / 'entitlements/sfo.yml'}{problem}")
    assert "Traceback" not in result.output


def test_a_place_that_names_an_unknown_topic_is_reported(workshop: Workshop) -> None:
    place = (
        "id: orland\nname: Ørland\nmunicipality_number: '5057'\nwebsite: https://www.orland.kommune.no\n"
        "points:\n- {id: a, kind: nav, name: Nav, confidence: verified, topics: [ukjent-sted]}\n"
        "notes:\n  ukjent-merknad:\n  - {text: Ring først., confidence: partly}\n"
    )
    workshop.write("places/orland.yml", place)
    assert workshop.problems() == [
        "places/orland.yml:1: 'ukjent-merknad' is not in topics.yml",
        "places/orland.yml:1: 'ukjent-sted' is not in topics.yml",
    ]


@pytest.mark.parametrize(
    "amount", ["300 kr", "2 012 kr", "2.012 kroner", "3,20 kr", "12 %", "12%", "50 prosent", "300 NOK", "9,5 prosent"]
)
def test_a_typed_amount_is_reported(workshop: Workshop, amount: str) -> None:
    workshop.say(f"Du får {amount} i måneden.")
    line = workshop.line(ENTRY, "who:")
    assert workshop.problems() == [f"{ENTRY}:{line}: who: an amount is typed; name a parameter instead"]


@pytest.mark.parametrize(
    "text", ["Du får {prove.sats}.", "Fristen er 6 uker.", "Ring 55 55 33 33.", "Det gjelder fra 18 år til 67 år."]
)
def test_named_figures_deadlines_ages_and_telephones_are_no_typed_amounts(workshop: Workshop, text: str) -> None:
    workshop.write(RATES, RATE)
    workshop.say(text)
    assert workshop.problems() == []


def test_an_exclamation_mark_is_reported(workshop: Workshop) -> None:
    workshop.say("Søk nå!")
    assert workshop.problems() == [f"{ENTRY}:{workshop.line(ENTRY, 'who:')}: who: no exclamation marks"]


def test_a_first_answer_that_is_hard_to_read_is_reported_with_its_lix(workshop: Workshop) -> None:
    answer = "Barnetrygdutbetalinger forutsetter dokumentert bostedsregistrering."
    in_answer(workshop, answer)
    assert lix(answer) > LIX_LIMIT
    line = workshop.line(ENTRY, "answer:")
    assert workshop.problems() == [f"{ENTRY}:{line}: answer: LIX {lix(answer):.0f}, at most {LIX_LIMIT}"]


def easy_answer(length: int) -> str:
    return ("Du kan få mer nå. " * length)[: length - 1].rstrip().ljust(length - 1, "a") + "."


def test_a_first_answer_may_be_just_as_long_as_two_text_messages(workshop: Workshop) -> None:
    in_answer(workshop, easy_answer(ANSWER_LENGTH))
    assert workshop.problems() == []


def test_a_first_answer_that_is_a_character_too_long_is_reported_with_its_length(workshop: Workshop) -> None:
    in_answer(workshop, easy_answer(ANSWER_LENGTH + 1))
    line = workshop.line(ENTRY, "answer:")
    assert workshop.problems() == [f"{ENTRY}:{line}: answer: 3 SMS, at most 2"]


def test_typography_does_not_make_a_first_answer_longer_and_a_letter_outside_the_alphabet_does(
    workshop: Workshop,
) -> None:
    in_answer(workshop, easy_answer(200) + " – «Nav»")
    assert workshop.problems() == []
    in_answer(workshop, easy_answer(200) + " č")
    assert [problem.partition("answer: ")[2] for problem in workshop.problems()] == ["4 SMS, at most 2"]


def test_what_is_said_first_in_danger_is_as_short(workshop: Workshop) -> None:
    workshop.replace("crisis.yml", "message: Er du i fare", f"message: {easy_answer(300)} Er du i fare")
    assert workshop.problems() == ["crisis.yml:1: crisis.violence: 3 SMS, at most 2"]


def test_the_length_of_an_answer_counts_its_figures_as_they_are_read(workshop: Workshop) -> None:
    workshop.write(RATES, RATE)
    in_answer(workshop, "'" + easy_answer(ANSWER_LENGTH - len(" 100 kr.")) + " {prove.sats}.'")
    assert workshop.problems() == []


def po_text(context: str, source: str, translation: str) -> str:
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return f'{header}msgctxt "{context}"\nmsgid "{source}"\nmsgstr "{translation}"\n'


@pytest.mark.parametrize("translation", ["You get money.", "You get {prove.andre}.", "{prove.sats} and {prove.sats}."])
def test_a_translation_whose_figures_differ_from_its_source_is_reported(workshop: Workshop, translation: str) -> None:
    workshop.write(RATES, RATE)
    workshop.say("Du får {prove.sats}.")
    workshop.po("en", po_text("barnetrygd.who", "Du får {prove.sats}.", translation))
    assert workshop.problems() == ["en/LC_MESSAGES/knowledge.po:5: barnetrygd.who: the figures differ from the source"]


def test_a_translation_with_a_typed_amount_is_reported(workshop: Workshop) -> None:
    workshop.po("en", po_text("barnetrygd.title", "Barnetrygd", "Child benefit, 12 per cent"))
    (problem,) = workshop.problems()
    assert problem.endswith("barnetrygd.title: an amount is typed; name a parameter instead")


def test_a_translated_answer_that_is_too_long_is_reported(workshop: Workshop) -> None:
    in_answer(workshop, "Du kan få hjelp.")
    workshop.po("en", po_text("barnetrygd.answer", "Du kan få hjelp.", "a" * (ANSWER_LENGTH + 1)))
    (problem,) = workshop.problems()
    assert problem.endswith("barnetrygd.answer: 3 SMS, at most 2")


def test_a_language_that_is_not_in_the_gsm_alphabet_has_three_shorter_messages(workshop: Workshop) -> None:
    in_answer(workshop, "Du kan få hjelp.")
    workshop.po("uk", po_text("barnetrygd.answer", "Du kan få hjelp.", "ж" * 201))
    assert workshop.problems() == []
    workshop.po("uk", po_text("barnetrygd.answer", "Du kan få hjelp.", "ж" * 202))
    (problem,) = workshop.problems()
    assert problem.endswith("barnetrygd.answer: 4 SMS, at most 3")


def test_a_stale_translation_is_no_error(workshop: Workshop) -> None:
    workshop.po("en", po_text("barnetrygd.title", "Et gammelt navn", "An old name, 12 %"))
    assert workshop.problems() == []


GOOD = po_text("barnetrygd.title", "Barnetrygd", "Child benefit")


@pytest.mark.parametrize(
    ("ending", "line"),
    [
        ('\nmsgctxt "x.y"\nmsgid "a"\nmsgtsr "b"\n', 11),
        ('\nmsgctxt "x.y"\nmsgid "a"\nmsgstr "b\nc"\n', 12),
        ("<<<<<<< HEAD\n", 8),
    ],
)
def test_a_broken_po_file_is_a_clear_error_with_file_and_line_and_nothing_is_half_written(
    workshop: Workshop, ending: str, line: int
) -> None:
    broken = workshop.po("en", GOOD + ending)
    before = broken.read_bytes()
    result = run(workshop)
    assert result.exit_code == 1
    (problem,) = result.stderr.splitlines()
    assert problem.startswith(f"{broken}:{line}: ")
    assert " 1 to mend, " in result.stdout.splitlines()[-1]
    assert broken.read_bytes() == before
    assert [file.name for file in broken.parent.iterdir()] == ["knowledge.po"]


def test_a_po_file_that_breaks_leaves_what_was_compiled_before(workshop: Workshop) -> None:
    po = workshop.po("en", GOOD)
    assert run(workshop).exit_code == 0
    compiled = po.with_suffix(".mo").read_bytes()
    os.utime(po.with_suffix(".mo"), (0, 0))
    # Another folder, as for another process: what this one has read is kept by its path.
    other = Workshop(workshop.folder, workshop.locales.rename(workshop.locales.with_name("broken")))
    broken = other.po("en", GOOD + "<<<<<<< HEAD\n")
    assert run(other).exit_code == 1
    assert broken.with_suffix(".mo").read_bytes() == compiled


def test_every_broken_po_file_is_reported(workshop: Workshop) -> None:
    files = [workshop.po(code, GOOD + "broken\n") for code in ("ar", "en")]
    reported = {line.split(":")[0] for line in run(workshop).stderr.splitlines()}
    assert reported == {str(file) for file in files}


def test_a_po_file_that_is_not_utf_8_is_reported(workshop: Workshop) -> None:
    po = workshop.po("en", GOOD.encode() + b'\nmsgid "x"\nmsgstr "\xe5"\n')
    result = run(workshop)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{po}:1: is not a valid PO file")


def test_a_due_review_is_a_note_and_nothing_to_mend(workshop: Workshop) -> None:
    review = workshop.load().entries["barnetrygd"].review_by
    line = workshop.line(ENTRY, "review_by")
    note = f"{ENTRY}:{line}: was due for review on {review}"
    day_after = review + timedelta(days=1)
    assert note not in notes(workshop, review)
    assert note in notes(workshop, day_after)
    assert workshop.problems(day_after) == []


@pytest.mark.parametrize(("changes", "noted"), [("yearly", True), ("rarely", False)])
def test_a_yearly_rate_that_is_older_than_a_year_is_a_note(workshop: Workshop, changes: str, noted: bool) -> None:
    workshop.write(RATES, RATE.replace("unit: nok", f"unit: nok\n  changes: {changes}"))
    note = f"{RATES}:1: prove.sats is older than a year: is there a new rate?"
    assert (note in notes(workshop)) is noted


def test_an_entry_that_nobody_has_checked_for_long_is_a_note(workshop: Workshop) -> None:
    review = workshop.load().entries["barnetrygd"].review_by
    workshop.replace(ENTRY, f"review_by: {review}", "review_by: 2099-01-01")
    checked = workshop.load().entries["barnetrygd"].checked.on
    note = f"{ENTRY}:{workshop.line(ENTRY, 'checked')}: was last checked on {checked}"
    last_day = checked + timedelta(days=CHECKED_WITHIN)
    assert note not in notes(workshop, last_day)
    assert note in notes(workshop, last_day + timedelta(days=1))


@pytest.mark.parametrize(("seen", "noted"), [("2026-11-23", False), ("2026", False), ("stored copy", True)])
def test_a_source_without_a_date_is_a_note(workshop: Workshop, seen: str, noted: bool) -> None:
    workshop.replace(ENTRY, "sources:\n", f"sources:\n- {{url: 'https://www.nav.no/a', seen: {seen}}}\n")
    note = f"{ENTRY}:{workshop.line(ENTRY, 'sources') + 1}: a source without a date: https://www.nav.no/a"
    assert (note in notes(workshop)) is noted


@pytest.mark.parametrize(
    ("section", "fine"),
    [("§ 1-4", True), ("§§ 2 og 9", True), ("kapittel 8", True), ("hele loven", True), ("paragraf 3", False)],
)
def test_a_section_of_a_law_is_written_as_lawyers_write_it(workshop: Workshop, section: str, fine: bool) -> None:
    law = f"- {{name: En lov, section: '{section}', url: 'https://lovdata.no/lov/1'}}"
    workshop.replace(ENTRY, "law:\n", f"law:\n{law}\n")
    line = workshop.line(ENTRY, "law:") + 1
    assert [problem.startswith(f"{ENTRY}:{line}: law: {section!r}") for problem in workshop.problems()] == (
        [] if fine else [True]
    )


def test_a_topic_without_an_entry_is_reported(workshop: Workshop) -> None:
    (workshop.folder / ENTRY).unlink()
    result = run(workshop)
    assert result.exit_code == 1
    assert result.stderr == f"{workshop.folder / 'topics.yml'}:1: barnetrygd has no entry\n"


def test_a_folder_that_is_not_there_is_an_error(workshop: Workshop) -> None:
    result = run(Workshop(workshop.folder / "none", workshop.locales))
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


def test_a_kind_of_danger_leads_to_an_entry_that_there_is(workshop: Workshop) -> None:
    workshop.replace("crisis.yml", "topic: psykisk-helse", "topic: psykisk-hjelp")
    assert any("suicide: there is no entry psykisk-hjelp" in problem for problem in workshop.problems())


def test_every_crisis_line_that_is_shown_is_verified(library: Library) -> None:
    shown = [line for kind in library.crisis.kinds for line in library.crisis_help(kind.id, "nb").lines]
    assert shown
    assert {line.id: line.confidence for line in shown if line.confidence != "verified"} == {}


def test_every_crisis_line_can_be_dialled(library: Library) -> None:
    assert all(line.number.replace(" ", "").isdigit() for line in library.crisis.lines)


def test_every_kind_of_danger_has_an_emergency_number_first(library: Library) -> None:
    for kind in library.crisis.kinds:
        assert library.crisis_help(kind.id, "nb").lines[0].number in {"110", "112", "113"}


def test_the_real_languages_have_catalogues_to_check() -> None:
    assert po_file("en", "knowledge").is_file()
    assert po_file("ar", "knowledge").is_file()
