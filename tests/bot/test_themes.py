"""What people wrote is gathered by what it means: the real vectors, sentences nobody here has trained on."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.needs.themes import Measure, Theme, Words, measure, themes
from bot.settings import ROOT
from bot.understanding.embedding import EMBEDDER
from knowledge.library import Library

BUSES = [
    Words("det går ingen buss til jobben når kveldsskiftet er ferdig", "nb"),
    Words("there is no bus home after my evening shift, who can help with transport to work", "en"),
    Words("nie ma autobusu do pracy w nocy, czy ktoś pomaga z dojazdem", "pl"),
    Words("немає автобуса на роботу ввечері, як мені доїхати", "uk"),
    Words("jeg fikk jobb men det går ikke buss dit, kan noen hjelpe med skyss til jobben", "nb"),
    Words("hvordan kommer jeg meg på jobb uten bil, bussen går to ganger om dagen", "nb"),
]
GLASSES = [
    Words("jeg trenger briller men har ikke råd", "nb"),
    Words("finnes det hjelp til å betale briller for voksne", "nb"),
    Words("who pays for glasses, I cannot see well and have no money", "en"),
    Words("أحتاج إلى نظارات طبية ولا أملك ثمنها", "ar"),
    Words("мені потрібні окуляри, але немає грошей", "uk"),
]
OTHERS = [Words("katten min er syk", "nb"), Words("when does the swimming pool open", "en")]


def by() -> Measure:
    return measure(frozenset(Library.load().topics), ROOT / "var")


def found(words: list[Words], smallest: int = 5) -> list[Theme]:
    return themes(words, EMBEDDER, by(), smallest)


def test_two_things_that_people_lack_come_out_as_two_themes_across_languages() -> None:
    shown = found([*BUSES, *GLASSES, *OTHERS])
    assert [set(theme.quotes) <= set(kind) for theme, kind in zip(shown, (BUSES, GLASSES), strict=True)] == [True, True]
    assert not {quote for theme in shown for quote in theme.quotes} & set(OTHERS)


def test_four_texts_are_no_theme() -> None:
    assert found(GLASSES[:4]) == []
    assert found([*GLASSES[:4], *OTHERS]) == []


def test_one_text_written_again_and_again_is_one_text() -> None:
    assert found([GLASSES[0]] * 20 + [Words(GLASSES[0].text.upper(), "nb")]) == []


@settings(deadline=None, max_examples=25)
@given(st.permutations([*BUSES, *GLASSES, *OTHERS]), st.integers(5, 8))
def test_whatever_the_order_no_theme_has_fewer_texts_than_may_be_shown(words: list[Words], smallest: int) -> None:
    for theme in found(words, smallest):
        assert smallest <= theme.size <= len(words)
        assert len(set(theme.quotes)) == len(theme.quotes) <= 3
        assert set(theme.quotes) <= set(words)
