"""Figures and dates as the reader writes them."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from babel.numbers import parse_decimal
from hypothesis import given
from hypothesis import strategies as st

from knowledge.formatting import day, figure
from knowledge.languages import LANGUAGES


def shown(value: str, unit: str, code: str) -> str:
    return figure(Decimal(value), unit, code).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "nb", "en"),
    [
        ("2012", "2 012 kr", "2,012 kr"),
        ("136549", "136 549 kr", "136,549 kr"),
        ("0", "0 kr", "0 kr"),
        ("40.00", "40 kr", "40 kr"),
        ("3.2", "3,20 kr", "3.20 kr"),
        ("99.99", "99,99 kr", "99.99 kr"),
        ("100.49", "100 kr", "100 kr"),
        ("68274.5", "68 275 kr", "68,275 kr"),  # half of 1 G: up, where bankers' rounding would go down
        ("1999.5", "2 000 kr", "2,000 kr"),
    ],
)
def test_kroner_are_whole_from_a_hundred_and_show_their_ore_below(value: str, nb: str, en: str) -> None:
    assert (shown(value, "nok", "nb"), shown(value, "nok", "en")) == (nb, en)


@pytest.mark.parametrize(
    ("value", "unit", "code", "text"),
    [
        ("62.4", "percent", "nb", "62,4 %"),
        ("62.4", "percent", "en", "62.4%"),
        ("9.5", "percent", "nb", "9,5 %"),
        ("0.125", "percent", "en", "0.125%"),
        ("60", "percent", "nb", "60 %"),
        ("100", "percent", "pl", "100%"),
        ("1.5", "number", "nb", "1,5"),
        ("12000", "number", "nb", "12 000"),
        ("12000", "number", "en", "12,000"),
        ("0.12345", "number", "en", "0.12345"),
    ],
)
def test_shares_and_numbers_are_never_rounded(value: str, unit: str, code: str, text: str) -> None:
    assert shown(value, unit, code) == text


def test_a_reader_of_arabic_gets_the_currency_in_arabic() -> None:
    assert "2,012" in shown("2012", "nok", "ar")
    assert "kr" not in shown("2012", "nok", "ar")


@given(value=st.decimals(100, 10_000_000, places=2), code=st.sampled_from(("nb", "en", "pl", "uk", "so")))
def test_an_amount_from_a_hundred_kroner_is_the_nearest_whole_one_halves_up(value: Decimal, code: str) -> None:
    number = figure(value, "nok", code).removesuffix(" kr")
    assert parse_decimal(number, locale=code) == value.quantize(Decimal(1), ROUND_HALF_UP)


@given(value=st.decimals(0, 99, places=2), code=st.sampled_from(("nb", "en")))
def test_an_amount_below_a_hundred_kroner_is_shown_exactly(value: Decimal, code: str) -> None:
    assert parse_decimal(figure(value, "nok", code).removesuffix(" kr"), locale=code) == value


@given(value=st.decimals(0, 1000, places=3), code=st.sampled_from(("nb", "en")))
def test_a_share_keeps_every_decimal(value: Decimal, code: str) -> None:
    assert parse_decimal(figure(value, "percent", code).rstrip("%\N{NO-BREAK SPACE}"), locale=code) == value


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("unit", ["nok", "percent", "number"])
def test_every_language_can_write_every_kind_of_figure(code: str, unit: str) -> None:
    assert any(character.isdigit() for character in figure(Decimal(2012), unit, code))


@pytest.mark.parametrize(
    ("code", "text"),
    [("nb", "23. november 2026"), ("en", "November 23, 2026"), ("pl", "23 listopada 2026"), ("ar", "23 نوفمبر 2026")],
)
def test_a_day_is_written_in_words(code: str, text: str) -> None:
    assert day(date(2026, 11, 23), code) == text
