"""Server-sent events that end as they should: when the server stops, each stream is brought to its end, not cut off.

The browser then comes back by itself and takes up where it was. sse-starlette says when the server stops, and leaves it to
the stream to end; one that waits for something to happen is stopped here. Neither that nor the sign of life that keeps
proxies from closing a stream takes a task of its own: whoever listens and hears nothing is what there is most of.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

GRACE = 5.0
"""Seconds a stream has to come to its end."""
ALIVE = 15.0
"""Seconds between signs of life."""


class Events(EventSourceResponse):
    """Server-sent events until there are no more, nobody listens, or the server stops."""

    def __init__(self, events: AsyncGenerator[ServerSentEvent, None]) -> None:
        stop = _Stop()
        told = cast(anyio.Event, stop)  # it is only set
        super().__init__(_told(events, stop), ping=0, shutdown_event=told, shutdown_grace_period=GRACE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._wait(send)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._timer.cancel()

    def _wait(self, send: Send) -> None:
        self._timer = asyncio.get_running_loop().call_later(ALIVE, self._begin, send)

    def _begin(self, send: Send) -> None:
        self._sign = asyncio.ensure_future(self._show_life(send))

    async def _show_life(self, send: Send) -> None:
        async with self._send_lock:
            if self.active:
                await send({"type": "http.response.body", "body": b": alive\r\n\r\n", "more_body": True})
                self._wait(send)


class _Stop:
    """Set when the server stops; whoever waits for an event then waits no longer."""

    def __init__(self) -> None:
        self._waits: anyio.CancelScope | None = None
        self._stopped = False

    def set(self) -> None:
        self._stopped = True
        if self._waits:
            self._waits.cancel()

    async def next_of(self, events: AsyncGenerator[ServerSentEvent, None]) -> ServerSentEvent | None:
        """The next event; None when there is none, or the server stops."""
        with anyio.CancelScope() as self._waits:
            return None if self._stopped else await anext(events, None)
        return None


async def _told(events: AsyncGenerator[ServerSentEvent, None], stop: _Stop) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(events):
        while (event := await stop.next_of(events)) is not None:
            yield event
