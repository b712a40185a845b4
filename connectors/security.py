"""What every answer and every request must have: headers, a size limit, forms from our own pages only."""

import re
import secrets
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.problems import problem

BODY_LIMIT = 64 * 1024
"""Bytes of a request's body: sixteen times the longest message."""
PICTURE_LIMIT = 5 * 1024 * 1024
"""The same where a picture is uploaded."""
_PICTURES = re.compile(r"/(?:me|people/[0-9]+)/photo")

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'{exit}; base-uri 'none'; frame-ancestors 'none'"
)
"""What pages may load: nothing of other hosts. The form with which one leaves may lead to one other page, {exit}."""
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
HTTPS_ONLY = {"strict-transport-security": "max-age=31536000"}
"""Where cookies are sent over https only, so is everything else, for a year from each answer."""


class SecurityHeaders:
    """Adds the headers above to every answer; what is personal is not stored by browsers or proxies."""

    def __init__(self, app: ASGIApp, https_only: bool, exit_to: str = "") -> None:
        self._app = app
        page = urlsplit(exit_to)
        origin = f" {page.scheme}://{page.netloc}" if page.netloc else ""
        only = HTTPS_ONLY if https_only else {}
        self._headers = {"content-security-policy": POLICY.format(exit=origin), **HEADERS, **only}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class AsciiAddress:
    """Refuses an address that is not ASCII, as all addresses are: what reads it further on would fail."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_readable(scope):
            await PlainTextResponse("This is no address.", HTTPStatus.BAD_REQUEST)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_readable(scope: Scope) -> bool:
    host = Headers(scope=scope).get("host", "")
    try:
        urlsplit(f"http://{host}/")
    except ValueError:  # a bracket that is not closed
        return False
    return bytes(scope["query_string"]).isascii() and host.isascii()


class BodyLimit:
    """Refuses a body over the limit, whether its length is told beforehand or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _limit(scope)
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdigit() or int(told) > limit:
            await _too_large(scope, limit)(scope, receive, send)
            return
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                await _too_large(scope, limit)(scope, receive, send)
                return
        read = False

        async def receive_again() -> Message:
            nonlocal read
            if read:
                return await receive()
            read = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, receive_again, send)


def _limit(scope: Scope) -> int:
    return PICTURE_LIMIT if scope["method"] == "POST" and _PICTURES.fullmatch(scope["path"]) else BODY_LIMIT


def _too_large(scope: Scope, limit: int) -> ASGIApp:
    detail = f"This is too large: at most {limit // 1024} kB."
    if not scope["path"].startswith("/api/"):
        return PlainTextResponse(detail, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", detail)


async def same_site(request: Request) -> None:
    """Refuse a form that another site's page has sent (cookies are SameSite too; this does not rest on it alone).

    Browsers that hide where a form comes from, as our own referrer policy asks them to, say `null` for its origin; whether
    that is another site they say besides. Without this, another site could lead somebody into a conversation of its own.
    """
    origin = request.headers.get("origin")
    elsewhere = origin not in (None, "null") and urlsplit(origin).netloc != request.headers.get("host")
    if elsewhere or request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise HTTPException(HTTPStatus.FORBIDDEN, "This form was sent from another site.")


def csrf_token(request: Request) -> str:
    """The token that staff forms carry; it lives in the signed session."""
    token: str = request.session.setdefault("csrf", secrets.token_urlsafe(24))
    return token


async def check_csrf(request: Request) -> None:
    """Refuse a staff form without the session's token."""
    sent = str((await request.form()).get("csrf", ""))
    kept = str(request.session.get("csrf", "")) or secrets.token_urlsafe(8)
    if not secrets.compare_digest(sent.encode("utf-8", "replace"), kept.encode()):
        raise HTTPException(HTTPStatus.FORBIDDEN, "This form is out of date. Go back, reload and try again.")
