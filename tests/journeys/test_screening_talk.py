"""A household is gone through by conversation: to the result, with corrections and questions in between, and forgotten."""

import re

import pytest
from sqlalchemy import select

from bot.records.tables import HouseholdRow, Message, Need
from bot.screening.offering import begin_choice
from bot.screening.telling import asked
from bot.screening.words import word
from bot.speech import speech
from knowledge.languages import LANGUAGES
from tests.conftest import Citizen, Contact, Server
from tests.screening.test_answers import DAY, LIBRARY

ANSWERS = {
    "place": "Trondheim",
    "children": "2, 7",
    "living": 1,
    "age": "31",
    "work": 3,
    "housing": 1,
    "situation": "5 6",
    "other_parent": 2,
    "earned": 2,
    "status": 1,
    "income": "240 000",
    "income_3_years": "700 000",
    "wealth": "5000",
}
"""A mother alone with two children who has lost her job; the number of a choice, or what is written."""
WISHES = {
    "nb": "hva har familien min rett på?",
    "nn": "kva har vi krav på?",
    "en": "What is my family entitled to?",
    "pl": "Do czego mamy prawo?",
    "uk": "На що ми маємо право?",
    "ar": "ما هي حقوق عائلتي؟",
    "fa": "خانواده من چه حقی دارد؟",
    "so": "Maxaan xaq u leenahay?",
    "ti": "እንታይ መሰል ኣለና?",
    "ckb": "مافی چیمان هەیە؟",
}


def open_fact(replies: list[dict]) -> str:
    """The fact that a reply asks for."""
    return next(way["id"].partition(":")[2] for way in replies[-1]["card"]["ways"] if way["id"].startswith("why:"))


def is_a_question(replies: list[dict]) -> bool:
    return (replies[-1]["card"] or {}).get("kind") == "question"


def answer(citizen: Citizen, replies: list[dict]) -> list[dict]:
    said = ANSWERS[open_fact(replies)]
    return citizen.write(str(said))


def through(citizen: Citizen, replies: list[dict]) -> list[dict]:
    """Answer until what was understood is shown."""
    for _ in range(20):
        if replies[-1]["choices"] and replies[-1]["choices"][0]["id"] == "screen:right":
            return replies
        replies = answer(citizen, replies)
    pytest.fail("there is no end to the questions")


def household(citizen: Citizen) -> dict:
    return citizen.request("GET", "/export").json()["household"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_household_is_gone_through_in_every_language(server: Server, language: str) -> None:
    citizen = Citizen(server)
    replies = citizen.write(WISHES[language])
    replies = through(citizen, replies)
    assert {reply["language"] for reply in replies} == {language}
    shown = {choice["id"]: choice["title"] for choice in replies[-1]["choices"]}
    assert LIBRARY.places["trondheim"].name in shown["correct:place"]
    (result,) = citizen.write(speech(language).gettext("yes,ok,sure").split(",")[0])
    assert result["card"]["kind"] == "screened"
    offered = [choice["id"] for choice in result["choices"]]
    assert offered[0] == "nodhjelp", "what cannot wait comes first"
    assert "human" in offered
    assert result["links"][0]["url"] == "/result"
    facts = household(citizen)["facts"]
    assert facts["children"] == [2, 7]
    assert facts["situation"] == ["need_now", "debt"]


def test_a_question_in_between_is_answered_and_then_it_goes_on(server: Server) -> None:
    citizen = Citizen(server, language="nb")
    citizen.write(WISHES["nb"])
    citizen.write("Trondheim")
    before = citizen.write("2 og 7")
    replies = citizen.write("Hvordan søker jeg om bostøtte?")
    assert replies[0]["card"]["topic"] == "bostotte"
    assert replies[-1]["choices"][-1]["id"] == "screen:on"
    assert citizen.pick("screen:on")[-1]["text"] == before[-1]["text"]
    assert household(citizen)["facts"] == {"children": [2, 7]}


def test_a_figure_that_is_written_after_an_answer_in_between_is_still_the_answer(server: Server) -> None:
    citizen = Citizen(server, language="nb", place="froya")
    replies = citizen.write(WISHES["nb"])
    assert open_fact(replies) == "children"
    citizen.write("Hvordan søker jeg om bostøtte?")
    citizen.write("2 og 7")
    assert household(citizen)["facts"] == {"children": [2, 7]}


@pytest.mark.parametrize(
    ("language", "danger"), [("nb", "Han slår meg"), ("ar", "زوجي يضربني"), ("so", "wuu i garaacaa")]
)
def test_danger_comes_before_everything(server: Server, language: str, danger: str) -> None:
    citizen = Citizen(server, language=language)
    citizen.pick("screen:begin")
    replies = citizen.write(danger)
    assert replies[-1]["card"]["kind"] == "crisis"
    assert [choice["id"] for choice in replies[-1]["choices"]] == ["urgent_human"]


def test_a_person_can_be_asked_for_at_any_time(server: Server) -> None:
    citizen = Citizen(server, language="nb")
    citizen.pick("screen:begin")
    replies = citizen.write("Jeg vil snakke med et menneske")
    assert any(choice["id"] == "place:froya" for choice in replies[-1]["choices"])
    replies = citizen.pick("cancel")
    assert replies[-1]["choices"][-1]["id"] == "screen:on"


def test_why_do_you_ask_is_answered_and_the_question_stands(server: Server) -> None:
    citizen = Citizen(server, language="en", place="trondheim")
    citizen.pick("screen:begin")
    text = citizen.write("why do you ask?")[-1]["text"]
    assert asked(LIBRARY, "children", speech("en"), DAY) in text
    citizen.write("2")
    assert household(citizen)["facts"] == {"children": [2]}


def test_what_is_not_understood_is_asked_again_and_then_can_be_passed_over(server: Server) -> None:
    citizen = Citizen(server, language="en", place="trondheim")
    citizen.pick("screen:begin")
    texts = [citizen.write("the blue one over there")[-1]["text"] for _ in range(3)]
    assert texts[0] == texts[1] != texts[2]
    assert "skip" in texts[2]
    citizen.write("skip")
    assert household(citizen) == {"facts": {}, "skipped": ["children"]}


def test_every_answer_can_be_corrected_after_the_result(server: Server) -> None:
    citizen = Citizen(server, language="nb")
    replies = through(citizen, citizen.write(WISHES["nb"]))
    citizen.pick("screen:right")
    replies = citizen.pick("screen:check")
    number = [choice["id"] for choice in replies[-1]["choices"]].index("correct:children") + 1
    assert open_fact(citizen.write(str(number))) == "children"
    replies = through(citizen, citizen.write("5 og 7"))
    assert household(citizen)["facts"]["children"] == [5, 7]
    assert citizen.write("ja")[-1]["card"]["kind"] == "screened"


def test_what_was_told_can_be_forgotten_and_the_conversation_goes_on(server: Server) -> None:
    citizen = Citizen(server, language="nb")
    citizen.write("Hvor mye er barnetrygden?")
    through(citizen, citizen.write(WISHES["nb"]))
    citizen.write("glem svarene mine")
    replies = citizen.pick("screen:forget_it")
    assert replies[-1]["choices"]
    assert household(citizen) is None
    said = str(citizen.request("GET", "/export").json())
    assert "240" not in said
    assert "Hvor mye er barnetrygden?" in said
    with server.installation.database.reading() as session:
        left = session.scalars(select(Message).where(Message.conversation_id == citizen.id)).all()
        assert not any("240" in message.text for message in left)


def test_it_goes_with_the_conversation(server: Server) -> None:
    citizen = Citizen(server, language="nb")
    citizen.pick("screen:begin")
    citizen.write("Trondheim")
    citizen.request("DELETE")
    with server.installation.database.reading() as session:
        assert session.get(HouseholdRow, citizen.id) is None


def test_a_contact_sees_of_a_household_what_the_person_agrees_to(server: Server) -> None:
    citizen = Citizen(server, language="ti")
    through(citizen, citizen.write(WISHES["ti"]))
    citizen.write("እወ")
    citizen.pick("human")
    shown = citizen.history()[-1]["card"]["lines"]
    lines = {line["value"][0].partition(":")[0]: line for line in shown if line["kind"] == "screening"}
    assert "income" in lines
    assert not any(line["text"] == "240 000" for line in shown), "an answer is no message of its own"
    citizen.pick(f"share:except-{lines['income']['number']}")
    contact = Contact(server, citizen)
    page = contact.page()
    reads = re.findall('<html lang="([a-z]+)"', page)[0]
    assert reads != "ti", "it is in the language of whoever reads it"
    assert asked(LIBRARY, "children", speech(reads), DAY) in page
    assert asked(LIBRARY, "income", speech(reads), DAY) not in page
    assert LIBRARY.title("barnetrygd", reads) in page


def test_in_danger_nothing_of_the_household_is_passed_on(server: Server) -> None:
    citizen = Citizen(server, language="nb", place="trondheim")
    citizen.pick("screen:begin")
    citizen.write("2 og 7")
    citizen.pick("urgent_human")
    assert "screening" not in [line["kind"] for line in citizen.handoff(server).shared]


def test_a_need_that_no_scheme_is_found_for_is_recorded_without_a_link(server: Server) -> None:
    citizen = Citizen(server, language="nb", place="froya")
    citizen.pick("screen:begin")
    citizen.pick("screen:right")
    citizen.pick("screen:need")
    with server.installation.database.reading() as session:
        need = session.scalars(select(Need).order_by(Need.id.desc()).limit(1)).one()
        assert (need.moment, need.barrier, need.place, need.words) == ("screening", "not_eligible", "froya", None)


@pytest.mark.parametrize(
    "choice", ["fact:nothing-1", "fact:age-old", "fact:living-moon", "correct:nothing", "screen:x"]
)
def test_a_choice_that_there_is_not_changes_nothing(server: Server, choice: str) -> None:
    citizen = Citizen(server, language="en", place="trondheim")
    citizen.pick(choice)
    citizen.pick("screen:begin")
    before = household(citizen)
    assert citizen.pick(choice)[-1]["text"]
    assert household(citizen) == before


def test_the_way_in_is_on_the_first_page_and_after_a_greeting(server: Server) -> None:
    page = server.client().get("/?lang=so").text
    assert begin_choice(speech("so")).title in page
    citizen = Citizen(server, language="nb")
    assert citizen.write("hei")[-1]["choices"][-1]["id"] == "screen:begin"


def test_a_tick_at_several_answers_is_one_answer_without_javascript(server: Server) -> None:
    browser = server.client(follow_redirects=True)
    page = browser.post("/say", data={"choice": "screen:begin", "lang": "nb"}).text
    page = browser.post("/say", data={"choice": "correct:situation"}).text
    assert 'type="checkbox" name="ticked" value="fact:situation-debt"' in page
    ticked = ["fact:situation-ill", "fact:situation-debt"]
    page = browser.post("/say", data={"choice": "ticked:fact:situation", "ticked": ticked}).text
    title = LIBRARY.text(
        "household", "situation.value", LIBRARY.vocabulary.facts["situation"].values["debt"], "nb", DAY
    )
    assert f"{title.text}</p>" in page
    assert browser.get("/export").json()["household"]["facts"] == {"situation": ["ill", "debt"]}
    browser.post("/say", data={"choice": "correct:situation"})
    browser.post("/say", data={"choice": "ticked:fact:situation"})
    assert browser.get("/export").json()["household"]["facts"] == {"situation": []}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pause_rests_and_begin_takes_it_up_again(server: Server, language: str) -> None:
    citizen = Citizen(server, language=language, place="trondheim")
    citizen.pick("screen:begin")
    replies = citizen.write("2")
    paused = citizen.write(word("pause", language))
    assert paused[-1]["choices"][0]["id"] == "screen:on"
    again = citizen.pick("screen:begin")
    assert open_fact(again) == open_fact(replies)
