"""Leaving in a hurry, in a real browser: what is on the screen, in the history and behind the Back button."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from bot.speech import speech
from connectors.web.pages import COOKIE
from tests.browser.conftest import accessible
from tests.browser.test_journey import PHONE, no_sideways_scrolling, write
from tests.conftest import Server
from tests.sms.conftest import eventually

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
EXIT = "https://www.yr.no/"
KIDS = "How much child benefit do I get for two kids?"


def weather(page: Page) -> list[dict[str, str]]:
    """The page that one leaves to, which is another's; returns what it is asked with."""
    asked: list[dict[str, str]] = []

    def answer(route: Route) -> None:
        asked.append(route.request.headers)
        route.fulfill(body="<title>Weather</title><h1>Weather</h1>", content_type="text/html")

    page.context.route(f"{EXIT}**", answer)
    return asked


def held(page: Page, address: str) -> list[Route]:
    """What is asked for at an address and not answered yet."""
    routes: list[Route] = []
    page.context.route(address, lambda route: routes.append(route))  # a method of a list cannot be a handler
    return routes


def asked_for(page: Page, routes: list[Route]) -> Route:
    """The first that is held, as soon as it is asked for."""
    for _ in range(200):
        if not routes:
            page.wait_for_timeout(50)
    return routes[0]


def conversation(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/?lang=en")
    write(page, KIDS)
    expect(page.locator(".message.bot").last).to_contain_text("2,012 kr")
    page.wait_for_load_state()  # the page was loaded anew, and its scripts come last; until then the button is a form


def has_forgotten(page: Page) -> bool:
    return not [each for each in page.context.cookies() if each["name"] == COOKIE]


def goes_back(page: Page) -> None:
    """Back as far as there is anything; nothing of the conversation is there."""
    for _ in range(5):
        if page.go_back() is None:
            break
        expect(page.locator("body")).not_to_contain_text("child benefit do I get")
        expect(page).to_have_title("Rettvis")


def test_the_button_leads_elsewhere_and_back_shows_nothing(server: Server, open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    asked = weather(page)
    conversation(server, page)
    before = page.evaluate("history.length")
    page.get_by_role("button", name="Leave now").click()
    expect(page.locator("h1")).to_have_text("Weather")
    assert page.evaluate("history.length") == before  # it took the place of the page
    assert "referer" not in asked[0]
    eventually(lambda: has_forgotten(page), 30)
    goes_back(page)


def test_escape_three_times_leads_elsewhere_from_wherever_one_writes(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    # however slow this machine is, the five seconds between two presses do not go by
    page.add_init_script(
        "const wait = setTimeout; setTimeout = (f, ms, ...more) => ms === 5000 ? 0 : wait(f, ms, ...more)"
    )
    weather(page)
    conversation(server, page)
    page.locator("#text").fill("he hits")
    told = page.locator("#leave [role=status]")
    page.keyboard.press("Escape")
    expect(told).to_have_text("Press Esc twice more to leave.")
    page.keyboard.press("Escape")
    expect(told).to_have_text("Press Esc once more to leave.")
    page.keyboard.press("a")  # another key in between: it was not meant
    expect(told).to_have_text("")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#text")).to_have_value("he hitsa")
    page.keyboard.press("Escape")
    expect(page.locator("h1")).to_have_text("Weather")
    eventually(lambda: has_forgotten(page), 30)


def test_the_page_is_blank_before_the_other_one_is_asked_for(server: Server, open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    asked = weather(page)
    conversation(server, page)
    at_once = page.evaluate("() => { document.querySelector('#leave button').click(); return document.body.innerHTML }")
    assert at_once == '<p class="unseen" role="alert">Loading</p>'
    expect(page.locator("h1")).to_have_text("Weather")
    assert len(asked) >= 1


def test_without_javascript_the_button_is_a_form_and_back_shows_an_empty_page(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(**PHONE, java_script_enabled=False)
    weather(page)
    conversation(server, page)
    page.get_by_role("button", name="Leave now").click()
    expect(page.locator("h1")).to_have_text("Weather")
    assert has_forgotten(page)
    goes_back(page)


def test_delete_and_leave_deletes(server: Server, open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    weather(page)
    conversation(server, page)
    page.reload()
    mine = next(each["value"] for each in page.context.cookies() if each["name"] == COOKIE).partition(".")[0]
    page.get_by_role("button", name="Delete everything and leave").click()
    expect(page.locator("h1")).to_have_text("Weather")
    eventually(lambda: not server.installation.dialogue.is_there(mine), 30)


def test_the_deletion_that_the_page_is_told_of_does_not_lead_back_from_the_way_out(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(**PHONE)
    away = held(page, f"{EXIT}**")
    conversation(server, page)
    page.reload()
    mine = next(each["value"] for each in page.context.cookies() if each["name"] == COOKIE).partition(".")[0]
    page.get_by_role("button", name="Delete everything and leave").click(no_wait_after=True)
    there = asked_for(page, away)
    eventually(lambda: not server.installation.dialogue.is_there(mine), 30)
    page.wait_for_timeout(500)
    there.fulfill(body="<h1>Weather</h1>", content_type="text/html")
    expect(page.locator("h1")).to_have_text("Weather")


def test_an_answer_that_comes_meanwhile_does_not_lead_back_from_the_way_out(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(**PHONE)
    away, said = held(page, f"{EXIT}**"), held(page, "**/say")
    page.goto(f"{server.url}/?lang=en")
    page.get_by_label("Write in your own words").fill(KIDS)
    page.keyboard.press("Enter")
    answer = asked_for(page, said)
    page.get_by_role("button", name="Leave now").click(no_wait_after=True)
    there = asked_for(page, away)
    answer.continue_()
    page.wait_for_timeout(1000)
    there.fulfill(body="<h1>Weather</h1>", content_type="text/html")
    expect(page.locator("h1")).to_have_text("Weather")


def test_a_page_that_is_left_open_is_emptied_when_its_conversation_is_deleted(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(**PHONE)
    conversation(server, page)
    mine = next(each["value"] for each in page.context.cookies() if each["name"] == COOKIE).partition(".")[0]
    server.installation.dialogue.delete(mine)
    expect(page.locator(".message")).to_have_count(0)
    expect(page.locator("form.first")).to_be_visible()


def test_a_page_whose_conversation_is_deleted_before_it_listens_is_emptied_too(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(**PHONE)
    conversation(server, page)
    mine = next(each["value"] for each in page.context.cookies() if each["name"] == COOKIE).partition(".")[0]
    listening = held(page, "**/live?*")
    page.reload()
    asked_for(page, listening)
    server.installation.dialogue.delete(mine)
    listening[0].continue_()
    expect(page.locator(".message")).to_have_count(0)


def test_no_trace_keeps_nothing_on_the_device_that_outlives_the_browser(server: Server, open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    page.goto(f"{server.url}/?lang=en")
    page.get_by_role("button", name="Leave no trace on this device").click()
    expect(page.locator("#stands")).to_have_text("No trace: this is deleted when you leave.")
    write(page, KIDS)
    expect(page.locator(".message.bot").last).to_contain_text("2,012 kr")
    assert [each["expires"] for each in page.context.cookies()] == [-1]
    kept = "async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length]"
    assert page.evaluate(kept) == [0, 0, 0]
    accessible(page)


@pytest.mark.parametrize("code", ["nb", "ar"])
def test_the_way_out_is_always_in_reach_of_a_thumb(server: Server, open_page: OpenPage, code: str) -> None:
    page = open_page(**PHONE)
    page.goto(f"{server.url}/?lang={code}")
    page.locator("form.first button:not(.begin)").first.click()
    expect(page.locator(".message.bot details").first).to_be_visible()
    button = page.get_by_role("button", name=speech(code).gettext("Leave now"))
    for place in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo(0, {place})")
        expect(button).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box
    assert box["height"] >= 44
    assert box["width"] >= 44
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("document.activeElement.blur()")
    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # after the way past the head of the page
    expect(button).to_be_focused()
    accessible(page)
    assert no_sideways_scrolling(page)


@pytest.mark.parametrize("code", ["nb", "ar"])
def test_the_page_about_the_device_is_accessible_and_fits(server: Server, open_page: OpenPage, code: str) -> None:
    page = open_page(**PHONE)
    page.goto(f"{server.url}/?lang={code}")
    page.locator("form.first button:not(.begin)").first.click()
    expect(page.locator(".message.bot").last).to_be_visible()
    page.goto(f"{server.url}/device")
    accessible(page)
    assert no_sideways_scrolling(page)
    page.get_by_role("button", name=speech(code).gettext("Show a code")).click()
    expect(page.locator(".code")).to_be_visible()
    accessible(page)
