"""What every test can have: the assistant trained once, a real server on SQLite, people to sign in as."""

import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("RETTVIS_INSECURE_COOKIES", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import httpx
import pytest
import uvicorn

from bot.assistant import training
from bot.assistant.engine import Assistant
from bot.dialogue import Dialogue
from bot.handoff.handoffs import open_handoff
from bot.records.database import Database
from bot.records.tables import Handoff
from bot.settings import ROOT, Settings
from connectors import demo
from connectors.app import create_app
from connectors.installation import Installation
from connectors.results import printing
from knowledge.library import Library
from tests.records import empty

PASSWORD = demo.PASSWORD
TLS = ssl.create_default_context()
"""For all clients: each would read the certificates of the whole world anew, to speak with this machine without TLS."""
LONG = (
    "journeys/test_cli.py",
    "journeys/test_examples.py",
    "journeys/test_fairness.py",
    "scale/test_breakdowns.py",
    "scale/test_stopping.py",
    "scale/test_workers.py",
    "journeys/test_chaos.py",
    "journeys/test_install.py",
    "journeys/test_staff.py",
    "journeys/test_result.py",
    "scale/test_copies.py",
    "journeys/test_silence.py",
)
"""Files of half a minute and more, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files: of two processes that share the files, none is left with a long one at the end."""
    places = {ROOT / "tests" / file: place for place, file in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(LONG)))


@pytest.fixture(scope="session")
def model() -> Path:
    """The assistant, trained now if its data changed since it was last trained."""
    return training.ensure(ROOT / "var" / "models")


@pytest.fixture(scope="module")
def dialogue(model: Path) -> Iterator[Dialogue]:
    """The real dialogue on a database in memory: for many conversations, without a server."""
    database = Database("sqlite://")
    database.migrate()
    yield Dialogue(database, Library.load(), Assistant(model, database))
    database.close()


@pytest.fixture
def pango() -> None:
    """For tests that make a PDF."""
    if not printing.possible():
        reason = "Pango is not installed (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0)"
        if os.environ.get("RETTVIS_NO_SKIPS"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database."""
    database = empty(tmp_path / "records.sqlite3")
    yield database
    database.close()


class Server:
    """The real application on loopback, in a thread of this process so that tests can look into its records."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._app = create_app(replace(settings, address=self.url))
        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=self.port, ws="none", log_level="error", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._clients = contextlib.ExitStack()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def installation(self) -> Installation:
        installation: Installation = self._app.state.installation
        return installation

    def client(self, **options: Any) -> httpx.Client:
        """An HTTP client that is closed with the server."""
        return self._clients.enter_context(httpx.Client(base_url=self.url, timeout=60, verify=TLS, **options))

    def start(self) -> "Server":
        self._thread.start()
        end = time.monotonic() + 120
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > end:
                raise RuntimeError("the server did not start")
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        self._clients.close()
        self._server.should_exit = True
        self._thread.join(timeout=30)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Settings:
    folder = tmp_path_factory.mktemp("installation")
    (folder / "models").symlink_to(model.parent)
    return Settings(
        f"sqlite:///{folder / 'rettvis.sqlite3'}", folder, "a key for tests only, of 32+ characters", True, False
    )


@pytest.fixture(scope="session")
def server(settings: Settings) -> Iterator[Server]:
    """One server for the whole run, with the demo contacts."""
    yield from serving(settings)


def serving(settings: Settings) -> Iterator[Server]:
    """A server with the demo contacts, until it is not needed any more."""
    database = Database(settings.database_url)
    database.migrate()
    demo.load(database)
    database.close()
    server = Server(settings).start()
    yield server
    server.stop()


class Citizen:
    """A person who uses the API as a channel does."""

    def __init__(self, server: Server, **begin: str) -> None:
        self._http = server.client()
        begun = self._http.post("/api/v1/conversations", json=begin)
        begun.raise_for_status()
        self.id: str = begun.json()["id"]
        self.token: str = begun.json()["token"]
        self._http.headers["authorization"] = f"Bearer {self.token}"
        self._said = 0

    def request(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        return self._http.request(method, f"/api/v1/conversations/{self.id}{path}", **more)

    def send(self, **body: object) -> httpx.Response:
        self._said += 1
        return self.request("POST", "/messages", json={"client_id": f"c{self._said}", **body})

    def write(self, text: str) -> list[dict]:
        """Write something; the replies."""
        answer = self.send(text=text)
        assert answer.status_code == 200, answer.text
        return answer.json()["replies"]

    def pick(self, choice: str) -> list[dict]:
        """Pick a choice; the replies."""
        answer = self.send(choice=choice)
        assert answer.status_code == 200, answer.text
        return answer.json()["replies"]

    def history(self, after: int = 0) -> list[dict]:
        return self.request("GET", f"/messages?after={after}").json()

    def ask_for_a_person(self, consent: str = "share:yes", place: str = "trondheim") -> dict:
        """The whole way to a request; the last reply."""
        self.pick("human")
        self.pick(f"place:{place}")
        return self.pick(consent)[-1]

    def handoff(self, server: "Server") -> Handoff:
        """The open handoff as it is kept now."""
        with server.installation.database.reading() as session:
            found = open_handoff(session, self.id)
        assert found is not None
        return found


@pytest.fixture
def citizen(server: Server) -> Citizen:
    return Citizen(server)


class StaffMember:
    """Somebody signed in on the staff pages, form by form."""

    def __init__(self, server: Server, login: str, password: str = PASSWORD) -> None:
        self.http = server.client(follow_redirects=True)
        self.csrf = self._csrf(self.http.get("/sign-in").text)
        self.signed_in = self.post("/sign-in", login=login, password=password)
        self.csrf = self._csrf(self.signed_in.text)

    @staticmethod
    def _csrf(page: str) -> str:
        return page.split('name="csrf" value="')[1].split('"')[0] if 'name="csrf"' in page else ""

    def post(self, path: str, **form: object) -> httpx.Response:
        return self.http.post(path, data={"csrf": self.csrf, **form})

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)


class Contact(StaffMember):
    """The contact who is asked about, or has in hand, what one citizen wants help with."""

    def __init__(self, server: Server, citizen: Citizen, login: str | None = None) -> None:
        found = citizen.handoff(server)
        self.id = found.id
        self.login = login or found.contact.login
        super().__init__(server, self.login)

    def do(self, what: str, **form: object) -> httpx.Response:
        """Send one of the forms of this handoff's page."""
        return self.post(f"/desk/{self.id}/{what}", **form)

    def page(self) -> str:
        return self.get(f"/desk/{self.id}").text


@pytest.fixture
def ingrid(server: Server) -> StaffMember:
    return StaffMember(server, "ingrid")


@pytest.fixture
def programme(server: Server) -> StaffMember:
    return StaffMember(server, "programme")
