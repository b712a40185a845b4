"""Server-sent events that end as they should: when the server stops, each stream is brought to its end, not cut off.

The browser then comes back by itself and takes up where it was. sse-starlette says when the server stops, and leaves it to
the stream to end; one that waits for something to happen is stopped here. That takes no task of its own: whoever listens
and hears nothing is what there is most of.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent

GRACE = 5.0
"""Seconds a stream has to come to its end."""


class Events(EventSourceResponse):
    """Server-sent events until there are no more, nobody listens, or the server stops."""

    def __init__(self, events: AsyncGenerator[ServerSentEvent, None]) -> None:
        stop = _Stop()
        told = cast(anyio.Event, stop)  # it is only set
        super().__init__(_told(events, stop), shutdown_event=told, shutdown_grace_period=GRACE)


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
