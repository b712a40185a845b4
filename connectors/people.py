"""The people who work with Rettvis, from the command line. What cannot be done ends the program with the reason."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from argon2 import PasswordHasher

from bot.handoff.hours import OSLO, Plan
from bot.records.database import Database
from bot.records.tables import now
from bot.settings import Settings
from bot.speech import speech
from bot.staff import people, shifts
from bot.staff.accounts import fit_password
from bot.staff.person import Reason, Unfit, person
from connectors.profile.words import reason_words
from knowledge.library import Library


@contextmanager
def _records() -> Iterator[Database]:
    database = Database(Settings.from_environment().database_url)
    database.migrate()
    try:
        yield database
    except Unfit as error:
        s = speech("en")
        raise SystemExit("\n".join(reason_words(s, reason) for reason in error.reasons)) from error
    finally:
        database.close()


def add(*, login: str, password: str, hours: Sequence[str], **about: Any) -> None:
    """Add a person to the installation's database.

    Args:
        hours: as bot.staff.shifts reads them.
        about: the other fields of bot.staff.person.Person.

    Raises:
        SystemExit: a field cannot be kept, the log-in is taken, or the password is too easy.
    """
    try:
        plan = [shifts.parse(text).model_dump(mode="json", by_alias=True) for text in hours]
    except ValueError as error:
        raise SystemExit(f"--hours: {error}") from error
    library = Library.load()
    with _records() as database:
        checked = person(library, hours=plan, **about)
        fit_password(login, password)
        people.add(database, login, PasswordHasher().hash(password), checked)


def everybody() -> list[tuple[str, ...]]:
    """Log-in, name, role, duties, languages, places, hours and state of everybody."""
    today = now().astimezone(OSLO).date()
    rows = []
    with _records() as database:
        for each in people.everybody(database):
            plan = Plan.of(each)
            state = ("away" if plan.is_away(today) else "active") if each.active else "closed"
            duties = [*each.duties, *(["duty team"] if each.duty_team else [])]
            hours = "\n".join(shifts.written(shift) for shift in plan.shifts)
            lists = (", ".join(values) for values in (duties, each.languages, each.places))
            rows.append((each.login, each.name, each.role, *lists, hours, state))
    return rows


def away(login: str, first: str, last: str, stand_in: str | None) -> str:
    """Note days away, e.g. 2026-07-06. Returns what was noted, in a sentence.

    Raises:
        SystemExit: somebody or a day is unknown, or they cannot be away so.
    """
    with _records() as database:
        try:
            days = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError as error:
            raise Unfit(Reason("day")) from error
        staff = people.named(database, login)
        other = people.named(database, stand_in) if stand_in else None
        people.away(database, staff.id, *days, other.id if other else None)
    return f"{staff.name} is away from {days[0]} to {days[1]}" + (f"; {other.name} stands in" if other else "")
