"""The pages /result and /result.pdf: what comes of the screening in one's own conversation."""

from datetime import date
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.records.tables import Conversation
from bot.screening.household import fitting
from bot.screening.result import Result, about, result
from bot.speech import speech
from connectors import rendering
from connectors.api import Here
from connectors.results import printing
from connectors.web.pages import Remembered, wanted

router = APIRouter(include_in_schema=False)


@router.get("/result")
async def own_result(request: Request, here: Here, mine: Remembered, lang: str | None = None) -> Response:
    """The result, in the language of the conversation or the one asked for."""
    found = _own(here, mine, lang and wanted(request, lang))
    if mine is None or found is None:
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    handoff = here.dialogue.human(mine)
    contact = (handoff.owner or handoff.contact) if handoff else None
    return HTMLResponse(
        page(
            found,
            own=True,
            contact=f"{contact.name}, {contact.role}" if contact else None,
            exit_to=here.settings.exit_to,
        )
    )


@router.get("/result.pdf")
async def own_pdf(request: Request, here: Here, mine: Remembered, lang: str | None = None) -> Response:
    """The same to print and to take along."""
    found = _own(here, mine, lang and wanted(request, lang))
    if found is None:
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    s = speech(found.language)
    trouble = s.gettext("No PDF can be made here. Print the page from your browser.")
    if printing.possible():
        try:
            return pdf_response(await printing.pdf(page(found), address(request, here)))
        except printing.Busy:
            trouble = s.gettext("Many print just now. Try again in a minute.")
    return HTMLResponse(
        page(found, own=True, trouble=trouble, exit_to=here.settings.exit_to), HTTPStatus.SERVICE_UNAVAILABLE
    )


def page(found: Result, *, own: bool = False, contact: str | None = None, trouble: str = "", exit_to: str = "") -> str:
    """The result as a page that stands alone.

    Args:
        own: it is read in the browser that has the conversation, so it can lead back there.
        contact: the name and role of whoever helps the person already.
        trouble: why something that was asked for could not be done.
        exit_to: where whoever reads it in their browser can leave to.
    """
    s = speech(found.language)
    return rendering.fragment(
        "result.html",
        s,
        found=found,
        about=lambda amount: about(amount, s),
        own=own,
        pdf=own and printing.possible(),
        contact=contact,
        trouble=trouble,
        exit_to=exit_to,
    )


def address(request: Request, here: Here) -> str:
    """Where this installation is reached, for the links of a printed page."""
    return here.settings.address or str(request.base_url).rstrip("/")


def pdf_response(made: bytes) -> Response:
    """A PDF whose name says nothing about what it holds."""
    return Response(
        made, media_type="application/pdf", headers={"content-disposition": 'inline; filename="rettvis.pdf"'}
    )


def _own(here: Here, mine: Conversation | None, code: str | None) -> Result | None:
    household = here.dialogue.household(mine) if mine else None
    if mine is None or household is None:
        return None
    language, today = speech(code or mine.language).code, date.today()
    facts = fitting(here.library, household.facts, today)  # the questions may have changed since
    return result(here.library, facts, household.skipped, language, mine.place, today)
