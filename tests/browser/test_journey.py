"""Citizen and contact side by side in a real browser, and what the programme team sees afterwards."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import accessible
from tests.conftest import PASSWORD, Server

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
PHONE = {"viewport": {"width": 360, "height": 740}}


def write(page: Page, text: str) -> None:
    page.get_by_label(re.compile("own words|egne ord|بكلمات")).fill(text)
    page.locator("#send").click()


def sign_in(page: Page, server: Server, login: str, path: str) -> None:
    page.goto(server.url + path)
    accessible(page)
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()
    expect(page.locator("h1")).to_be_visible()


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_from_a_question_to_a_person_to_what_the_programme_learns(server: Server, open_page: OpenPage) -> None:
    citizen, contact = open_page(**PHONE), open_page()
    citizen.goto(server.url + "/?lang=en")
    accessible(citizen)

    write(citizen, "How much child benefit do I get for two kids?")
    answer = citizen.locator(".message.bot").last
    expect(answer).to_contain_text("2,012 kr")
    expect(answer.get_by_role("link", name="Read about child benefit at Nav")).to_be_visible()
    accessible(citizen)
    write(citizen, "what if they say no?")
    expect(citizen.locator(".message.bot").last).to_contain_text("six weeks")

    write(citizen, "I want to talk to someone")
    citizen.get_by_role("button", name="Trondheim").click()
    expect(citizen.locator(".person .name").last).to_have_text("Samir (demo)")
    expect(citizen.locator(".person").last).to_contain_text("Usually answers within")
    expect(citizen.locator(".lines").last).to_contain_text("How much child benefit do I get for two kids?")
    accessible(citizen)
    citizen.get_by_label("I agree that").check()
    citizen.get_by_role("button", name="Share what is ticked").click()
    expect(citizen.locator(".message.bot").last).to_contain_text("I have told Samir (demo).")
    expect(citizen.locator(".human")).to_contain_text("You are waiting for a person.")
    accessible(citizen)

    sign_in(contact, server, "samir", "/desk")
    accessible(contact)
    contact.locator("li:has(form[action$=accept]) a.button").last.click()
    expect(contact.locator(".talk")).to_contain_text("two kids")
    accessible(contact)
    contact.locator("form[action$=accept] button").click()
    expect(citizen.locator(".human")).to_contain_text("Samir (demo), familiekontakt. This is a human.")
    accessible(contact)

    contact.locator("#text").fill("Hello. I have read what you wrote.")
    contact.locator("#send").click()
    expect(citizen.locator(".message.contact").last).to_contain_text("I have read what you wrote.")
    expect(citizen.locator(".message.contact .author").last).to_contain_text("human")
    write(citizen, "Thank you. Nobody else has answered me.")
    expect(contact.locator(".message.citizen").last).to_contain_text("Nobody else has answered me.")
    accessible(citizen)

    contact.locator("#close summary").click()
    contact.locator("input[name=outcome][value=not_met]").check()
    contact.locator("#barrier").select_option("too_slow")
    contact.locator("input[name=conditions][value=practices]").check()
    contact.locator("#would").fill("An answer within a week.")
    contact.locator("form[action$=close] button").click()
    expect(citizen.locator(".message.system").nth(-2)).to_contain_text("From now on Rettvis answers again")
    expect(citizen.locator(".message.system").last).to_contain_text("Did you feel listened to and respected?")
    expect(citizen.locator(".human")).to_have_count(0)
    write(citizen, "How much child benefit do I get for two kids?")
    expect(citizen.locator(".message.bot").last).to_contain_text("2,012 kr")

    programme = open_page()
    sign_in(programme, server, "programme", "/learning")
    programme.goto(f"{server.url}/learning/themes")
    expect(programme.locator("main")).to_contain_text("An answer within a week.")
    accessible(programme)


@pytest.mark.parametrize("language", ["nb", "en", "ar"])
def test_the_page_is_accessible_and_fits_a_small_phone_in_every_language(
    server: Server, open_page: OpenPage, language: str
) -> None:
    page = open_page(**PHONE)
    page.goto(f"{server.url}/?lang={language}")
    accessible(page)
    assert no_sideways_scrolling(page)
    page.locator("form.first button:not(.begin)").first.click()
    expect(page.locator(".message.bot details").first).to_be_visible()
    accessible(page)
    assert no_sideways_scrolling(page)


def test_danger_is_answered_with_a_number_to_tap_in_arabic(server: Server, open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    page.goto(f"{server.url}/?lang=ar")
    write(page, "زوجي يضربني")
    expect(page.locator(".numbers a").first).to_have_attribute("href", "tel:112")
    accessible(page)
    assert no_sideways_scrolling(page)


def test_everything_works_without_javascript(server: Server, open_page: OpenPage) -> None:
    page = open_page(**PHONE, java_script_enabled=False)
    page.goto(f"{server.url}/?lang=en")
    write(page, "How much child benefit do I get for two kids?")
    expect(page.locator(".message.bot").last).to_contain_text("2,012 kr")
    page.get_by_role("button", name="If they say no").click()
    expect(page.locator(".message.bot").last).to_contain_text("six weeks")


def test_everything_can_be_done_with_the_keyboard(server: Server, open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    page.goto(f"{server.url}/?lang=en")
    page.locator("#text").focus()
    page.keyboard.type("How much child benefit do I get for two kids?")
    page.keyboard.press("Enter")
    expect(page.locator(".message.bot").last).to_contain_text("2,012 kr")
    page.get_by_role("button", name="If they say no").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".message.bot").last).to_contain_text("six weeks")


def test_nothing_is_asked_of_other_hosts(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url + "/?lang=en")
    write(page, "How much child benefit do I get for two kids?")
    expect(page.locator(".message.bot").last).to_contain_text("2,012 kr")
    assert all(url.startswith(server.url) for url in asked)
