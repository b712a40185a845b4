"""A server that is told to stop answers first what it has begun; one that is told to renew itself goes on answering."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from bot.assistant import teaching, training
from bot.records.database import Database
from bot.records.tables import Message
from bot.settings import ROOT, Settings
from connectors import demo
from tests.conftest import TLS
from tests.scale.conftest import free_port, new_database
from tests.scale.load import Load
from tests.sms.conftest import eventually

LONG = (
    "I cannot pay the rent this month, and how do I apply for child benefit? My son needs glasses, who pays for them?"
)
PEOPLE = 6


@dataclass
class Served:
    """`rettvis serve`, as it is run for real."""

    process: subprocess.Popen[bytes]
    port: int
    database: Database
    folder: Path
    examples: Path
    workers: int
    heard: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def model(self) -> str:
        with suppress(httpx.TransportError):
            return str(httpx.get(f"{self.url}/readyz", timeout=60, verify=TLS).json().get("model"))
        return ""

    def begin(self) -> tuple[str, dict[str, str]]:
        begun = httpx.post(f"{self.url}/api/v1/conversations", json={"language": "en"}, timeout=60).json()
        return begun["id"], {"authorization": f"Bearer {begun['token']}"}


@pytest.fixture(params=[1, 2], ids=["one process", "two workers"])
def served(
    request: pytest.FixtureRequest, environment: dict[str, str], postgresql: str, tmp_path: Path, model: Path
) -> Iterator[Served]:
    examples, models, port = tmp_path / "examples", tmp_path / "models", free_port()
    shutil.copytree(Settings.examples, examples)
    models.mkdir()
    shutil.copyfile(model, models / model.name)
    url = new_database(postgresql)
    own = {"RETTVIS_VAR": str(tmp_path), "RETTVIS_EXAMPLES": str(examples), "DATABASE_URL": url}
    database = Database(url)
    database.migrate()
    demo.load(database)
    command = [str(Path(sys.executable).parent / "rettvis"), "serve", "--port", str(port)]
    command += ["--workers", str(request.param)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment, **own})
    found = Served(process, port, database, tmp_path, examples, request.param)
    try:
        eventually(lambda: found.model() == model.name)
        yield found
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        database.close()


def test_what_is_in_flight_is_answered_by_the_model_it_began_with_or_the_new_one_and_then_the_server_stops(
    served: Served, model: Path
) -> None:
    assert teaching.add(served.examples, "nb", "barnetrygd", "penger for ungene hver måned, hvordan da") is not None
    newer = model.with_name(training.name_of(training.fingerprint(served.examples))).name
    # learned or not: it is the name that says what it was learned from
    shutil.copyfile(served.folder / "models" / model.name, served.folder / "models" / newer)
    with Load(served.database, lambda: (served.port,), impatient=0) as load:
        served.process.send_signal(signal.SIGHUP)
        eventually(lambda: all(served.model() == newer for _ in range(10)))
    found = load.figures("another model", 1)
    assert (found.lost, found.doubled, found.refused) == (0, 0, 0)
    if served.workers == 1:
        assert found.cut_off == 0, (
            "nobody need notice; of several, one that is replaced may close a connection that waits"
        )

    stream_ended = threading.Event()
    conversation, headers = served.begin()

    def listen() -> None:
        path = f"{served.url}/api/v1/conversations/{conversation}/events"
        with httpx.stream("GET", path, headers=headers, timeout=120) as stream:
            for line in stream.iter_lines():
                served.heard.append(line)
        stream_ended.set()  # and no error: it was brought to its end

    def ask(_: int) -> int:
        id, own = served.begin()
        begun.release()
        everybody.wait()
        body = {"client_id": "c1", "text": LONG}
        return httpx.post(
            f"{served.url}/api/v1/conversations/{id}/messages", json=body, headers=own, timeout=60
        ).status_code

    begun, everybody = threading.Semaphore(0), threading.Event()
    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    body = {"client_id": "c1", "text": "How much child benefit do I get for two kids?"}
    httpx.post(f"{served.url}/api/v1/conversations/{conversation}/messages", json=body, headers=headers, timeout=60)
    eventually(lambda: any("Child benefit" in line for line in served.heard))
    before = stored(served.database)
    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = [pool.submit(ask, each) for each in range(PEOPLE)]
        for _ in range(PEOPLE):
            begun.acquire()
        everybody.set()
        eventually(lambda: stored(served.database) > before, 60)
        served.process.send_signal(signal.SIGTERM)
        codes = [each.result() for each in answers if each.exception() is None]
    assert served.process.wait(60) in (0, -signal.SIGTERM)
    assert codes
    assert set(codes) == {200}
    assert stored(served.database) - before == len(codes), "whose message was kept, was answered"
    assert load.waiting() == 0
    assert stream_ended.wait(30)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", served.port)) != 0


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Message.author == "citizen", Message.text == LONG)) or 0
