"""`rettvis bench serve`: messages per second in process and over HTTP, beside the floor."""

import asyncio
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot.assistant.engine import Assistant
from bot.dialogue import Dialogue
from bot.records.database import Database
from connectors.understanding import HELD_OUT
from knowledge.library import Library

CONVERSATIONS = (1, 16)
Say = Callable[[int, str], Awaitable[None]]


def run(model: Path, seconds: float, rounds: int) -> dict[str, Any]:
    """Measure, the three in turn in every round.

    Args:
        model: the trained assistant.
        seconds: how long each is asked, per round.
        rounds: how often; the figure is the median.

    Returns:
        {"rows": [{"conversations", "in_process", "http", "floor", "ratio"}]}: messages per second, and http / floor.
    """
    with tempfile.TemporaryDirectory() as folder, _servers(Path(folder), model) as (real, floor):
        return asyncio.run(_measure(model, Path(folder), real, floor, seconds, rounds))


async def _measure(model: Path, folder: Path, real: str, floor: str, seconds: float, rounds: int) -> dict[str, Any]:
    database = Database(f"sqlite:///{folder / 'in_process.sqlite3'}")
    database.migrate()
    dialogue = Dialogue(database, Library.load(), Assistant(model, database))
    questions = [json.loads(line)["text"] for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    rows = []
    for conversations in CONVERSATIONS:
        found: dict[str, list[float]] = {"in_process": [], "http": [], "floor": []}
        for _ in range(rounds):
            found["in_process"].append(
                await _rate(_in_process(dialogue, conversations), questions, conversations, seconds)
            )
            for name, address in (("http", real), ("floor", floor)):
                async with _over_http(address, conversations) as say:
                    found[name].append(await _rate(say, questions, conversations, seconds))
        medians = {name: statistics.median(values) for name, values in found.items()}
        rows.append({"conversations": conversations, **medians, "ratio": medians["http"] / medians["floor"]})
    database.close()
    return {"rows": rows}


async def _rate(say: Say, questions: list[str], conversations: int, seconds: float) -> float:
    """Messages per second over so many conversations at once; each text is met for the first time in its run."""
    counter = itertools.count()
    end = time.perf_counter() + seconds

    async def talk(number: int) -> int:
        done = 0
        while time.perf_counter() < end:
            turn = next(counter)
            await say(number, f"{questions[turn % len(questions)]} {turn}")
            done += 1
        return done

    begin = time.perf_counter()
    done = await asyncio.gather(*(talk(number) for number in range(conversations)))
    return sum(done) / (time.perf_counter() - begin)


def _in_process(dialogue: Dialogue, conversations: int) -> Say:
    ids = [dialogue.begin("bench", "nb")[0].id for _ in range(conversations)]

    async def say(number: int, text: str) -> None:
        await dialogue.receive(ids[number], str(uuid.uuid4()), text)

    return say


@asynccontextmanager
async def _over_http(address: str, conversations: int) -> AsyncIterator[Say]:
    async with aiohttp.ClientSession(address) as session:
        begun = []
        for _ in range(conversations):
            async with session.post("/api/v1/conversations", json={}) as answer:
                begun.append(await answer.json())

        async def say(number: int, text: str) -> None:
            mine = begun[number]
            async with session.post(
                f"/api/v1/conversations/{mine['id']}/messages",
                json={"client_id": str(uuid.uuid4()), "text": text},
                headers={"authorization": f"Bearer {mine['token']}"},
            ) as answer:
                answer.raise_for_status()
                await answer.read()

        yield say


@contextmanager
def _servers(folder: Path, model: Path) -> Iterator[tuple[str, str]]:
    """The real app and the floor, one process each, on loopback; both end with the measurement."""
    shared = {**os.environ, "RETTVIS_VAR": str(model.parent.parent), "OMP_NUM_THREADS": "1"}
    shared["RETTVIS_LIMIT_CONVERSATION"] = "off"
    apps = {"real": "connectors.app:create_app", "floor": "connectors.bench.floor:create_floor"}
    processes, addresses = [], []
    try:
        for name, app in apps.items():
            port = _free_port()
            command = [sys.executable, "-m", "uvicorn", app, "--factory", "--port", str(port), "--ws", "none"]
            environment = {**shared, "DATABASE_URL": f"sqlite:///{folder / name}.sqlite3"}
            processes.append(subprocess.Popen([*command, "--log-level", "error", "--no-access-log"], env=environment))  # noqa: S603
            addresses.append(f"http://127.0.0.1:{port}")
        for address, process in zip(addresses, processes, strict=True):
            _wait(address, process)
        yield addresses[0], addresses[1]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=20)


def _wait(address: str, process: "subprocess.Popen[bytes]", seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"a server ended with {process.returncode} before it could be measured")
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2):  # noqa: S310 (loopback)
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise TimeoutError(f"{address} did not become ready")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
