"""What can be said of a member of staff, and whether it can be kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import phonenumbers
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from bot.handoff.hours import Shift
from bot.records.tables import Staff
from knowledge.languages import LANGUAGES
from knowledge.library import Library

DUTIES = ("contact", "programme", "editor", "admin")
MOST_SHIFTS = 4
SHIFTS = TypeAdapter(list[Shift])
_LOGIN = re.compile(r"[\w.@+-]{2,200}")
_EMAIL = re.compile(r"[^\s@<>,;:\"]{1,64}@[^\s@<>,;:\"]+\.[^\s@<>,;:\".]{2,}")
_OWN_CODES = {"hours", "no_hours", "email", "phone", "webhook"}


@dataclass(frozen=True)
class Reason:
    """Why something cannot be kept: a code that the edges put into words, and what it is about."""

    code: str
    field: str = ""
    value: str = ""
    among: tuple[str, ...] = ()
    """What it would have to be one of."""


class Unfit(Exception):
    """What was given cannot be kept."""

    def __init__(self, *reasons: Reason) -> None:
        self.reasons = reasons
        super().__init__("; ".join(f"{each.field or 'it'}: {each.code}" for each in reasons))


def _email(address: str) -> str:
    if not _EMAIL.fullmatch(address) or len(address) > 254:
        raise PydanticCustomError("email", "no e-mail address")
    return address


def _phone(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, "NO")
    except phonenumbers.NumberParseException as error:
        raise PydanticCustomError("phone", "no phone number") from error
    if not phonenumbers.is_valid_number(parsed):
        raise PydanticCustomError("phone", "no phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _webhook(address: str) -> str:
    try:
        parts = urlsplit(address)
        fits = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0 and not parts.username
    except ValueError:
        fits = False
    if not fits or len(address) > 1_000 or not address.isprintable() or " " in address:
        raise PydanticCustomError("webhook", "no address of a web hook")
    return address


class Ways(TypedDict, total=False):
    """Where somebody wants to be told that a person waits."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    email: Annotated[str, AfterValidator(_email)]
    phone: Annotated[str, AfterValidator(_phone)]
    webhook: Annotated[str, AfterValidator(_webhook)]


WAYS = ("email", "phone", "webhook")


class Person(BaseModel):
    """What an administrator says of a member of staff."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200)
    role: str = Field(min_length=1, max_length=200)
    office: str = Field(default="", max_length=200)
    duties: list[str] = Field(min_length=1)
    languages: list[str] = Field(min_length=1)
    places: list[str] = []
    topics: list[str] = []
    hours: list[dict[str, Any]]
    usual_minutes: int = Field(default=60, ge=1, le=10_000)
    capacity: int = Field(default=10, ge=1, le=1_000)
    duty_team: bool = False
    notify: Ways = {}

    @field_validator("hours")
    @classmethod
    def _are_shifts(cls, hours: list[dict[str, Any]], info: ValidationInfo) -> list[dict[str, Any]]:
        try:
            shifts = SHIFTS.validate_python(hours)
        except ValidationError as error:
            raise PydanticCustomError("hours", "no working hours") from error
        times = [time for shift in shifts for time in (shift.begins, shift.ends)]
        if len(shifts) > MOST_SHIFTS or any(time.tzinfo or time.second or time.microsecond for time in times):
            raise PydanticCustomError("hours", "no working hours")
        if not shifts and "contact" in info.data.get("duties", ()):
            raise PydanticCustomError("no_hours", "a contact without working hours")
        return [shift.model_dump(mode="json", by_alias=True) for shift in shifts]

    @field_validator("notify", mode="before")
    @classmethod
    def _without_empty_ones(cls, notify: Mapping[str, str]) -> dict[str, str]:
        return {way: address.strip() for way, address in notify.items() if address.strip()}


def person(library: Library, **said: Any) -> Person:
    """What was said of a member of staff, checked.

    Raises:
        Unfit: a field is missing or has another form, or a duty, language, place or topic is unknown.
    """
    found = _checked(said)
    known: dict[str, Sequence[str]] = {
        "duties": DUTIES,
        "languages": LANGUAGES,
        "places": tuple(library.places),
        "topics": tuple(library.topics),
    }
    unknown = [
        Reason("unknown", field, value, tuple(values))
        for field, values in known.items()
        for value in getattr(found, field)
        if value not in values
    ]
    if unknown:
        raise Unfit(*unknown)
    return found


def corrected(staff: Staff, **said: Any) -> dict[str, Any]:
    """The fields that somebody changes of their own, checked together with what is kept of them.

    Raises:
        Unfit: as for `person`.
    """
    kept = {field: getattr(staff, field) for field in Person.model_fields}
    return _checked({**kept, **said}).model_dump(include=set(said))


def login(text: str) -> str:
    """A user name as it is kept.

    Raises:
        Unfit: it has spaces or signs that a user name has not.
    """
    if not _LOGIN.fullmatch(text.strip()):
        raise Unfit(Reason("login", "login", text))
    return text.strip().lower()


def _checked(said: dict[str, Any]) -> Person:
    try:
        return Person(**said)
    except ValidationError as error:
        raise Unfit(*(_reason(each["type"], each["loc"]) for each in error.errors())) from error


def _reason(kind: str, where: tuple[int | str, ...]) -> Reason:
    field = str(where[-1 if where[:1] == ("notify",) else 0]) if where else ""
    if kind in _OWN_CODES:
        return Reason(kind, field)
    if field in ("usual_minutes", "capacity"):
        return Reason("number", field)
    missing = kind in ("missing", "string_too_short", "too_short")
    return Reason("missing" if missing else "form", field)
