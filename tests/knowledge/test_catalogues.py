"""The translators' side: gather, update, compile and count, in a locales folder of the test's own."""

import ast
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from typer.testing import CliRunner

from bot.settings import ROOT
from bot.speech import team_speech
from connectors import catalogues
from connectors.cli import app
from knowledge.eligibility.household import Household
from knowledge.languages import LANGUAGES, LOCALES, available, catalogue, po_file
from knowledge.library import Library
from knowledge.source import KnowledgeError

TITLE = "barnetrygd.title"


@pytest.fixture
def small(library: Library, tmp_path: Path) -> Library:
    """One real entry and the crisis messages, with no translations yet."""
    entries = {"barnetrygd": library.entries["barnetrygd"]}
    return dataclasses.replace(library, entries=entries, places={}, locales=tmp_path)


def renamed(library: Library, title: str) -> Library:
    entry = library.entries["barnetrygd"].model_copy(update={"title": title})
    return dataclasses.replace(library, entries={"barnetrygd": entry})


def reading(po: Path) -> Catalog:
    with po.open("rb") as source:
        return read_po(source)


def writing(po: Path, catalog: Catalog) -> None:
    with po.open("wb") as target:
        write_po(target, catalog)


def translated(library: Library, code: str = "en") -> Path:
    """A catalogue of the library with everything translated."""
    po = catalogues.update(code, "knowledge", library, library.locales)
    catalog = reading(po)
    for message in catalog:
        if message.id:
            message.string = f"Translated: {message.id}"
    writing(po, catalog)
    return po


def forget(po: Path) -> None:
    """As a new process a moment later: files written within one tick of the clock look equally old."""
    catalogue.cache_clear()
    po.with_suffix(".mo").unlink(missing_ok=True)


def count(library: Library, code: str) -> catalogues.Status:
    return next(row for row in catalogues.status(library, library.locales) if row.language == code)


def test_a_new_language_begins_with_every_text_and_no_translation(small: Library) -> None:
    po = catalogues.update("so", "knowledge", small, small.locales)
    catalog = reading(po)
    assert po == po_file("so", "knowledge", small.locales)
    assert {(message.context, message.id) for message in catalog if message.id} == {
        (context, text) for context, text, _ in small.translatable()
    }
    assert not any(message.string for message in catalog if message.id)
    assert not any(message.fuzzy for message in catalog if message.id)


def test_each_text_says_which_file_it_comes_from(small: Library) -> None:
    message = catalogues.gather("knowledge", small).get("Barnetrygd", TITLE)
    assert message is not None
    assert [file for file, _ in message.locations] == ["knowledge/entitlements/barnetrygd.yml"]


def test_the_interface_is_gathered_from_code_and_templates(small: Library) -> None:
    files = {file.split("/")[0] for message in catalogues.gather("messages", small) for file, _ in message.locations}
    assert {"bot", "connectors", "knowledge"} <= files
    assert any(
        file.endswith(".html") for message in catalogues.gather("messages", small) for file, _ in message.locations
    )


def spoken() -> Iterator[str]:
    """What the code hands to gettext, as Python itself reads it. Babel does not look into f-strings."""
    for folder in ("bot", "connectors", "knowledge"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(ast.Attribute(attr="gettext" | "ngettext"), [ast.Constant(str(text)), *_]):
                        yield text


def test_no_text_that_is_spoken_is_left_out(small: Library) -> None:
    gathered = [message.id for domain in ("messages", "learning") for message in catalogues.gather(domain, small)]
    wanted = {forms[0] if isinstance(forms, tuple) else forms for forms in gathered}
    assert len(wanted) > 100
    assert [text for text in spoken() if text not in wanted] == []


def test_english_interface_texts_are_their_own_translation(small: Library) -> None:
    catalogues.update("en", "messages", small, small.locales)
    done, total = count(small, "en").messages
    assert done == total > 0
    assert available(small.locales) == ("en",)


def test_another_interface_waits_for_its_translator(small: Library) -> None:
    catalogues.update("pl", "messages", small, small.locales)
    done, total = count(small, "pl").messages
    assert done == 0 < total


def test_the_teams_pages_are_whole_in_norwegian_and_nobody_else_has_to_translate_them(library: Library) -> None:
    wanted = {message.id for message in catalogues.gather("learning", library) if message.id}
    there = {message.id: message for message in reading(po_file("nb", "learning")) if message.id}
    assert wanted == set(there)
    assert all(all(forms if isinstance(forms := there[each].string, tuple) else (forms,)) for each in wanted)
    assert not any(message.fuzzy for message in there.values())
    assert [code for code in LANGUAGES if po_file(code, "learning").is_file()] == ["nb"]
    files = {file for message in catalogues.gather("messages", library) for file, _ in message.locations}
    assert not any("connectors/learning" in file or "templates/learning" in file for file in files)


@pytest.mark.parametrize(
    ("reads", "spoken", "report"),
    [
        (("nb",), "nb", "Rapport"),
        (("nn", "en"), "nb", "Rapport"),
        (("pl", "en"), "en", "Report"),
        (("ar",), "en", "Report"),
    ],
)
def test_the_team_reads_norwegian_or_english(reads: tuple[str, ...], spoken: str, report: str) -> None:
    s = team_speech(*reads)
    assert (s.code, s.gettext("Report")) == (spoken, report)
    assert s.gettext("Money and debt") == ("Penger og gjeld" if spoken == "nb" else "Money and debt")


def test_updating_again_changes_no_text(small: Library) -> None:
    po = translated(small)
    before = {(message.context, message.id): message.string for message in reading(po) if message.id}
    catalogues.update("en", "knowledge", small, small.locales)
    assert {(message.context, message.id): message.string for message in reading(po) if message.id} == before
    assert [file.name for file in po.parent.iterdir()] == ["knowledge.po"]


def test_a_text_whose_source_changed_is_kept_as_fuzzy_and_the_others_are_untouched(small: Library) -> None:
    po = translated(small)
    catalogues.update("en", "knowledge", renamed(small, "Barnetrygda"), small.locales)
    catalog = reading(po)
    message = catalog.get("Barnetrygda", TITLE)
    assert message is not None
    assert (message.string, message.fuzzy) == ("Translated: Barnetrygd", True)
    assert catalog.get("Barnetrygd", TITLE) is None
    assert [each.id for each in catalog if each.id and each.fuzzy] == ["Barnetrygda"]
    assert all(each.string == f"Translated: {each.id}" for each in catalog if each.id and not each.fuzzy)


def test_a_fuzzy_text_is_shown_in_norwegian_until_it_is_renewed(small: Library) -> None:
    po = translated(small)
    changed = renamed(small, "Barnetrygda")
    assert small.explain("barnetrygd", "en").translated
    catalogues.update("en", "knowledge", changed, small.locales)
    forget(po)
    shown = changed.explain("barnetrygd", "en")
    assert (shown.title.language, shown.answer.language, shown.translated) == ("nb", "en", False)
    catalog = reading(po)
    message = catalog.get("Barnetrygda", TITLE)
    assert message is not None
    message.string, message.flags = "Child benefit", set()
    writing(po, catalog)
    forget(po)
    assert changed.explain("barnetrygd", "en").title.text == "Child benefit"
    assert changed.explain("barnetrygd", "en").translated


def test_a_text_that_is_gone_is_gone_from_the_catalogue(small: Library) -> None:
    po = translated(small)
    catalogues.update(
        "en", "knowledge", dataclasses.replace(small, entries={}, household=Household(facts=())), small.locales
    )
    assert {message.context for message in reading(po) if message.id} == {
        f"crisis.{kind.id}" for kind in small.crisis.kinds
    }


def test_status_counts_all_ten_languages_and_norwegian_knowledge_is_its_own(small: Library) -> None:
    rows = catalogues.status(small, small.locales)
    assert tuple(row.language for row in rows) == LANGUAGES
    total = len({(context, text) for context, text, _ in small.translatable()})
    assert {row.language: row.knowledge for row in rows} == {
        code: (total if code == "nb" else 0, total) for code in LANGUAGES
    }


@pytest.mark.parametrize("spoil", ["fuzzy", "empty"])
def test_a_fuzzy_or_empty_text_counts_as_missing(small: Library, spoil: str) -> None:
    po = translated(small)
    done, total = count(small, "en").knowledge
    assert done == total
    catalog = reading(po)
    message = catalog.get("Barnetrygd", TITLE)
    assert message is not None
    if spoil == "fuzzy":
        message.flags.add("fuzzy")
    else:
        message.string = ""
    writing(po, catalog)
    assert count(small, "en").knowledge == (total - 1, total)


def test_a_text_whose_source_changed_counts_as_missing_before_and_after_the_update(small: Library) -> None:
    translated(small)
    changed = renamed(small, "Barnetrygda")
    done, total = count(changed, "en").knowledge
    assert done == total - 1
    catalogues.update("en", "knowledge", changed, small.locales)
    assert count(changed, "en").knowledge == (total - 1, total)


def test_a_plural_with_a_form_missing_counts_as_missing(small: Library) -> None:
    po = catalogues.update("en", "messages", small, small.locales)
    catalog = reading(po)
    plural = next((message for message in catalog if isinstance(message.id, tuple)), None)
    assert plural is not None, "the interface has no plural left: remove this test"
    done, total = count(small, "en").messages
    plural.string = (plural.string[0], "")
    writing(po, catalog)
    assert count(small, "en").messages == (done - 1, total)


def test_every_catalogue_is_compiled_and_can_be_asked(small: Library) -> None:
    translated(small, "en")
    translated(small, "ar")
    compiled = catalogues.compile_all(small.locales)
    assert [file.relative_to(small.locales).parts[0] for file in compiled] == ["ar", "en"]
    assert all(file.is_file() for file in compiled)
    assert catalogue("ar", "knowledge", small.locales).find("Barnetrygd", TITLE) == "Translated: Barnetrygd"


def test_compiling_a_broken_catalogue_is_a_clear_error_and_writes_nothing(small: Library) -> None:
    po = translated(small)
    lines = po.read_bytes().count(b"\n")
    po.write_bytes(po.read_bytes() + b"broken\n")
    with pytest.raises(KnowledgeError) as caught:
        catalogues.compile_all(small.locales)
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [(po, lines + 1)]
    assert [file.name for file in po.parent.iterdir()] == ["knowledge.po"]


def test_the_command_line_shows_how_far_every_language_is() -> None:
    result = CliRunner().invoke(app, ["locales", "status", "--json"])
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    assert tuple(rows) == LANGUAGES
    assert {tuple(row) for row in rows.values()} == {("messages", "knowledge", "draft", "reviewed", "stale", "sms")}
    assert rows["nb"]["knowledge"]["translated"] == rows["nb"]["knowledge"]["total"] > 0
    assert rows["en"]["messages"]["translated"] > 0
    assert rows["en"]["sms"] == [2]


def test_an_unknown_language_cannot_be_begun() -> None:
    result = CliRunner().invoke(app, ["locales", "update", "xx"])
    assert result.exit_code == 2
    assert "xx is not one of" in result.stderr
    assert not (LOCALES / "xx").exists()
