"""What could tell who somebody is never gets through; what people ask about does."""

from datetime import date

import phonenumbers
import pytest
from babel.dates import format_date
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.needs.masking import mask

unhurried = settings(deadline=None)

SENTENCES = (
    "Hei, her er det: {}. Kan dere hjelpe meg?",
    "nummeret mitt er {} og jeg trenger hjelp",
    "My details are {}, please help",
    "You can reach me on {}",
    "هذا هو {} وأحتاج إلى مساعدة",
    "تواصلوا معي على {}، شكرا",
)
MARKS = ("[identity number]", "[account]", "[phone]", "[number]", "[e-mail]")
SCRIPTS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)

sentences = st.sampled_from(SENTENCES)
scripts = st.sampled_from(SCRIPTS)


def control(digits: str, weights: tuple[int, ...]) -> str:
    """The control digit by modulus 11; there is none for one number in eleven."""
    digit = -sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11
    assume(digit != 10)
    return str(digit)


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    """A valid fødselsnummer, or the D-number of somebody who has none yet."""
    born = draw(st.dates(date(1900, 1, 1), date(2023, 12, 31)))
    within = draw(st.integers(0, 499) if born.year < 2000 else st.integers(500, 999))
    day = born.day + draw(st.sampled_from((0, 40)))
    nine = f"{day:02}{born:%m%y}{within:03}"
    ten = nine + control(nine, FIRST_WEIGHTS)
    number = ten + control(ten, SECOND_WEIGHTS)
    return number[:6] + draw(st.sampled_from(("", " ", "-", "."))) + number[6:]


@st.composite
def accounts(draw: st.DrawFn) -> str:
    ten = draw(st.from_regex(r"[1-9][0-9]{9}", fullmatch=True))
    number = ten + control(ten, SECOND_WEIGHTS)
    separator = draw(st.sampled_from(("", " ", ".")))
    return separator.join((number[:4], number[4:6], number[6:]))


@st.composite
def phones(draw: st.DrawFn) -> str:
    """A mobile number that is in use, written as people write it."""
    number = draw(st.from_regex(r"(4[0156]|9[0-9])[0-9]{6}", fullmatch=True))
    pairs = " ".join((number[:2], number[2:4], number[4:6], number[6:]))
    threes = " ".join((number[:3], number[3:5], number[5:]))
    assume(phonenumbers.is_valid_number(phonenumbers.parse(number, "NO")))
    return draw(st.sampled_from(("", "+47 ", "+47", "0047 "))) + draw(st.sampled_from((number, pairs, threes)))


emails = st.from_regex(r"[a-z][a-z0-9]{0,9}([._+-][a-z0-9]{1,9}){0,2}@[a-z]{1,12}(\.[a-z]{2,6}){1,2}", fullmatch=True)


def only_masked(sentence: str) -> set[str]:
    return {sentence.format(mark) for mark in MARKS}


def in_script(text: str, script: str) -> str:
    return text.translate(str.maketrans(SCRIPTS[0], script))


@unhurried
@given(identity_numbers(), sentences, scripts)
def test_an_identity_number_is_masked_in_every_language_and_script(number: str, sentence: str, script: str) -> None:
    masked = mask(sentence.format(in_script(number, script)))
    assert masked == sentence.format("[identity number]")


@unhurried
@given(accounts(), sentences, scripts)
def test_an_account_number_is_masked_in_every_language_and_script(number: str, sentence: str, script: str) -> None:
    assert mask(sentence.format(in_script(number, script))) in only_masked(sentence)


@unhurried
@given(phones(), sentences, scripts)
def test_a_phone_number_is_masked_in_every_language_and_script(number: str, sentence: str, script: str) -> None:
    assert mask(sentence.format(in_script(number, script))) in only_masked(sentence)


@unhurried
@given(emails, sentences)
def test_an_email_address_is_masked_in_every_language(address: str, sentence: str) -> None:
    assert mask(sentence.format(address)) == sentence.format("[e-mail]")


@unhurried
@given(st.lists(st.one_of(identity_numbers(), accounts(), phones(), emails), min_size=2, max_size=5))
def test_several_of_them_in_one_message_are_all_masked(secrets: list[str]) -> None:
    masked = mask(" og ".join(secrets))
    assert all(part in MARKS for part in masked.split(" og "))


@unhurried
@given(st.integers(100_000, 10**20), sentences)
def test_any_other_long_number_is_masked(number: int, sentence: str) -> None:
    assert mask(sentence.format(number)) in only_masked(sentence)


@pytest.mark.parametrize("number", ["+48 512 345 678", "+380 50 123 4567", "+963 944 567 890", "+252 61 2345678"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_phone_number_of_another_country_is_masked(number: str, sentence: str) -> None:
    assert mask(sentence.format(number)) == sentence.format("[phone]")


@pytest.mark.parametrize("link", ["https://example.org/?user=kari", "http://example.org", "www.example.org/kari"])
def test_a_link_is_masked(link: str) -> None:
    assert mask(f"se {link} her") == "se [link] her"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Hei, jeg heter Kari. Jeg trenger hjelp", "Hei, jeg heter [name]. Jeg trenger hjelp"),
        ("Jeg heter Kari Nordmann.", "Jeg heter [name]."),
        ("navnet mitt er Åse-Marie, hei", "navnet mitt er [name], hei"),
        ("Eg heiter Øyvind!", "Eg heiter [name]!"),
        ("my name is Fatima, hello", "my name is [name], hello"),
        ("مرحبا اسمي فاطمة، شكرا", "مرحبا اسمي [name]، شكرا"),
    ],
)
def test_a_name_that_is_said_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


ORDINARY = """
hvordan søker jeg om støtte til barna når pengene tar slutt før måneden er over
how can we get help with rent while my husband is ill and out of work
كيف يمكنني الحصول على مساعدة لدفع الايجار بعد ان فقدت عملي
"""


@unhurried
@given(st.lists(st.sampled_from(ORDINARY.split()), min_size=1, max_size=30))
def test_ordinary_words_stay(words: list[str]) -> None:
    text = " ".join(words)
    assert mask(text) == text


@unhurried
@given(
    st.integers(1, 99_999),
    st.sampled_from(("{}", "{:,}")),
    st.sampled_from((",", " ", ".")),
    st.sampled_from(("Husleia er {} kroner.", "jeg mangler kr {},- til mat", "the rent is {} NOK", "الايجار {} كرونة")),
)
def test_an_amount_of_at_most_five_digits_stays(amount: int, form: str, separator: str, sentence: str) -> None:
    text = sentence.format(form.format(amount).replace(",", separator))
    assert mask(text) == text


@unhurried
@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(("nb", "en", "ar")))
def test_a_date_with_its_month_in_words_stays(day: date, code: str) -> None:
    written = format_date(day, "d MMMM y", locale=code)
    assert mask(f"– {written} –") == f"– {in_latin_digits(written)} –"


@unhurried
@given(st.integers(1900, 2099), sentences, scripts)
def test_a_year_stays(year: int, sentence: str, script: str) -> None:
    assert mask(sentence.format(in_script(str(year), script))) == sentence.format(year)


def in_latin_digits(text: str) -> str:
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


FRAGMENTS = st.one_of(
    st.sampled_from(
        ("jeg heter ", "my name is ", "اسمي ", "Kari", "[name]", "@", ".", "-", "+", " ", "www.", "https://")
    ),
    st.sampled_from(MARKS),
    st.text(alphabet="0123456789٠٥۰۹ .-+", max_size=15),
    st.one_of(identity_numbers(), accounts(), phones(), emails),
    st.text(max_size=8),
)


@settings(deadline=None, max_examples=400)
@given(st.lists(FRAGMENTS, max_size=8).map(" ".join))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)
