"""Contacts to try Rettvis with. Their names are invented and their passwords are printed: never for real use."""

from functools import cache

from argon2 import PasswordHasher

from bot.records.database import Database
from bot.records.tables import Staff
from bot.staff import people

_DAY = [{"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "15:30"}]
_ALWAYS = [{"days": [0, 1, 2, 3, 4, 5, 6], "from": "00:00", "to": "00:00", "holidays": True}]
_MONEY = ["okonomisk-sosialhjelp", "nodhjelp", "gjeldsradgivning", "bostotte", "midlertidig-bolig"]
_FAMILY = ["barnetrygd", "barnehage", "fritid-for-barn", "barnevern", "vold-og-krisesenter", "psykisk-helse"]

PEOPLE = [
    {
        "login": "ingrid",
        "name": "Ingrid (demo)",
        "role": "veileder",
        "office": "Nav Falkenborg",
        "duties": ["contact"],
        "languages": ["nb", "nn", "en"],
        "places": ["trondheim"],
        "topics": _MONEY,
        "hours": _ALWAYS,
        "usual_minutes": 20,
    },
    {
        "login": "samir",
        "name": "Samir (demo)",
        "role": "familiekontakt",
        "office": "Trondheim kommune",
        "duties": ["contact"],
        "languages": ["ar", "nb", "en"],
        "places": ["trondheim"],
        "topics": _FAMILY,
        "hours": _ALWAYS,
        "usual_minutes": 30,
    },
    {
        "login": "kari",
        "name": "Kari (demo)",
        "role": "veileder",
        "office": "Nav Hitra Frøya",
        "duties": ["contact"],
        "languages": ["nb", "nn", "en"],
        "places": ["froya", "naeroysund"],
        "topics": [*_MONEY, *_FAMILY],
        "hours": _DAY,
        "usual_minutes": 45,
    },
    {
        "login": "vakt",
        "name": "Vakt (demo)",
        "role": "vakttelefon",
        "office": "Trondheim kommune",
        "duties": ["contact"],
        "languages": ["nb", "en"],
        "places": [],
        "topics": [],
        "hours": _ALWAYS,
        "usual_minutes": 10,
        "duty_team": True,
    },
    {
        "login": "programme",
        "name": "Programleder (demo)",
        "role": "programleder",
        "office": "Innbyggernes modell",
        "duties": ["programme", "admin"],
        "languages": ["nb", "en"],
        "places": [],
        "topics": [],
        "hours": _DAY,
        "usual_minutes": 60,
    },
    {
        "login": "redaktor",
        "name": "Redaktør (demo)",
        "role": "redaktør",
        "office": "Innbyggernes modell",
        "duties": ["editor"],
        "languages": ["nb", "en"],
        "places": [],
        "topics": [],
        "hours": _DAY,
        "usual_minutes": 60,
    },
]
PASSWORD = "demo-only"  # noqa: S105 (printed at every start)


def load(database: Database) -> list[str]:
    """Add the demo contacts that are not there yet. Returns the log-ins."""
    known = {staff.login for staff in people.everybody(database)}
    with database.transaction() as session:
        for person in PEOPLE:
            if person["login"] not in known:
                session.add(Staff(**person, password_hash=_hash()))
    return [str(person["login"]) for person in PEOPLE]


@cache
def _hash() -> str:
    """The same for all: everybody may know the password, and a hash takes as long as it is meant to."""
    return PasswordHasher().hash(PASSWORD)
