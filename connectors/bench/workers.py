"""Messages a second with one to four processes on PostgreSQL and Redis."""

import asyncio
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from connectors.bench.growing import Found, Tell
from connectors.bench.processes import Running, served
from connectors.bench.serve import Found as Talked
from connectors.bench.serve import new_texts, over_http, talk

DIMENSION = "workers"
SIZES = (1, 2, 3, 4)
CONVERSATIONS = 16
NEAR = 0.75
"""The least part of as many times as much that counts as near-linear, up to as many workers as there are cores."""
QUIET = 0.3
"""Seconds of processor time a second, below which nobody is loading any more."""


def measure(
    model: Path, sizes: Sequence[int], rounds: int, seconds: float, postgresql: str, redis: str, tell: Tell
) -> list[Found]:
    """All numbers in turn, each started anew in every round.

    Args:
        seconds: how long each is asked, per round.
        postgresql: DATABASE_URL of a database that is there for this.
        redis: REDIS_URL.
    """
    cores = len(os.sched_getaffinity(0))
    goals = {size: NEAR * size if 1 < size <= cores else None for size in sizes}
    rate = {size: Found(DIMENSION, size, "messages", "a second", least=goals[size]) for size in sizes}
    cost = {size: Found(DIMENSION, size, "a message") for size in sizes}
    texts = new_texts()
    shared = {"DATABASE_URL": postgresql, "REDIS_URL": redis}
    for _ in range(rounds):
        for size in sizes:
            tell(f"workers: starting {size}")
            with _all_ready(model, size, shared) as server:
                tell(f"workers: asking {size}")
                before, talked = server.work, Talked()
                asyncio.run(_ask(server, texts, seconds, talked))
                rate[size].values.append(talked.rates[0])
                cost[size].values.append(1000 * (server.work - before) / len(talked.seconds))
    return [*rate.values(), *cost.values()]


@contextmanager
def _all_ready(model: Path, workers: int, environment: Mapping[str, str]) -> Iterator[Running]:
    """A server of so many processes, all of which have loaded: the first that is ready answers for all."""
    with served(model, environment, workers) as server:
        before = -1.0
        while server.work - before > QUIET:
            before = server.work
            time.sleep(1)
        yield server


async def _ask(server: Running, texts: Iterator[str], seconds: float, talked: Talked) -> None:
    async with over_http(server.address)(CONVERSATIONS) as say:
        await talk(say, texts, CONVERSATIONS, seconds, talked)
