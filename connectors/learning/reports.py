"""The pages of themes and of the report."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from bot.needs import needs, themes
from bot.needs.periods import Period
from bot.records.tables import Staff
from bot.settings import smallest
from bot.speech import team_speech
from bot.understanding.embedding import EMBEDDER
from connectors.api import Here
from connectors.learning.pages import quarters
from connectors.learning.report import LANGUAGES, Report
from connectors.learning.team import Programme, page
from connectors.results import printing
from connectors.results.pages import address

router = APIRouter(prefix="/learning", include_in_schema=False)
LATEST = 30
"""Needs in words that are shown."""
Written = Annotated[str, Query(max_length=10)]


@router.get("/themes")
def new_themes(request: Request, here: Here, me: Programme) -> Response:
    """What people wrote where no topic fits, by what it means; and the newest words of all."""
    with here.database.reading() as session:
        words = themes.kept(session)
        rows = needs.latest(session, here.library, LATEST)
    by = themes.measure(frozenset(here.library.topics), here.settings.folder)
    found = themes.themes(words, EMBEDDER, by, smallest())
    return page(request, here, me, "themes.html", themes=found, rows=rows, smallest=smallest())


@router.get("/report")
def report(request: Request, here: Here, me: Programme, period: Written = "", language: str = "") -> Response:
    """The report of a period, to read on the screen or to print."""
    found = _report(here, me, period, language)
    return page(
        request,
        here,
        me,
        "report.html",
        s=found.s,
        report=found,
        periods=quarters(),
        languages=LANGUAGES,
        paper=printing.possible(),
    )


@router.get("/report.pdf")
async def report_as_pdf(
    request: Request, here: Here, me: Programme, period: Written = "", language: str = ""
) -> Response:
    """The same on paper."""
    if not printing.possible():
        raise HTTPException(HTTPStatus.NOT_FOUND, "No PDF can be made here. Print the page from the browser.")
    found = await run_in_threadpool(_report, here, me, period, language)
    try:
        made = await printing.pdf(found.html(), address(request, here))
    except printing.Busy as error:
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "Too many PDFs are being made. Try again.") from error
    name = f"rettvis-{found.period.name}-{found.s.code}.pdf"
    return Response(
        made, media_type="application/pdf", headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def _report(here: Here, me: Staff, written: str, language: str) -> Report:
    try:
        period = Period.parse(written or quarters()[0])
    except ValueError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    code = language if language in LANGUAGES else team_speech(*me.languages).code
    return Report.make(here.database, here.library, here.settings.folder, period, code)
