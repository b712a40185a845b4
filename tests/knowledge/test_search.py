"""Search: people find a topic by its name, by their own words, by half a word and with a letter wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.library import Library
from knowledge.search import Index, index, search
from tests.knowledge.conftest import ENTRY, Workshop


@pytest.mark.parametrize("code", ["nb", "en", "ar"])
def test_every_topic_is_found_first_by_its_own_title(library: Library, code: str) -> None:
    missed = [t for t in library.entries if search(library, library.title(t, code), code)[0] != t]
    assert missed == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("barnetrygd", "nb"),
        ("BARNETRYGD?", "nb"),
        ("barnet", "nb"),
        ("barnetrygden", "nb"),
        ("child benefit", "en"),
        ("barnetrygd", "en"),
        ("barnetrygd", "ar"),
        ("إعانة الأطفال", "ar"),
        ("اعانه الاطفال", "ar"),
        ("أطفال", "ar"),
    ],
)
def test_a_topic_is_found_however_its_name_is_written(library: Library, query: str, code: str) -> None:
    assert "barnetrygd" in search(library, query, code)[:3]


@pytest.mark.parametrize("query", ["barntrygd", "barnetrigd", "barnnetrygd", "branetrygd"])
def test_one_wrong_letter_in_a_long_word_is_forgiven(library: Library, query: str) -> None:
    assert search(library, query, "nb")[0] == "barnetrygd"


def test_norwegian_names_are_found_without_norwegian_letters(library: Library) -> None:
    assert search(library, "okonomisk sosialhjelp", "en")[0] == "okonomisk-sosialhjelp"
    assert search(library, "bostøtte", "nb")[0] == search(library, "bostotte", "nb")[0] == "bostotte"


def test_everyday_words_find_their_topic(workshop: Workshop) -> None:
    workshop.replace(ENTRY, "  nb: [", "  nb: [zorkepenger, ")
    workshop.replace(ENTRY, "  en: [", "  en: [zorkmids for kids, ")
    library = workshop.load()
    assert search(library, "zorkepenger", "nb") == ("barnetrygd",)
    assert search(library, "zorkmids", "en") == ("barnetrygd",)
    assert search(library, "zorkepenger", "en") == ("barnetrygd",), "Norwegian words are used in every language"
    assert search(library, "zorkmids", "nb") == (), "a word of a language the reader did not choose"


def test_nothing_asked_for_is_everything_in_the_order_of_the_shelves(library: Library) -> None:
    everything = tuple(topic for topic in library.topics if topic in library.entries)
    assert search(library, "", "nb") == search(library, " ?!", "ar") == everything


@pytest.mark.parametrize("query", ["qxzv", "你好", "x" * 5000, "qx " * 500])
def test_what_nobody_wrote_about_finds_nothing(library: Library, query: str) -> None:
    assert search(library, query, "nb") == ()


def test_a_rare_word_decides_over_common_ones() -> None:
    found = Index(("a", "b", "c"), {"money": {"a": 4.0, "b": 4.0, "c": 4.0}, "snow": {"b": 1.0}}).find("snow money")
    assert found[0] == "b"


def test_an_index_is_made_once_for_a_library_and_a_language(library: Library) -> None:
    assert index(library, "nb") is index(library, "nb")
    assert index(library, "nb") is not index(library, "en")


@given(query=st.text(max_size=60))
def test_any_query_finds_topics_there_are_each_once(library: Library, query: str) -> None:
    found = search(library, query, "nb")
    assert len(found) == len(set(found))
    assert set(found) <= set(library.entries)
