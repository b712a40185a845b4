"""What people are told while the database cannot work: it is gone, is being started, or its disk is full.

Nothing of what they sent stands then, or it stands and is answered later; sent again under the same id it is answered once.
So it can always be sent again, and the page that says so has a button for it.
"""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.records.database import no_room, unavailable
from bot.speech import Speech, speech
from connectors import rendering
from connectors.problems import problem
from connectors.web.pages import wanted

log = structlog.get_logger(__name__)
SOON = 10
"""Seconds after which it is worth while to try again."""
KEPT = ("text", "choice", "client_id", "lang", "chosen", "agree", "summary", "line", "passed", "ticked")
"""Fields of what a person sent from the page, to be sent again."""
PLAIN = ("/sms/", "/metrics")
"""What programs ask for."""


def install(app: FastAPI) -> None:
    """Answer everybody in their own way: programs, scripts, pages, and those who listen."""

    @app.exception_handler(DBAPIError)
    async def _away(request: Request, error: DBAPIError) -> Response:
        if not unavailable(error) and not isinstance(error, OperationalError):
            raise error
        code = "storage_full" if no_room(error) else "database_away"
        log.error("the database cannot work", code=code, error=type(error.orig).__name__)
        response = await _answer(request, code)
        response.headers["retry-after"] = str(SOON)
        return response


async def _answer(request: Request, code: str) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    if request.url.path.startswith("/api/"):
        s = speech(wanted(request, None) if "accept-language" in request.headers else "en")
        return problem(status, code, _told(s))
    if request.url.path.startswith(PLAIN):
        return PlainTextResponse(_told(speech("en")), status)
    if "text/event-stream" in request.headers.get("accept", ""):
        # a browser gives up for good on an error; after an empty stream it comes back by itself
        return Response(f"retry: {SOON * 1000}\n\n", media_type="text/event-stream")
    sent = await request.form() if request.method == "POST" else FormData()
    s = speech(wanted(request, str(sent.get("lang", request.query_params.get("lang", "")))))
    if request.headers.get("x-requested-with") == "script":
        return JSONResponse({"error": _told(s)}, status)
    again = [(name, value) for name, value in sent.multi_items() if name in KEPT and isinstance(value, str)]
    here = request.url.path if request.method == "POST" and request.url.path == "/say" else ""
    return rendering.page(request, "away.html", s, status, told=_told(s), again=again if here else [])


def _told(s: Speech) -> str:
    return s.gettext("I cannot take anything in just now. Wait a moment and send it again. It is answered only once.")
