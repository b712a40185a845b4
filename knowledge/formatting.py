"""Figures and dates as a reader of the language writes them (CLDR, through Babel)."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from knowledge.languages import catalogue


def figure(value: Decimal, unit: str, code: str) -> str:
    """A figure in the reader's language: `unit` is nok, percent or number.

    Kroner are written as they stand on Norwegian letters ("kr"), in the word order of the language.
    """
    if unit == "percent":
        return format_percent(value / 100, locale=code, decimal_quantization=False)
    number = format_decimal(value, locale=code, decimal_quantization=False)
    if unit == "nok":
        return catalogue(code, "messages").gettext("{number} kr").format(number=number)
    return number


def day(value: date, code: str) -> str:
    """A date in words, e.g. "23. november 2026"."""
    return format_date(value, format="long", locale=code)
