"""The pages of the knowledge base on a small phone, in Arabic, without JavaScript, and on paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import accessible
from tests.browser.test_journey import PHONE, no_sideways_scrolling
from tests.conftest import Server

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def test_reading_in_arabic_on_a_small_phone_is_accessible(server: Server, open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    for path in ("/topics?lang=ar", "/topics?lang=ar&q=سكن", "/topics/gratis-skole?lang=ar&place=froya"):
        page.goto(server.url + path)
        accessible(page)
        assert no_sideways_scrolling(page)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")


def test_from_a_search_to_a_page_to_the_conversation_without_javascript(server: Server, open_page: OpenPage) -> None:
    page = open_page(**PHONE, java_script_enabled=False)
    page.goto(server.url + "/topics?lang=ar")
    page.locator("#q").fill("barntrygd")
    page.locator("#q").press("Enter")
    page.locator(".found a").first.click()
    expect(page.locator("h1")).to_contain_text("barnetrygd")
    page.locator("header select").select_option("en")
    page.locator("header button").click()
    expect(page.locator("article")).to_contain_text("2,012 kr")
    page.get_by_role("link", name="Frøya").click()
    expect(page.get_by_role("link", name="Frøya")).to_have_attribute("aria-current", "true")
    page.locator("button[name=choice]").click()
    expect(page.locator(".message.bot").last).to_contain_text("2,012 kr")
    page.locator(".message.bot").last.get_by_role("link", name="Open as a page").click()
    expect(page.locator("h1")).to_contain_text("Child benefit")


def test_on_paper_there_is_the_whole_entry_and_nothing_to_press(server: Server, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 700, "height": 900})
    page.goto(server.url + "/topics/barnetrygd?lang=en")
    page.emulate_media(media="print")
    expect(page.locator("article section").last).to_be_visible()
    for selector in ("form", "nav"):
        for element in page.locator(selector).all():
            expect(element).to_be_hidden()
