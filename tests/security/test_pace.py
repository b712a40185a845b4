"""How much may come at a time, and that nobody in danger is kept waiting by it."""

import time
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Limits, Settings
from connectors.pace import Pace, TooMuch, address
from tests.conftest import Citizen, Server
from tests.scale.conftest import RedisServer

KEY = "a key for tests only, of 32+ characters"
SMALL = Limits(conversation="3/minute", address="20/minute", begin="2/hour", sign_in="3/minute", phone="3/minute")
DANGER = "he is beating me"


@pytest.fixture
def strict(guarded: Server) -> Iterator[Server]:
    """The server with limits that are reached soon, in the middle of a minute: the sliding windows turn with it, and then
    forget a little of what was counted."""
    left = 60 - time.time() % 60
    time.sleep(left if left < 15 else 0)
    state = guarded._app.state
    state.installation = replace(before := guarded.installation, pace=Pace(SMALL, KEY))
    yield guarded
    state.installation = before


def test_what_is_too_much_in_a_conversation_is_refused_with_the_time_to_wait_and_where_to_turn(strict: Server) -> None:
    citizen = Citizen(strict, language="pl")
    for _ in range(3):
        assert citizen.send(text="Ile dostanę na dzieci?").status_code == 200
    refused = citizen.send(text="Ile dostanę na dzieci?")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:rettvis:problem:too_much"
    assert "Proszę chwilę poczekać" in refused.json()["detail"]
    assert "112" in refused.json()["detail"]
    assert 1 <= int(refused.headers["retry-after"]) <= 120
    assert [each["author"] for each in citizen.history()].count("citizen") == 3


def test_who_writes_of_danger_is_answered_however_much_they_have_written(strict: Server) -> None:
    citizen = Citizen(strict, language="en")
    for _ in range(3):
        citizen.write("help")
    assert citizen.send(text="help").status_code == 429
    for _ in range(3):
        assert citizen.write(DANGER)[0]["card"]["kind"] == "crisis"


def test_one_conversation_that_writes_too_much_holds_up_no_other(strict: Server) -> None:
    first, second = Citizen(strict, language="en"), Citizen(strict, language="en")
    while first.send(text="help").status_code == 200:
        pass
    assert second.send(text="help").status_code == 200


def test_the_page_gives_back_what_was_written_in_the_persons_language(strict: Server) -> None:
    browser = strict.client(follow_redirects=True)
    for _ in range(3):
        assert browser.post("/say", data={"text": "ساعدوني", "lang": "ar", "chosen": "1"}).status_code == 200
    refused = browser.post("/say", data={"text": "هل من جواب؟"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "يرجى الانتظار" in refused.text
    assert "هل من جواب؟" in refused.text
    by_script = browser.post("/say", data={"text": "?"}, headers={"x-requested-with": "script"})
    assert by_script.status_code == 429
    assert "112" in by_script.json()["error"]


def test_an_address_that_sends_too_much_is_told_where_to_turn_and_others_go_on(strict: Server) -> None:
    one, other = {"x-forwarded-for": "203.0.113.7"}, {"x-forwarded-for": "203.0.113.8"}
    browser = strict.client(headers={"accept-language": "so, en;q=0.5"})
    answers = [browser.get("/topics?q=x", headers=one)]
    while answers[-1].status_code == 200 and len(answers) < 60:  # on a slow machine some of the window has passed
        answers.append(browser.get("/topics?q=x", headers=one))
    *let_in, page = answers
    assert len(let_in) >= 20
    assert page.status_code == 429
    assert "Yara sug" in page.text
    assert 'href="tel:112"' in page.text
    assert 'href="tel:113"' in page.text
    assert page.headers["content-security-policy"]
    problem = browser.post("/api/v1/screenings", json={}, headers=one)
    assert problem.status_code == 429
    assert problem.headers["content-type"] == "application/problem+json"
    assert browser.get("/topics?q=x", headers=other).status_code == 200
    assert browser.get("/static/style.css", headers=one).status_code == 200
    assert browser.get("/readyz", headers=one).status_code == 200


def test_conversations_begun_from_one_address_are_counted_and_those_begun_go_on(strict: Server) -> None:
    here = {"x-forwarded-for": "203.0.113.20"}
    client = strict.client(headers=here)
    begun = [client.post("/api/v1/conversations", json={}) for _ in range(3)]
    assert [each.status_code for each in begun] == [201, 201, 429]
    assert strict.client(headers=here).post("/say", data={"text": "help"}).status_code == 429
    danger = strict.client(headers=here).post("/say", data={"text": DANGER, "lang": "en"}, follow_redirects=True)
    assert danger.status_code == 200
    assert "112" in danger.text
    mine = {"authorization": f"Bearer {begun[0].json()['token']}"}
    url = f"/api/v1/conversations/{begun[0].json()['id']}/messages"
    assert client.post(url, json={"client_id": "a", "text": "help"}, headers=mine).status_code == 200


def test_passwords_tried_from_one_address_are_counted_whatever_the_account(strict: Server) -> None:
    guesser = strict.client(headers={"x-forwarded-for": "203.0.113.30"})
    csrf = guesser.get("/sign-in").text.split('name="csrf" value="')[1].split('"')[0]

    def guess(login: str) -> int:
        return guesser.post("/sign-in", data={"csrf": csrf, "login": login, "password": "guess"}).status_code

    assert [guess(f"nobody{number}") for number in range(4)] == [401, 401, 401, 429]


def test_a_proxy_is_believed_about_the_last_address_only(strict: Server) -> None:
    """What a client claims stands before what the proxy adds."""
    client = strict.client()
    for number in range(20):
        assert client.get("/", headers={"x-forwarded-for": f"198.51.100.{number}, 203.0.113.40"}).status_code == 200
    assert client.get("/", headers={"x-forwarded-for": "198.51.100.99, 203.0.113.40"}).status_code == 429


def _from(host: str) -> str | None:
    return address(Request({"type": "http", "client": (host, 1), "headers": []}))


def test_a_household_with_ipv6_is_one_and_the_machine_itself_is_nobody() -> None:
    assert _from("2001:db8:1:2::1") == _from("2001:db8:1:2:ffff::9")
    assert _from("2001:db8:1:2::1") != _from("2001:db8:1:3::1")
    assert _from("::ffff:203.0.113.7") == _from("203.0.113.7") == "203.0.113.7"
    assert [_from(each) for each in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "testclient", "")] == [None] * 5


@given(st.ip_addresses())
def test_every_address_is_somebody_or_the_machine_itself(found: object) -> None:
    ip = ip_address(str(found))
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    assert (_from(str(ip)) is None) == mapped.is_loopback


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.stop()


def test_processes_count_together_in_redis_and_each_by_itself_while_it_is_away(redis: RedisServer) -> None:
    one, two = (Pace(SMALL, KEY, redis.url) for _ in range(2))
    for each in (one, two, one):
        each.count("conversation", "somebody")
    for each in (one, two):
        with pytest.raises(TooMuch):
            each.count("conversation", "somebody")
    assert b"somebody" not in b"".join(one._together.storage.storage.keys("*"))  # type: ignore[union-attr]
    redis.stop()
    for each in (one, two):
        for _ in range(3):
            each.count("conversation", "somebody")
        with pytest.raises(TooMuch):
            each.count("conversation", "somebody")
    redis.start()


def test_a_limit_can_be_turned_off_and_one_that_cannot_be_read_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Pace(replace(SMALL, conversation="off"), KEY)
    for _ in range(100):
        pace.count("conversation", "somebody")
    monkeypatch.setenv("RETTVIS_LIMIT_PHONE", "5/minute")
    assert Settings.from_environment().limits.phone == "5/minute"
    monkeypatch.setenv("RETTVIS_LIMIT_BEGIN", "a few")
    with pytest.raises(SystemExit, match="RETTVIS_LIMIT_BEGIN"):
        Settings.from_environment()


def test_who_has_waited_may_go_on() -> None:
    pace = Pace(replace(SMALL, conversation="1/second"), KEY)
    pace.count("conversation", "somebody")
    with pytest.raises(TooMuch) as refused:
        pace.count("conversation", "somebody")
    assert refused.value.wait >= 1
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            return pace.count("conversation", "somebody")
        except TooMuch:
            time.sleep(0.05)
    pytest.fail("it never may")
