"""The result of a screening in one call, for the systems of municipalities: JSON, page and PDF. Nothing is stored."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from bot.screening.result import Result, result
from connectors.api import Here
from connectors.problems import A_BODY, Problem, described
from connectors.results import printing
from connectors.results.pages import address, page, pdf_response
from connectors.screenings import Facts, unusable
from connectors.topics.api import reader
from knowledge.eligibility.telling import Misfits

router = APIRouter(prefix="/api/v1/screenings", tags=["screenings"])


class Household(Facts):
    """What a household tells, and where it lives."""

    place: Annotated[
        str | None, Field(description="The municipality, for what is special there and whom to talk to")
    ] = None


@router.post("/result", responses=described(*A_BODY), response_model=Result)
def ordered(here: Here, body: Household) -> Result | Response:
    """What to do first: why it is likely, about how much, how to ask, what can be considered, whom to talk to.

    Never a decision: each item says who decides. Nothing of it is stored.
    """
    try:
        return _result(here, body)
    except Misfits as error:
        return unusable(error)


@router.post("/result.html", responses={**described(*A_BODY), 200: {"content": {"text/html": {}}}})
def as_page(here: Here, body: Household) -> Response:
    """The same as a page to read."""
    try:
        return HTMLResponse(page(_result(here, body)))
    except Misfits as error:
        return unusable(error)


@router.post("/result.pdf", responses={**described(*A_BODY), 200: {"content": {"application/pdf": {}}}})
async def as_pdf(request: Request, here: Here, body: Household) -> Response:
    """The same as a PDF to print. 503 where this host cannot make one, or too many wait for theirs."""
    try:
        found = _result(here, body)
    except Misfits as error:
        return unusable(error)
    if not printing.possible():
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "no_pdf", "This host makes no PDF: Pango is missing.")
    try:
        made = await printing.pdf(page(found), address(request, here))
    except printing.Busy as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "busy", "Too many wait for a PDF. Try again.") from error
    return pdf_response(made)


def _result(here: Here, body: Household) -> Result:
    reader(body.language)
    if body.place is not None and body.place not in here.library.places:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "place", f"Places are {', '.join(here.library.places)}.")
    return result(here.library, body.facts, body.skipped, body.language, body.place, body.on or date.today())
