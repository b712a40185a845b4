"""What people are told, in their language, while the database cannot work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Citizen, Server
from tests.sms.conftest import serve

KIDS = "How much child benefit do I get for two kids?"


@pytest.fixture
def without_database(tmp_path: Path, model: Path) -> Iterator[Server]:
    """A server, and a conversation on it, whose database has gone while it runs: where it stood is a folder now."""
    yield from serve(tmp_path, model, {"RETTVIS_ROUND_SECONDS": "60"})


def gone(server: Server) -> None:
    database = server.installation.database
    file = Path(database.url.removeprefix("sqlite:///"))
    database.close()  # connections are opened anew
    for each in file.parent.glob(f"{file.name}*"):
        each.rename(each.with_name(f"away-{each.name}"))
    file.mkdir()


def back(server: Server) -> None:
    file = Path(server.installation.database.url.removeprefix("sqlite:///"))
    file.rmdir()
    for each in file.parent.glob(f"away-{file.name}*"):
        each.rename(each.with_name(each.name.removeprefix("away-")))


def test_everybody_is_told_in_their_language_and_what_is_sent_again_is_answered_once(without_database: Server) -> None:
    citizen = Citizen(without_database, language="en")
    citizen.write(KIDS)
    browser = without_database.client()
    browser.post("/say", data={"text": KIDS, "lang": "en", "chosen": "1"})
    gone(without_database)

    refused = citizen.send(text=KIDS)
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"].endswith("database_away")
    assert refused.headers["retry-after"] == "10"
    assert refused.json()["detail"].startswith("I cannot take anything in just now.")
    polish = citizen.request("GET", "/messages", headers={"accept-language": "pl"})
    assert polish.json()["detail"].startswith("Nie mogę teraz niczego przyjąć.")
    assert without_database.client().get("/readyz").status_code == 503
    assert without_database.client().get("/healthz").status_code == 200

    draft = {"text": "what if they <refuse>?", "client_id": "mine", "lang": "ar"}
    page = browser.post("/say", data=draft)
    assert page.status_code == 503
    assert 'lang="ar" dir="rtl"' in page.text
    assert "لا أستطيع استلام أي شيء الآن" in page.text
    assert "113" in page.text
    assert 'name="text" value="what if they &lt;refuse&gt;?"' in page.text
    assert 'name="client_id" value="mine"' in page.text
    by_script = browser.post("/say", data=draft, headers={"x-requested-with": "script"})
    assert by_script.status_code == 503
    assert "لا أستطيع استلام أي شيء الآن" in by_script.json()["error"]
    listening = browser.get("/live", headers={"accept": "text/event-stream"})
    assert (listening.status_code, listening.text) == (200, "retry: 10000\n\n"), "browsers give up on anything else"
    assert "55 55 33 33" in browser.get("/", headers={"accept-language": "so"}).text

    back(without_database)
    for _ in range(2):
        assert browser.post("/say", data=draft).status_code == 303
    assert browser.get("/").text.count("what if they &lt;refuse&gt;?") == 1
    assert citizen.write("what if they say no?")[0]["text"].startswith("Child benefit (barnetrygd)")
