"""Phones that write to a real server, through a gateway that is faked at its wire, or through the real Kannel."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes

import httpx
import pytest
from sqlalchemy import select

from bot.phones.numbers import keyed_hash
from bot.records.database import Database
from bot.records.tables import Incoming, Outgoing, now
from bot.records.tables import Phone as Phones
from bot.settings import Keeping, Settings
from connectors import demo
from tests.conftest import Server

SECRET = "a secret that only the gateway knows"
NUMBER = "26112"
KEEPING = Keeping()
FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")


def eventually(look: Callable[[], Any], seconds: float = 300) -> Any:
    """What `look` sees as soon as it is something; fails after some seconds."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it has not happened"
        time.sleep(0.02)
    return found


class Wire:
    """The far side of a gateway: keeps what it is given, and can be away."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.answers_with = 200
        self.refuses: set[str] = set()
        wire = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                wire.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                is_json = "json" in self.headers["content-type"]
                told = json.loads(body) if is_json else {name: each[0] for name, each in parse_qs(body).items()}
                to = told.get("to") or told.get("To")
                status = 400 if to in wire.refuses else wire.answers_with
                answer = b""
                if status == 200:
                    told["id"] = f"g{len(wire.sent)}"
                    wire.sent.append(told)
                    answer = json.dumps({"id": told["id"], "sid": told["id"]}).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        class FarSide(ThreadingHTTPServer):
            request_queue_size = 128

        self._server = FarSide(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Phone:
    """Somebody's phone, on the generic gateway."""

    _last = 0

    def __init__(self, server: Server, wire: Wire, number: str | None = None) -> None:
        Phone._last += 1
        self.server, self.wire = server, wire
        self.number = number or f"+4790{Phone._last:06}"
        self._http = server.client(headers={"x-secret": SECRET})
        self._seen = 0

    def bring(self, text: str, **more: Any) -> httpx.Response:
        """A message as the gateway brings it."""
        return self._http.post("/sms/http", json={"id": uuid.uuid4().hex, "from": self.number, "text": text, **more})

    def write(self, text: str, **more: Any) -> str:
        """Write something; the next text that comes."""
        assert self.bring(text, **more).status_code == 200
        return self.next()

    def next(self) -> str:
        """The next text that comes."""
        found: str = eventually(lambda: self.texts()[self._seen :])[0]
        self._seen += 1
        return found

    def texts(self) -> list[str]:
        return [each["text"] for each in self.wire.sent if each.get("to") == self.number]

    def quiet(self) -> bool:
        """Whether nothing more has come, after all that was brought has been taken and sent."""
        settled(self.server, self.number)
        return len(self.texts()) == self._seen

    def report(self, status: str, number: int = -1) -> httpx.Response:
        """A delivery report on one of the texts that came."""
        mine = [each for each in self.wire.sent if each["to"] == self.number]
        return self._http.post("/sms/http/report", json={"id": mine[number]["id"], "status": status})


def settled(server: Server, number: str) -> None:
    """Waits until everything that came from a phone is done and everything that may go to it now is sent."""

    def nothing_left() -> bool:
        with server.installation.database.reading() as session:
            phone = session.scalar(select(Phones.id).where(Phones.hash == keyed_hash(number)))
            came = select(Incoming.id).where(
                Incoming.phone_id == phone, Incoming.done_at.is_(None), Incoming.parts == 1
            )
            may_go = (Outgoing.state == "queued", Outgoing.held_until.is_(None) | (Outgoing.held_until <= now()))
            goes = select(Outgoing.id).where(Outgoing.phone_id == phone, *may_go)
            return session.scalar(came.limit(1)) is None and session.scalar(goes.limit(1)) is None

    eventually(nothing_left)


@pytest.fixture(scope="session")
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.stop()


@pytest.fixture(autouse=True)
def _wire_answers(wire: Wire) -> Iterator[None]:
    yield
    wire.answers_with = 200
    wire.refuses.clear()


@pytest.fixture(scope="session")
def sms_server(tmp_path_factory: pytest.TempPathFactory, model: Path, wire: Wire) -> Iterator[Server]:
    """A server with two gateways, both of them at the far end of `wire`."""
    yield from serve(
        tmp_path_factory.mktemp("sms"),
        model,
        {
            "RETTVIS_SMS": "http twilio",
            "RETTVIS_HTTP_URL": f"{wire.url}/send",
            "RETTVIS_HTTP_NUMBER": NUMBER,
            "RETTVIS_HTTP_SECRET": SECRET,
            "RETTVIS_HTTP_PER_SECOND": "500",
            "RETTVIS_TWILIO_URL": wire.url,
            "RETTVIS_TWILIO_ACCOUNT": "AC1",
            "RETTVIS_TWILIO_TOKEN": SECRET,
            "RETTVIS_TWILIO_NUMBER": "+4759440000",
            "RETTVIS_TWILIO_PER_SECOND": "500",
        },
    )


def serve(
    folder: Path,
    model: Path,
    environment: dict[str, str],
    before: Callable[[Server], None] = lambda _: None,
    keeping: Keeping = KEEPING,
) -> Iterator[Server]:
    """A server with the demo contacts and these settings."""
    (folder / "models").symlink_to(model.parent)
    url = f"sqlite:///{folder / 'rettvis.sqlite3'}"
    settings = Settings(url, folder, "a key for tests only, of 32+ characters", True, False, keeping=keeping)
    database = Database(settings.database_url)
    database.migrate()
    demo.load(database)
    database.close()
    with pytest.MonkeyPatch.context() as patch:
        server = Server(settings)
        before(server)
        for name, value in {"RETTVIS_ROUND_SECONDS": "0.2", **environment}.items():
            patch.setenv(name, value.replace("{address}", server.url))
        server.start()
    yield server
    server.stop()


@pytest.fixture
def phone(sms_server: Server, wire: Wire) -> Phone:
    return Phone(sms_server, wire)


class Kannel:
    """bearerbox and smsbox of the real Kannel on loopback, with fakesmsc for the network and its phones."""

    def __init__(self, folder: Path, callback: str) -> None:
        self._folder = folder
        self.admin, self.box, self.network, self.sendsms = (_free_port() for _ in range(4))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._log = folder / "fakesmsc.out"
        self._log.touch()
        (folder / "kannel.conf").write_text(
            CONFIGURATION.format(
                folder=folder,
                admin=self.admin,
                box=self.box,
                network=self.network,
                sendsms=self.sendsms,
                callback=callback,
                secret=SECRET.replace(" ", "%20"),
            ),
            encoding="utf-8",
        )

    def start(self) -> "Kannel":
        self._run("bearerbox", str(self._folder / "kannel.conf"))
        _listens(self.box)
        self._run("smsbox", str(self._folder / "kannel.conf"))
        _listens(self.sendsms)
        return self

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        self._processes.clear()

    def write(self, number: str, text: str) -> None:
        """Somebody writes from a phone. fakesmsc sends what it was started with, so each message starts it anew."""
        self.hang_up()
        kind = (
            "text" if text.isascii() or set(text) <= set("æøåÆØÅ" + text.encode("ascii", "ignore").decode()) else "ucs2"
        )
        said = text if kind == "text" else "".join(f"%{byte:02X}" for byte in text.encode("utf-16-be"))
        self._phones = self._run(
            str(FAKESMSC), "-H", "127.0.0.1", "-r", str(self.network), "-m", "1", f"{number} {NUMBER} {kind} {said}"
        )

    def hang_up(self) -> None:
        phones = getattr(self, "_phones", None)
        if phones and phones in self._processes:
            phones.send_signal(signal.SIGTERM)
            phones.wait(10)
            self._processes.remove(phones)

    def received(self, number: str) -> list[str]:
        """What has come to a phone, part by part, without the headers of parts."""
        found: list[str] = []
        to = ""
        for line in self._log.read_text(encoding="utf-8", errors="replace").split("Got message ")[1:]:
            _, _, rest = line.partition(": <")
            said, closed, _ = rest.partition(">\n")
            if not closed:  # it is being written just now
                break
            if not said.startswith(f"{NUMBER} "):  # fakesmsc takes a line of a text for a message
                if to == number:
                    found[-1] += f"\n{said}"
                continue
            _, to, kind, said = said.split(" ", 3)
            if to != number:
                continue
            if kind == "udh":
                _, kind, said = said.split(" ", 2)
            data = said.encode() if kind == "text" else unquote_to_bytes(said.replace("+", "%20"))
            found.append(data.decode("utf-16-be" if b"\0" in data else "utf-8"))
        return found

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{Path(command[0]).name}.out").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        self._processes.append(process)
        return process


CONFIGURATION = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = for-tests
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal
log-file = {folder}/bearerbox.log
log-level = 1

group = smsc
smsc = fake
smsc-id = network
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
log-file = {folder}/smsbox.log
log-level = 1

group = sendsms-user
username = rettvis
password = for-tests
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
omit-empty = true
post-url = "{callback}/sms/kannel?secret={secret}&id=%I&from=%p"
"""


@pytest.fixture(scope="module")
def kannel(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[tuple[Server, Kannel]]:
    """A server that is connected to the real Kannel."""
    missing = [name for name in ("bearerbox", "smsbox") if not shutil.which(name)]
    if missing or not FAKESMSC.exists():
        reason = "Kannel is not installed (Debian: apt-get install kannel kannel-extras)"
        if os.environ.get("RETTVIS_NO_SKIPS"):
            pytest.fail(reason)
        pytest.skip(reason)
    started: list[Kannel] = []
    ports = tmp_path_factory.mktemp("kannel")
    environment = {
        "RETTVIS_SMS": "kannel",
        "RETTVIS_KANNEL_USERNAME": "rettvis",
        "RETTVIS_KANNEL_PASSWORD": "for-tests",
        "RETTVIS_KANNEL_NUMBER": NUMBER,
        "RETTVIS_KANNEL_SECRET": SECRET,
        "RETTVIS_KANNEL_PER_SECOND": "100",
    }

    def connect(server: Server) -> None:
        kannel = Kannel(ports, server.url).start()
        started.append(kannel)
        environment["RETTVIS_KANNEL_URL"] = f"http://127.0.0.1:{kannel.sendsms}/cgi-bin/sendsms"

    try:
        for server in serve(tmp_path_factory.mktemp("kannel-server"), model, environment, connect):
            yield server, started[0]
    finally:
        for each in started:
            each.hang_up()
            each.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> None:
    def there() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    eventually(there, 20)
