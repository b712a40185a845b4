"""LIX, against texts counted by hand and the rules it must keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.readability import lix

words = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzæøå"), min_size=1, max_size=12)
sentences = st.lists(words, min_size=1, max_size=12).map(lambda found: " ".join(found) + ".")
texts = st.lists(sentences, min_size=1, max_size=5).map(" ".join)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("Du kan søke nå.", 4),  # four words, one sentence, none long
        ("Du kan søke nå. Ring Nav.", 3),  # six words, two sentences
        ("Barnehage koster penger.", 3 + 100 * 1 / 3),  # "koster" and "penger" have six letters: not long
        ("Barnehagen koster", 2 + 50),  # no full stop: one sentence
        ("Ring 55 55 33 33. Søk i dag!", 8 / 2),
        ("Er du alene? Da kan du få mer: ring.", 9 / 3),
        ("Se nav.no i dag.", 5),  # the full stop inside an address ends nothing
        ("Beløpet er 3.5 kroner.", 5 + 100 / 5),  # nor does the one inside a figure
        ("Bruk BankID-appen.", 2 + 50),  # a hyphen joins
    ],
)
def test_lix_is_words_per_sentence_plus_the_percentage_of_long_words(text: str, index: float) -> None:
    assert lix(text) == pytest.approx(index)


@pytest.mark.parametrize("text", ["", "   ", "...", "– !?"])
def test_a_text_without_words_is_zero(text: str) -> None:
    assert lix(text) == 0


@given(text=texts)
def test_saying_it_twice_is_as_easy_to_read_as_once(text: str) -> None:
    assert lix(f"{text} {text}") == pytest.approx(lix(text))


@given(text=texts)
def test_lix_lies_between_the_length_of_its_sentences_and_that_plus_a_hundred(text: str) -> None:
    per_sentence = len(text.split()) / text.count(".")
    assert per_sentence <= lix(text) <= per_sentence + 100


@given(text=texts)
def test_a_long_word_more_makes_no_text_easier(text: str) -> None:
    assert lix(text[:-1] + " arbeidsavklaringspenger.") >= lix(text) - 1e-9


@given(first=sentences, second=sentences)
def test_a_full_stop_between_two_sentences_is_easier_than_none(first: str, second: str) -> None:
    assert lix(f"{first} {second}") < lix(f"{first[:-1]} {second}")
