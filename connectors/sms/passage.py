"""From the page to the phone and back: a code to send by SMS, and a link that opens the conversation once."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.speech import speech
from connectors import rendering
from connectors.api import Here
from connectors.security import same_site
from connectors.web.pages import Remembered, remember, wanted
from knowledge.languages import available

router = APIRouter(include_in_schema=False)


@router.post("/by-sms", dependencies=[Depends(same_site)])
async def by_sms(request: Request, here: Here, mine: Remembered) -> Response:
    """The code that takes this conversation to a phone."""
    if mine is None or here.gateways.number is None:
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    code = here.dialogue.code_for_sms(mine)
    shown = " ".join(code[start : start + 3] for start in range(0, len(code), 3))
    return rendering.page(
        request,
        "by_sms.html",
        speech(mine.language),
        code=shown,
        number=here.gateways.number,
        languages=available(),
        place="",
    )


@router.get("/by-sms")
async def back() -> Response:
    """Another language was chosen on the page with the code."""
    return RedirectResponse("/", HTTPStatus.SEE_OTHER)


@router.get("/c/{code}")
async def ask(request: Request, here: Here, code: str, lang: str | None = None) -> Response:
    """Whether to go on here. Only the button uses the code up: phones fetch links by themselves to show what is there."""
    language = here.dialogue.may_continue(code)
    return rendering.page(
        request,
        "on_the_web.html",
        speech(wanted(request, lang) if lang or not language else language),
        HTTPStatus.OK if language else HTTPStatus.GONE,
        code=code if language else "",
        languages=available(),
        place="",
    )


@router.post("/c/{code}", dependencies=[Depends(same_site)])
async def go_on(here: Here, code: str) -> Response:
    """Open the conversation in this browser, and no longer in another."""
    found = here.dialogue.continue_on_web(code)
    if found is None:
        return RedirectResponse(f"/c/{code}", HTTPStatus.SEE_OTHER)
    return remember(RedirectResponse("/#end", HTTPStatus.SEE_OTHER), *found, secure=here.settings.secure_cookies)
