"""The knowledge base as pages to read, link to and print, and as JSON for other systems."""

import re

import httpx
import pytest

from connectors import addresses
from knowledge.languages import LANGUAGES
from tests.conftest import Citizen, Server
from tests.journeys.test_bad_input import is_a_problem


@pytest.fixture
def reader(server: Server) -> httpx.Client:
    return server.client(follow_redirects=True, headers={"accept-language": "en"})


def link(topic: str, language: str) -> str:
    """A link to a topic's page, as our own pages have it."""
    return f'href="{addresses.page(topic, language)}"'


def headings(page: str) -> list[str]:
    return re.findall(r"<h[12][^>]*>(?:\s*<span[^>]*>)?([^<]+)<", page)


def test_all_topics_stand_on_their_shelves(reader: httpx.Client) -> None:
    page = reader.get("/topics?lang=en").text
    for topic in reader.get("/api/v1/topics?lang=en").json()["topics"]:
        assert link(topic["id"], "en") in page
    assert headings(page)[:2] == ["All topics", "Money and debt"]


def test_a_topic_is_found_by_a_form_without_a_script(reader: httpx.Client) -> None:
    page = reader.get("/topics", params={"lang": "nb", "q": "barntrygd"}).text
    found = re.findall(r'href="(/s/\w+)"', page)
    assert found[0] == addresses.page("barnetrygd", "nb")
    assert len(found) < 10
    assert 'value="barntrygd"' in page


def test_when_nothing_is_found_all_topics_are_shown(reader: httpx.Client) -> None:
    page = reader.get("/topics", params={"lang": "en", "q": "<b>qxzv</b>"}).text
    assert "Nothing was found for" in page
    assert "<b>qxzv" not in page
    assert "Money and debt" in page


def test_a_page_says_all_that_the_answer_says(reader: httpx.Client, server: Server) -> None:
    page = reader.get("/topics/barnetrygd?lang=en").text
    card = Citizen(server, language="en").write("How much child benefit do I get for two kids?")[0]["card"]
    said = [card["title"]["text"], card["answer"]["text"], card["authority"], card["checked"], *card["notes"]]
    said += [section["heading"] for section in card["sections"]]
    said += [line["text"] for section in card["sections"] for line in section["statements"]]
    said += [part for link in (*card["links"], *card["law"]) for part in (link["title"], link["url"])]
    plain = page.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
    assert [sentence for sentence in said if sentence not in plain] == []
    assert "2,012 kr" in page


def test_every_topic_has_a_page_in_every_language(reader: httpx.Client, server: Server) -> None:
    for code in ("nb", "en", "ar"):
        for topic in server.installation.library.entries:
            answer = reader.get(f"/topics/{topic}?lang={code}&place=froya")
            assert answer.status_code == 200, (topic, code)
            assert "{" not in answer.text, "a figure that was not filled in"


def test_an_answer_links_to_its_page_and_the_page_back_to_the_conversation(reader: httpx.Client) -> None:
    answer = reader.post("/say", data={"text": "How much child benefit do I get for two kids?", "lang": "en"}).text
    assert link("barnetrygd", "en") in answer
    page = reader.get("/topics/bostotte?lang=en").text
    assert '<button name="choice" value="bostotte">Ask about this</button>' in page
    asked = reader.post("/say", data={"choice": "bostotte", "lang": "en", "chosen": "1"}).text
    assert link("bostotte", "en") in asked


def test_what_is_special_where_one_lives_is_shown_when_it_is_asked_for(reader: httpx.Client) -> None:
    note = "AtB"
    assert note not in reader.get("/topics/gratis-skole?lang=nb").text
    assert note in reader.get("/topics/gratis-skole?lang=nb&place=froya").text
    assert note not in reader.get("/topics/gratis-skole?lang=nb&place=atlantis").text


def test_a_page_speaks_the_language_of_its_address_else_of_the_conversation_else_of_the_browser(
    reader: httpx.Client,
) -> None:
    assert '<html lang="en" dir="ltr">' in reader.get("/topics/bostotte").text
    assert '<html lang="ar" dir="rtl">' in reader.get("/topics/bostotte?lang=ar").text
    assert '<html lang="en" dir="ltr">' in reader.get("/topics/bostotte?lang=klingon").text
    reader.post("/say", data={"text": "hvor mye er barnetrygden for to barn", "lang": "nb", "chosen": "1"})
    assert '<html lang="nb" dir="ltr">' in reader.get("/topics/bostotte").text
    assert '<html lang="ar" dir="rtl">' in reader.get("/topics/bostotte?lang=ar").text


@pytest.mark.parametrize("code", ["nb", "en", "ar"])
def test_an_unknown_topic_is_a_page_in_plain_words_that_helps_on(reader: httpx.Client, code: str) -> None:
    answer = reader.get(f"/topics/nothing-here?lang={code}")
    assert answer.status_code == 404
    assert f'<html lang="{code}"' in answer.text
    assert 'type="search"' in answer.text
    assert link("barnetrygd", code) in answer.text


def test_other_systems_get_the_topics_as_data(reader: httpx.Client) -> None:
    found = reader.get("/api/v1/topics", params={"lang": "en", "q": "child benefit"}).json()
    assert found["language"] == "en"
    first = found["topics"][0]
    assert (first["id"], first["area"], first["level"]) == ("barnetrygd", "family", "national")
    assert reader.get(first["page"]).status_code == 200
    whole = reader.get("/api/v1/topics/gratis-skole?lang=ar&place=froya").json()
    assert whole["language"] == whole["title"]["language"] == "ar"
    assert whole["card"]["sections"][0]["name"] == "local"
    assert whole["checked"]["confidence"] in ("verified", "partly", "recalled")
    assert whole["translated"] is True
    assert all(set(each) == {"id", "title", "page"} for each in whole["related"])


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_of_the_ten_languages_is_answered_in_itself(reader: httpx.Client, code: str) -> None:
    assert reader.get(f"/api/v1/topics?lang={code}").json()["language"] == code
    assert reader.get(f"/api/v1/topics/barnetrygd?lang={code}").json()["language"] == code


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/topics/nothing-here", 404, "no_topic"),
        ("/api/v1/topics?lang=klingon", 422, "language"),
        ("/api/v1/topics/barnetrygd?lang=", 422, "language"),
        ("/api/v1/topics/barnetrygd?place=atlantis", 422, "place"),
        ("/api/v1/topics?q=" + "a" * 201, 422, "invalid"),
    ],
)
def test_a_wrong_question_gets_a_problem_that_says_what_is_wrong(
    reader: httpx.Client, path: str, status: int, code: str
) -> None:
    assert is_a_problem(reader.get(path), status, code)


def test_the_topics_are_in_the_description_of_the_api(reader: httpx.Client) -> None:
    paths = reader.get("/openapi.json").json()["paths"]
    for path in ("/api/v1/topics", "/api/v1/topics/{id}"):
        described = paths[path]["get"]["responses"]
        assert "$ref" in described["200"]["content"]["application/json"]["schema"]
        assert "application/problem+json" in described["422"]["content"]
    assert "404" in paths["/api/v1/topics/{id}"]["get"]["responses"]
