"""Two-step verification: codes of six digits that a phone shows (TOTP, RFC 6238)."""

import hmac
from datetime import datetime

import pyotp

from bot.records.database import Database
from bot.records.tables import Staff, now
from bot.staff.accounts import Locked, count_try, forget_tries, is_locked

WINDOW = (0, -1, 1)
"""Time steps of half a minute that a phone's clock may be off."""


class WrongCode(Exception):
    """The code does not fit, or has been used."""


def new_secret() -> str:
    """A secret to share with a phone."""
    return pyotp.random_base32()


def address(staff: Staff, secret: str) -> str:
    """What the QR code says: the `otpauth:` address of a secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff.login, issuer_name="Rettvis")


def switch_on(database: Database, staff_id: int, secret: str, code: str) -> None:
    """Begin two-step verification, once a code has shown that the phone has the secret.

    Raises:
        WrongCode: it has not.
    """
    step = _step(secret, code, None, now())
    if step is None:
        raise WrongCode
    with database.transaction() as session:
        staff = session.get_one(Staff, staff_id)
        staff.totp_secret, staff.totp_used = secret, step


def switch_off(database: Database, staff_id: int) -> None:
    """End two-step verification: by the person, with the password, or by an administrator when the phone is gone."""
    with database.transaction() as session:
        staff = session.get_one(Staff, staff_id)
        staff.totp_secret = staff.totp_used = None
        forget_tries(staff)


def check(database: Database, staff_id: int, code: str) -> Staff:
    """The second step of signing in. A code works once, and a wrong one counts as a wrong try.

    Raises:
        WrongCode: the code does not fit, or has been used.
        Locked: there were too many wrong tries.
    """
    when = now()
    with database.transaction() as session:
        staff = session.get_one(Staff, staff_id)
        if is_locked(staff, when):
            raise Locked(staff.locked_until or when)
        step = _step(staff.totp_secret, code, staff.totp_used, when) if staff.totp_secret and staff.active else None
        if step is None:
            count_try(staff, when)
        else:
            staff.totp_used = step
            forget_tries(staff)
    if step is None:
        raise WrongCode
    return staff


def _step(secret: str, code: str, used: int | None, when: datetime) -> int | None:
    """The time step that a code belongs to, if it fits and is later than the last one used."""
    given = "".join(code.split()).encode()
    totp = pyotp.TOTP(secret)
    current = int(when.timestamp()) // totp.interval
    steps = [current + off for off in WINDOW if hmac.compare_digest(totp.generate_otp(current + off).encode(), given)]
    return next((step for step in steps if used is None or step > used), None)
