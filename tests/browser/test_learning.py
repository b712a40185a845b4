"""The programme team's pages on a desktop, on a small phone and on paper, with the needs of the demo."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from bot.records.database import Database
from connectors import demo, demo_needs
from tests.browser.conftest import accessible
from tests.browser.test_journey import PHONE, no_sideways_scrolling, sign_in
from tests.conftest import Server, Settings

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
PAGES = ("/learning", "/learning?topic=bostotte", "/learning/patterns", "/learning/learnings", "/learning/themes")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Server]:
    """A server with the needs of the demo."""
    folder = tmp_path_factory.mktemp("seeded")
    (folder / "models").symlink_to(settings.models)
    mine = Settings(f"sqlite:///{folder / 'rettvis.sqlite3'}", folder, settings.secret_key, True, False)
    database = Database(mine.database_url)
    database.migrate()
    demo.load(database)
    demo_needs.load(database)
    database.close()
    server = Server(mine).start()
    yield server
    server.stop()


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_every_page_can_be_read_by_everybody(seeded: Server, open_page: OpenPage, options: dict[str, object]) -> None:
    page = open_page(**options, java_script_enabled=True)
    sign_in(page, seeded, "programme", "/learning")
    for path in (*PAGES, "/learning/report"):
        page.goto(seeded.url + path)
        accessible(page)
        assert no_sideways_scrolling(page), path


def test_from_a_bar_to_its_needs_to_a_learning_without_a_script(seeded: Server, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(seeded.url + "/learning")
    page.locator("#login").fill("programme")
    page.locator("#password").fill("demo-only")
    page.locator("main button").click()
    page.locator("#topic").get_by_role("link", name="Bostøtte").click()
    expect(page.locator("select[name=topic]")).to_have_value("bostotte")
    expect(page.locator("figure#topic")).to_have_count(0)
    page.get_by_role("link", name="Å lese").click()
    page.locator("tbody tr").first.get_by_role("button").click()
    page.get_by_role("link", name="Skriv en læring").first.click()
    page.get_by_label("Hva vi ser").fill("Mange spør om det samme")
    page.get_by_label("Hvilken av betingelsene").select_option("policies")
    page.get_by_label("Hva vi prøver").fill("En felles søknad")
    page.locator("main form button").click()
    expect(page.get_by_text("Vi prøver noe")).to_be_visible()
    expect(page.get_by_text("Mange spør om det samme").first).to_be_visible()


def test_charts_have_their_tables_and_a_sentence_for_those_who_listen(seeded: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, seeded, "programme", "/learning")
    for chart in page.locator("figure.chart").all():
        assert chart.locator("figcaption h3").inner_text()
        assert chart.locator("svg[role=img][aria-label], figcaption p").count() >= 1
        assert chart.locator("table").count() == 1 or "Ingenting" in chart.inner_text()


def test_paper_shows_the_figures_and_not_the_controls(seeded: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, seeded, "programme", "/learning/report")
    page.emulate_media(media="print")
    expect(page.locator("main form").first).to_be_hidden()
    expect(page.locator("header nav")).to_be_hidden()
    expect(page.locator(".time table")).to_be_visible()
    expect(page.locator("figure#topic table")).to_be_visible()
