"""Headless Chromium, Debian's, driven by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="module")  # not longer: Playwright keeps an event loop running in this thread
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        reason = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get("RETTVIS_NO_SKIPS"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages that fail the test when a script fails or the browser refuses something."""
    contexts = []
    troubles: list[str] = []

    def open_page(**options: object) -> Page:
        context = chromium.new_context(**{"locale": "en-GB", **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    wanted = ("422", "ERR_INTERNET_DISCONNECTED")  # refusals that are shown, and a line that a test has cut
    assert [trouble for trouble in troubles if not any(each in trouble for each in wanted)] == []


def accessible(page: Page) -> None:
    """Fails with what axe finds against WCAG 2.2 AA."""
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
