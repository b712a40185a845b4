"""Take out what could tell who somebody is, before anything is kept.

Numbers are judged by their own rules, not by their look: national identity and D-numbers and bank accounts by their
control digits (python-stdnum), phone numbers by numbering plans (phonenumbers). Whatever is left of six or more digits
is masked too: a case number says as much as a name.
"""

import re

import phonenumbers
from stdnum.no import fodselsnummer, kontonr

_GAP = r"[\s\u00a0\u202f.\u2010-\u2015/_-]{0,3}"
"""What people put between groups of digits."""
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@[\w-]+(?:\.[\w-]+)+")
_ELEVEN_DIGITS = re.compile(rf"(?<!\d)\d{{6}}{_GAP}\d{{5}}(?!\d)|(?<!\d)\d{{4}}{_GAP}\d{{2}}{_GAP}\d{{5}}(?!\d)")
_LONG_NUMBER = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{5,}}(?!\d)")
_NAME = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_NAME_AFTER = re.compile(
    r"(?P<lead>\b(?i:jeg heter|navnet mitt er|mitt navn er|eg heiter|my name is|i am called)\s+)"
    rf"(?!(?i:ikke|ikkje|not|og|and)\b){_NAME}(?:\s+(?!(?i:og|and|som|men|but|from|fra|jeg|i)\b){_NAME}){{0,1}}"
    rf"(?:\s+(?=[A-ZÆØÅ]){_NAME})*"
    r"|(?P<arabic>(?:اسمي|إسمي|أسمي)\s+)[^\W\d_]+(?:\s+(?!و)[^\W\d_]+)?"
)


def mask(text: str) -> str:
    """The text with identity numbers, accounts, phones, e-mails, links, long numbers and said names replaced by […]."""
    text = text.translate({ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")})
    text = _LINK.sub("[link]", text)
    text = _EMAIL.sub("[e-mail]", text)
    text = _ELEVEN_DIGITS.sub(_eleven, text)
    for match in reversed(list(phonenumbers.PhoneNumberMatcher(text, "NO"))):
        text = f"{text[: match.start]}[phone]{text[match.end :]}"
    text = _LONG_NUMBER.sub("[number]", text)
    return _NAME_AFTER.sub(lambda match: f"{match['lead'] or match['arabic']}[name]", text)


def _eleven(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group())
    if fodselsnummer.is_valid(digits):
        return "[identity number]"
    return "[account]" if kontonr.is_valid(digits) else "[number]"
