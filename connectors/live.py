"""Wakes those who listen to a conversation, and knows who is there and who is writing just now.

The database holds what is new; this only says "look again". Presence and typing are kept nowhere else. What several
processes tell each other: connectors.everywhere.
"""

import asyncio
import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

TYPING = 6.0
"""Seconds for which somebody counts as writing after the last sign of it."""


class Bell:
    """Rings when a channel is heard of; clear it before you look."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def ring(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop of one who listened has ended meanwhile
            self._loop.call_soon_threadsafe(self._rung.set)

    def clear(self) -> None:
        self._rung.clear()

    @property
    def rings(self) -> bool:
        """Whether it has rung since it was cleared."""
        return self._rung.is_set()

    async def wait(self, seconds: float | None = None) -> None:
        """Until it rings, or for some seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)


class Live:
    """Listeners of this process, by what they listen to (a conversation's id, or the desk)."""

    def __init__(self) -> None:
        self._bells: dict[str, set[Bell]] = defaultdict(set)
        self._present: Counter[tuple[str, str]] = Counter()
        self._typing: dict[tuple[str, str], float] = {}

    def heard(self, channel: str) -> None:
        """Something new stands in a conversation."""
        for bell in tuple(self._bells.get(channel, ())):
            bell.ring()

    @contextmanager
    def listen(self, channel: str, side: str | None = None) -> Iterator[Bell]:
        """A bell for a channel. While it is held, its `side` (citizen or contact) counts as present there."""
        bell = Bell()
        self._bells[channel].add(bell)
        if side:
            self._present[channel, side] += 1
            self.heard(channel)
        try:
            yield bell
        finally:
            self._bells[channel].discard(bell)
            if not self._bells[channel]:
                del self._bells[channel]
            if side:
                self._present[channel, side] -= 1
                self._present += Counter()  # drops what is zero
                self.heard(channel)

    def present(self, channel: str, side: str) -> bool:
        return self._present[channel, side] > 0

    def types(self, channel: str, side: str) -> None:
        """One side of a conversation is writing."""
        self._typing = {key: until for key, until in self._typing.items() if until > time.monotonic()}
        self._typing[channel, side] = time.monotonic() + TYPING
        self.heard(channel)

    def typing(self, channel: str, side: str) -> bool:
        return self._typing.get((channel, side), 0.0) > time.monotonic()

    def close(self) -> None:
        """Nothing more is heard."""
