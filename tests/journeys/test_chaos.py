"""The server is killed at random points in scripted handoffs. Nothing that was accepted is lost, nothing doubled."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Message, Move
from bot.settings import ROOT
from connectors import demo
from tests.conftest import PASSWORD, TLS, StaffMember

HANDOFFS = int(os.environ.get("RETTVIS_TEST_HANDOFFS", "40"))
AT_ONCE = 10
ALIVE = (1.5, 5.0)
"""Seconds the server lives before it is killed, at random between these."""
PATIENCE = 120


@dataclass
class Mortal:
    """A server in a process of its own that is killed without warning and started again."""

    folder: Path
    port: int
    kills: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    child: int = 0

    def __post_init__(self) -> None:
        environment = {
            **os.environ,
            "RETTVIS_VAR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.folder / 'chaos.sqlite3'}",
            "SECRET_KEY": "a key for tests only, of 32+ characters",
            "RETTVIS_INSECURE_COOKIES": "1",
            "RETTVIS_ROUND_SECONDS": "0.3",
        }
        command = [sys.executable, "-m", "tests.journeys.warm", str(self.port)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        self.warm = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)  # type: ignore[call-overload]
        assert self.warm.stdout.readline() == "ready\n"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.warm.stdin.write("\n")
        self.warm.stdin.flush()
        self.child = int(self.warm.stdout.readline())
        end = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < end, "the server did not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=1, verify=TLS).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        os.kill(self.child, signal.SIGKILL)
        with suppress(ProcessLookupError):
            while True:  # until it is gone, or its successor could not have the port
                os.kill(self.child, 0)
                time.sleep(0.01)

    def end(self) -> None:
        self.done.set()
        self.kill()
        self.warm.kill()
        self.warm.communicate()

    def die_again_and_again(self) -> None:
        chance = random.Random(4)
        while not self.done.wait(chance.uniform(*ALIVE)):
            self.kill()
            self.kills += 1
            self.start()


class Persistent:
    """Sends a request until it is answered, as a channel does; the same request, under the same id."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=10, verify=TLS)

    def __enter__(self) -> "Persistent":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def request(self, method: str, path: str, **more: object) -> httpx.Response:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                answer = self.http.request(method, path, **more)  # type: ignore[arg-type]
                if answer.status_code < 500:
                    return answer
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{method} {path} was never answered")


class Staff:
    """The contacts, signed in once; their sessions outlive the server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._cookies: dict[str, tuple[dict[str, str], str]] = {}
        self._logins = {str(person["name"]): str(person["login"]) for person in demo.PEOPLE}

    def signed_in(self, name: str) -> tuple[Persistent, str]:
        with self._lock:
            if name not in self._cookies:
                self._cookies[name] = self._sign_in(self._logins[name])
        cookies, csrf = self._cookies[name]
        client = Persistent(self._url)
        client.http.cookies.update(cookies)
        return client, csrf

    def _sign_in(self, login: str) -> tuple[dict[str, str], str]:
        with Persistent(self._url) as client:
            client.http.follow_redirects = True
            csrf = StaffMember._csrf(client.request("GET", "/sign-in").text)
            client.request("POST", "/sign-in", data={"csrf": csrf, "login": login, "password": PASSWORD})
            page = client.request("GET", "/desk").text
            return dict(client.http.cookies), StaffMember._csrf(page)


class Script:
    """One person and one contact, from the first question to the bot being back."""

    def __init__(self, citizen: Persistent, staff: Staff) -> None:
        self.citizen = citizen
        self.staff = staff
        self.sent = 0
        begun = self.citizen.request(
            "POST", "/api/v1/conversations", json={"language": "en", "place": "trondheim"}
        ).json()
        self.id: str = begun["id"]
        self.citizen.http.headers["authorization"] = f"Bearer {begun['token']}"

    def run(self) -> str:
        self.says(text="How much child benefit do I get for two kids?")
        self.says(choice="human")
        self.says(choice="share:yes")
        with_whom = self.citizen.request("GET", f"/api/v1/conversations/{self.id}/contact").json()
        self.contact, self.csrf = self.staff.signed_in(with_whom["name"])
        with self.contact:
            self.with_a_person()
        self.says(text="what if they say no?")
        return self.id

    def with_a_person(self) -> None:
        self.handoff = self.my_handoff()
        self.desk("accept")
        self.desk("say", text="Hello", client_id="1")
        self.says(text="The rent is 9,000")
        self.says(text="and I have 4,000 left")
        self.desk("say", text="Send me the contract", client_id="2")
        self.says(text="Thank you")
        self.desk("close", outcome="met")

    def says(self, **body: str) -> None:
        self.sent += 1
        sent = {"client_id": f"c{self.sent}", **body}
        answer = self.citizen.request("POST", f"/api/v1/conversations/{self.id}/messages", json=sent)
        assert answer.status_code == 200, answer.text

    def desk(self, what: str, **form: str) -> None:
        answer = self.contact.request("POST", f"/desk/{self.handoff}/{what}", data={"csrf": self.csrf, **form})
        # 409: done the first time, but the answer to it was lost with the server
        assert answer.status_code in (303, 409), (what, answer.status_code)

    def my_handoff(self) -> int:
        export = self.citizen.request("GET", f"/api/v1/conversations/{self.id}/export").json()
        return int(export["handoffs"][0]["id"])


EXPECTED = [
    "citizen: How much child benefit do I get for two kids?",
    "bot: Child benefit",
    "citizen: Talk to a person",
    "bot: You can talk to",
    "citizen: Yes, share this",
    "bot: I have told",
    "system: You are now writing with",
    "contact: Hello",
    "citizen: The rent is 9,000",
    "citizen: and I have 4,000 left",
    "contact: Send me the contract",
    "citizen: Thank you",
    "system: ",  # has ended the conversation
    "system: Two short questions",
    "citizen: what if they say no?",
    "bot: ",
]


@pytest.fixture
def mortal(tmp_path: Path, model: Path) -> Iterator[Mortal]:
    (tmp_path / "models").symlink_to(model.parent)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    database = Database(f"sqlite:///{tmp_path / 'chaos.sqlite3'}")
    database.migrate()
    demo.load(database)
    database.close()
    mortal = Mortal(tmp_path, port)
    mortal.start()
    yield mortal
    mortal.end()


def one_handoff(url: str, staff: Staff) -> str:
    with Persistent(url) as citizen:
        return Script(citizen, staff).run()


def test_handoffs_under_a_server_that_is_killed_again_and_again_nothing_is_lost_or_doubled(
    mortal: Mortal, tmp_path: Path
) -> None:
    staff = Staff(mortal.url)
    killer = threading.Thread(target=mortal.die_again_and_again)
    killer.start()
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ids = list(pool.map(lambda _: one_handoff(mortal.url, staff), range(HANDOFFS)))
    finally:
        mortal.done.set()
        killer.join()
    database = Database(f"sqlite:///{tmp_path / 'chaos.sqlite3'}")
    lost, doubled, moves = compared(database, ids)
    database.close()
    print(f"\n{len(ids)} handoffs, {mortal.kills} kills: {lost} messages lost, {doubled} doubled or out of order")
    assert (lost, doubled) == (0, 0)
    assert moves == [["requested", "offered", "accepted", "waiting", "active", "waiting", "active", "closed"]]
    assert mortal.kills >= HANDOFFS // 20


def compared(database: Database, ids: list[str]) -> tuple[int, int, list[list[str]]]:
    """How many messages are missing, how many are more than once or out of order, and which ways the handoffs took."""
    lost = doubled = 0
    ways: Counter[tuple[str, ...]] = Counter()
    with database.reading() as session:
        for each in ids:
            said = [f"{message.author}: {message.text}" for message in conversations.history(session, each)]
            lost += max(0, len(EXPECTED) - len(said))
            doubled += max(0, len(said) - len(EXPECTED))
            doubled += len(said) == len(EXPECTED) and not all(map(str.startswith, said, EXPECTED))
            handoff = session.scalar(
                select(Message.handoff_id).where(Message.conversation_id == each).limit(1).offset(5)
            )
            ways[tuple(session.scalars(select(Move.state).where(Move.handoff_id == handoff).order_by(Move.id)))] += 1
    return lost, doubled, [list(way) for way in ways]
