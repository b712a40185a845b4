"""Phone numbers: brought into one form, found without being readable, shown without being told."""

import hashlib
import hmac
from functools import cache

import phonenumbers

from bot.settings import Settings, hashing_key

HOME = "NO"


class NoNumberError(ValueError):
    """Not a number that could be answered, e.g. the name of a shop or a short number."""


def international(written: str) -> str:
    """A number as +4712345678; Norwegian where no country is said.

    Args:
        written: as a gateway gives it: 12345678, 4712345678, 004712345678 or +4712345678.

    Raises:
        NoNumberError: it cannot be answered.
    """
    for form in (written, f"+{written}"):
        try:
            number = phonenumbers.parse(form, HOME)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise NoNumberError


def keyed_hash(value: str) -> str:
    """What a number or a code is found by: of no use to anybody without the key."""
    return hmac.new(_key(), value.encode(), hashlib.sha256).hexdigest()


def masked(number: str) -> str:
    """A number with only its country and its last two digits."""
    parsed = phonenumbers.parse(number)
    national = phonenumbers.national_significant_number(parsed)
    return f"+{parsed.country_code} {'•' * (len(national) - 2)}{national[-2:]}"


@cache
def _key() -> bytes:
    return hashing_key(Settings.from_environment().secret_key)
