"""What is secret, and what people write, never stands in a log: proved by reading everything a real server prints."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import httpx
import pytest
import structlog
from starlette.types import Receive, Scope, Send

from bot.records.database import Database
from connectors import demo
from connectors.problems import Unforeseen
from tests.conftest import PASSWORD, TLS, StaffMember

WORD = "Quagmire"
"""Stands in everything that is written here."""
PHONE, OTHER_PHONE = "+4791234567", "91765432"
SECRETS = {
    "SECRET_KEY": "kept-in-the-environment-only-0123456789",
    "RETTVIS_KANNEL_SECRET": "between-kannel-and-us",
    "RETTVIS_KANNEL_PASSWORD": "for-kannel-only",
    "RETTVIS_TWILIO_TOKEN": "for-twilio-only-0123",
    "RETTVIS_METRICS_TOKEN": "for-prometheus-only",
    "OIDC_CLIENT_SECRET": "for-the-provider-only",
}
GUESS = "a-password-that-was-guessed"


class Printing:
    """`rettvis serve` in a process of its own, and all that it prints."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url, self.file = f"http://127.0.0.1:{port}", folder / "printed.txt"
        self.database = folder / "rettvis.sqlite3"
        command = [sys.executable, "-c", "from connectors.cli import main; main()", "serve", "--port", str(port)]
        given = {**os.environ, **environment, "RETTVIS_ADDRESS": self.url}
        self._out: IO[bytes] = self.file.open("wb")
        self._process = subprocess.Popen(command, env=given, stdout=self._out, stderr=subprocess.STDOUT)

    def ready(self) -> None:
        end = time.monotonic() + 180
        while time.monotonic() < end:
            assert self._process.poll() is None, self.file.read_text()
            try:
                if httpx.get(f"{self.url}/readyz", verify=TLS).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        pytest.fail("the server did not start")

    def change(self, statement: str) -> None:
        """Change its records behind its back."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            connection.execute(statement)

    def end(self) -> str:
        """Ask it to end; what it has printed."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)
        self._out.close()
        return self.file.read_text(encoding="utf-8", errors="replace")


@pytest.fixture
def printing(tmp_path: Path, model: Path) -> Iterator[Printing]:
    (tmp_path / "models").symlink_to(model.parent)
    database = Database(f"sqlite:///{tmp_path / 'rettvis.sqlite3'}")
    database.migrate()
    demo.load(database)
    database.close()
    server = Printing(
        tmp_path,
        {
            **SECRETS,
            "DATABASE_URL": database.url,
            "RETTVIS_VAR": str(tmp_path),
            "RETTVIS_ROUND_SECONDS": "0.2",
            "RETTVIS_INSECURE_COOKIES": "1",
            "RETTVIS_SMS": "kannel twilio",
            "RETTVIS_KANNEL_URL": "http://127.0.0.1:9/sendsms",  # nobody is there: sending fails
            "RETTVIS_KANNEL_USERNAME": "rettvis",
            "RETTVIS_KANNEL_NUMBER": "26112",
            "RETTVIS_TWILIO_URL": "http://127.0.0.1:9",
            "RETTVIS_TWILIO_ACCOUNT": "AC1",
            "RETTVIS_TWILIO_NUMBER": "+4759440000",
            "OIDC_ISSUER": "http://127.0.0.1:9",
            "OIDC_CLIENT_ID": "rettvis",
            "RETTVIS_LIMIT_SIGN_IN": "5/minute",
        },
    )
    yield server
    server.end()


def test_nothing_of_what_people_write_and_no_secret_is_ever_printed(printing: Printing) -> None:
    printing.ready()
    with httpx.Client(base_url=printing.url, timeout=60) as api, httpx.Client(base_url=printing.url, timeout=60) as web:
        begun = api.post("/api/v1/conversations", json={"language": "en"}).json()
        api.headers["authorization"] = f"Bearer {begun['token']}"
        mine = f"/api/v1/conversations/{begun['id']}"

        def say(text: str, status: int = 200) -> Any:
            answer = api.post(f"{mine}/messages", json={"client_id": text[:90], "text": text})
            assert answer.status_code == status, answer.text
            return answer.json()

        say(f"How much child benefit do I get for two kids? {WORD}")
        say(f"he is beating me {WORD} call {PHONE}")
        printing.change("ALTER TABLE needs RENAME TO needs_away")
        say(f"who won the football match {WORD}")  # a turn that fails
        printing.change("ALTER TABLE needs_away RENAME TO needs")

        # 4xx, each with words in it
        say(f"{WORD} \x00", 422)
        say(WORD * 600, 422)
        assert api.post(f"{mine}/messages", content=b'{"text": "' + WORD.encode()).status_code == 422
        assert api.get(f"{mine}/messages?after={WORD}").status_code == 422
        assert api.post("/api/v1/screenings", json={"facts": {WORD: WORD}}).status_code == 422
        assert httpx.get(f"{printing.url}/{WORD}?text={WORD}").status_code == 404
        assert web.get(f"/c/{WORD}").status_code == 410
        assert web.get(f"/topics?q={WORD}").status_code == 200

        # the page
        assert web.post("/say", data={"text": f"help {WORD} {PHONE}"}).status_code == 303
        cookie = web.cookies["rettvis"]
        assert "rettvis" in httpx.get(printing.url, cookies={"rettvis": f"{cookie}{WORD}"}).text.lower()

        # phones: the address itself has the words, the number and the secret in it
        def kannel(secret: str, text: str, status: int) -> None:
            query = {"secret": secret, "id": text[:8], "from": PHONE, "text": text}
            assert web.get("/sms/kannel", params=query).status_code == status

        kannel(SECRETS["RETTVIS_KANNEL_SECRET"], f"1 help me {WORD}", 200)
        kannel("a wrong secret", f"2 help me {WORD}", 403)
        no_charset = {"secret": SECRETS["RETTVIS_KANNEL_SECRET"], "id": "3", "from": OTHER_PHONE, "charset": WORD}
        assert web.get("/sms/kannel", params={**no_charset, "text": WORD}).status_code == 422
        assert web.post("/sms/twilio", data={"From": PHONE, "Body": WORD, "MessageSid": "1"}).status_code == 403
        assert web.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 200

        # staff
        form = {"csrf": StaffMember._csrf(web.get("/sign-in").text), "login": WORD, "password": GUESS}
        for status in (401, 401, 401, 401):
            assert web.post("/sign-in", data=form).status_code == status
        assert web.get("/sign-in/oidc").status_code == 502  # the provider is away
        staff = web.post("/sign-in", data={**form, "csrf": StaffMember._csrf(web.get("/sign-in").text)})
        session = web.cookies["rettvis_staff"]
        assert staff.status_code in (401, 429)

        # what nobody has thought of: a record that cannot be read, with words in it
        printing.change(f"UPDATE messages SET body = '{{\"{WORD}' WHERE author = 'bot'")
        failed = api.get(f"{mine}/messages")
        assert failed.status_code == 500
        assert failed.headers["content-type"] == "application/problem+json"
        assert failed.headers["content-security-policy"]
        assert WORD not in failed.text
        assert web.get("/").status_code == 500

        _until(lambda: "sms" in printing.file.read_text().lower())  # what could not be sent is logged
    printed = printing.end()
    assert "turn failed" in printed
    assert "a request failed" in printed
    assert "connectors/web/pages.py" in printed  # and where
    secret = {**SECRETS, "token": begun["token"], "cookie": cookie.partition(".")[2], "session": session}
    told = {name: value for name, value in secret.items() if value in printed}
    assert told == {}
    for words in (WORD, WORD.lower(), PHONE, PHONE[3:], OTHER_PHONE, GUESS, PASSWORD, "secret=", "from=%2B"):
        assert words not in printed


def _until(holds: Any) -> None:
    end = time.monotonic() + 60
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)


def test_secrets_come_from_the_environment_and_stand_in_no_file_of_ours() -> None:
    """Nothing that looks like one stands in the files git knows."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n")
    names = [name for name in listed if Path(name).name in (".env", "secret_key") or name.endswith((".pem", ".key"))]
    assert names == []


def test_an_answer_that_has_begun_just_ends_and_its_failure_is_logged_without_words() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError(WORD)

    async def receive() -> Any:
        return {"type": "http.request"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    with structlog.testing.capture_logs() as logged:
        asyncio.run(Unforeseen(app)({"type": "http", "path": "/", "headers": []}, receive, send))
    assert [each["type"] for each in sent] == ["http.response.start"]
    assert logged[0]["error"] == "ValueError"
    assert WORD not in json.dumps(logged)
