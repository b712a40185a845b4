"""A form of another site's, or without the token of the session, does nothing; and no page lets in a script of others."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from connectors import rendering
from connectors.app import create_app
from connectors.security import HEADERS
from tests.conftest import Server
from tests.security.conftest import FORMS, World, kept
from tests.security.test_matrix import MATRIX

OF_STAFF = re.compile(r"/(?:desk|me|people|switches|learning|curate|sign-in|sign-out)\b")
OF_PROGRAMS = re.compile(r"/(?:api|sms)/")
"""Who calls these proves with each request who it is; a browser sends nothing of that by itself."""
FORM_ROUTES = [path for method, path in MATRIX if method == "POST" and not OF_PROGRAMS.match(path)]
PAGES = [path for method, path in MATRIX if method == "GET"]
TEMPLATES = Path(rendering.__file__).parent / "templates"


@pytest.mark.parametrize("path", [path for path in FORM_ROUTES if OF_STAFF.match(path)])
def test_a_form_of_staff_without_the_token_of_the_session_changes_nothing(
    guarded: Server, world: World, path: str
) -> None:
    world.ready_for(path)
    address, before = world.path(path), kept(guarded)
    for name, somebody in world.people.items():
        if MATRIX["POST", path][name] != "in":
            continue
        for token in ("", "a guess", world.people["admin" if name == "contact" else "contact"].csrf):
            form = {**FORMS.get(path, {}), "csrf": token}
            assert somebody.send(guarded, "POST", address, **form).status_code == 403, name
    assert kept(guarded) == before


@pytest.mark.parametrize("path", [path for path in FORM_ROUTES if not OF_STAFF.match(path)])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_of_a_resident_that_another_site_has_sent_changes_nothing(
    guarded: Server, world: World, path: str, headers: dict[str, str]
) -> None:
    before = kept(guarded)
    for somebody in (world.people["nobody"], world.people["citizen"]):
        answer = httpx.post(
            f"{guarded.url}{world.path(path)}",
            data={"text": "help", "lang": "en"},
            headers=headers,
            cookies=somebody.cookies,
        )
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    assert kept(guarded) == before


def test_our_own_pages_forms_are_taken_though_browsers_do_not_say_where_they_come_from(guarded: Server) -> None:
    ours = {"origin": "null", "sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=guarded.url, headers=ours, timeout=60) as browser:
        assert browser.post("/say", data={"text": "help"}).status_code == 303


class _Inline(HTMLParser):
    """Finds what the content security policy would refuse."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "style" or (tag == "script" and not (values.get("src") or "").startswith("/static/")):
            self.found.append(f"<{tag}>")
        for name, value in attributes:
            told = (value or "").strip().lower()
            if name == "style" or name.startswith("on") or told.startswith(("javascript:", "data:")):
                self.found.append(f"{tag} {name}={value}")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_headers_and_nothing_inline(guarded: Server, world: World, path: str) -> None:
    world.ready_for(path)
    let_in = [name for name in world.people if MATRIX["GET", path][name] == "in"]
    for name in {"nobody", *let_in[-1:]}:
        somebody = world.people[name]
        answer = somebody.send(guarded, "GET", world.path(path))
        for header, value in HEADERS.items():
            assert answer.headers[header] == value
        assert answer.headers["cache-control"]
        if "text/html" in answer.headers.get("content-type", ""):
            assert _Inline(answer.text).found == [], name


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: file.name)
def test_no_template_has_anything_inline(template: Path) -> None:
    """`paper.html` alone has a style of its own: it becomes a file or a PDF, and no browser gets it from us."""
    found = _Inline(re.sub(r"{[{%#].*?[}%#]}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)).found
    assert found == (["<style>"] if template.name == "paper.html" else [])


def test_cookies_are_for_us_only(guarded: Server) -> None:
    with httpx.Client(base_url=guarded.url, timeout=60) as browser:
        set_by = [
            browser.post("/say", data={"text": "help"}).headers["set-cookie"],
            browser.get("/sign-in").headers["set-cookie"],
        ]
    for cookie in set_by:
        assert "httponly" in cookie.lower()
        assert "samesite=lax" in cookie.lower()


async def test_where_cookies_are_secure_so_is_everything(guarded: Server) -> None:
    here = guarded.installation
    app = create_app(settings := replace(here.settings, secure_cookies=True))
    app.state.installation = replace(here, settings=settings)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://rettvis.example.org") as browser:
        for answer in (await browser.get("/sign-in"), await browser.post("/say", data={"text": "help"})):
            assert "; secure" in answer.headers["set-cookie"].lower()
            assert answer.headers["strict-transport-security"].startswith("max-age=")
