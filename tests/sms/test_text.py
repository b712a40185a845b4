"""What a text costs as SMS, and how it is cut: counted like the standard says, and nothing lost or torn apart."""

import random
import re
import unicodedata
from itertools import accumulate

import pytest
import regex
import smsutil
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.sms.text import encoding, pages, plain, segments, split

GSM = "abcdefghijklmnopqrstuvwxyzæøåÆØÅéüñ .,?0123456789\n"
EXTENSION = "€{}[]~^\\|\f"
OTHERS = ("абвгґєії ", "ابتثجح ", "یکەڕۆێ ", "ሀለሐመሠረ ", "ąęłćźż ", "–“”…\u00a0 ", "😀👩\u200d👧🇳🇴🏽", "e\u0301a\u030a ")
FAMILY = "👩\u200d👩\u200d👧"
ADDRESS = "https://www.nav.no/okonomisk-sosialhjelp?lang=nb"

fragments = st.one_of(
    st.text(),
    st.text(GSM),
    st.text(GSM + EXTENSION, min_size=20, max_size=90),
    st.sampled_from(
        [FAMILY, "e\u0301\u0323", "ሰላም። ", "مرحبا؟ ", "Du kan søke.", "nav.no/bostotte", ADDRESS, "\r\n", " \u0301"]
    ),
    st.sampled_from([" ", "\n", ". ", "1. "]),
)
texts = st.lists(fragments, max_size=30).map("".join)


def generated(number: int) -> list[str]:
    """Texts of every length around the limits, in both alphabets, the same ones each time."""
    chance = random.Random(7)
    found = []
    for _ in range(number):
        length = chance.choice([chance.randint(*lengths) for lengths in ((0, 80), (125, 170), (190, 320), (300, 1400))])
        alphabet = chance.choice([GSM, GSM + EXTENSION * chance.randint(1, 4), GSM + chance.choice(OTHERS)])
        found.append("".join(chance.choices(chance.choice([alphabet, chance.choice(OTHERS)]), k=length)))
    return found


def torn(text: str, parts: list[str]) -> list[int]:
    """Where a letter was cut from its marks."""
    whole = {0, *accumulate(len(cluster) for cluster in regex.findall(r"\X", text))}
    return [end for end in accumulate(len(part) for part in parts) if end not in whole]


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_ten_thousand_texts_cost_what_an_independent_implementation_says() -> None:
    texts = [text for text in generated(10_000) if text]
    counted = {text: smsutil.split(text) for text in texts}
    assert [text for text in texts if len(counted[text].parts) != segments(text)] == []
    assert [text for text in texts if (counted[text].encoding == "gsm0338") != (encoding(text) == "gsm7")] == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("a" * 152 + "€" + "a" * 151, 2),  # the euro sign is not cut, so one septet stays empty
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("ж" * 66 + "😀" + "ж" * 65, 2),
        ("ж" * 66 + "😀" + "ж" * 66, 3),
        ("a" * 70 + "ł", 2),
    ],
)
def test_what_a_text_costs_at_the_limits(text: str, number: int) -> None:
    assert segments(text) == number


@given(texts)
@settings(deadline=None)
@example("ж" * 66 + FAMILY + "ж" * 66)
@example("a" * 150 + ADDRESS + "a" * 20 + " " + ADDRESS)
@example("e" + "\u0301" * 200)
def test_the_parts_are_the_text_each_fits_and_no_letter_is_torn_from_its_marks(text: str) -> None:
    parts = split(text)
    assert "".join(parts) == text
    assert len(parts) >= segments(text)
    assert len(parts) == 1 or all(fits(part, encoding(text)) for part in parts)
    too_long = any(not fits(cluster, encoding(text)) for cluster in regex.findall(r"\X", text))
    assert too_long or torn(text, parts) == []


def fits(part: str, code: str) -> bool:
    """Whether a part has room beside its header."""
    if code == "gsm7":
        return len(part) + sum(character in EXTENSION for character in part) <= 153
    return len(part.encode("utf-16-le", "surrogatepass")) <= 134


@given(st.text("abcæø €ж.", max_size=160), st.text("abcæø €ж.", max_size=160))
@settings(deadline=None)
def test_an_address_stands_whole_in_one_part(before: str, after: str) -> None:
    assert any(ADDRESS in part for part in split(f"{before} {ADDRESS} {after}"))


def test_an_address_longer_than_a_part_is_cut_and_nothing_of_it_lost() -> None:
    address = "https://example.org/" + "a" * 300
    assert "".join(split(address)) == address


@given(texts, st.integers(1, 3), st.sampled_from(["Svar MER for å lese mer.", "እንተ ደሊኹም ተወሳኺ በሉ", ""]))
@settings(deadline=None)
def test_pages_lose_nothing_and_every_one_fits(text: str, limit: int, more: str) -> None:
    found = pages(text, limit, more)
    assert squeezed("".join(page.removesuffix(f"\n{more}") for page in found[:-1]) + found[-1]) == squeezed(text)
    assert all(page.endswith(f"\n{more}") and page.removesuffix(f"\n{more}") for page in found[:-1])
    assert all(segments(page) <= len(split(page)) <= limit for page in found)


@given(
    st.lists(st.sampled_from(["Du kan f.eks. søke hos Nav.", f"Les mer på {ADDRESS}.", "Ring nr. 55 55 33 33 i dag."]))
)
@settings(deadline=None)
def test_a_page_ends_where_a_sentence_or_a_line_does(sentences: list[str]) -> None:
    for separator in (" ", "\n"):
        found = pages(separator.join(sentences), 1, "Svar MER")
        ends = tuple(sentences) or ("",)
        assert all(page.removesuffix("\nSvar MER").endswith(ends) for page in found)


def test_the_number_of_a_choice_stays_with_its_choice() -> None:
    menu = "\n".join(f"{number}. Bostøtte fra Husbanken og kommunen der du bor" for number in range(1, 9))
    for page in pages(menu, 1, "Svar MER"):
        assert re.findall(r"^\d\.$", page, re.MULTILINE) == []


def test_a_limit_without_room_for_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        pages("a" * 400, 1, "b" * 170)


def test_one_dash_does_not_double_the_price() -> None:
    text = "Du får 2\u00a0012\u00a0kr – hver måned … «nå» ‘i dag’ a\u030a" + "a" * 60
    assert segments(text) == 2
    assert plain(text) == "Du får 2 012 kr - hver måned ... \"nå\" 'i dag' å" + "a" * 60
    assert segments(plain(text)) == 1


@pytest.mark.parametrize("text", ["Zażółć gęślą – jaźń", "لديك \u20682\u00a0012 kr\u2069", "Ž – š"])
def test_a_text_that_is_ucs2_anyway_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@given(st.text())
@settings(deadline=None)
def test_typography_is_made_plain_without_changing_a_letter_and_never_costs_more(text: str) -> None:
    def letters(text: str) -> str:
        return "".join(regex.findall(r"[\p{L}\p{N}]", unicodedata.normalize("NFC", text)))

    assert letters(plain(text)) == letters(text)
    assert segments(plain(text)) <= segments(text)
