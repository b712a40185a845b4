"""A real PostgreSQL and a real Redis on loopback, and servers in processes of their own that share them."""

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import psycopg
import pytest

from bot.records.database import Database
from bot.settings import ROOT
from connectors import demo
from tests.conftest import TLS
from tests.sms.conftest import NUMBER, SECRET, Wire, eventually

KEY = "a key for tests only, of 32+ characters"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _missing(reason: str) -> None:
    if os.environ.get("RETTVIS_NO_SKIPS"):
        pytest.fail(reason)
    pytest.skip(reason)


class PostgreSQLServer:
    """A PostgreSQL of its own, that can be stopped without warning and started again."""

    def __init__(self, folder: Path) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
        if not programs:
            _missing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
        # it refuses to run as root
        self._somebody = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._somebody:
            shutil.chown(folder, "postgres")
        self._programs, self._folder, self._port = programs[-1], folder, free_port()
        data = ("-D", str(folder / "data"))
        self._run("initdb", *data, "-U", "rettvis", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._pg_ctl("-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """As if it had crashed: connections are cut, and the next start recovers."""
        self._pg_ctl("-m", "immediate", "stop")

    def _pg_ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._somebody, str(self._programs / program), *arguments]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL, timeout=60)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQLServer]:
    folder = Path(tempfile.mkdtemp(prefix="rettvis-postgresql-"))
    server = PostgreSQLServer(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql(postgresql_server: PostgreSQLServer) -> str:
    """The address of a PostgreSQL of its own, without the name of a database."""
    return postgresql_server.address


@pytest.fixture
def postgresql_url(postgresql: str) -> str:
    return new_database(postgresql)


def new_database(postgresql: str) -> str:
    """The URL of an empty database."""
    name = f"rettvis_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"postgresql://rettvis@{postgresql}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql+psycopg://rettvis@{postgresql}/{name}"


class RedisServer:
    """A Redis of its own, that can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        if not shutil.which("redis-server"):
            _missing("Redis is not installed (Debian: apt-get install redis-server)")
        self._folder, self._port = folder, free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        command = [
            "redis-server",
            "--port",
            str(self._port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            self._folder,
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

        def there() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self._port)) == 0

        eventually(there, 20)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


class _InTurn(httpx.HTTPTransport):
    """Sends each request to the next of several servers."""

    def __init__(self, ports: list[int]) -> None:
        super().__init__(verify=TLS)
        self._ports = itertools.cycle(ports)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=next(self._ports))
        return super().handle_request(request)


@dataclass
class Serving:
    """One server, or several that take requests in turn, as the journeys of tests.conftest use a server."""

    ports: list[int]
    database: Database
    clients: ExitStack

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def installation(self) -> Any:
        return SimpleNamespace(database=self.database)

    def client(self, **options: Any) -> httpx.Client:
        transport = _InTurn(self.ports)
        return self.clients.enter_context(httpx.Client(base_url=self.url, timeout=60, transport=transport, **options))


@dataclass
class Workers:
    """Servers in processes of their own that share a database and, if it is named, a Redis.

    Args:
        like: others, from whose warm process these are started too: with their environment, changed by this one.
    """

    environment: dict[str, str]
    database: Database
    clients: ExitStack
    like: "Workers | None" = None
    pids: dict[int, int] = field(default_factory=dict)
    answering: set[int] = field(default_factory=set)
    """The ports of those that have answered."""

    def __post_init__(self) -> None:
        if self.like:
            self._warm = self.like._warm
            return
        command = [sys.executable, "-m", "tests.journeys.warm", "0"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        environment = {**os.environ, **self.environment}
        self._warm = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)  # type: ignore[call-overload]
        assert self._warm.stdout.readline() == "ready\n"

    def start(self, number: int) -> None:
        ports = [free_port() for _ in range(number)]
        for port in ports:
            self._warm.stdin.write(f"{port} {json.dumps(self.environment)}\n")
            self._warm.stdin.flush()
            self.pids[port] = int(self._warm.stdout.readline())
        for port in ports:
            eventually(lambda port=port: _answers(port), 100)
            self.answering.add(port)

    def __getitem__(self, number: int) -> Serving:
        return Serving([list(self.pids)[number]], self.database, self.clients)

    @property
    def all(self) -> Serving:
        return Serving(list(self.pids), self.database, self.clients)

    def freeze(self, port: int) -> None:
        """Without warning: it neither answers nor closes what is open."""
        os.kill(self.pids[port], signal.SIGSTOP)

    def kill(self, port: int) -> None:
        """Without warning, and for good."""
        self.answering.discard(port)
        _end(self.pids.pop(port))

    def end(self) -> None:
        self.clients.close()
        for pid in self.pids.values():
            _end(pid)
        if not self.like:
            self._warm.kill()
            self._warm.communicate()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2, verify=TLS).is_success
    except httpx.TransportError:
        return False


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        while True:
            os.kill(pid, 0)
            time.sleep(0.01)


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.stop()


@pytest.fixture(scope="module")
def environment(
    tmp_path_factory: pytest.TempPathFactory, model: Path, postgresql: str, redis_server: RedisServer, wire: Wire
) -> dict[str, str]:
    """What servers that share the work are started with; the demo contacts are there."""
    folder = tmp_path_factory.mktemp("workers")
    (folder / "models").symlink_to(model.parent)
    return {
        "RETTVIS_VAR": str(folder),
        "DATABASE_URL": new_database(postgresql),
        "REDIS_URL": redis_server.url,
        "SECRET_KEY": KEY,
        "RETTVIS_INSECURE_COOKIES": "1",
        "RETTVIS_ROUND_SECONDS": "0.3",
        "RETTVIS_LEFT_BEHIND_SECONDS": "3",
        "RETTVIS_ADDRESS": "http://127.0.0.1",
        "RETTVIS_SMS": "http",
        "RETTVIS_HTTP_URL": f"{wire.url}/send",
        "RETTVIS_HTTP_NUMBER": NUMBER,
        "RETTVIS_HTTP_SECRET": SECRET,
        "RETTVIS_HTTP_PER_SECOND": "500",
    }


@pytest.fixture(scope="module")
def workers(environment: dict[str, str]) -> Iterator[Workers]:
    database = Database(environment["DATABASE_URL"])
    database.migrate()
    demo.load(database)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_KEY", KEY)  # for what the tests read of encrypted columns
        workers = Workers(environment, database, ExitStack())
        try:
            workers.start(2)
            yield workers
        finally:
            workers.end()
            database.close()
