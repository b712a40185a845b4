"""Figures and dates as a reader of the language writes them (CLDR, through Babel)."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from knowledge.languages import catalogue, language


def figure(value: Decimal, unit: str, code: str) -> str:
    """A figure in the reader's language: `unit` is nok, percent or number.

    Kroner are written as they stand on Norwegian letters ("kr"), in the word order of the language.
    """
    if unit == "percent":
        return format_percent(value / 100, locale=code, decimal_quantization=False)
    if unit == "nok":
        whole = _in_whole_kroner(value)
        rounded = value.quantize(Decimal(1), ROUND_HALF_UP) if whole else value
        amount = format_decimal(rounded, "#,##0" if whole else "#,##0.00", locale=code)
        return catalogue(code, "messages").gettext("{number} kr").format(number=amount)
    return format_decimal(value, locale=code, decimal_quantization=False)


def _in_whole_kroner(value: Decimal) -> bool:
    """Small prices are shown with their øre (3,20); amounts from 100 kroner are rounded, halves up, as Nav does."""
    return value >= 100 or value == value.to_integral_value()


def day(value: date, code: str) -> str:
    """A date in words, e.g. "23. november 2026"."""
    return format_date(value, format="long", locale=code)


def isolated(value: object, code: str) -> str:
    """A value that is put into a text. Where one reads from the right, it keeps its own direction."""
    return f"\u2068{value}\u2069" if language(code).direction == "rtl" else str(value)
