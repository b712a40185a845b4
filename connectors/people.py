"""Add the people who work with Rettvis."""

from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from bot.records.database import Database
from bot.records.tables import Staff
from bot.settings import Settings
from knowledge.languages import LANGUAGES
from knowledge.library import Library

DUTIES = ("contact", "programme", "editor")


def add(*, login: str, password: str, **person: Any) -> None:
    """Add a person to the installation's database.

    Raises:
        SystemExit: a duty, language, place or topic is unknown, the log-in is taken, or the password is too short.
    """
    library = Library.load()
    known = {"duties": DUTIES, "languages": LANGUAGES, "places": tuple(library.places), "topics": tuple(library.topics)}
    for field, values in known.items():
        for value in person[field]:
            if value not in values:
                raise SystemExit(f"{value!r} is not one of: {', '.join(values)}")
    if len(password) < 10:
        raise SystemExit("The password must have at least 10 characters.")
    database = Database(Settings.from_environment().database_url)
    database.migrate()
    with database.transaction() as session:
        if session.scalar(select(Staff).where(Staff.login == login.lower())):
            raise SystemExit(f"{login} is there already.")
        session.add(Staff(login=login.lower(), password_hash=PasswordHasher().hash(password), **person))
    database.close()
