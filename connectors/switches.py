"""The page /switches: administrators turn things off and on, and say why. `rettvis off` and `on` do the same."""

from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot import switches
from bot.records.tables import Staff
from bot.speech import Speech
from connectors import rendering
from connectors.api import Here
from connectors.security import check_csrf, csrf_token
from connectors.staff import Duty, voice
from knowledge.library import Library

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/switches", include_in_schema=False)
Admin = Annotated[Staff, Depends(Duty("admin"))]


@router.get("")
async def page(request: Request, here: Here, me: Admin) -> Response:
    """What is off, what can be turned off, and all that ever was."""
    return _page(request, here, me)


@router.post("", dependencies=[Depends(check_csrf)])
async def turn(
    request: Request,
    here: Here,
    me: Admin,
    what: Annotated[str, Form(max_length=80)] = "",
    reason: Annotated[str, Form(max_length=2_000)] = "",
    off: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Turn something off or on."""
    try:
        switches.turn(here.database, here.library, what, off=off == "yes", reason=reason, by=me.name)
    except switches.Unknown:
        error = voice(me).gettext("Choose what to turn off or on, and write why, in at most 500 characters.")
        return _page(request, here, me, error, HTTPStatus.UNPROCESSABLE_ENTITY)
    log.info("turned off" if off == "yes" else "turned on", what=what, by=me.id)
    return RedirectResponse("/switches", HTTPStatus.SEE_OTHER)


def _page(request: Request, here: Here, me: Staff, error: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    s = voice(me)
    with here.database.reading() as session:
        off, history = switches.are_off(session), switches.history(session)
    return rendering.page(
        request,
        "switches.html",
        s,
        status,
        staff=me,
        off=off,
        history=history,
        names={what: name(what, here.library, s) for what in switches.names(here.library)},
        error=error,
        csrf_token=csrf_token(request),
    )


def name(what: str, library: Library, s: Speech) -> str:
    """A switch in words."""
    kind, _, which = what.partition(":")
    match kind:
        case "language":
            return s.language_name(which)
        case "topic":
            return library.title(which, s.code)
        case "channel":
            return {"web": s.gettext("The web page"), "sms": "SMS"}.get(which, "API")
    return s.gettext("Everything") if what == "all" else s.gettext("The bot")
