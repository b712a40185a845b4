"""Who somebody is: passwords, and the pause after wrong tries.

A try is counted before it is checked and taken back when it was right, so that many at once are no way around the limit.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, select

from bot.records.database import Database
from bot.records.tables import Staff, now
from bot.staff.person import Reason, Unfit

log = structlog.get_logger(__name__)
TRIES = 5
"""Wrong tries in a row until the account is locked."""
FIRST_LOCK = timedelta(minutes=15)
"""How long it is locked then; twice as long after every further wrong try."""
LONGEST_LOCK = timedelta(days=1)
SHORTEST_PASSWORD = 10
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of a password that is read aloud or typed from paper: nothing that looks like something else."""


class Refused(Exception):
    """The name and the password do not belong together, or the account is locked: outsiders are not told which."""


class Locked(Exception):
    """The account is locked. Only said to somebody who has already shown that it is theirs."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__("locked")


def check(database: Database, passwords: PasswordHasher, login: str, password: str) -> Staff:
    """Whose name and password these are. Every refusal takes the same time. A hash of an older kind is renewed.

    Whoever has two-step verification is not in yet: wrong tries are only forgotten with the code (bot.staff.codes).

    Raises:
        Refused: nobody has this name, the password is another, or the account is locked or no longer active.
    """
    return _check(database, passwords, Staff.login == login.strip().lower(), password)


def confirm(database: Database, passwords: PasswordHasher, staff: Staff, password: str) -> None:
    """Somebody who is signed in shows once more that it is them.

    Raises:
        Locked: there were too many wrong tries.
        Refused: the password is another.
    """
    try:
        _check(database, passwords, Staff.id == staff.id, password)
    except Refused:
        with database.reading() as session:
            until = session.get_one(Staff, staff.id).locked_until
        if until and until > now():
            raise Locked(until) from None
        raise


def change_password(database: Database, passwords: PasswordHasher, staff: Staff, old: str, new: str) -> Staff:
    """Change one's own password, which ends all other sessions (`fingerprint`).

    Raises:
        Unfit: the new one is too short or holds the user name.
        Locked, Refused: the old one is not right.
    """
    fit_password(staff.login, new)
    confirm(database, passwords, staff, old)
    return _keep(database, staff.id, passwords.hash(new))


def reset_password(database: Database, passwords: PasswordHasher, staff_id: int) -> str:
    """Give somebody a new random password, which is returned and kept nowhere; a lock is lifted."""
    new = random_password()
    _keep(database, staff_id, passwords.hash(new))
    return new


def fit_password(login: str, password: str) -> None:
    """Refuse a password that is easy to guess.

    Raises:
        Unfit: it is too short or holds the user name.
    """
    if not SHORTEST_PASSWORD <= len(password) <= 500:
        raise Unfit(Reason("short_password", "new"))
    if login.lower() in password.lower():
        raise Unfit(Reason("easy_password", "new"))


def random_password() -> str:
    """Four groups of four signs: 79 bits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))


def fingerprint(staff: Staff) -> str:
    """A mark of how somebody signs in. A session bears it, and ends when the password or the binding changes."""
    return hashlib.sha256(f"{staff.password_hash}\n{staff.subject}".encode()).hexdigest()[:16]


def is_locked(staff: Staff, when: datetime) -> bool:
    return staff.locked_until is not None and staff.locked_until > when


def count_try(staff: Staff, when: datetime) -> None:
    """One more wrong try, as it looks now; from TRIES on the account is locked."""
    staff.failed_sign_ins += 1
    more = staff.failed_sign_ins - TRIES
    if more >= 0:
        staff.locked_until = when + min(FIRST_LOCK * 2 ** min(more, 10), LONGEST_LOCK)


def forget_tries(staff: Staff) -> None:
    staff.failed_sign_ins, staff.locked_until = 0, None


def _check(database: Database, passwords: PasswordHasher, who: ColumnElement[bool], password: str) -> Staff:
    when = now()
    with database.transaction() as session:
        staff = session.scalar(select(Staff).where(who, Staff.active))
        counted = staff is not None and not is_locked(staff, when)
        if staff and counted:
            count_try(staff, when)
    fits = _fits(passwords, staff.password_hash if staff else "", password)
    if not (staff and counted and fits):
        if staff and counted and staff.locked_until:
            log.warning("an account is locked after wrong tries", staff=staff.id, tries=staff.failed_sign_ins)
        raise Refused
    renewed = passwords.hash(password) if passwords.check_needs_rehash(staff.password_hash) else None
    with database.transaction() as session:
        again = session.get_one(Staff, staff.id)
        if again.totp_secret:
            again.failed_sign_ins, again.locked_until = max(again.failed_sign_ins - 1, 0), None
        else:
            forget_tries(again)
        if renewed and again.password_hash == staff.password_hash:
            again.password_hash = renewed
    return again


def _fits(passwords: PasswordHasher, kept: str, password: str) -> bool:
    """Whether the password is that of the hash; works as long when there is no hash."""
    nobody = _nobody(passwords)
    try:
        return passwords.verify(kept or nobody, password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody(passwords: PasswordHasher) -> str:
    return passwords.hash(secrets.token_urlsafe(32))


def _keep(database: Database, staff_id: int, password_hash: str) -> Staff:
    with database.transaction() as session:
        staff = session.get_one(Staff, staff_id)
        staff.password_hash = password_hash
        forget_tries(staff)
    return staff
