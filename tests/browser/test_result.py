"""The result of a screening in a real browser: on a small phone, from the right, without JavaScript, and on paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.screening import records
from bot.screening.household import Household
from connectors.addresses import anchor
from connectors.web.pages import COOKIE
from tests.bot.test_result import ALONE
from tests.browser.conftest import accessible
from tests.browser.test_journey import PHONE, no_sideways_scrolling
from tests.conftest import Citizen, Server

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def opened(server: Server, open_page: OpenPage, code: str, **options: object) -> Page:
    """The result of somebody who has told of their household in a conversation."""
    citizen = Citizen(server, language=code, place="trondheim")
    with server.installation.database.transaction() as session:
        records.keep(session, citizen.id, Household(facts=ALONE, stage="done"))
    page = open_page(**options)
    page.context.add_cookies([{"name": COOKIE, "value": f"{citizen.id}.{citizen.token}", "url": server.url}])
    page.goto(f"{server.url}/result")
    return page


@pytest.mark.parametrize(("code", "direction"), [("nb", "ltr"), ("ar", "rtl")])
def test_the_result_is_accessible_on_a_small_phone(
    server: Server, open_page: OpenPage, code: str, direction: str
) -> None:
    page = opened(server, open_page, code, **PHONE)
    expect(page.locator("html")).to_have_attribute("dir", direction)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    accessible(page)
    assert no_sideways_scrolling(page)


def test_without_javascript_the_reckoning_unfolds_and_an_answer_can_be_changed(
    server: Server, open_page: OpenPage
) -> None:
    page = opened(server, open_page, "en", **PHONE, java_script_enabled=False)
    page.locator("nav.first a").filter(has_text="barnetrygd").click()
    reckoning = page.locator(f"#{anchor('barnetrygd')} .reckoning")
    expect(reckoning.locator("table")).to_be_hidden()
    reckoning.locator("summary").click()
    expect(reckoning.locator("table")).to_contain_text("4,024 kr")
    page.locator("button[value='screen:check']").click()
    expect(page.locator(".message.bot").last).to_contain_text("240,000 kr")


def test_on_paper_there_is_the_order_and_the_reckoning_and_nothing_to_press(
    server: Server, open_page: OpenPage
) -> None:
    page = opened(server, open_page, "en", viewport={"width": 700, "height": 900})
    page.emulate_media(media="print")
    expect(page.locator("nav.first li").first).to_be_visible()
    expect(page.locator(f"#{anchor('dagpenger')} table")).to_be_visible()
    for element in page.locator("form").all():
        expect(element).to_be_hidden()
