"""The application: every edge in one ASGI app."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.middleware.sessions import SessionMiddleware
from starlette.staticfiles import StaticFiles

from bot.settings import Settings
from connectors import api, away, clock, metrics, problems, screenings, sign_in, switches
from connectors.correlation import Correlation
from connectors.curate import examples
from connectors.curate import pages as curate
from connectors.desk import pages as desk
from connectors.installation import Installation, renewed_on_hangup
from connectors.learning import learnings, reports
from connectors.learning import pages as learning
from connectors.pace import AddressLimit, TooMuch, refusal
from connectors.problems import Unforeseen
from connectors.profile import me, people, two_step
from connectors.results import api as results_api
from connectors.results import pages as results
from connectors.security import AsciiAddress, BodyLimit, SecurityHeaders
from connectors.sms import passage
from connectors.sms import routes as sms
from connectors.staff import SignInFirst
from connectors.topics import api as topics_api
from connectors.topics import pages as topics
from connectors.web import leaving
from connectors.web import pages as web

STATIC = Path(__file__).parent / "static"
SHIFT = 12 * 60 * 60
"""Seconds a staff sign-in lasts."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The app. What it needs is loaded when it starts, so that making it is cheap and cannot fail."""
    settings = settings or Settings.from_environment()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        here = await run_in_threadpool(Installation.start, settings)
        app.state.installation = here
        await here.dialogue.answer_waiting()
        ticking = asyncio.create_task(clock.run(here))
        with _settled(), renewed_on_hangup(here):
            yield
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
        here.close()

    app = FastAPI(title="Rettvis", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(
        SessionMiddleware,
        secret_key=settings.secret_key,
        session_cookie="rettvis_staff",
        max_age=SHIFT,
        same_site="lax",  # strict would lose the session on the way back from the municipality's sign-in
        https_only=settings.secure_cookies,
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(AddressLimit)
    app.add_middleware(AsciiAddress)
    app.add_middleware(Unforeseen)
    app.add_middleware(SecurityHeaders, https_only=settings.secure_cookies, exit_to=settings.exit_to)
    app.add_middleware(Correlation)
    problems.install(app)
    away.install(app)

    @app.exception_handler(SignInFirst)
    async def _sign_in_first(request: Request, error: SignInFirst) -> Response:
        return RedirectResponse(f"/sign-in?then={quote(request.url.path)}", HTTPStatus.SEE_OTHER)

    @app.exception_handler(TooMuch)
    async def _too_much(request: Request, error: TooMuch) -> Response:
        return refusal(request, error)

    for edge in (
        api,
        screenings,
        results_api,
        results,
        topics_api,
        web,
        leaving,
        topics,
        sign_in,
        two_step,
        me,
        people,
        switches,
        metrics,
        desk,
        learning,
        learnings,
        reports,
        examples,  # before the pages of a language, whose addresses begin alike
        curate,
        sms,
        passage,
    ):
        app.include_router(edge.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/healthz", include_in_schema=False)
    async def alive() -> Response:
        """The process runs."""
        return PlainTextResponse("ok")

    @app.get("/readyz", include_in_schema=False)
    async def ready() -> Response:
        """The process can answer people: the database does. Entries that had to be left out are named, and what answers."""
        here: Installation = app.state.installation
        left_out = [str(problem) for problem in here.library.left_out]
        try:
            here.database.ping()
        except SQLAlchemyError:
            return problems.problem(
                HTTPStatus.SERVICE_UNAVAILABLE, "database_away", "The database does not answer.", left_out=left_out
            )
        told = {"entries": len(here.library.entries), "left_out": left_out, "model": here.assistant.model.name}
        return JSONResponse({"ready": True, **told})

    return app


@contextmanager
def _settled() -> Iterator[None]:
    """What was loaded at the start stays until the end: while this holds, the search for garbage goes round it. Otherwise
    it would go through 364 000 objects, now and then, while somebody waits."""
    gc.collect()
    gc.freeze()
    gc.enable()
    yield
    gc.unfreeze()
