"""The citizen's page without JavaScript, and what every page must have."""

from pathlib import Path

import httpx
import pytest

from tests.conftest import Server

FIRST_LOAD = 60_000


@pytest.fixture
def browser(server: Server) -> httpx.Client:
    return server.client(follow_redirects=True, headers={"accept-language": "en"})


def test_a_conversation_works_with_forms_alone(browser: httpx.Client) -> None:
    page = browser.post("/say", data={"text": "How much child benefit do I get for two kids?", "client_id": "a"}).text
    assert "2,012 kr" in page
    assert "https://www.nav.no/barnetrygd" in page
    page = browser.post("/say", data={"choice": "ask_complaint", "client_id": "b"}).text
    assert "six weeks" in page
    assert page.count("How much child benefit do I get for two kids?") == 1


def test_the_page_speaks_the_language_that_is_picked_and_writes_it_the_right_way(browser: httpx.Client) -> None:
    assert '<html lang="en" dir="ltr">' in browser.get("/").text
    assert '<html lang="ar" dir="rtl">' in browser.get("/?lang=ar").text
    browser.post("/say", data={"text": "hvor mye er barnetrygden for to barn", "lang": "nb"})
    assert '<html lang="ar" dir="rtl">' in browser.post("/language", data={"lang": "ar"}).text


def test_an_empty_message_says_what_to_do_and_keeps_the_page(browser: httpx.Client) -> None:
    answer = browser.post("/say", data={"text": " ", "lang": "en"})
    assert answer.status_code == 422
    assert "There was nothing in the message." in answer.text


def test_everything_can_be_saved_and_deleted_from_the_page(browser: httpx.Client) -> None:
    browser.post("/say", data={"text": "How much child benefit do I get for two kids?"})
    assert browser.get("/export").json()["messages"][0]["text"] == "How much child benefit do I get for two kids?"
    browser.post("/delete")
    assert "rettvis" not in browser.cookies
    assert "How much child benefit" not in browser.get("/").text


def test_a_form_from_another_site_is_refused(browser: httpx.Client) -> None:
    answer = browser.post("/say", data={"text": "hello"}, headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 403


def test_the_first_load_is_small_and_asks_no_other_host(server: Server, browser: httpx.Client) -> None:
    page = browser.get("/").text
    static = Path(__file__).parents[2] / "connectors" / "static"
    parts = [static / name for name in ("style.css", "conversation.js", "leave.js", "icon.svg")]
    assert all(f"/static/{part.name}" in page for part in parts)
    assert len(page.encode()) + sum(part.stat().st_size for part in parts) <= FIRST_LOAD
    assert 'src="http' not in page
    assert "@import" not in (static / "style.css").read_text()
    assert "url(" not in (static / "style.css").read_text()


def test_every_answer_has_the_headers_that_protect_it(browser: httpx.Client) -> None:
    for path in ("/", "/sign-in", "/openapi.json", "/static/style.css", "/nothing"):
        headers = browser.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert browser.get("/").headers["cache-control"] == "no-store"


def test_the_process_says_that_it_lives_and_is_ready(browser: httpx.Client) -> None:
    assert browser.get("/healthz").text == "ok"
    ready = browser.get("/readyz").json()
    assert ready.pop("model").startswith("rettvis-")
    assert ready == {"ready": True, "entries": 51, "left_out": []}


def test_the_cookie_of_a_conversation_cannot_be_read_by_scripts(server: Server) -> None:
    answer = httpx.post(f"{server.url}/say", data={"text": "hello"})
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
