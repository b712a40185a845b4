"""Staff sign in: with a name and a password, with a code as second step, or at the municipality's own provider."""

import asyncio
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.handoff.presentation import clock
from bot.records.tables import Staff, now
from bot.staff import accounts, codes, outside, people
from bot.staff.accounts import Locked, Refused, fingerprint
from bot.staff.outside import Stranger
from connectors import pace, rendering
from connectors.api import Here
from connectors.provider import Provider, ProviderFailed
from connectors.security import check_csrf, csrf_token
from connectors.staff import ENROL, enter, must_enrol, page_after, signed_in, voice

log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)
HALF = 5 * 60
"""Seconds between the password and the code."""
Then = Annotated[str, Form(max_length=500)]
Done = TypeVar("Done")

_HASHING = ThreadPoolExecutor(2, thread_name_prefix="passwords")


async def hashing(work: Callable[[], Done]) -> Done:
    """Do heavy work on a password or a picture while other requests go on; two at a time, for it takes much memory."""
    return await asyncio.get_running_loop().run_in_executor(_HASHING, work)


async def _slowly(request: Request) -> None:
    pace.count(request, "sign_in")


@router.get("/sign-in")
async def sign_in_page(
    request: Request, staff: Annotated[Staff | None, Depends(signed_in)], then: str = ""
) -> Response:
    """The form; whoever is signed in goes on to what is missing, or to their page."""
    return _on(request, staff, then) if staff else _form(request, then)


@router.post("/sign-in", dependencies=[Depends(_slowly), Depends(check_csrf)])
async def sign_in(
    request: Request,
    here: Here,
    login: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=500)],
    then: Then = "",
) -> Response:
    """Check the password. Whatever is wrong, the answer is the same and takes the same time."""
    try:
        staff = await hashing(lambda: accounts.check(here.database, here.passwords, login, password))
    except Refused:
        s = voice(None)
        wrong = s.gettext("The name and the password do not belong together, or there were too many wrong tries.")
        return _form(request, then, wrong, login=login, status=HTTPStatus.UNAUTHORIZED)
    if not staff.totp_secret:
        return _enter(request, staff, then)
    request.session.clear()
    half = {"staff": staff.id, "stamp": fingerprint(staff), "until": int(now().timestamp()) + HALF, "then": then}
    request.session["half"] = half
    return RedirectResponse("/sign-in/code", HTTPStatus.SEE_OTHER)


@router.get("/sign-in/code")
async def code_page(request: Request, here: Here) -> Response:
    """The second step, for whoever has taken the first within the last five minutes."""
    staff = _half_signed_in(request, here)
    return _code_form(request, staff) if staff else RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)


@router.post("/sign-in/code", dependencies=[Depends(_slowly), Depends(check_csrf)])
async def code(request: Request, here: Here, code: Annotated[str, Form(max_length=40)]) -> Response:
    """Check the code; wrong ones count as wrong tries, and too many lead back to the first step."""
    staff = _half_signed_in(request, here)
    if staff is None:
        request.session.clear()
        s = voice(None)
        error = s.gettext("Too much time has passed. Sign in once more.")
        return _form(request, "", error, status=HTTPStatus.UNAUTHORIZED)
    s = voice(staff)
    then = request.session["half"]["then"]
    try:
        return _enter(request, codes.check(here.database, staff.id, code), then)
    except Locked as locked:
        request.session.clear()
        error = s.gettext("There were too many wrong tries. Try again after {time}.").format(
            time=clock(locked.until, s)
        )
        return _form(request, then, error, status=HTTPStatus.UNAUTHORIZED)
    except codes.WrongCode:
        return _code_form(request, staff, s.gettext("This code does not fit, or it has been used already."))


@router.get("/sign-in/oidc")
async def to_provider(request: Request, here: Here, then: str = "") -> Response:
    """Off to the provider, who sends people back to /sign-in/oidc/callback."""
    provider = Provider.from_environment()
    if provider is None:
        return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    back = request.url_for("from_provider")
    if here.settings.secure_cookies:  # then browsers come by https, whatever the proxy speaks with us
        back = back.replace(scheme="https")
    request.session.clear()
    request.session["then"] = then[:500]
    try:
        return await provider.redirect(request, str(back))
    except ProviderFailed as error:
        return _provider_failed(request, provider, error)


@router.get("/sign-in/oidc/callback")
async def from_provider(request: Request, here: Here) -> Response:
    """Back from the provider: whoever it is must have an account here already."""
    provider = Provider.from_environment()
    if provider is None:
        return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    then = str(request.session.get("then", ""))
    s = voice(None)
    try:
        identity = await provider.identity(request)
        staff = outside.recognise(here.database, identity.subject, identity.email)
    except ProviderFailed as error:
        return _provider_failed(request, provider, error)
    except Stranger:
        request.session.clear()
        text = s.gettext(
            "{name} knows you, but there is no account for you here. Ask an administrator of Rettvis for one."
        )
        return _form(request, then, text.format(name=provider.name), status=HTTPStatus.FORBIDDEN)
    return _enter(request, staff, then, by="provider")


@router.post("/sign-out", dependencies=[Depends(check_csrf)])
async def sign_out(request: Request) -> Response:
    """End the session."""
    request.session.clear()
    return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)


def _half_signed_in(request: Request, here: Here) -> Staff | None:
    half: dict[str, Any] = request.session.get("half") or {}
    if not half or half["until"] < now().timestamp():
        return None
    staff = people.find(here.database, half["staff"])
    fits = staff and staff.active and hmac.compare_digest(half["stamp"], fingerprint(staff))
    return staff if fits else None


def _enter(request: Request, staff: Staff, then: str, by: str = "password") -> Response:
    enter(request, staff, by=by)
    log.info("signed in", staff=staff.id, by=by)
    return _on(request, staff, then)


def _on(request: Request, staff: Staff, then: str) -> Response:
    page = ENROL if must_enrol(request, staff) else page_after(staff, then)
    return RedirectResponse(page, HTTPStatus.SEE_OTHER)


def _provider_failed(request: Request, provider: Provider, error: ProviderFailed) -> Response:
    log.warning("the provider did not say who it is", why=str(error))
    request.session.clear()
    s = voice(None)
    text = s.gettext("Signing in with {name} did not work. Try again, or use your password.").format(name=provider.name)
    return _form(request, "", text, status=HTTPStatus.BAD_GATEWAY)


def _form(
    request: Request, then: str, error: str = "", *, login: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    return rendering.page(
        request,
        "sign_in.html",
        voice(None),
        status,
        then=then,
        error=error,
        login=login,
        provider=Provider.from_environment(),
        csrf_token=csrf_token(request),
        staff=None,
    )


def _code_form(request: Request, staff: Staff, error: str = "") -> Response:
    status = HTTPStatus.UNAUTHORIZED if error else HTTPStatus.OK
    return rendering.page(
        request, "sign_in_code.html", voice(staff), status, error=error, csrf_token=csrf_token(request), staff=None
    )
