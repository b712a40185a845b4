"""What those who only listen cost: live pages that are open while nothing happens."""

import asyncio
import resource
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp

from connectors.bench.growing import Found, Tell, Texts
from connectors.bench.processes import Running, served
from connectors.bench.serve import over_http, posted

DIMENSION = "idle live listeners"
SIZES = (100, 2_000)
MOST_KB = 60.0
"""kB a listener."""
ASKED = 20
"""Messages of which the cost is the mean: the system counts processor time in hundredths of a second."""
IDLE = 5.0
AT_ONCE = 50


def measure(model: Path, sizes: Sequence[int], rounds: int, tell: Tell) -> list[Found]:
    """Streams of events, each of a conversation of its own, from one process to one server.

    Args:
        sizes: ever more of them, opened one after the other.
        rounds: how often messages are measured with so many.
    """
    _allow(max(sizes) + 200)
    with tempfile.TemporaryDirectory() as name, served(model, _on(Path(name))) as server:
        return asyncio.run(_measure(server, sizes, rounds, tell))


def _on(folder: Path) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{folder / 'listeners.sqlite3'}"}


async def _measure(server: Running, sizes: Sequence[int], rounds: int, tell: Tell) -> list[Found]:
    texts = Texts()
    texts.next_round()
    await _message(server, texts)  # what is done at a first message, is done
    found = [Found(DIMENSION, 0, "a message", values=[await _message(server, texts) for _ in range(rounds)])]
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(server.address, connector=connector) as session, AsyncExitStack() as open_:
        tell(f"{DIMENSION}: beginning {max(sizes)} conversations")
        begun = [await posted(session, "/api/v1/conversations", {}) for _ in range(max(sizes))]
        await asyncio.sleep(2)
        listening = 0
        for size in sizes:
            tell(f"{DIMENSION}: opening {size}")
            before = server.resident
            for first in range(listening, size, AT_ONCE):
                some = begun[first : min(size, first + AT_ONCE)]
                for answer in await asyncio.gather(*(_listen(session, each) for each in some)):
                    open_.push_async_callback(_close, answer)
            await asyncio.sleep(2)
            kb, listening = (server.resident - before) / (size - listening), size
            found.append(Found(DIMENSION, size, "memory", "kB a listener", [kb], at_most=MOST_KB))
            found.append(Found(DIMENSION, size, "doing nothing", "CPU ms a second", [await _idle(server)]))
            tell(f"{DIMENSION}: messages beside {size}")
            costs = [await _message(server, texts) for _ in range(rounds)]
            found.append(Found(DIMENSION, size, "a message", values=costs))
    return found


async def _listen(session: aiohttp.ClientSession, begun: dict[str, Any]) -> aiohttp.ClientResponse:
    headers = {"authorization": f"Bearer {begun['token']}", "accept": "text/event-stream"}
    path = f"/api/v1/conversations/{begun['id']}/events"
    answer = await session.get(path, headers=headers, timeout=aiohttp.ClientTimeout(total=None))
    answer.raise_for_status()
    return answer


async def _close(answer: aiohttp.ClientResponse) -> None:
    answer.close()


async def _idle(server: Running) -> float:
    before, begin = server.work, time.monotonic()
    await asyncio.sleep(IDLE)
    return 1000 * (server.work - before) / (time.monotonic() - begin)


async def _message(server: Running, texts: Texts) -> float:
    """Milliseconds of the server's processor time."""
    async with over_http(server.address)(1) as say:
        before = server.work
        for _ in range(ASKED):
            await say(0, texts())
        return 1000 * (server.work - before) / ASKED


def _allow(files: int) -> None:
    """As many open connections, here and in the processes that are started from here."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files if most == resource.RLIM_INFINITY else min(files, most)
    if now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
