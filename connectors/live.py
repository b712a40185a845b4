"""Wakes those who listen to a conversation. The database holds what is new; this only says "look again"."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Live:
    """Listeners of this process, by what they listen to (a conversation's id, or the desk)."""

    def __init__(self) -> None:
        self._bells: dict[str, set[asyncio.Event]] = defaultdict(set)

    def heard(self, channel: str) -> None:
        """Something new stands in a conversation."""
        for bell in self._bells.get(channel, ()):
            bell.set()

    @contextmanager
    def listen(self, channel: str) -> Iterator[asyncio.Event]:
        """A bell that rings when the channel is heard of; clear it before you look."""
        bell = asyncio.Event()
        self._bells[channel].add(bell)
        try:
            yield bell
        finally:
            self._bells[channel].discard(bell)
            if not self._bells[channel]:
                del self._bells[channel]
