"""What is understood of answers in people's own words, in every language, and what is rather asked again."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screening import telling
from bot.screening.answers import named_in, understood
from bot.screening.household import PLACE
from bot.screening.words import command, word, words
from bot.speech import speech
from connectors.sms import words as sms_words
from knowledge.eligibility.household import Misfit, value_of
from knowledge.languages import LANGUAGES
from knowledge.library import Library

LIBRARY = Library.load()
FACTS = LIBRARY.vocabulary.facts
DAY = date(2026, 11, 29)


def answer(language: str, fact: str, text: str) -> Any:
    titles = telling.titles(LIBRARY, fact, speech(language), DAY)
    return understood(text, FACTS[fact], titles, language)


AGES = {
    "nb": ("2 og 7", "3 år, 5 år og en baby", "8 måneder og 4 år"),
    "nn": ("2 og 7", "3 år, 5 år og ein baby", "8 månader og 4 år"),
    "en": ("2 and 7", "3, 5 and a baby", "8 months and 4 years"),
    "pl": ("2 i 7", "3 lata, 5 lat i niemowlę", "8 miesięcy i 4 lata"),
    "uk": ("2 і 7", "3 роки, 5 років і немовля", "8 місяців і 4 роки"),
    "ar": ("٢ و٧", "٣ سنوات و٥ سنوات ورضيع", "٨ أشهر و٤ سنوات"),
    "fa": ("۲ و ۷", "۳ ساله، ۵ ساله و نوزاد", "۸ ماه و ۴ سال"),
    "so": ("2 iyo 7", "3 sano, 5 sano iyo dhallaan", "8 bilood iyo 4 sano"),
    "ti": ("2ን 7ን", "3 ዓመት፣ 5 ዓመት፣ ህጻን", "8 ኣዋርሕን 4 ዓመትን"),
    "ckb": ("٢ و ٧", "٣ ساڵ، ٥ ساڵ و کۆرپە", "٨ مانگ و ٤ ساڵ"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_ages_of_children_are_understood(language: str) -> None:
    two, baby, months = AGES[language]
    assert answer(language, "children", two) == [2, 7]
    assert sorted(answer(language, "children", baby)) == [0, 3, 5]
    assert sorted(answer(language, "children", months)) == [0, 4]
    assert answer(language, "children", word("none", language)) == []


INCOME = {
    "nb": ("ca 250 000 kr", "20 000 kr i måneden", "250 tusen"),
    "nn": ("om lag 250 000 kr", "20 000 kr i månaden", "250 tusen"),
    "en": ("about 250,000 kr", "20,000 kr a month", "250k"),
    "pl": ("około 250 000 koron", "20 000 koron miesięcznie", "250 tys."),
    "uk": ("близько 250 000 крон", "20 000 крон на місяць", "250 тисяч"),
    "ar": ("حوالي ٢٥٠٠٠٠ كرونة", "٢٠٠٠٠ كرونة في الشهر", "٢٥٠ ألف"),
    "fa": ("حدود ۲۵۰۰۰۰ کرون", "۲۰۰۰۰ کرون در ماه", "۲۵۰ هزار"),
    "so": ("qiyaastii 250 000 karoon", "20 000 karoon bishii", "250 kun"),
    "ti": ("ኣስታት 250 000 ክሮነር", "ብወርሒ 20 000 ክሮነር", "250 ሽሕ"),
    "ckb": ("نزیکەی ٢٥٠٠٠٠ کرۆن", "٢٠٠٠٠ کرۆن لە مانگدا", "٢٥٠ هەزار"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_amounts_are_understood_and_those_of_a_month_are_made_a_year(language: str) -> None:
    about, monthly, thousands = INCOME[language]
    assert answer(language, "income", about) == 250_000
    assert answer(language, "income", monthly) == 240_000
    assert answer(language, "income", thousands) == 250_000


@pytest.mark.parametrize(
    ("text", "kroner"),
    [
        ("12 000 kr", 12_000),
        ("kr 12.000,-", 12_000),
        ("12'000", 12_000),
        ("8k", 8_000),
        ("1,5 millioner", 1_500_000),
        ("to hundre tusen", 200_000),
        ("tusen", 1_000),
        ("ingenting", 0),
        ("0", 0),
    ],
)
def test_amounts_as_they_are_written(text: str, kroner: int) -> None:
    assert answer("nb", "wealth", text) == kroner


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_and_no_are_understood(language: str) -> None:
    s = speech(language)
    yes, no = s.gettext("yes,ok,sure").split(",")[0], s.gettext("no,nope").split(",")[0]
    assert answer(language, "extra_care", yes) is True
    assert answer(language, "extra_care", no) is False
    assert answer(language, "extra_care", "2") is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_is_picked_by_its_number_and_by_its_title(language: str) -> None:
    for fact in FACTS:
        titles = telling.titles(LIBRARY, fact, speech(language), DAY)
        several = FACTS[fact].kind == "several"
        for number, (name, title) in enumerate(titles.items(), 1):
            expected = [name] if several else name
            assert answer(language, fact, str(number)) == expected
            assert answer(language, fact, title) == expected


@pytest.mark.parametrize("said", ["1 3", "1, 3", "1 og 3", "1,3.", "jeg er gravid, varig sykdom"])
def test_several_things_are_picked_at_once(said: str) -> None:
    assert answer("nb", "situation", said) == ["pregnant", "disabled"]


def test_part_of_a_title_is_enough_where_only_one_has_it() -> None:
    assert answer("nb", "housing", "leier bolig") == "rent"
    assert answer("nb", "housing", "bokollektiv") == "shared"
    assert answer("nb", "work", "i jobb") is None, "it also stands in: I am not in work"


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [("nb", "34 år", 34), ("en", "thirty four", 34), ("fa", "سی و چهار", 34), ("so", "labaatan iyo shan", 25),
     ("ti", "፴፬", 34), ("ckb", "٣٤ ساڵ", 34), ("ar", "عمري ٣٤", 34), ("ar", "خمسة وعشرون", 25), ("en", "i am 34", 34)],
)  # fmt: skip
def test_numbers_of_every_script_and_words_for_them(language: str, text: str, number: int) -> None:
    assert answer(language, "age", text) == number


def test_years_and_months_are_made_what_is_asked_for() -> None:
    assert answer("nb", "youngest_months", "1 år og 3 mnd") == 15
    assert answer("nb", "years_in_norway", "6 måneder") == 0
    assert answer("nb", "years_in_norway", "2 år og 6 måneder") == 2


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("children", "2 barn"),  # how many, not how old
        ("children", "3 barn, 2 og 5 år"),
        ("children", "jeg har et problem med barn 2"),
        ("children", "twenty five"),
        ("age", "-5"),
        ("age", "34?"),
        ("age", "30-40"),
        ("income", "8000 9000"),
        ("income", "han slår meg"),
        ("wealth", "5000 i måneden"),
        ("work", "hvordan søker jeg barnetrygd?"),
        ("situation", "99"),
        ("extra_care", "kanskje"),
    ],
)
def test_what_is_not_surely_an_answer_is_none(fact: str, text: str) -> None:
    assert answer("nb", fact, text) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [("Trondheim", "trondheim"), ("jeg bor i Trondheim", "trondheim"), ("froya", "froya"), ("تروندهايم", "trondheim"),
     ("ትሮንድሃይም", "trondheim"), ("Bergen", None)],
)  # fmt: skip
def test_places_are_understood_in_any_script(text: str, place: str | None) -> None:
    assert named_in(text, telling.titles(LIBRARY, PLACE, speech("nb"), DAY), "nb") == place


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_people_are_told_to_write_are_understood(language: str) -> None:
    for name in ("skip", "why", "pause"):
        assert command(word(name, language), language) == name
    for name in ("skip", "why", "pause", "none"):
        assert sms_words.command(word(name, language), language) is None, "by SMS it would be obeyed as something else"


def test_no_word_of_a_language_means_two_things_there() -> None:
    for language in LANGUAGES:
        meant: dict[str, str] = {}
        for name in ("begin", "skip", "why", "pause", "go_on", "show", "forget"):
            for phrase in getattr(words(language), name):
                assert meant.setdefault(phrase, name) == name


@pytest.mark.parametrize("danger", ["han slår meg", "I want to die", "زوجي يضربني", "wuu i garaacaa", "он мене б'є"])
@pytest.mark.parametrize("fact", FACTS)
def test_danger_is_never_an_answer(fact: str, danger: str) -> None:
    for language in LANGUAGES:
        assert answer(language, fact, danger) is None


@given(text=st.text(max_size=40), fact=st.sampled_from(sorted(FACTS)), language=st.sampled_from(sorted(LANGUAGES)))
def test_whatever_is_written_an_answer_is_of_the_kind_that_was_asked_for(text: str, fact: str, language: str) -> None:
    found = answer(language, fact, text)
    if found is not None:
        try:
            value_of(FACTS[fact], found)
        except Misfit:
            assert FACTS[fact].kind in ("number", "money", "ages"), "only the size can be wrong"


def test_an_age_that_no_child_at_home_has_is_asked_again() -> None:
    assert answer("nb", "children", "34") is None
    assert answer("nb", "children", "19") == [19]


@given(ages=st.lists(st.integers(0, 17), min_size=1, max_size=6), language=st.sampled_from(sorted(LANGUAGES)))
def test_ages_written_in_figures_come_back(ages: list[int], language: str) -> None:
    assert answer(language, "children", ", ".join(map(str, ages))) == ages


@given(kroner=st.integers(0, 999_999), language=st.sampled_from(sorted(LANGUAGES)))
def test_an_amount_as_it_is_shown_is_understood_again(kroner: int, language: str) -> None:
    assert answer(language, "income", telling.answer(LIBRARY, "income", kroner, speech(language), DAY)) == kroner
