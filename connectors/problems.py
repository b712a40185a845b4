"""One shape for every error of the API: problem+json (RFC 9457)."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.whereabouts import whereabouts

log = structlog.get_logger(__name__)


class Problem(Exception):
    """Something the caller can understand and act on."""

    def __init__(self, status: HTTPStatus, code: str, detail: str) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        super().__init__(code)


def problem(status: int, code: str, detail: str, **more: Any) -> JSONResponse:
    """An error as application/problem+json."""
    body = {"type": f"urn:rettvis:problem:{code}", "title": HTTPStatus(status).phrase, "status": status}
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(
        {**body, "detail": detail, **more}, status, headers=headers, media_type="application/problem+json"
    )


_SHAPE = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"where": {"type": "array"}, "why": {"type": "string"}},
                "required": ["where", "why"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}


A_BODY = (400, 413, 422)
"""What a request with a body may be answered."""
_ANYTHING = (429, 500, 503)
"""What any request may be answered."""


def described(*codes: int) -> dict[int | str, dict[str, Any]]:
    """These errors, and those of any request, as the OpenAPI description tells of them."""
    content = {"application/problem+json": {"schema": _SHAPE}}
    return {code: {"description": HTTPStatus(code).phrase, "content": content} for code in sorted({*codes, *_ANYTHING})}


def install(app: FastAPI) -> None:
    """Answer every error of the API in this shape; pages get plain words."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> Response:
        return _answer(request, error.status, error.code, error.detail)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return _answer(request, error.status_code, HTTPStatus(error.status_code).name.lower(), str(error.detail))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        # The input itself is not repeated: it may be what somebody wrote.
        places = [{"where": list(detail["loc"]), "why": detail["msg"]} for detail in error.errors()]
        detail = "The request does not have the form it must have."
        if request.url.path.startswith("/api/"):
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, errors=_plain(places))
        return PlainTextResponse(detail, HTTPStatus.UNPROCESSABLE_ENTITY)

    @app.exception_handler(DataError)
    async def _unkeepable(request: Request, error: DataError) -> Response:
        """A sign or a length that a column cannot hold, e.g. a NUL in PostgreSQL. Nothing is kept of it."""
        return _answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "There is something in it that is no text.")


class Unforeseen:
    """Answers what nobody has thought of, and logs its kind and where it was: its words may be what somebody wrote.

    It takes the place of the server's own log of such things, which prints the words too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_on(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        except Exception as error:
            if scope["type"] != "http":
                raise
            log.error("a request failed", error=type(error).__name__, where=whereabouts(error))
            if not begun:  # an answer that has begun just ends: the server closes the connection
                detail = "Something went wrong here. It is written down; try again in a moment."
                answer = _answer(Request(scope), HTTPStatus.INTERNAL_SERVER_ERROR, "failed", detail)
                await answer(scope, receive, send)


def _answer(request: Request, status: int, code: str, detail: str) -> Response:
    if request.url.path.startswith("/api/"):
        return problem(status, code, detail)
    return PlainTextResponse(detail, status)


def _plain(value: Any) -> Any:
    """Text that can be sent as UTF-8 whatever was sent to us."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
