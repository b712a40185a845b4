"""How much may come at a time: per conversation, phone and address, for all processes together where there is Redis.

Whoever writes plain words of danger is answered however much they have written, and however many conversations were begun
where they are. Only the number of requests from an address holds for all, and every refusal says where to turn.
Who it is stands nowhere, neither in memory nor in Redis: only a keyed hash of it, for as long as the limit counts.

An address is the one the connection comes from. Behind a proxy it is what the proxy says, if RETTVIS_PROXY names that
proxy (`rettvis serve` hands it to uvicorn; 127.0.0.1 unless it says otherwise). The machine itself has no limit.
"""

import hashlib
import hmac
import math
import time
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import structlog
from fastapi import Request
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.settings import Limits, hashing_key, rates
from bot.speech import Speech, speech
from bot.understanding.safety import Safeguard
from connectors import rendering
from connectors.problems import problem
from knowledge.languages import preferred

log = structlog.get_logger(__name__)
AWAY = 5.0
"""Seconds for which Redis is left alone after it has not answered; meanwhile each process counts by itself."""
NOT_COUNTED = ("/static/", "/healthz", "/readyz")
NEIGHBOURS = 64
"""Bits of an address of IPv6 that a household or office has in common."""


class TooMuch(Exception):
    """More has come than may at a time.

    Args:
        wait: seconds after which it may go on.
    """

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(str(wait))


class Pace:
    """Counts what comes.

    Args:
        limits: how much may come.
        secret_key: what the keys of the counts are made with.
        redis_url: where processes count together; empty for one.
    """

    def __init__(self, limits: Limits, secret_key: str, redis_url: str = "") -> None:
        self._rates: dict[str, list[RateLimitItem]] = {
            **{name: rates(getattr(limits, name)) for name in ("conversation", "phone", "address", "begin", "sign_in")},
            "told": rates("1/hour"),
        }
        self._key = hashing_key(secret_key)
        self._safeguard = Safeguard.load()
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._together: RateLimiter | None = None
        self._away_until = 0.0
        if redis_url:
            options: dict[str, Any] = {"wrap_exceptions": True, "socket_timeout": 1, "socket_connect_timeout": 1}
            storage = storage_from_string(redis_url, key_prefix="rettvis:pace", **options)
            self._together = SlidingWindowCounterRateLimiter(storage)

    def count(self, what: str, who: str) -> None:
        """Count one more.

        Args:
            what: the name of a limit.
            who: whom it is counted for.

        Raises:
            TooMuch: it may not come now. What is refused is not counted.
        """
        hashed = hmac.new(self._key, f"{what} {who}".encode(), hashlib.sha256).hexdigest()[:32]
        if self._together and time.monotonic() >= self._away_until:
            try:
                return self._count(self._together, what, hashed)
            except StorageError as error:
                self._away_until = time.monotonic() + AWAY
                log.warning("Redis does not answer; each process counts by itself", error=type(error).__name__)
        return self._count(self._alone, what, hashed)

    def message(self, what: str, who: str, text: str) -> None:
        """Count a message, unless it says in plain words that somebody is in danger.

        Raises:
            TooMuch: see `count`.
        """
        if self._safeguard.kind(text) is None:
            self.count(what, who)

    def told(self, who: str) -> bool:
        """Whether somebody has been told within the last hour that it was too much, so that this is not too much itself."""
        try:
            self.count("told", who)
        except TooMuch:
            return True
        return False

    def _count(self, limiter: RateLimiter, what: str, hashed: str) -> None:
        for rate in self._rates[what]:
            if not limiter.hit(rate, what, hashed):
                until = limiter.get_window_stats(rate, what, hashed).reset_time
                raise TooMuch(max(1, math.ceil(until - time.time())))


class AddressLimit:
    """Refuses what comes from an address that sends too much."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(NOT_COUNTED):
            request = Request(scope)
            self._warn(request)
            try:
                count(request, "address")
            except TooMuch as error:
                await refusal(request, error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _warn(self, request: Request) -> None:
        """Everybody behind a proxy that is not believed counts as one; whoever runs this must hear of that."""
        forwarded = request.headers.get("x-forwarded-for")
        if forwarded and not self._warned and (request.client is None or request.client.host not in forwarded):
            self._warned = True
            log.warning("a proxy forwards requests that RETTVIS_PROXY does not name: its people share one limit")


def count(request: Request, what: str, text: str = "") -> None:
    """Count a request for its address, unless it brings plain words of danger.

    Raises:
        TooMuch: see Pace.
    """
    who = address(request)
    if who:
        pace: Pace = request.app.state.installation.pace
        pace.message(what, who, text)


def address(request: Request) -> str | None:
    """Whom a request is counted for; None for the machine itself, or a proxy on it that does not say whom it speaks for."""
    try:
        found = ip_address(request.client.host if request.client else "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return None if found.is_loopback else str(ip_network((found, NEIGHBOURS), strict=False))
        found = found.ipv4_mapped
    return None if found.is_loopback else str(found)


def words(s: Speech) -> str:
    """What a person is told who has sent too much, and where they can turn meanwhile."""
    return "\n".join(
        (
            s.gettext("That was a lot in a short time. Wait a little, then try again."),
            s.gettext("If you are in danger now, call 112. If a life is in danger, call 113."),
        )
    )


def refusal(request: Request, error: TooMuch, language: str | None = None) -> Response:
    """A refusal in the language of the conversation, or of the browser: of the API a problem, else a page."""
    s = speech(language or preferred(request.headers.get("accept-language", "")))
    if request.url.path.startswith("/api/"):
        answer: Response = problem(HTTPStatus.TOO_MANY_REQUESTS, "too_much", words(s))
    elif request.headers.get("x-requested-with") == "script":
        answer = JSONResponse({"error": words(s)}, HTTPStatus.TOO_MANY_REQUESTS)
    else:
        answer = rendering.page(request, "too_much.html", s, HTTPStatus.TOO_MANY_REQUESTS, words=words(s))
    answer.headers["retry-after"] = str(error.wait)
    return answer
