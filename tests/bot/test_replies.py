"""What a short typed answer picks among the choices last offered: by number, by title, by yes and no."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.picking import picked
from bot.replies import Choice

SHARE = (
    Choice(id="share:yes", title="Ja, del samtalen"),
    Choice(id="share:no", title="Nei, bare dette"),
    Choice(id="human", title="Snakk med et menneske"),
)
TOPICS = (
    Choice(id="barnetrygd", title="Barnetrygd"),
    Choice(id="place:froya", title="Frøya"),
    Choice(id="bostotte", title="المساعدة في السكن"),
)
YES = {
    "nb": ("ja", "ok", "ja takk", "gjerne", "greit", "jepp", "jada", "yes"),
    "en": ("yes", "ok", "sure"),
    "ar": ("نعم", "اي", "أيوه", "أيوا", "اه", "تمام", "أكيد", "اوكي"),
}
NO = {
    "nb": ("nei", "nei takk", "nope", "neida", "næ", "niks", "no"),
    "en": ("no", "nope"),
    "ar": ("لا", "كلا", "لا شكرا", "لاء", "أبدا", "لالا"),
}
SAID_YES = [(code, word) for code, words in YES.items() for word in words]
SAID_NO = [(code, word) for code, words in NO.items() for word in words]
languages = st.sampled_from(tuple(YES))


@pytest.mark.parametrize("written", ["{}", " {} ", "{}.", "{})", "«{}»"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_number_picks_the_choice_that_stands_there(number: int, written: str) -> None:
    assert picked(written.format(number), TOPICS) == TOPICS[number - 1].id


@pytest.mark.parametrize("digits", ["١٢٣", "۱۲۳"])
def test_a_number_can_be_written_in_arabic_or_persian_digits(digits: str) -> None:
    assert [picked(digit, TOPICS) for digit in digits] == [choice.id for choice in TOPICS]


@pytest.mark.parametrize("text", ["0", "4", "12", "1 2", "1,5", "½", "²", "99999999999999999999", "0" * 60 + "1"])
def test_a_number_that_is_not_there_picks_nothing(text: str) -> None:
    assert picked(text, TOPICS) is None


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("Barnetrygd", "barnetrygd"),
        ("barnetrygd!", "barnetrygd"),
        ("  FRØYA ", "place:froya"),
        ("المساعدة في السكن", "bostotte"),
        ("المساعده في السكن.", "bostotte"),
    ],
)
def test_a_title_picks_its_choice_however_it_is_typed(text: str, choice: str) -> None:
    assert picked(text, TOPICS) == choice


PLACES = (Choice(id="place:froya", title="Frøya"), Choice(id="place:trondheim", title="Trondheim"))


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("jeg bor i Trondheim", "place:trondheim"),
        ("på frøya nå", "place:froya"),
        ("من لە ترۆندهایم", "place:trondheim"),
        ("ترۆندهایم", "place:trondheim"),
        ("from trondheim to frøya", None),
        ("trondheimsfjorden", None),
        ("how do I get a kindergarten place in trondheim", None),
    ],
)
def test_a_place_that_is_named_in_a_few_words_is_picked_in_any_letters(text: str, choice: str | None) -> None:
    assert picked(text, PLACES, {"place:trondheim": ("ترۆندهایم",)}) == choice


@pytest.mark.parametrize(("code", "word"), SAID_YES)
@pytest.mark.parametrize("written", ["{}", "{}!", " {} 👍"])
def test_yes_picks_yes_in_the_language_of_the_conversation(code: str, word: str, written: str) -> None:
    assert picked(written.format(word).upper(), SHARE) == "share:yes"


@pytest.mark.parametrize(("code", "word"), SAID_NO)
@pytest.mark.parametrize("written", ["{}", "{}!", " {} 🙏"])
def test_no_picks_no_in_the_language_of_the_conversation(code: str, word: str, written: str) -> None:
    assert picked(written.format(word).upper(), SHARE) == "share:no"


@pytest.mark.parametrize(("code", "word"), SAID_YES)
def test_yes_takes_the_urgent_offer_of_a_person(code: str, word: str) -> None:
    offer = (Choice(id="urgent_human", title="Få hjelp nå"), Choice(id="human", title="Snakk med et menneske"))
    assert picked(word, offer) == "urgent_human"


@pytest.mark.parametrize(("code", "word"), [*SAID_YES, *SAID_NO])
def test_yes_and_no_pick_nothing_where_neither_was_asked(code: str, word: str) -> None:
    assert picked(word, TOPICS) is None
    assert picked(word, ()) is None


@pytest.mark.parametrize("text", ["", "   ", "🙂", "?", "...", "\n"])
def test_an_answer_without_a_word_picks_nothing(text: str) -> None:
    assert picked(text, SHARE) is None


@pytest.mark.parametrize(
    "text",
    [
        "ja men jeg vil vite mer først",
        "nei det vil jeg ikke",
        "ja nei",
        "barnetrygd for tvillinger",
        "jeg har 2 barn",
        "2 barn og 1 hund",
    ],
)
def test_a_sentence_that_only_begins_like_a_choice_picks_nothing(text: str) -> None:
    assert picked(text, (*SHARE, *TOPICS)) is None


LONG = st.lists(
    st.sampled_from([*(w for _, w in SAID_YES), *(w for _, w in SAID_NO), "1", "2", "Barnetrygd", "Frøya"]), min_size=31
).map(" ".join)


@settings(deadline=None)
@given(LONG, languages)
def test_a_long_text_picks_nothing_whatever_words_are_in_it(text: str, code: str) -> None:
    assert len(text) > 60
    assert picked(text, (*SHARE, *TOPICS)) is None


@settings(deadline=None)
@given(st.text(max_size=80), languages)
def test_whatever_is_typed_only_an_offered_choice_is_picked(text: str, code: str) -> None:
    assert picked(text, SHARE) in (None, *(choice.id for choice in SHARE))
    assert picked(text, ()) is None
