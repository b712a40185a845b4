"""The same as connectors.live for several processes that share the work: what one hears of, all hear of, through Redis.

Redis keeps only who is there and who is writing, for seconds. While it is away each process goes on by itself; once it is
back, everybody looks again, so that nothing is missed.
"""

import contextlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import structlog
from redis import Redis
from redis.exceptions import RedisError

from connectors.live import TYPING, Bell, Live

log = structlog.get_logger(__name__)
HEARD = "rettvis:heard"
PRESENT = 30.0
"""Seconds for which a process that is not heard of any more still counts its listeners as present."""
AWAY = 1.0
"""Seconds for which Redis is left alone after it has not answered."""
Answer = TypeVar("Answer")


class LiveEverywhere(Live):
    """Listeners of this process; those of others hear what is heard here.

    Args:
        url: e.g. redis://localhost:6379/0.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._me = uuid.uuid4().hex
        self._redis: Any = Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, decode_responses=True)
        self._away_until = 0.0
        self._ended = threading.Event()
        self._listening = threading.Thread(target=self._listen_to_others, name="live", daemon=True)
        self._listening.start()

    def heard(self, channel: str) -> None:
        super().heard(channel)
        self._ask(lambda: self._redis.publish(HEARD, f"{self._me} {channel}"), None)

    @contextmanager
    def listen(self, channel: str, side: str | None = None) -> Iterator[Bell]:
        with super().listen(channel, side) as bell:
            if side:
                self._ask(lambda: self._note_presence(channel, side), None)
                self.heard(channel)
            try:
                yield bell
            finally:
                if side and self._present[channel, side] <= 1:
                    self._ask(lambda: self._redis.zrem(_present(channel, side), self._me), None)

    def present(self, channel: str, side: str) -> bool:
        return super().present(channel, side) or bool(
            self._ask(lambda: self._redis.zcount(_present(channel, side), time.time(), "+inf"), 0)
        )

    def types(self, channel: str, side: str) -> None:
        self._ask(lambda: self._redis.set(_typing(channel, side), 1, px=int(TYPING * 1000)), None)
        super().types(channel, side)

    def typing(self, channel: str, side: str) -> bool:
        return super().typing(channel, side) or bool(self._ask(lambda: self._redis.exists(_typing(channel, side)), 0))

    def close(self) -> None:
        self._ended.set()
        self._listening.join(timeout=3)
        self._redis.close()

    def _note_presence(self, channel: str, side: str) -> None:
        key = _present(channel, side)
        self._redis.zadd(key, {self._me: time.time() + PRESENT})
        self._redis.expire(key, int(PRESENT))

    def _ask(self, what: Callable[[], Answer], otherwise: Answer) -> Answer:
        """What Redis says; `otherwise` while it is away."""
        if time.monotonic() < self._away_until:
            return otherwise
        try:
            return what()
        except RedisError as error:
            self._away_until = time.monotonic() + AWAY
            log.warning("Redis does not answer", error=type(error).__name__)
            return otherwise

    def _listen_to_others(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(RedisError), self._redis.pubsub(ignore_subscribe_messages=True) as others:
                others.subscribe(HEARD)
                for channel in tuple(self._bells):  # what was missed until now
                    super().heard(channel)
                self._hear(others)
            self._ended.wait(AWAY)

    def _hear(self, others: Any) -> None:
        noted = 0.0
        while not self._ended.is_set():
            said = others.get_message(timeout=0.5)
            who, _, channel = said["data"].partition(" ") if said else ("", "", "")
            if channel and who != self._me:
                super().heard(channel)
            if time.monotonic() - noted > PRESENT / 3:
                noted = time.monotonic()
                for present, side in tuple(self._present):
                    self._note_presence(present, side)


def live(url: str) -> Live:
    """Of this process alone, or of all that share a Redis, if there is one."""
    return LiveEverywhere(url) if url else Live()


def _present(channel: str, side: str) -> str:
    return f"rettvis:present:{side}:{channel}"


def _typing(channel: str, side: str) -> str:
    return f"rettvis:typing:{side}:{channel}"
