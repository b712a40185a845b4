"""The result of a screening over HTTP: JSON, a page and a PDF from facts, and the page of one's own conversation."""

import io
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from pypdf import PdfReader

from bot.screening import records
from bot.screening.household import Household
from connectors import addresses
from connectors.results import printing
from connectors.web.pages import COOKIE
from tests.bot.test_result import ALONE
from tests.conftest import Citizen, Server
from tests.journeys.test_bad_input import is_a_problem

DAY = "2026-11-28"


@pytest.fixture
def api(server: Server) -> httpx.Client:
    return server.client()


def asked(api: httpx.Client, form: str, **body: Any) -> httpx.Response:
    body = {"facts": ALONE, "place": "trondheim", "on": DAY, **body}
    return api.post(f"/api/v1/screenings/result{form}", json=body, timeout=330)


@pytest.fixture
def told(server: Server) -> Citizen:
    """Somebody who has told of their household in a conversation."""
    citizen = Citizen(server, language="ar", place="trondheim")
    with server.installation.database.transaction() as session:
        records.keep(session, citizen.id, Household(facts=ALONE, skipped=("wealth",), stage="done"))
    return citizen


def browser(server: Server, citizen: Citizen) -> httpx.Client:
    return server.client(cookies={COOKIE: f"{citizen.id}.{citizen.token}"})


def test_other_systems_get_the_order_the_reckoning_and_what_to_say(api: httpx.Client) -> None:
    answer = asked(api, "", language="en")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    first = found["likely"][0]
    assert (first["scheme"]["topic"], first["urgency"], first["can_wait"]) == ("dagpenger", "money", 0)
    assert first["scheme"]["amount"]["lines"]
    assert first["script"]["norwegian"] != first["script"]["translated"]
    assert found["notes"][0] == "No expert has reviewed this yet."


@pytest.mark.parametrize("code", ["nb", "ar", "ti"])
def test_the_page_says_it_in_the_readers_language_and_direction(api: httpx.Client, code: str) -> None:
    answer = asked(api, ".html", language=code)
    assert answer.headers["content-type"].startswith("text/html")
    assert f'<html lang="{code}" dir="{"rtl" if code == "ar" else "ltr"}">' in answer.text
    first, second = (answer.text.index(f'href="#{addresses.anchor(topic)}"') for topic in ("dagpenger", "barnetrygd"))
    assert first < second
    assert "https://www.nav.no/dagpenger" in answer.text
    assert re.search(r'lang="nb" dir="ltr">[^<]*– Du har lovlig opphold i Norge\.', answer.text)
    assert 'action="/say"' not in answer.text
    assert "style=" not in answer.text
    assert "<script" not in answer.text


def test_the_tab_says_nothing_of_the_subject(api: httpx.Client) -> None:
    assert "<title>Rettvis</title>" in asked(api, ".html", language="en").text


def test_a_short_page_leads_to_whole_entries(api: httpx.Client) -> None:
    assert 'href="' + addresses.page("tannhelse", "en", "trondheim") in asked(api, ".html", language="en").text


@pytest.mark.parametrize("form", ["", ".html", ".pdf"])
def test_what_cannot_be_used_is_a_problem_in_every_form(api: httpx.Client, form: str) -> None:
    assert is_a_problem(asked(api, form, facts={"age": "old"}), 422, "facts")
    assert is_a_problem(asked(api, form, place="atlantis"), 422, "place")
    assert is_a_problem(asked(api, form, language="xx"), 422, "language")


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize(
    ("code", "font", "words"),
    [("ar", "Arabic", "إعانة البطالة"), ("ti", "Ethiopic", "ገንዘብ ስእነት ስራሕ"), ("ckb", "Arabic", "پارەی بێکاری")],
)
def test_a_pdf_has_its_fonts_in_it_and_its_words_can_be_read(
    api: httpx.Client, code: str, font: str, words: str
) -> None:
    answer = asked(api, ".pdf", language=code)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert "rettvis.pdf" in answer.headers["content-disposition"]
    read = PdfReader(io.BytesIO(answer.content))
    fonts = [each.get_object() for page in read.pages for each in page["/Resources"]["/Font"].values()]
    described = [each["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for each in fonts]
    assert any(font in each["/FontName"] for each in described)
    assert all("/FontFile2" in each or "/FontFile3" in each for each in described)
    assert words in read.pages[0].extract_text()
    assert read.trailer["/Root"]["/Lang"] == code
    assert read.metadata is not None
    assert read.metadata.title == "Rettvis"


def test_ones_own_result_is_the_page_of_the_conversation(server: Server, told: Citizen) -> None:
    answer = browser(server, told).get("/result")
    assert answer.status_code == 200
    assert '<html lang="ar" dir="rtl">' in answer.text
    assert 'id="' + addresses.anchor("dagpenger") in answer.text
    assert "Nav Falkenborg" in answer.text
    assert '<button name="choice" value="human">' in answer.text
    assert '<html lang="pl"' in browser(server, told).get("/result?lang=pl").text
    assert answer.headers["cache-control"] == "no-store"


def test_whoever_has_told_nothing_is_led_to_the_conversation(server: Server, citizen: Citizen) -> None:
    for client in (server.client(), browser(server, citizen)):
        for path in ("/result", "/result.pdf"):
            assert (client.get(path).status_code, client.get(path).headers["location"]) == (303, "/")


def test_whom_one_writes_with_is_named(server: Server, told: Citizen) -> None:
    told.pick("human")
    told.pick("share:yes")
    assert told.handoff(server).contact.name in browser(server, told).get("/result").text


@pytest.mark.usefixtures("pango")
def test_ones_own_result_can_be_taken_along(server: Server, told: Citizen) -> None:
    answer = browser(server, told).get("/result.pdf?lang=nb", timeout=330)
    assert answer.content.startswith(b"%PDF-")
    assert "Dagpenger" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()


def test_without_pango_the_page_says_to_print_it_from_the_browser(
    server: Server, told: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    printing.possible.cache_clear()
    monkeypatch.setattr(printing, "PANGO", ("libnosuchthing.so.0",))
    try:
        assert "/result.pdf" not in browser(server, told).get("/result").text
        answer = browser(server, told).get("/result.pdf?lang=en")
        assert answer.status_code == 503
        assert "Print the page from your browser." in answer.text
        assert is_a_problem(asked(server.client(), ".pdf"), 503, "no_pdf")
    finally:
        printing.possible.cache_clear()


@pytest.mark.usefixtures("pango")
def test_nothing_but_our_own_files_is_put_into_a_pdf(tmp_path: Path) -> None:
    picture = tmp_path / "secret.png"
    Image.new("RGB", (40, 40), "red").save(picture)
    page = f'<html lang="nb"><title>x</title><img alt="x" src="{picture.as_uri()}"><p>Hei'
    made = PdfReader(io.BytesIO(printing.made(page, "https://rettvis.example.org")))
    assert "Hei" in made.pages[0].extract_text()
    assert list(made.pages[0].images) == []
