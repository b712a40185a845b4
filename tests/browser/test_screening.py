"""A household is gone through on a small phone: buttons, ticks and figures, in two directions of writing."""

import pytest
from playwright.sync_api import Page, expect

from bot.screening.offering import begin_choice
from bot.speech import speech
from tests.browser.conftest import accessible
from tests.browser.test_journey import PHONE, OpenPage, no_sideways_scrolling, write
from tests.conftest import Server

pytestmark = pytest.mark.browser


def press(page: Page, choice: str) -> None:
    """Press a button of the last message, and wait until it has been answered."""
    before = page.locator(".message").count()
    page.locator(f'.message:last-of-type button[value="{choice}"]').click()
    expect(page.locator(".message")).not_to_have_count(before)
    expect(page.locator(".message.bot:last-of-type")).to_be_visible()


def looks_right(page: Page) -> None:
    accessible(page)
    assert no_sideways_scrolling(page)


@pytest.mark.parametrize(("language", "ages"), [("nb", "2 og 7"), ("ar", "٢ و٧")])
def test_from_the_first_page_to_the_result(server: Server, open_page: OpenPage, language: str, ages: str) -> None:
    page = open_page(**PHONE)
    page.goto(f"{server.url}/?lang={language}")
    page.get_by_role("button", name=begin_choice(speech(language)).title).click()
    expect(page.locator(".message.bot")).to_have_count(1)
    looks_right(page)
    press(page, "fact:place-trondheim")
    write(page, ages)
    expect(page.locator('button[value="why:age"]')).to_be_visible()
    press(page, "why:age")
    write(page, "31")
    expect(page.locator('.message:last-of-type input[value="fact:situation-debt"]')).to_be_visible()
    for each in ("need_now", "debt"):
        page.locator(f'.message:last-of-type input[value="fact:situation-{each}"]').check()
    looks_right(page)
    press(page, "ticked:fact:situation")
    for _ in range(15):
        last = page.locator(".message:last-of-type")
        if last.locator('button[value="screen:right"]').count():
            break
        press(page, last.locator('button[value^="pass_over:"]').get_attribute("value") or "")
    looks_right(page)
    press(page, "correct:children")
    looks_right(page)
    write(page, "8")
    expect(page.locator('.message:last-of-type button[value="screen:right"]')).to_be_visible()
    press(page, "screen:right")
    looks_right(page)
    page.locator('a[href="/result"]').click()
    expect(page.locator("h1")).to_be_visible()
