"""The pages under /me/two-step: codes from a phone as the second step of signing in."""

import io
from http import HTTPStatus
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from bot.handoff.presentation import clock
from bot.records.tables import Staff
from bot.staff import accounts, codes
from bot.staff.accounts import Locked, Refused
from connectors import rendering
from connectors.api import Here
from connectors.profile.forms import Posted, text
from connectors.profile.words import done_words
from connectors.security import csrf_token
from connectors.sign_in import hashing
from connectors.staff import ENROL, must_enrol, page_after, somebody, totp_required, voice

router = APIRouter(prefix=ENROL, include_in_schema=False)
Somebody = Annotated[Staff, Depends(somebody)]
_OFFERED = "enrol"
"""Where the session keeps the secret that is shown and not yet confirmed."""


@router.get("")
async def two_step(request: Request, me: Somebody, done: str = "") -> Response:
    """Whether it is on; what to do to begin or to end it."""
    return _page(request, me, done=done)


@router.get("/qr.svg")
async def picture(request: Request, me: Somebody) -> Response:
    """The secret as a QR code for the phone's camera."""
    secret = request.session.get(_OFFERED)
    if not secret or me.totp_secret:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such picture.")
    target = io.BytesIO()
    segno.make(codes.address(me, secret), micro=False).save(target, "svg", scale=5, light="white")
    return Response(target.getvalue(), media_type="image/svg+xml")


@router.post("")
async def switch_on(request: Request, here: Here, me: Somebody, form: Posted) -> Response:
    """On, once a code shows that the phone has the secret."""
    s = voice(me)
    secret = request.session.get(_OFFERED)
    if me.totp_secret or not secret:
        return RedirectResponse(ENROL, HTTPStatus.SEE_OTHER)
    first_of_all = must_enrol(request, me)
    try:
        codes.switch_on(here.database, me.id, secret, text(form, "code"))
    except codes.WrongCode:
        return _page(request, me, s.gettext("This code does not fit. Is the clock of your phone right?"))
    del request.session[_OFFERED]
    return RedirectResponse(page_after(me, "") if first_of_all else f"{ENROL}?done=two-step", HTTPStatus.SEE_OTHER)


@router.post("/off")
async def switch_off(request: Request, here: Here, me: Somebody, form: Posted) -> Response:
    """Off, for whoever knows the password, unless this installation asks for it."""
    s = voice(me)
    if totp_required(me):
        return _page(request, me, s.gettext("This installation asks for two-step verification."))
    password = str(form.get("password", ""))[:500]
    try:
        await hashing(lambda: accounts.confirm(here.database, here.passwords, me, password))
    except Locked as locked:
        words = s.gettext("There were too many wrong tries. Try again after {time}.")
        return _page(request, me, words.format(time=clock(locked.until, s)))
    except Refused:
        return _page(request, me, s.gettext("This is not your password."))
    codes.switch_off(here.database, me.id)
    return RedirectResponse("/me?done=no-two-step#two-step", HTTPStatus.SEE_OTHER)


def _page(request: Request, me: Staff, error: str = "", done: str = "") -> Response:
    s = voice(me)
    secret = "" if me.totp_secret else request.session.setdefault(_OFFERED, codes.new_secret())
    return rendering.page(
        request,
        "two_step.html",
        s,
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        staff=me,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        required=totp_required(me),
        first=must_enrol(request, me),
        error=error,
        done=done_words(s).get(done, ""),
        csrf_token=csrf_token(request),
    )
