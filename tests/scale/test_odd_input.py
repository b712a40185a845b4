"""What PostgreSQL does not hold, and SQLite does, is refused; nothing fails."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.settings import Settings
from tests.conftest import Citizen, Server, serving
from tests.scale.conftest import new_database


@pytest.fixture(scope="module")
def server(settings: Settings, postgresql: str) -> Iterator[Server]:
    yield from serving(replace(settings, database_url=new_database(postgresql)))


def test_a_sign_that_no_column_holds_and_a_name_too_long_are_refused(server: Server) -> None:
    citizen = Citizen(server, language="en")
    http = server.client(headers={"authorization": f"Bearer {citizen.token}"})
    assert citizen.request("POST", "/messages", json={"client_id": "a\x00", "text": "help"}).status_code == 422
    assert citizen.request("POST", "/messages", json={"client_id": "a", "text": "a\x00"}).status_code == 422
    for odd in ("%00", "x" * 3_000, "%ed%a0%80", "%ff"):
        assert 400 <= http.get(f"/api/v1/conversations/{odd}/messages").status_code < 500
        assert http.get("/", headers={"cookie": f"rettvis={odd}.x"}).status_code < 500
        assert http.get(f"/c/{odd}").status_code < 500
        assert http.get(f"/people/{odd}.jpg").status_code < 500
    assert http.get("/", headers={"cookie": b"rettvis=\x80\xff.x"}).status_code == 200
    assert http.get("/people/2147483648.jpg").status_code == 422
    page = http.get("/sign-in").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    assert http.post("/sign-in", data={"csrf": csrf, "login": "a\x00", "password": "b"}).status_code < 500
    assert citizen.write("How much child benefit do I get for two kids?")[0]["card"]["topic"] == "barnetrygd"
