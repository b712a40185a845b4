"""Which member of staff a request comes from; what they may open follows from their duties."""

import hmac
import os
import re
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from bot.records.tables import Staff
from bot.speech import Speech, speech
from bot.staff import people
from bot.staff.accounts import fingerprint
from connectors.api import Here
from knowledge.languages import available

ENROL = "/me/two-step"
_HOMES = {"contact": "/desk", "programme": "/learning", "editor": "/curate", "admin": "/people"}
_PAGES = re.compile(r"/(?:desk|learning|curate|people|switches|me)(?:/[0-9]+)?(?![^/?#])", re.ASCII)
"""The part of an address that can be opened by itself: `/desk/5` of `/desk/5/say`."""


class SignInFirst(Exception):
    """The page is for staff, and nobody is signed in, or not wholly: /sign-in knows what is missing."""


def enter(request: Request, staff: Staff, *, by: str = "password") -> None:
    """Begin a session. The old one is thrown away, so that nobody can have prepared it.

    Args:
        by: `password` or `provider`.
    """
    request.session.clear()
    request.session.update(staff=staff.id, stamp=fingerprint(staff), by=by)


def signed_in(request: Request, here: Here) -> Staff | None:
    """Who this browser's session belongs to, if they still work here and sign in as they did when it began."""
    staff_id = request.session.get("staff")
    staff = people.find(here.database, staff_id) if staff_id is not None else None
    if staff is None or not staff.active:
        return None
    return staff if hmac.compare_digest(str(request.session.get("stamp")), fingerprint(staff)) else None


def somebody(staff: Annotated[Staff | None, Depends(signed_in)]) -> Staff:
    """Whoever is signed in, even if they have to set up two-step verification before anything else."""
    if staff is None:
        raise SignInFirst
    return staff


def settled(request: Request, staff: Annotated[Staff, Depends(somebody)]) -> Staff:
    """Whoever is signed in and has done what this installation asks for."""
    if must_enrol(request, staff):
        raise SignInFirst
    return staff


class Duty:
    """Lets in staff with a duty: contact, programme, editor or admin."""

    def __init__(self, duty: str) -> None:
        self._duty = duty

    def __call__(self, staff: Annotated[Staff, Depends(settled)]) -> Staff:
        if self._duty not in staff.duties:
            raise HTTPException(HTTPStatus.FORBIDDEN, "This page is for another duty than yours.")
        return staff


def totp_required(staff: Staff) -> bool:
    """Whether RETTVIS_REQUIRE_TOTP=1 asks this person for two-step verification."""
    return os.environ.get("RETTVIS_REQUIRE_TOTP") == "1" and not {"contact", "admin", "programme"}.isdisjoint(
        staff.duties
    )


def must_enrol(request: Request, staff: Staff) -> bool:
    """Whether two-step verification has to be set up first. Who comes from the provider was verified there."""
    return totp_required(staff) and not staff.totp_secret and request.session.get("by") != "provider"


def page_after(staff: Staff, then: str) -> str:
    """Where somebody goes on to who has signed in: where they wanted to, or to the home of their duty."""
    wanted = _PAGES.match(then)
    return wanted[0] if wanted else next((home for duty, home in _HOMES.items() if duty in staff.duties), "/me")


def voice(staff: Staff | None) -> Speech:
    """The language the desk speaks to a member of staff: the first of theirs that there is."""
    known = [code for code in (staff.languages if staff else []) if code in available()]
    return speech(known[0] if known else "nb")
