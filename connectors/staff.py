"""Staff sign in with a name and a password; what they may open follows from their duties."""

from http import HTTPStatus
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from bot.records.tables import Staff
from bot.speech import Speech, speech
from connectors import rendering
from connectors.api import Here
from connectors.security import check_csrf, csrf_token
from knowledge.languages import available

router = APIRouter(include_in_schema=False)
_HOMES = {"contact": "/desk", "programme": "/learning"}


def signed_in(request: Request, here: Here) -> Staff | None:
    """Who this browser's session belongs to, if they still work here."""
    staff_id = request.session.get("staff")
    if staff_id is None:
        return None
    with here.database.transaction() as session:
        staff = session.get(Staff, staff_id)
    return staff if staff and staff.active else None


class SignInFirst(Exception):
    """The page is for staff, and nobody is signed in."""


class Duty:
    """Lets in staff with a duty: contact, programme or editor."""

    def __init__(self, duty: str) -> None:
        self._duty = duty

    def __call__(self, staff: Annotated[Staff | None, Depends(signed_in)]) -> Staff:
        if staff is None:
            raise SignInFirst
        if self._duty not in staff.duties:
            raise HTTPException(HTTPStatus.FORBIDDEN, "This page is for another duty than yours.")
        return staff


def voice(staff: Staff | None) -> Speech:
    """The language the desk speaks to a member of staff: the first of theirs that there is."""
    known = [code for code in (staff.languages if staff else []) if code in available()]
    return speech(known[0] if known else "nb")


@router.get("/sign-in")
async def sign_in_page(request: Request, then: str = "/desk") -> Response:
    return _form(request, then)


@router.post("/sign-in", dependencies=[Depends(check_csrf)])
async def sign_in(
    request: Request,
    here: Here,
    login: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=500)],
    then: Annotated[str, Form()] = "",
) -> Response:
    """Check the password; the answer to a wrong name and to a wrong password is the same, and takes the same time."""
    with here.database.transaction() as session:
        staff = session.scalar(select(Staff).where(Staff.login == login.strip().lower(), Staff.active))
    if not fits(here.passwords, staff, password) or staff is None:
        return _form(request, then, wrong=True)
    request.session.clear()  # a new session for a new right
    request.session["staff"] = staff.id
    home = next((_HOMES[duty] for duty in staff.duties if duty in _HOMES), "/")
    return RedirectResponse(then if then in _HOMES.values() else home, HTTPStatus.SEE_OTHER)


@router.post("/sign-out", dependencies=[Depends(check_csrf)])
async def sign_out(request: Request) -> Response:
    request.session.clear()
    return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)


def fits(passwords: PasswordHasher, staff: Staff | None, password: str) -> bool:
    """Whether the password is this person's; works as long when there is no such person."""
    try:
        return passwords.verify(staff.password_hash if staff else _NOBODY, password) and staff is not None
    except VerificationError:
        return False


_NOBODY = PasswordHasher().hash("nobody has this password")


def _form(request: Request, then: str, wrong: bool = False) -> Response:
    status = HTTPStatus.UNAUTHORIZED if wrong else HTTPStatus.OK
    return rendering.page(
        request, "sign_in.html", voice(None), status, then=then, wrong=wrong, csrf_token=csrf_token(request), staff=None
    )
