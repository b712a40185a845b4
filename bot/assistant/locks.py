"""One message of a conversation at a time, in all processes: Rasa's lock store in Redis.

It saves work, and keeps one process from standing still while another answers. That nothing is answered twice does not
rest on it: Rasa issues tickets in two steps, and Redis may be away; the database decides (bot.answering).
"""

import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from rasa.core.lock_store import LockError, RedisLockStore
from redis.connection import SSLConnection, parse_url
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
LIFETIME = 10.0
"""Seconds after which a ticket holds nobody up any more: the process that had it has died."""
LOOK_AGAIN = 0.05
"""Seconds between two looks at whose turn it is."""


class LocksEverywhere:
    """The locks of all processes that share a Redis.

    Args:
        url: e.g. redis://localhost:6379/0.
    """

    def __init__(self, url: str) -> None:
        where = parse_url(url)  # type: ignore[no-untyped-call]
        self._store = RedisLockStore(
            host=where.get("host", "localhost"),
            port=where.get("port", 6379),
            db=where.get("db", 0),
            username=where.get("username"),
            password=where.get("password"),
            use_ssl=where.get("connection_class") is SSLConnection,
            key_prefix="rettvis",
            socket_timeout=1,
        )

    @asynccontextmanager
    async def lock(self, conversation: str) -> AsyncIterator[None]:
        """Wait for one's turn; without Redis one goes on at once."""
        held = AsyncExitStack()
        try:
            await held.enter_async_context(self._store.lock(conversation, LIFETIME, LOOK_AGAIN))
        except (LockError, RedisError) as error:
            log.warning("answered without a shared lock", error=type(error).__name__)
        try:
            yield
        finally:
            with contextlib.suppress(LockError, RedisError):
                await held.aclose()
