"""The citizen pages read from the right, on a phone 360 pixels wide."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from knowledge.languages import available, language
from tests.browser.conftest import accessible
from tests.browser.test_journey import no_sideways_scrolling
from tests.conftest import Server

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
NARROW = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("code", [code for code in available() if language(code).direction == "rtl"])
def test_a_conversation_fits_and_is_accessible_from_the_right(server: Server, open_page: OpenPage, code: str) -> None:
    page = open_page(**NARROW)
    page.goto(f"{server.url}/?lang={code}")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.locator("button[value=barnetrygd]").click()
    answer = page.locator(".message.bot").last
    expect(answer).to_have_attribute("dir", "rtl")
    accessible(page)
    assert no_sideways_scrolling(page)
    # The figure stands whole: its number is left of its unit, also in a line that runs from the right.
    assert "\u2068" in answer.inner_text()


def test_a_pseudo_text_twice_as_long_fits_too(server: Server, open_page: OpenPage, longer: None) -> None:
    page = open_page(**NARROW)
    for path in ("/?lang=ar", "/topics?lang=ar", "/topics/barnetrygd?lang=ar"):
        page.goto(server.url + path)
        assert no_sideways_scrolling(page)


@pytest.fixture
def longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of the interface is said twice: a translation may be much longer than the English."""
    from knowledge.languages import Catalogue

    real = Catalogue.find
    monkeypatch.setattr(
        Catalogue, "find", lambda self, text, context=None: f"⟦{real(self, text, context) or text} {text}⟧"
    )
