"""Server-sent events that end as they should: when the server stops, each stream is brought to its end, not cut off.

The browser then comes back by itself and takes up where it was. sse-starlette says when the server stops, and leaves it to
the stream to end; one that waits for something to happen is stopped here.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import partial

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent

GRACE = 5.0
"""Seconds a stream has to come to its end."""
Waiting = asyncio.Queue[ServerSentEvent | None]
"""Events on their way, and None at the end."""


class Events(EventSourceResponse):
    """Server-sent events until there are no more, nobody listens, or the server stops."""

    def __init__(self, events: AsyncGenerator[ServerSentEvent, None]) -> None:
        stops, waiting = anyio.Event(), Waiting()
        super().__init__(
            _told(waiting),
            data_sender_callable=partial(_gather, events, waiting, stops),
            shutdown_event=stops,
            shutdown_grace_period=GRACE,
        )


async def _told(waiting: Waiting) -> AsyncIterator[ServerSentEvent]:
    while (event := await waiting.get()) is not None:
        yield event


async def _gather(events: AsyncGenerator[ServerSentEvent, None], waiting: Waiting, stops: anyio.Event) -> None:
    async def stop(scope: anyio.CancelScope) -> None:
        await stops.wait()
        scope.cancel()

    try:
        async with anyio.create_task_group() as group, aclosing(events):
            group.start_soon(stop, group.cancel_scope)
            async for event in events:
                waiting.put_nowait(event)
            group.cancel_scope.cancel()
    finally:
        waiting.put_nowait(None)
