"""Bad input gets a clear error and loses nothing."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import select, text

from bot.records.tables import Message, Need
from tests.conftest import Citizen, Server


def is_a_problem(answer: httpx.Response, status: int, code: str) -> bool:
    body = answer.json()
    return (
        answer.status_code == status
        and answer.headers["content-type"] == "application/problem+json"
        and body["status"] == status
        and body["type"] == f"urn:rettvis:problem:{code}"
        and bool(body["detail"])
    )


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_message_is_refused_in_the_persons_language_and_not_stored(server: Server, text: str) -> None:
    citizen = Citizen(server, language="nb")
    answer = citizen.send(text=text)
    assert is_a_problem(answer, 422, "empty")
    assert "Skriv" in answer.json()["detail"]
    assert citizen.history() == []


def test_a_hundred_kilobytes_are_refused_and_the_conversation_goes_on(citizen: Citizen) -> None:
    assert is_a_problem(citizen.send(text="a" * 100_000), 413, "too_large")
    assert is_a_problem(citizen.send(text="long " * 2_000), 422, "too_long")
    assert citizen.write("How much child benefit do I get for two kids?")[0]["card"]["topic"] == "barnetrygd"


def test_binary_in_a_message_is_refused(citizen: Citizen) -> None:
    assert is_a_problem(citizen.send(text="abc\x00\x01\x02"), 422, "not_text")


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00\x01", b"{", b"[]", b'{"client_id": 5}', b'{"client_id":"a","text":"\\ud800"}']
)
def test_a_body_that_is_not_what_it_must_be_is_a_problem_not_a_crash(citizen: Citizen, body: bytes) -> None:
    answer = citizen.request("POST", "/messages", content=body, headers={"content-type": "application/json"})
    assert is_a_problem(answer, 422, "invalid")


@pytest.mark.parametrize("said", ["😀😀😀", "👩‍👩‍👧", "?!", "12345", "ሰላም", "你好吗", "𝖍𝖊𝖑𝖕", "\u202ehelp"])
def test_emoji_digits_and_other_scripts_get_an_answer(citizen: Citizen, said: str) -> None:
    assert citizen.write(said)[0]["text"]


def test_html_is_shown_as_text_never_run(server: Server) -> None:
    with httpx.Client(base_url=server.url, follow_redirects=True, timeout=60) as browser:
        page = browser.post("/say", data={"text": "<script>alert(1)</script><b>help</b>"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_typed_command_is_text_not_a_command(server: Server) -> None:
    citizen = Citizen(server, language="en")
    citizen.write("How much child benefit do I get for two kids?")
    citizen.write("/delete_conversation")
    assert len(citizen.history()) >= 4


def test_a_repeated_client_id_gets_the_same_answer_and_is_answered_once(citizen: Citizen) -> None:
    body = {"client_id": "the same", "text": "How much child benefit do I get for two kids?"}
    first = citizen.request("POST", "/messages", json=body).json()
    again = citizen.request("POST", "/messages", json=body).json()
    assert again == first
    assert len(citizen.history()) == 1 + len(first["replies"])


def test_the_same_message_sent_many_times_at_once_is_answered_once(citizen: Citizen) -> None:
    body = {"client_id": "at once", "text": "How much child benefit do I get for two kids?"}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: citizen.request("POST", "/messages", json=body).json(), range(6)))
    assert all(answer == answers[0] for answer in answers)
    assert [message["author"] for message in citizen.history()].count("citizen") == 1
    assert len(citizen.history()) == 1 + len(answers[0]["replies"])


@pytest.mark.parametrize("choice", ["nothing-like-this", "human; drop table", "place:<b>", "/human", ""])
def test_an_unknown_choice_is_refused(citizen: Citizen, choice: str) -> None:
    assert is_a_problem(citizen.send(choice=choice), 422, "unknown_choice")


def test_an_unknown_conversation_and_a_wrong_token_look_the_same(server: Server, citizen: Citizen) -> None:
    other = Citizen(server)
    url = f"{server.url}/api/v1/conversations"
    wrong = httpx.get(f"{url}/{citizen.id}/messages", headers={"authorization": f"Bearer {other.token}"})
    unknown = httpx.get(f"{url}/{'0' * 36}/messages", headers={"authorization": f"Bearer {other.token}"})
    assert is_a_problem(wrong, 404, "no_conversation")
    assert wrong.json() == unknown.json()
    assert is_a_problem(httpx.get(f"{url}/{citizen.id}/messages"), 401, "no_token")


@pytest.mark.parametrize("body", [{"language": "klingon"}, {"place": "atlantis"}])
def test_a_conversation_cannot_begin_in_an_unknown_language_or_place(server: Server, body: dict) -> None:
    answer = httpx.post(f"{server.url}/api/v1/conversations", json=body)
    assert is_a_problem(answer, 422, next(iter(body)))


def test_an_address_there_is_not_is_a_problem(server: Server) -> None:
    assert is_a_problem(httpx.get(f"{server.url}/api/v1/nothing"), 404, "not_found")


def test_a_turn_that_fails_is_admitted_and_leaves_nothing_half_done(
    server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    database = server.installation.database
    citizen = Citizen(server, language="en")
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE needs RENAME TO needs_away"))
    try:
        reply = citizen.write("who won the football match yesterday")[0]
    finally:
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE needs_away RENAME TO needs"))
    assert "Something went wrong with me. Your message is kept." in reply["text"]
    logged = "".join(capfd.readouterr())
    assert "turn failed" in logged
    assert "football" not in logged
    assert [message["author"] for message in citizen.history()] == ["citizen", "bot"]
    assert citizen.write("How much child benefit do I get for two kids?")[0]["card"]["topic"] == "barnetrygd"
    with database.transaction() as session:
        assert session.scalars(select(Need)).all() is not None
        assert session.scalars(select(Message).where(Message.awaiting)).all() == []
