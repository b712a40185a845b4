"""For somebody whose phone others look at: leaving at once, and coming back later. The script only makes it faster."""

import unicodedata
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot import no_trace
from bot.phones.passages import HOLDS, TO_COME_BACK
from bot.records.tables import Conversation
from bot.speech import speech
from connectors import rendering
from connectors.api import Here
from connectors.security import same_site
from connectors.web.pages import COOKIE, Remembered, remember, wanted
from knowledge.languages import available

router = APIRouter(include_in_schema=False)
CLEARED = '"cache", "storage"'
"""What the browser is told to forget of us. Not "cookies": that would also take those of the municipality's other pages
under the same domain, and somebody would notice that they are signed out there. Ours is deleted by its name."""


@router.post("/leave", dependencies=[Depends(same_site)])
async def leave(
    here: Here,
    mine: Remembered,
    delete: Annotated[bool, Form()] = False,
    script: Annotated[bool, Form()] = False,
) -> Response:
    """This device forgets the conversation, and another page opens. Its token opens nothing any more, should the browser
    have kept it.

    Args:
        delete: the conversation is deleted too.
        script: the page goes there by itself and only needs to be forgotten.
    """
    if mine is not None:
        here.dialogue.leave(mine, delete=delete)
    response = (
        Response(status_code=HTTPStatus.NO_CONTENT)
        if script
        else RedirectResponse(here.settings.exit_to, HTTPStatus.SEE_OTHER)
    )
    response.delete_cookie(COOKIE)
    response.headers["clear-site-data"] = CLEARED
    return response


@router.get("/device")
async def device(request: Request, here: Here, mine: Remembered, lang: str | None = None) -> Response:
    """What stays on the device, and how to leave, come back and delete."""
    return _page(request, here, mine, lang)


@router.post("/device", dependencies=[Depends(same_site)])
async def code(request: Request, here: Here, mine: Remembered) -> Response:
    """A code to come back with. It is shown once."""
    if mine is None or mine.no_trace:
        return RedirectResponse("/device", HTTPStatus.SEE_OTHER)
    made = here.dialogue.code_to_come_back(mine)
    return _page(request, here, mine, code=" ".join(made[start : start + 5] for start in range(0, len(made), 5)))


@router.post("/come-back", dependencies=[Depends(same_site)])
async def come_back(request: Request, here: Here, mine: Remembered, code: Annotated[str, Form()] = "") -> Response:
    """Open the conversation of a code in this browser, and no longer in another."""
    digits = "".join(str(digit) for each in code if (digit := unicodedata.digit(each, None)) is not None)
    found = here.dialogue.continue_on_web(digits, "back") if len(digits) == TO_COME_BACK else None
    if found is None:
        return _page(request, here, mine, refused=True)
    return remember(RedirectResponse("/#end", HTTPStatus.SEE_OTHER), *found, secure=here.settings.secure_cookies)


@router.get("/come-back")
async def back() -> Response:
    """Another language was chosen where a code did not work."""
    return RedirectResponse("/device", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    here: Here,
    mine: Conversation | None,
    lang: str | None = None,
    *,
    code: str = "",
    refused: bool = False,
) -> Response:
    s = speech(mine.language if mine and not lang else wanted(request, lang))
    return rendering.page(
        request,
        "device.html",
        s,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        mine=mine is not None,
        no_trace=mine is not None and mine.no_trace,
        without_trace=no_trace.choice(s),
        code=code,
        days=HOLDS["back"].days,
        refused=refused,
        sms=here.gateways.number is not None,
        languages=available(),
        place="",
    )
