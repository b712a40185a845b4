"""The checks of the translations: plural forms, what is put in, and what is left of the source language."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from knowledge.languages import po_file
from knowledge.source import Problem
from knowledge.wording import leftover, same_names
from tests.knowledge.conftest import Workshop

HOURS = ("Within {number} hour.", "Within {number} hours.")


def interface(workshop: Workshop, code: str, texts: dict[object, object], plural_forms: str | None = None) -> Path:
    po = po_file(code, "messages", workshop.locales)
    po.parent.mkdir(parents=True)
    catalog = Catalog(locale=code)
    for source, translation in texts.items():
        catalog.add(source, translation)  # type: ignore[arg-type]
    with po.open("wb") as file:
        write_po(file, catalog)
    if plural_forms:
        text = re.sub(
            r'"Plural-Forms:.*?\\n"', f'"Plural-Forms: {plural_forms}\\\\n"', po.read_text("utf-8"), flags=re.S
        )
        po.write_text(text, "utf-8")
    return po


def about(problems: list[Problem], po: Path) -> list[str]:
    return [problem.message for problem in problems if problem.file == po]


def test_a_name_that_is_put_in_must_be_in_the_translation(workshop: Workshop) -> None:
    po = interface(workshop, "pl", {"You can talk to {name}.": "Możesz porozmawiać z {nazwa}."})
    assert about(workshop.check().problems, po) == ["You can talk to {name}.: what is put in differs from the source"]


@pytest.mark.parametrize("code", ["pl", "uk", "ar", "so"])
def test_plurals_with_the_forms_of_the_language_are_accepted(workshop: Workshop, code: str) -> None:
    forms = tuple("{number}" for _ in range(Catalog(locale=code).num_plurals))
    assert about(workshop.check().problems, interface(workshop, code, {HOURS: forms})) == []


def test_plural_forms_of_another_language_are_refused(workshop: Workshop) -> None:
    po = interface(workshop, "pl", {}, "nplurals=2; plural=(n != 1);")
    assert about(workshop.check().problems, po)[0].startswith("plural forms must be nplurals=3")


def test_what_is_left_in_the_source_language_is_reported_and_does_not_stop_anyone(workshop: Workshop) -> None:
    po = interface(workshop, "pl", {"Talk to a person now": "Talk to a person now"})
    report = workshop.check()
    assert about(report.problems, po) == []
    assert about(report.notices, po) == ["messages: not translated: Talk to a person now"]


@pytest.mark.parametrize(
    ("translation", "left"),
    [
        ("Du kan søke om penger", "Du kan søke om penger"),
        ("Możesz kan søke om dzisiaj", "kan søke om"),
        ("Możesz złożyć wniosek o pieniądze", None),
        ("Możesz złożyć wniosek (kan søke om penger)", None),
    ],
)
def test_three_words_in_a_row_are_left_over_unless_they_stand_there_on_purpose(
    translation: str, left: str | None
) -> None:
    assert leftover("Du kan søke om penger", translation, frozenset()) == left


def test_names_stay_as_they_are() -> None:
    source = "Spør helse- og velferdskontor i byen"
    assert leftover(source, "Ask helse- og velferdskontor", frozenset({"velferdskontor"})) is None
    assert leftover("NAV Trondheim", "NAV Trondheim", frozenset()) is None


def test_a_name_may_stand_elsewhere_in_the_sentence_but_not_be_lost() -> None:
    assert same_names("{name} is away until {day}.", "Do {day} nie ma {name}.")
    assert not same_names("%(num)s open", "otwarte")
