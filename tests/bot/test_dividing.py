"""A message is divided where something new may begin, and nothing of it is lost or turned round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.reading.dividing import MOST, divide
from bot.understanding.reading.phrases import phrases

WORDS = [
    "barnehage",
    "jobb",
    "og",
    "men",
    "å",
    "و",
    "ولا",
    "iyo",
    "ድማ",
    "rent",
    "1.5",
    "f.eks.",
    "NAV",
    "?",
    ",",
    ".",
    "،",
    "፡",
]


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(" ".join), st.sampled_from(sorted(phrases().joining))
)
def test_parts_stand_in_the_text_in_order_and_are_few(text: str, language: str) -> None:
    parts = divide(text, phrases().joining[language])
    assert 1 <= len(parts) <= MOST
    at = 0
    for part in parts:
        at = text.index(part, at) + len(part)


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_divided(text: str) -> None:
    parts = divide(text, phrases().joining["ar"])
    assert 1 <= len(parts) <= MOST
    assert all(part in text for part in parts)


@given(st.lists(st.sampled_from(["barnehage", "jobb", "rent", "NAV", "ድማ"]), min_size=1, max_size=12).map(" ".join))
def test_what_has_no_joining_word_and_no_mark_stays_whole(text: str) -> None:
    assert divide(text, ["og", "men"]) == [text]


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("nb", "mista jobben og klarer ikke husleia", ["mista jobben", "klarer ikke husleia"]),
        ("nn", "vi treng mat i dag, og straumen er altfor dyr", ["vi treng mat i dag", "straumen er altfor dyr"]),
        ("en", "how much do I get and how do I apply?", ["how much do I get", "how do I apply"]),
        ("pl", "Straciłem pracę i nie mam na czynsz", ["Straciłem pracę", "nie mam na czynsz"]),
        ("uk", "Я втратила роботу і не можу платити", ["Я втратила роботу", "не можу платити"]),
        ("ar", "أريد إحضار زوجتي وأريد فتح حساب بنكي", ["أريد إحضار زوجتي", "وأريد فتح حساب بنكي"]),
        ("fa", "خیلی بدهکارم، برق هم گران است", ["خیلی بدهکارم", "برق هم گران است"]),
        ("so", "Deyn badan baa igu taagan iyo koronto qaali ah", ["Deyn badan baa igu taagan", "koronto qaali ah"]),
        ("ti", "ስራሕ ስኢነ፡ ክራይ ገዛ ክኸፍል ኣይክእልን እየ", ["ስራሕ ስኢነ", "ክራይ ገዛ ክኸፍል ኣይክእልን እየ"]),
        ("ckb", "قەرزی زۆرم لەسەرە و کارەبا زۆر گران بووە", ["قەرزی زۆرم لەسەرە", "کارەبا زۆر گران بووە"]),
    ],
)
def test_each_language_has_its_own_ways_of_joining_two_things(language: str, text: str, parts: list[str]) -> None:
    assert divide(text, phrases().joining[language]) == parts


def test_single_words_are_parts_only_when_they_are_names() -> None:
    assert divide("sfo og barnehage", ["og"], lambda word: word in ("sfo", "barnehage")) == ["sfo", "barnehage"]
    assert divide("mat og klær til barna", ["og"]) == ["mat og klær til barna"]


def test_of_many_parts_those_that_are_joined_most_closely_stay_together() -> None:
    text = "one two, three four, five six. seven eight. nine ten"
    assert divide(text, ["and"]) == ["one two, three four", "five six", "seven eight", "nine ten"]
