"""The ten languages, and catalogues that know what they lack."""

import os
from pathlib import Path

import pytest

from knowledge.languages import LANGUAGES, available, catalogue, compile_catalogue, language, po_file
from knowledge.source import KnowledgeError

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plural};\\n"\n\n'
TWO_FORMS = HEADER.format(plural="nplurals=2; plural=(n != 1)")
GOOD = TWO_FORMS + 'msgid "Hello"\nmsgstr "Hei"\n'


def po_of(root: Path, code: str, text: str | bytes, domain: str = "messages") -> Path:
    po = po_file(code, domain, root)
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_bytes(text.encode() if isinstance(text, str) else text)
    return po


@pytest.mark.parametrize(("code", "autonym"), [("nb", "Norsk bokmål"), ("pl", "Polski"), ("ar", "العربية")])
def test_a_language_is_called_by_its_own_name(code: str, autonym: str) -> None:
    assert language(code).autonym == autonym


def test_arabic_persian_and_sorani_are_written_from_the_right_and_nothing_else() -> None:
    assert {code for code in LANGUAGES if language(code).direction == "rtl"} == {"ar", "fa", "ckb"}


def test_every_language_has_a_name_of_its_own() -> None:
    assert len({language(code).autonym for code in LANGUAGES}) == len(LANGUAGES) == 10


def test_a_language_can_be_answered_in_once_its_interface_has_a_catalogue(tmp_path: Path) -> None:
    for code, domain in (("so", "messages"), ("en", "messages"), ("pl", "knowledge"), ("de", "messages")):
        po_of(tmp_path, code, GOOD, domain)
    assert available(tmp_path) == ("en", "so")
    assert available(tmp_path / "none") == ()


def test_a_translation_is_found_and_what_is_missing_is_said_to_be_missing(tmp_path: Path) -> None:
    po_of(tmp_path, "nb", GOOD + '\nmsgid "Empty"\nmsgstr ""\n')
    texts = catalogue("nb", "messages", tmp_path)
    assert (texts.find("Hello"), texts.find("Empty"), texts.find("Unheard")) == ("Hei", None, None)
    assert (texts.gettext("Hello"), texts.gettext("Empty"), texts.gettext("Unheard")) == ("Hei", "Empty", "Unheard")


def test_a_language_without_a_catalogue_gives_back_what_it_was_asked(tmp_path: Path) -> None:
    texts = catalogue("ti", "messages", tmp_path)
    assert texts.find("Hello") is None
    assert texts.find("Hello", "greeting") is None
    assert texts.gettext("Hello") == "Hello"
    assert [texts.ngettext("one", "many", number) for number in (0, 1, 2)] == ["many", "one", "many"]


def test_a_translation_belongs_to_its_context(tmp_path: Path) -> None:
    po_of(tmp_path, "en", TWO_FORMS + 'msgctxt "barnetrygd.title"\nmsgid "Nav"\nmsgstr "Nav (welfare)"\n', "knowledge")
    texts = catalogue("en", "knowledge", tmp_path)
    assert texts.find("Nav", "barnetrygd.title") == "Nav (welfare)"
    assert texts.find("Nav", "sfo.title") is None
    assert texts.find("Nav") is None


def test_a_fuzzy_translation_counts_as_missing(tmp_path: Path) -> None:
    po_of(tmp_path, "nb", TWO_FORMS + '#, fuzzy\nmsgid "Hello"\nmsgstr "Hei"\n\nmsgid "Bye"\nmsgstr "Ha det"\n')
    texts = catalogue("nb", "messages", tmp_path)
    assert (texts.find("Hello"), texts.find("Bye")) == (None, "Ha det")


def test_plurals_follow_the_language(tmp_path: Path) -> None:
    rule = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2)"
    forms = 'msgid "a day"\nmsgid_plural "days"\nmsgstr[0] "dzień"\nmsgstr[1] "dni"\nmsgstr[2] "dni (wiele)"\n'
    po_of(tmp_path, "pl", HEADER.format(plural=rule) + forms)
    texts = catalogue("pl", "messages", tmp_path)
    assert [texts.ngettext("a day", "days", number) for number in (1, 2, 5)] == ["dzień", "dni", "dni (wiele)"]
    assert texts.ngettext("an hour", "hours", 5) == "hours"


def test_a_catalogue_is_compiled_again_when_another_one_is_put_in_its_place_even_an_older_one(tmp_path: Path) -> None:
    po = po_of(tmp_path, "nb", GOOD)
    first = compile_catalogue(po).stat()
    assert compile_catalogue(po).stat().st_ino == first.st_ino
    po.write_text(GOOD.replace("Hei", "God dag"))
    os.utime(po, (1, 1))
    assert b"God dag" in compile_catalogue(po).read_bytes()


BROKEN = [
    ('\nmsgidd "Bye"\nmsgstr "Ha det"\n', 9),
    ('\nmsgid "Bye"\nmsgstr "Ha det\nbra"\n', 11),
    ("\n<<<<<<< HEAD\n", 9),
    ('\nmsgid "Bye"\n\nmsgid "Hello again"\nmsgstr "Hei igjen"\n', 9),
]


@pytest.mark.parametrize(("ending", "line"), BROKEN)
def test_a_broken_catalogue_is_refused_with_file_and_line(tmp_path: Path, ending: str, line: int) -> None:
    po = po_of(tmp_path, "nb", GOOD + ending)
    with pytest.raises(KnowledgeError) as caught:
        catalogue("nb", "messages", tmp_path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (po, line)


@pytest.mark.parametrize("content", [GOOD.encode() + b'\nmsgid "x"\nmsgstr "\xe5"\n', b"\x00\xff\xfe"])
def test_a_catalogue_that_is_not_utf_8_is_refused(tmp_path: Path, content: bytes) -> None:
    po = po_of(tmp_path, "nb", content)
    with pytest.raises(KnowledgeError, match="is not a valid PO file"):
        compile_catalogue(po)
    assert sorted(file.name for file in po.parent.iterdir()) == ["messages.po"]


def test_a_catalogue_that_breaks_leaves_the_last_good_one_whole(tmp_path: Path) -> None:
    po = po_of(tmp_path, "nb", GOOD)
    good = compile_catalogue(po).read_bytes()
    os.utime(po.with_suffix(".mo"), (0, 0))
    po.write_text(GOOD + BROKEN[0][0])
    with pytest.raises(KnowledgeError):
        compile_catalogue(po)
    assert po.with_suffix(".mo").read_bytes() == good
    assert sorted(file.name for file in po.parent.iterdir()) == ["messages.mo", "messages.po"]
