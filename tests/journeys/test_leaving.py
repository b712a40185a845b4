"""Somebody whose phone others look at: leaving at once, no trace, coming back, and what history and tabs show."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import time_machine

from bot import no_trace
from bot.records.tables import Promise, Staff, now
from bot.speech import speech
from connectors import addresses
from connectors.web.pages import COOKIE
from knowledge.languages import LANGUAGES
from tests.conftest import Citizen, Contact, Server
from tests.journeys.test_retention import left, url
from tests.sms.conftest import eventually, serve

KIDS = "How much child benefit do I get for two kids?"
EXIT = "https://www.yr.no/"
WORDS = "Quagmire"
"""What no text of ours says."""


@pytest.fixture
def browser(server: Server) -> httpx.Client:
    return server.client(follow_redirects=False, headers={"accept-language": "en"})


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Server]:
    """A server that looks every moment whether something is due."""
    yield from serve(tmp_path_factory.mktemp("forgetful"), model, {"RETTVIS_FORGET_SECONDS": "0.2"})


def asks(browser: httpx.Client, **form: str) -> str:
    """Somebody asks something; the cookie they got."""
    browser.post("/say", data={"text": KIDS, "lang": "en", **form})
    return browser.cookies[COOKIE]


def citizen_of(browser: httpx.Client, server: Server) -> Citizen:
    """The same person over the API, to look at what is kept."""
    mine = Citizen.__new__(Citizen)
    mine.id, _, mine.token = browser.cookies[COOKIE].partition(".")
    mine._http = server.client(headers={"authorization": f"Bearer {mine.token}"})
    mine._said = 0
    return mine


def picks(browser: httpx.Client, choice: str) -> httpx.Response:
    return browser.post("/say", data={"choice": choice, "lang": "en"})


def test_whoever_leaves_is_elsewhere_and_the_device_has_forgotten(browser: httpx.Client) -> None:
    cookie = asks(browser)
    answer = browser.post("/leave")
    assert (answer.status_code, answer.headers["location"]) == (303, EXIT)
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert answer.headers["cache-control"] == "no-store"
    assert COOKIE not in browser.cookies
    assert KIDS not in browser.get("/").text
    again = browser.get("/", headers={"cookie": f"{COOKIE}={cookie}"})  # a browser that restored what it had
    assert KIDS not in again.text


def test_the_form_may_lead_to_that_one_page_and_pages_load_nothing_from_it(browser: httpx.Client) -> None:
    policy = browser.get("/").headers["content-security-policy"]
    assert "form-action 'self' https://www.yr.no;" in policy
    assert policy.count("yr.no") == 1


def test_a_form_of_another_site_makes_nobody_leave(browser: httpx.Client) -> None:
    asks(browser)
    assert browser.post("/leave", headers={"origin": "https://elsewhere.example"}).status_code == 403
    assert KIDS in browser.get("/").text


def test_who_deletes_and_leaves_leaves_nothing_here(browser: httpx.Client, server: Server) -> None:
    asks(browser)
    mine = citizen_of(browser, server)
    assert browser.post("/leave", data={"delete": "1"}).headers["location"] == EXIT
    assert mine.request("GET", "/messages").status_code == 404
    assert not server.installation.dialogue.is_there(mine.id)


def test_who_has_left_comes_back_with_a_code_once_in_any_browser(browser: httpx.Client, server: Server) -> None:
    asks(browser)
    page = browser.post("/device").text
    code = re.search(r'<bdi dir="ltr">([0-9 ]+)</bdi>', page)
    assert code
    browser.post("/leave")
    arabic = code[1].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    other = server.client()
    assert other.post("/come-back", data={"code": arabic}).headers["location"] == "/#end"
    assert KIDS in other.get("/").text
    again = browser.post("/come-back", data={"code": code[1]})
    assert again.status_code == 422
    assert "This code does not work." in again.text
    assert KIDS not in browser.get("/").text


@pytest.mark.parametrize("code", ["", "1", "123456789012345", "x" * 15, "９" * 15])
def test_a_code_that_is_none_opens_nothing_and_says_so(browser: httpx.Client, code: str) -> None:
    answer = browser.post("/come-back", data={"code": code})
    assert answer.status_code == 422
    assert COOKIE not in answer.cookies


def test_a_code_holds_for_thirty_days(browser: httpx.Client, server: Server) -> None:
    asks(browser)
    code = re.search(r'<bdi dir="ltr">([0-9 ]+)</bdi>', browser.post("/device").text)
    assert code
    with time_machine.travel(now() + timedelta(days=31), tick=True):
        assert server.client().post("/come-back", data={"code": code[1]}).status_code == 422


def test_no_trace_is_offered_at_the_start_and_its_cookie_ends_with_the_browser(browser: httpx.Client) -> None:
    assert 'value="no_trace"' in browser.get("/").text
    answer = picks(browser, "no_trace")
    assert "max-age" not in answer.headers["set-cookie"].lower()
    assert "expires" not in answer.headers["set-cookie"].lower()
    page = browser.get("/").text
    assert "We delete it when you leave, or 60 minutes after the last message." in page.replace("\u2068", "").replace(
        "\u2069", ""
    )
    assert "No trace: this is deleted when you leave." in page
    assert browser.get("/export").json()["no_trace"] is True


def test_no_trace_can_be_chosen_later_by_a_word_and_the_cookie_becomes_a_fleeting_one(browser: httpx.Client) -> None:
    asks(browser)
    answer = browser.post("/say", data={"text": "Please leave no trace"})
    assert f"{COOKIE}={browser.cookies[COOKIE]}" in answer.headers["set-cookie"]
    assert "max-age" not in answer.headers["set-cookie"].lower()
    assert browser.get("/export").json()["no_trace"] is True


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_words_of_the_choice_are_understood_in_every_language(code: str) -> None:
    assert no_trace.asked(no_trace.choice(speech(code)).title)
    assert not no_trace.asked(speech(code).gettext("Delete the conversation"))


@pytest.mark.parametrize(
    "said",
    [
        "ingen spor",
        "vær så snill, ikke legg igjen spor her",
        "Ikkje etterlat spor",
        "don't leave any trace",
        "bez śladu",
        "не залишайте слідів",
        "بلا أثر",
        "بدون رد",
        "raad ha reebin",
        "ብዘይ ዱካ",
        "بێ شوێنەوار",
    ],
)
def test_no_trace_is_asked_for_in_other_words_too(said: str) -> None:
    assert no_trace.asked(said)


@pytest.mark.parametrize(
    "said", ["there is no trace of my application", "how do I trace my payment", "spor", "ingen", "", KIDS]
)
def test_what_only_speaks_of_traces_is_a_question(said: str) -> None:
    assert not no_trace.asked(said)


def test_a_conversation_of_which_no_trace_is_to_stay_is_deleted_when_its_person_leaves(
    browser: httpx.Client, server: Server
) -> None:
    picks(browser, "no_trace")
    asks(browser)
    mine = citizen_of(browser, server)
    browser.post("/leave", data={"script": "1"})
    assert not server.installation.dialogue.is_there(mine.id)


def test_an_hour_after_its_last_message_it_is_deleted_and_no_byte_is_left(forgetful: Server) -> None:
    fleeting, lasting = Citizen(forgetful, language="en"), Citizen(forgetful, language="en")
    fleeting.write(f"{KIDS} {WORDS}")
    lasting.write(KIDS)
    assert left(url(forgetful))
    assert fleeting.pick("no_trace")[0]["author"] == "system"
    with time_machine.travel(now() + timedelta(minutes=50), tick=True):
        fleeting.write("what if they say no?")
    with time_machine.travel(now() + timedelta(minutes=80), tick=True):
        assert fleeting.request("GET", "/messages").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=115), tick=True):
        eventually(lambda: fleeting.request("GET", "/messages").status_code == 404, 60)
        eventually(lambda: not left(url(forgetful)), 60)
        assert lasting.request("GET", "/messages").status_code == 200


def test_while_somebody_helps_it_stays_and_goes_when_the_help_has_ended(forgetful: Server) -> None:
    browser = forgetful.client(headers={"accept-language": "en"})
    asks(browser)
    mine = citizen_of(browser, forgetful)
    mine.ask_for_a_person()
    contact = Contact(forgetful, mine)
    assert contact.do("accept").status_code == 200
    said = mine.pick("no_trace")[0]["text"]
    name = mine.handoff(forgetful).contact.name
    assert f"{name} keeps what you share, also when you leave" in said.replace("\u2068", "").replace("\u2069", "")
    assert "It is deleted when the help ends." in browser.get("/").text
    browser.post("/leave")
    assert mine.request("GET", "/messages").status_code == 404  # nobody opens it with what was on the device
    assert forgetful.installation.dialogue.is_there(mine.id)
    with time_machine.travel(now() + timedelta(hours=3), tick=True):
        assert contact.get(f"/desk/{contact.id}").status_code == 200
        assert contact.do("close", outcome="met").status_code == 200
        assert forgetful.installation.dialogue.is_there(mine.id)
    with time_machine.travel(now() + timedelta(hours=5), tick=True):
        eventually(lambda: not forgetful.installation.dialogue.is_there(mine.id), 60)


def test_other_programs_can_begin_without_a_trace(server: Server) -> None:
    http = server.client()
    begun = http.post("/api/v1/conversations", json={"language": "nb", "no_trace": True}).json()
    headers = {"authorization": f"Bearer {begun['token']}"}
    assert http.get(f"/api/v1/conversations/{begun['id']}/export", headers=headers).json()["no_trace"] is True


def test_what_the_person_wants_to_be_told_and_what_a_contact_noted_to_do_are_in_the_export(server: Server) -> None:
    mine = Citizen(server, language="en")
    mine.write(KIDS)
    with server.installation.database.transaction() as session:
        session.add(Promise(conversation_id=mine.id, topic="startlan"))
    mine.ask_for_a_person()
    contact = Contact(server, mine)
    contact.do("accept")
    assert contact.do("remind", text="Ring om leie", at="2027-01-05T09:00").status_code == 200
    kept = mine.request("GET", "/export").json()
    assert kept["tell_me_about"] == ["startlan"]
    assert [each["text"] for each in kept["reminders"]] == ["Ring om leie"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_of_a_citizen_has_the_way_out_in_its_language_and_a_name_that_says_nothing(
    browser: httpx.Client, code: str
) -> None:
    asks(browser, lang=code, chosen="1")
    s = speech(code)
    pages = ["/", "/seen", "/device", f"/topics?lang={code}", f"/topics/vold-og-krisesenter?lang={code}"]
    for path in pages:
        page = browser.get(path).text
        assert re.findall(r"<title>(.*?)</title>", page) == ["Rettvis"], path
        way_out = re.search(r'<form id="leave".*?</form>', page, re.DOTALL)
        assert way_out, path
        assert s.gettext("Leave now") in way_out[0]
        assert page.index('id="leave"') < page.index("<header")


def test_what_is_written_is_sent_to_no_spelling_service_and_kept_by_no_form_history(browser: httpx.Client) -> None:
    field = re.search(r"<textarea[^>]*>", browser.get("/").text)
    assert field
    for kept_off in ('autocomplete="off"', 'spellcheck="false"', 'writingsuggestions="false"'):
        assert kept_off in field[0]


def test_no_address_that_our_pages_lead_to_names_a_topic(browser: httpx.Client, server: Server) -> None:
    asks(browser)
    topics = server.installation.library.topics
    for path in ("/", "/topics?lang=en", addresses.page("vold-og-krisesenter", "en")):
        for kind, led in re.findall(r'<(a|form)[^>]* (?:href|action)="(/[^"]*)"', browser.get(path).text):
            assert not any(topic in led for topic in topics), (path, kind, led)


def test_what_is_looked_for_stands_in_no_address(browser: httpx.Client) -> None:
    answer = browser.post("/topics", data={"q": "barnetrygd", "lang": "en"})
    assert answer.status_code == 200
    assert "Child benefit" in answer.text
    assert "q=" not in re.sub(r'value="[^"]*"', "", answer.text)


@pytest.mark.parametrize(
    "given", ["yr.no", "javascript:alert(1)", "https://x.example; script-src *", "ftp://x.example"]
)
def test_an_address_to_leave_to_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    from bot.settings import Settings

    monkeypatch.setenv("RETTVIS_EXIT_TO", given)
    with pytest.raises(SystemExit, match="RETTVIS_EXIT_TO"):
        Settings.from_environment()


def test_danger_at_home_leads_to_what_one_can_do_about_the_phone(browser: httpx.Client) -> None:
    browser.post("/say", data={"text": "My husband hits me", "lang": "en"})
    numbers = browser.get("/").text.split('<ul class="numbers">')[1]
    assert '<a href="/device">Does somebody look at your phone?</a>' in numbers.split("<form")[0]


def test_the_picture_of_a_contact_is_not_kept_by_the_browser(browser: httpx.Client, server: Server) -> None:
    with server.installation.database.transaction() as session:
        ingrid = session.query(Staff).filter_by(login="ingrid").one()
        before, ingrid.photo = ingrid.photo, b"a picture"
    try:
        answer = browser.get(f"/people/{ingrid.id}.jpg")
        assert answer.content == b"a picture"
        assert answer.headers["cache-control"] == "no-store"
    finally:
        with server.installation.database.transaction() as session:
            session.get_one(Staff, ingrid.id).photo = before
