"""An editor corrects a translation, it is shown at once, and a native reader signs it."""

import copy
import dataclasses
import html
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from knowledge.languages import LOCALES, catalogue, po_file, read_catalog
from knowledge.library import Library
from knowledge.reviews import reviews, reviews_file
from tests.conftest import Server, StaffMember

TITLE = "إعانة الأطفال، نص للتجربة"


@pytest.fixture
def library(server: Server, tmp_path: Path) -> Iterator[Library]:
    """The library of the running server, with translations of the test's own."""
    for code in ("nb", "en", "ar"):
        shutil.copytree(LOCALES / code, tmp_path / code)
        reviews_file(code, tmp_path).unlink(missing_ok=True)
    here = server.installation
    own = dataclasses.replace(here.library, locales=tmp_path)
    server._app.state.installation = dataclasses.replace(here, library=own)
    catalogue.cache_clear()
    yield own
    server._app.state.installation = here


@pytest.fixture(scope="module")
def signed_in(server: Server) -> StaffMember:
    """Signed in once: the overview that is shown then takes long for a library that nobody has looked at."""
    return StaffMember(server, "redaktor")


@pytest.fixture
def editor(signed_in: StaffMember, library: Library) -> StaffMember:
    return copy.copy(signed_in)


def number_of(library: Library, field: str) -> int:
    contexts = [context for context, _ in library.sources["barnetrygd"]]
    return contexts.index(f"barnetrygd.{field}")


def standing(library: Library, field: str) -> str:
    context, source = library.sources["barnetrygd"][number_of(library, field)]
    return catalogue("ar", "knowledge", library.locales).find(source, context) or ""


def correct(editor: StaffMember, library: Library, field: str, text: str, **more: str) -> str:
    was = more.get("was", standing(library, field))
    number = number_of(library, field)
    answer = editor.post("/curate/ar/barnetrygd", number=number, text=text, was=was)
    return f"{answer.status_code} {answer.text}"


def test_the_pages_are_for_editors_only(server: Server, ingrid: StaffMember) -> None:
    assert server.client().get("/curate").headers["location"].startswith("/sign-in")
    assert ingrid.get("/curate").status_code == 403


def test_from_the_overview_to_an_entry_side_by_side_with_its_figures(editor: StaffMember, library: Library) -> None:
    overview = editor.get("/curate").text
    assert "git" in overview
    assert 'href="/curate/ar"' in overview
    assert 'href="/curate/nb"' not in overview
    assert 'href="/curate/ar/barnetrygd"' in editor.get("/curate/ar").text
    page = editor.get("/curate/ar/barnetrygd").text
    shown = re.findall(r'<p class="read" lang="(\w+)"[^>]*>(.*?)</p>', page)
    assert {code for code, _ in shown} == {"nb", "ar"}
    assert not any("{" in text for _, text in shown)
    assert "barnetrygd.ordinaer" in page  # in the form the names stand for the figures


@pytest.mark.parametrize("path", ["/curate/nb", "/curate/xx/barnetrygd", "/curate/ar/nothing"])
def test_what_there_is_not_is_not_found(editor: StaffMember, path: str) -> None:
    assert editor.get(path).status_code == 404


def test_a_correction_is_in_the_file_and_shown_at_once(server: Server, editor: StaffMember, library: Library) -> None:
    assert correct(editor, library, "title", TITLE).startswith("200")
    assert TITLE in server.client().get("/topics/barnetrygd?lang=ar").text
    kept = read_catalog(po_file("ar", "knowledge", library.locales))
    context, source = library.sources["barnetrygd"][0]
    message = kept.get(source, context)
    assert message is not None
    assert (message.string, message.fuzzy) == (TITLE, False)
    others = read_catalog(po_file("ar", "knowledge"))
    assert sum(m.string != getattr(others.get(m.id, m.context), "string", None) for m in kept if m.id) == 1


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("answer", "نص بدون أرقام", "bracket|klamm|parentes|braces"),
        ("title", "   ", "ingen tekst|no text"),
        ("title", "يحصلون على 500 kr كل شهر", "beløp|amount"),
        ("title", "نص {غريب}", "brace|klamm|parentes"),
    ],
)
def test_what_is_not_fit_is_refused_in_words_and_what_was_typed_is_kept(
    editor: StaffMember, library: Library, field: str, text: str, said: str
) -> None:
    before = standing(library, field)
    answer = correct(editor, library, field, text)
    assert answer.startswith("422")
    assert f">{html.escape(text)}</textarea>" in answer
    assert 'role="alert"' in answer
    assert standing(library, field) == before


def test_a_first_answer_that_is_too_long_is_refused_with_its_length(editor: StaffMember, library: Library) -> None:
    long = standing(library, "answer") + " كلمة" * 80
    answer = correct(editor, library, "answer", long)
    assert answer.startswith("422")
    assert re.search(r'role="alert".*\d SMS', answer)


def test_an_editor_sees_what_an_answer_costs_as_sms_before_it_is_kept(editor: StaffMember, library: Library) -> None:
    before, number = standing(library, "answer"), number_of(library, "answer")
    figures = " ".join(re.findall(r"\{[^}]*\}", before))
    page = editor.get("/curate/ar/barnetrygd").text
    assert page.count('formaction="/curate/ar/barnetrygd/cost') == 1
    for text, said in ((f"نص {figures}", "1 SMS"), (f"{'كلمة ' * 15}{figures}", "2 SMS")):
        counted = editor.post("/curate/ar/barnetrygd/cost", number=number, text=text, was=before)
        assert counted.status_code == 200
        assert said in re.sub(r"[\u2068\u2069]", "", re.findall(r'<p role="status">(.*?)</p>', counted.text)[0])
        assert f">{html.escape(text)}</textarea>" in counted.text
        assert standing(library, "answer") == before
    refused = editor.post("/curate/ar/barnetrygd/cost", number=number, text="نص", was=before)
    assert (refused.status_code, standing(library, "answer")) == (422, before)
    assert editor.post("/curate/ar/barnetrygd/cost", number=999, text="نص", was=before).status_code == 404


def test_nobody_writes_over_what_somebody_else_has_changed_meanwhile(editor: StaffMember, library: Library) -> None:
    assert correct(editor, library, "title", "عنوان آخر", was="something else").startswith("422")
    assert standing(library, "title") != "عنوان آخر"


def test_a_native_reader_signs_with_name_role_day_and_version(
    server: Server, editor: StaffMember, library: Library
) -> None:
    assert editor.post("/curate/ar/barnetrygd/sign").status_code == 422  # not ticked
    assert editor.post("/curate/ar/barnetrygd/sign", read="1").status_code == 200
    signed = reviews("ar", library.locales)["barnetrygd"]
    assert (signed.by, signed.role, signed.on) == ("Redaktør (demo)", "redaktør", date.today())
    assert signed.source == library.version("barnetrygd")
    assert "Redaktør (demo)" in server.client().get("/topics/barnetrygd?lang=ar").text


def test_a_correction_withdraws_the_signature(editor: StaffMember, library: Library) -> None:
    editor.post("/curate/ar/barnetrygd/sign", read="1")
    correct(editor, library, "title", TITLE)
    assert library.reading("barnetrygd", "ar").state == "draft"


def test_what_is_not_wholly_translated_cannot_be_signed(editor: StaffMember, library: Library) -> None:
    po_file("ar", "knowledge", library.locales).unlink()
    catalogue.cache_clear()
    assert editor.post("/curate/ar/barnetrygd/sign", read="1").status_code == 422
    assert correct(editor, library, "title", TITLE).startswith("200")  # and the first text begins the file
    assert standing(library, "title") == TITLE


def test_the_questions_about_a_household_stand_beside_the_entries(editor: StaffMember) -> None:
    assert 'href="/curate/en/household"' in editor.get("/curate/en").text
    assert "Hvor gammel er du?" in editor.get("/curate/en/household").text


def test_a_form_from_elsewhere_is_refused(editor: StaffMember, library: Library) -> None:
    editor.csrf = "guessed"
    assert editor.post("/curate/ar/barnetrygd/sign", read="1").status_code == 403
    assert correct(editor, library, "title", TITLE).startswith("403")
