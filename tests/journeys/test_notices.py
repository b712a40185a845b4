"""Staff are told outside Rettvis that a person waits: by e-mail, SMS or webhook, without a word of whom or what about."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from bot.records.database import Database
from bot.records.tables import Notice, now
from connectors import notices
from tests.bot.helping import contact, conversation, request


class Post:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.refuses = False

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        if self.refuses:
            return "451 not now"
        self.received.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    kept = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("RETTVIS_NOTIFY_EMAIL", f"mailto://127.0.0.1:{port}?from=rettvis@example.org&to={{to}}")
    yield kept
    controller.stop()


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict]]]:
    """A webhook: its address, and what it has been sent."""
    received: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/rettvis", received
    server.shutdown()
    server.server_close()


def send(database: Database) -> int:
    return asyncio.run(notices.send_due(database))


def test_an_e_mail_says_that_a_person_waits_and_nothing_else(database: Database, post: Post) -> None:
    contact(database, "ingrid", notify={"email": "ingrid@example.org"})
    request(database, conversation(database), now(), topic="vold-og-krisesenter")
    assert send(database) == 1
    ((to, mail),) = post.received
    assert to == ["ingrid@example.org"]
    text = mail.get_body().get_content()
    assert "En person venter på deg i Rettvis" in text or "A person is waiting for you in Rettvis" in text
    assert "vold" not in mail.as_string().lower()
    assert send(database) == 0  # once


def test_a_webhook_gets_the_same(
    database: Database, hook: tuple[str, list[dict]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, received = hook
    monkeypatch.setenv("RETTVIS_NOTIFY_WEBHOOK", "json{to}")
    monkeypatch.setenv("RETTVIS_NOTIFY_HOSTS", "127.0.0.1")
    contact(database, "ingrid", notify={"webhook": address}, languages=["en"])
    request(database, conversation(database), now(), urgent=True)
    assert send(database) == 1
    assert received[0]["message"] == "Urgent: a person needs you in Rettvis now."


def test_what_could_not_be_sent_is_tried_again_later_and_then_sent_once(database: Database, post: Post) -> None:
    contact(database, "ingrid", notify={"email": "ingrid@example.org"})
    request(database, conversation(database), now())
    post.refuses = True
    assert send(database) == 0
    assert send(database) == 0  # not again at once
    post.refuses = False
    with database.transaction() as session:
        notice = session.scalars(select(Notice)).one()
        assert notice.tries == 1
        assert notice.next_try_at > now()
        notice.next_try_at = now()
    assert send(database) == 1
    assert len(post.received) == 1


def test_whoever_wants_no_notices_gets_none_and_is_not_tried_again(database: Database, post: Post) -> None:
    contact(database, "ingrid")
    request(database, conversation(database), now())
    assert send(database) == 1
    assert send(database) == 0
    assert post.received == []


def test_two_processes_send_a_notice_once(database: Database, post: Post) -> None:
    contact(database, "ingrid", notify={"email": "ingrid@example.org"})
    request(database, conversation(database), now())
    other = Database(database.url)

    async def both() -> list[int]:
        return list(await asyncio.gather(notices.send_due(database), notices.send_due(other)))

    assert sum(asyncio.run(both())) == 1
    other.close()
    time.sleep(0.1)
    assert len(post.received) == 1


@pytest.mark.parametrize(
    ("kept", "sent"),
    [("https://hooks.example.org/a/b", "jsons://hooks.example.org/a/b"), ("http://10.0.0.1/x", "json://10.0.0.1/x")],
)
def test_a_webhook_is_encrypted_where_its_address_is(
    kept: str, sent: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETTVIS_NOTIFY_WEBHOOK", "json{to}")
    assert notices.ways(contact(database, "ingrid", notify={"webhook": kept})) == [sent]


def test_an_address_cannot_change_how_it_is_sent(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETTVIS_NOTIFY_EMAIL", "mailto://127.0.0.1?from=rettvis@example.org&to={to}")
    (way,) = notices.ways(contact(database, "ingrid", notify={"email": "a@b.no&from=x@y.no"}))
    assert way.endswith("&to=a%40b.no%26from%3Dx%40y.no")
