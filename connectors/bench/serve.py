"""`rettvis bench serve`: messages per second and how long one takes, beside a floor and, where it is there, stock Rasa.

All are asked in turn in every round, each text for the first time: so a busy machine is busy for all of them, and the
figures are to be read as ratios.
"""

import asyncio
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np

from bot.assistant.engine import Assistant
from bot.dialogue import Dialogue
from bot.records.database import Database
from connectors.bench.processes import Running, free_port, running
from connectors.bench.stock import Stock
from connectors.understanding import HELD_OUT
from knowledge.library import Library

CONVERSATIONS = (1, 16, 64)
PERCENTILES = (50, 95, 99)
Say = Callable[[int, str], Awaitable[None]]
Opened = Callable[[int], AbstractAsyncContextManager[Say]]
"""So many conversations, and how to say something in one of them."""


@dataclass(frozen=True)
class Contender:
    """One of those that are measured."""

    name: str
    opened: Opened
    processes: Sequence[Running] = ()


@dataclass
class Found:
    """What one contender did with so many conversations at once."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """Of each message."""

    def row(self) -> dict[str, float]:
        took = np.percentile(self.seconds, PERCENTILES) * 1000
        spread = {f"p{each}": round(float(value), 1) for each, value in zip(PERCENTILES, took, strict=True)}
        return {"per_second": round(statistics.median(self.rates), 1), **spread}


def run(model: Path, seconds: float, rounds: int, stock: Stock | None = None) -> dict[str, Any]:
    """Measure.

    Args:
        model: the trained assistant.
        seconds: how long each is asked, per round.
        rounds: how often; rates are medians of the rounds, times are of all messages together.
        stock: upstream Rasa, trained here if it is not yet.

    Returns:
        {"conversations": {"1": {contender: {"per_second", "p50", "p95", "p99"}}}: milliseconds; "memory": {contender: MB};
        "ready": {contender: seconds}; "stock_training": seconds an epoch, where it was trained}.
    """
    training = stock.train() if stock else 0.0
    with tempfile.TemporaryDirectory() as name, ExitStack() as open_:
        folder = Path(name)
        contenders = open_.enter_context(_contenders(folder, model, stock))
        report = asyncio.run(_measure(contenders, seconds, rounds))
        report["memory"] = {each.name: sum(p.memory for p in each.processes) for each in contenders if each.processes}
        report["ready"] = {
            each.name: round(max(p.ready_after for p in each.processes), 1) for each in contenders if each.processes
        }
    if stock and training:
        report["stock_training"] = round(training / stock.epochs)
    return report


async def _measure(contenders: Sequence[Contender], seconds: float, rounds: int) -> dict[str, Any]:
    texts = new_texts()
    found: dict[str, dict[str, Found]] = {}
    for conversations in CONVERSATIONS:
        here = found[str(conversations)] = {each.name: Found() for each in contenders}
        for _ in range(rounds):
            for each in contenders:
                async with each.opened(conversations) as say:
                    await talk(say, texts, conversations, seconds, here[each.name])
    rows = {number: {name: one.row() for name, one in here.items()} for number, here in found.items()}
    return {"conversations": rows}


def new_texts() -> Iterator[str]:
    """Questions, each with a number of its own, so that nobody has met it."""
    rows = HELD_OUT.read_text(encoding="utf-8").splitlines()
    for turn, line in enumerate(itertools.cycle(rows)):
        yield f"{json.loads(line)['text']} {turn}"


async def talk(say: Say, texts: Iterator[str], conversations: int, seconds: float, found: Found) -> None:
    """So many people write, each waiting for the answer before writing on."""
    begin = time.perf_counter()
    end, before = begin + seconds, len(found.seconds)

    async def talk(number: int) -> None:
        while time.perf_counter() < end:
            text = next(texts)
            asked = time.perf_counter()
            await say(number, text)
            found.seconds.append(time.perf_counter() - asked)

    await asyncio.gather(*(talk(number) for number in range(conversations)))
    found.rates.append((len(found.seconds) - before) / (time.perf_counter() - begin))


@contextmanager
def _contenders(folder: Path, model: Path, stock: Stock | None) -> Iterator[list[Contender]]:
    with ExitStack() as open_:
        database = Database(f"sqlite:///{folder / 'in_process.sqlite3'}")
        open_.callback(database.close)
        database.migrate()
        dialogue = Dialogue(database, Library.load(), Assistant(model, database))
        found = [Contender("in process", _in_process(dialogue))]
        for name, app in (("over HTTP", "connectors.app:create_app"), ("floor", "connectors.bench.floor:create_floor")):
            server = open_.enter_context(_server(app, folder / f"{name}.sqlite3", model))
            found.append(Contender(name, over_http(server.address), [server]))
        if stock:
            processes = open_.enter_context(stock.serving(folder))
            found.append(Contender("stock Rasa", _over_rest(processes[0].address), processes))
        yield found


def _in_process(dialogue: Dialogue) -> Opened:
    @asynccontextmanager
    async def opened(conversations: int) -> AsyncIterator[Say]:
        ids = [dialogue.begin("bench", "nb")[0].id for _ in range(conversations)]

        async def say(number: int, text: str) -> None:
            await dialogue.receive(ids[number], str(uuid.uuid4()), text)

        yield say

    return opened


def over_http(address: str) -> Opened:
    @asynccontextmanager
    async def opened(conversations: int) -> AsyncIterator[Say]:
        async with aiohttp.ClientSession(address) as session:
            begun = [await posted(session, "/api/v1/conversations", {}) for _ in range(conversations)]

            async def say(number: int, text: str) -> None:
                mine = begun[number]
                path = f"/api/v1/conversations/{mine['id']}/messages"
                body = {"client_id": str(uuid.uuid4()), "text": text}
                await posted(session, path, body, {"authorization": f"Bearer {mine['token']}"})

            yield say

    return opened


def _over_rest(address: str) -> Opened:
    """The REST channel of Rasa's."""

    @asynccontextmanager
    async def opened(conversations: int) -> AsyncIterator[Say]:
        async with aiohttp.ClientSession(address) as session:
            ids = [str(uuid.uuid4()) for _ in range(conversations)]

            async def say(number: int, text: str) -> None:
                await posted(session, "/webhooks/rest/webhook", {"sender": ids[number], "message": text})

            yield say

    return opened


async def posted(
    session: aiohttp.ClientSession, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Any:
    async with session.post(path, json=body, headers=headers) as answer:
        answer.raise_for_status()
        return await answer.json()


def _server(app: str, file: Path, model: Path) -> Any:
    port = free_port()
    environment = {
        "RETTVIS_VAR": str(model.parent.parent),
        "DATABASE_URL": f"sqlite:///{file}",
        "RETTVIS_LIMIT_CONVERSATION": "off",
        "SECRET_KEY": os.environ.get("SECRET_KEY", "only for a measurement, of 32 characters"),
    }
    command = [sys.executable, "-m", "uvicorn", app, "--factory", "--port", str(port), "--ws", "none"]
    address = f"http://127.0.0.1:{port}"
    return running([*command, "--log-level", "error", "--no-access-log"], address, "/readyz", environment)
