"""What an answer says about itself."""

import shutil
from pathlib import Path

import pytest

from bot import answers
from bot.speech import speech
from knowledge.library import FOLDER, Library

LATE = "This should have been checked again by February 1, 2026. It may be out of date."


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def change(knowledge: Path, old: str, new: str) -> None:
    entry = knowledge / "entitlements" / "barnetrygd.yml"
    text = entry.read_text(encoding="utf-8")
    assert old in text
    entry.write_text(text.replace(old, new), encoding="utf-8")


def notes(knowledge: Path) -> tuple[str, ...]:
    s = speech("en")
    return answers.card(Library.load(knowledge).explain("barnetrygd", "en"), s).notes


def test_an_entry_past_its_review_date_says_so_and_one_before_it_does_not(knowledge: Path) -> None:
    change(knowledge, "review_by: 2027-02-01", "review_by: 2099-01-01")
    assert not any("should have been checked again" in note for note in notes(knowledge))
    change(knowledge, "review_by: 2099-01-01", "review_by: 2026-02-01")
    assert notes(knowledge)[0] == LATE


def test_what_is_not_confirmed_says_whom_to_ask(knowledge: Path) -> None:
    change(knowledge, "confidence: verified}\nexpert_review", "confidence: partly}\nexpert_review")
    assert any(note.startswith("Not everything here is confirmed.") for note in notes(knowledge))


def test_an_expert_who_has_read_it_is_named_with_the_day(knowledge: Path) -> None:
    change(knowledge, "expert_review: null", "expert_review: {by: Prøve Person, on: 2026-11-20}")
    card = answers.card(Library.load(knowledge).explain("barnetrygd", "en"), speech("en"))
    assert "Reviewed by Prøve Person on November 20, 2026." in card.checked
    assert "No expert" not in card.checked
