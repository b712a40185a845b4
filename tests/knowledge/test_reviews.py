"""Whether a native reader has read a translation: kept in files, withdrawn when the source changes, said to the reader."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po, write_po

from bot import answers
from bot.speech import speech
from connectors import catalogues
from knowledge.languages import catalogue
from knowledge.library import Library
from knowledge.reviews import MESSAGES, Review, reviews, reviews_file, write_reviews
from knowledge.source import KnowledgeError
from tests.knowledge.conftest import Workshop

DAY = date(2026, 11, 1)


@pytest.fixture
def small(library: Library, tmp_path: Path) -> Library:
    """One real entry, wholly translated to English in a folder of the test's own."""
    entries = {"barnetrygd": library.entries["barnetrygd"]}
    small = dataclasses.replace(library, entries=entries, places={}, locales=tmp_path)
    po = catalogues.update("en", "knowledge", small, tmp_path)
    with po.open("rb") as file:
        catalog = read_po(file)
    for message in catalog:
        if message.id:
            message.string = f"Translated: {message.id}"
    with po.open("wb") as file:
        write_po(file, catalog)
    return small


def sign(library: Library, name: str = "barnetrygd", **more: object) -> None:
    row = {"by": "Amina Ali", "role": "interpreter", "on": DAY, "source": library.version(name), **more}
    write_reviews("en", {**reviews("en", library.locales), name: Review.model_validate(row)}, library.locales)


def with_title(library: Library, title: str) -> Library:
    entry = library.entries["barnetrygd"].model_copy(update={"title": title})
    return dataclasses.replace(library, entries={"barnetrygd": entry})


def said(library: Library) -> list[str]:
    return answers.notes(library.explain("barnetrygd", "en"), speech("en"))


def test_a_translation_nobody_signed_is_a_draft_and_leads_to_the_norwegian_text(small: Library) -> None:
    assert small.reading("barnetrygd", "en").state == "draft"
    card = answers.card(small.explain("barnetrygd", "en"), speech("en"))
    assert any("not been read by a native reader" in note for note in card.notes)
    assert card.original
    assert card.original.url == "/topics/barnetrygd?lang=nb"


def test_a_signed_translation_says_who_read_it_and_when(small: Library) -> None:
    sign(small)
    assert small.reading("barnetrygd", "en").state == "reviewed"
    assert "Read by Amina Ali (interpreter) on November 1, 2026." in said(small)
    assert not any("native reader" in note for note in said(small))
    assert answers.original(small.explain("barnetrygd", "en"), speech("en")) is None


def test_the_mark_is_withdrawn_when_the_source_changes(small: Library) -> None:
    sign(small)
    changed = with_title(small, "Barnetrygda")
    assert changed.reading("barnetrygd", "en").state == "stale"
    assert not any("Amina" in note for note in said(changed))
    assert any("shown in Norwegian" in note for note in said(changed))


def test_it_stays_withdrawn_when_the_new_text_is_translated_until_somebody_reads_that_too(small: Library) -> None:
    sign(small)
    changed = with_title(small, "Barnetrygda")
    po = catalogues.update("en", "knowledge", changed, small.locales)
    with po.open("rb") as file:
        catalog = read_po(file)
    for message in catalog:
        message.flags.discard("fuzzy")
    with po.open("wb") as file:
        write_po(file, catalog)
    catalogue.cache_clear()
    assert changed.explain("barnetrygd", "en").translated
    assert changed.reading("barnetrygd", "en").state == "stale"
    sign(changed)
    assert changed.reading("barnetrygd", "en").state == "reviewed"


def test_norwegian_is_the_source_and_what_is_not_translated_is_no_draft(small: Library) -> None:
    assert small.reading("barnetrygd", "nb").state == "source"
    assert small.reading("barnetrygd", "pl").state == "missing"


def test_status_counts_what_has_been_read_the_interface_too(small: Library) -> None:
    catalogues.update("en", "messages", small, small.locales)
    sign(small)
    rows = {row.language: row for row in catalogues.status(small, small.locales)}
    assert rows["en"].readings[MESSAGES].state == "source"  # the interface is written in English
    assert (rows["en"].count("reviewed"), rows["en"].count("draft")) == (1, 2)  # crisis.yml and household.yml
    assert rows["pl"].count("draft") == rows["pl"].count("stale") == 0


def test_the_signature_under_an_interface_holds_for_the_texts_it_has_now(small: Library) -> None:
    po = catalogues.update("pl", "messages", small, small.locales)
    with po.open("rb") as file:
        catalog = read_po(file)
    for message in catalog:
        message.string = tuple("x" for _ in message.string) if isinstance(message.string, tuple) else "x"
    with po.open("wb") as file:
        write_po(file, catalog)
    version = catalogues.interface_version(small)
    for source, state in ((version, "reviewed"), ("0" * 12, "stale")):
        row = Review(by="Ola", on=DAY, source=source)
        write_reviews("pl", {MESSAGES: row}, small.locales)
        found = {row.language: row for row in catalogues.status(small, small.locales)}
        assert found["pl"].readings[MESSAGES].state == state


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("barnetrygden", {}, "'barnetrygden' is not an entry"),
        ("barnetrygd", {"on": date(2100, 1, 1)}, "which has not been yet"),
        ("barnetrygd", {"by": ""}, "by"),
        ("barnetrygd", {"by": "  "}, "by"),
        ("barnetrygd", {"source": "new"}, "source"),
        ("barnetrygd", {"read": True}, "read"),
    ],
)
def test_check_refuses_a_signature_that_cannot_be(
    workshop: Workshop, name: str, change: dict[str, object], why: str
) -> None:
    file = reviews_file("en", workshop.locales)
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump({name: {"by": "Kari", "on": DAY, "source": "0" * 12, **change}}), "utf-8")
    problems = workshop.check(date(2026, 11, 28)).problems
    assert [(problem.file, why in problem.message) for problem in problems] == [(file, True)]


def test_check_accepts_an_entry_a_place_the_crisis_messages_and_the_interface(workshop: Workshop) -> None:
    file = reviews_file("ar", workshop.locales)
    file.parent.mkdir(parents=True)
    row = {"by": "Samir", "on": DAY, "source": "0" * 12}
    file.write_text(yaml.safe_dump(dict.fromkeys(("barnetrygd", "trondheim", "crisis", MESSAGES), row)), "utf-8")
    assert workshop.check(date(2026, 11, 28)).problems == []


def test_a_file_of_another_form_is_a_clear_error(tmp_path: Path) -> None:
    file = reviews_file("en", tmp_path)
    file.parent.mkdir()
    file.write_text("- barnetrygd\n", "utf-8")
    with pytest.raises(KnowledgeError, match="names of entries"):
        reviews("en", tmp_path)


def test_nothing_in_this_repository_is_signed_without_a_name_and_a_day(library: Library) -> None:
    for code in ("nn", "en", "pl", "uk", "ar", "fa", "so", "ti", "ckb"):
        assert all(review.by and review.on <= date.today() for review in reviews(code).values())
