"""Whom this server speaks to: what its operator has configured, and webhooks of staff outside private networks."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import structlog

from bot.records.database import Database
from bot.records.tables import now
from connectors import notices
from tests.bot.helping import contact, conversation, request


@pytest.fixture
def inside() -> Iterator[tuple[int, list[str]]]:
    """Something on this machine that only the server should reach, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(f"{self.command} {self.path}")
            if self.path == "/on":
                self.send_response(307)
                self.send_header("location", "/secret")
            else:
                self.send_response(204)
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


def told(database: Database, webhook: str) -> list[dict]:
    """What is logged while somebody with this webhook is told that a person waits."""
    contact(database, "ingrid", notify={"webhook": webhook})
    request(database, conversation(database), now())
    with structlog.testing.capture_logs() as logged:
        asyncio.run(notices.send_due(database))
    return [dict(each) for each in logged]


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/secret",
        "http://localhost:{port}/secret",
        "http://[::ffff:127.0.0.1]:{port}/secret",
        "http://2130706433:{port}/secret",
        "http://0.0.0.0:{port}/secret",
        "http://0x7f.1:{port}/secret",
    ],
)
def test_a_webhook_that_leads_to_what_only_we_reach_is_not_called(
    address: str, database: Database, inside: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, asked = inside
    monkeypatch.setenv("RETTVIS_NOTIFY_WEBHOOK", "json{to}")
    logged = told(database, address.format(port=port))
    assert asked == []
    assert [each["event"] for each in logged] == ["a webhook leads into a private network and is not called"]
    assert "secret" not in str(logged)


@pytest.mark.parametrize("host", ["10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "[fd00::1]", "[fe80::1]"])
async def test_private_networks_are_inside_whatever_the_family(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETTVIS_NOTIFY_WEBHOOK", "json{to}")
    assert await notices._leads_inside(f"http://{host}/x")
    assert not await notices._leads_inside("https://93.184.215.14/x")


def test_a_webhook_that_sends_on_is_not_followed(
    database: Database, inside: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, asked = inside
    monkeypatch.setenv("RETTVIS_NOTIFY_WEBHOOK", "json{to}")
    monkeypatch.setenv("RETTVIS_NOTIFY_HOSTS", "127.0.0.1")
    told(database, f"http://127.0.0.1:{port}/on")
    assert asked == ["POST /on"]


def test_a_webhook_whose_host_is_not_found_is_tried_again_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETTVIS_NOTIFY_WEBHOOK", "json{to}")
    assert [each["event"] for each in told(database, "https://nowhere.invalid/x")] == ["a notice was not sent"]
