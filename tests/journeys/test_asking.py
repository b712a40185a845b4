"""A person asks, in their own language, through the API."""

import pytest
from sqlalchemy import select

from bot.records.tables import Need
from knowledge.languages import available
from knowledge.library import Library
from tests.conftest import Citizen, Server

TOPICS = frozenset(Library.load().topics)

OFFICIAL = ("nav.no", "husbanken.no", "lovdata.no", "regjeringen.no", "bufdir.no", "helsenorge.no", "kommune.no")


@pytest.mark.parametrize(
    ("question", "language", "topic"),
    [
        ("How much child benefit do I get for two kids?", "en", "barnetrygd"),
        ("hvor mye er barnetrygden for to barn", "nb", "barnetrygd"),
        ("كم تبلغ إعانة الأطفال لطفلين؟", "ar", "barnetrygd"),
        ("hvordan søker jeg bostøtte", "nb", "bostotte"),
    ],
)
def test_a_question_gets_the_curated_answer_in_its_own_language(
    citizen: Citizen, question: str, language: str, topic: str
) -> None:
    reply = citizen.write(question)[0]
    card = reply["card"]
    assert (card["kind"], card["topic"], reply["language"]) == ("answer", topic, language)
    sections = {section["name"]: section for section in card["sections"]}
    assert {"what", "apply", "deadlines", "complaint"} <= set(sections)
    assert any(any(host in link["url"] for host in OFFICIAL) for link in card["links"])
    assert card["law"]
    assert "2026" in card["checked"]


@pytest.mark.parametrize(
    "question", ["vi klarer ikke å betale husleia", "لا أستطيع دفع الإيجار", "i cannot pay the rent"]
)
def test_trouble_with_the_rent_leads_to_help_with_living_costs(citizen: Citizen, question: str) -> None:
    reply = citizen.write(question)[0]
    offered = [choice["id"] for choice in reply["choices"]]
    answered = (reply["card"] or {}).get("topic")
    assert answered == "okonomisk-sosialhjelp" or "okonomisk-sosialhjelp" in offered


def test_an_amount_is_the_rate_that_holds_now_with_its_date(citizen: Citizen) -> None:
    reply = citizen.write("How much child benefit do I get for two kids?")[0]
    assert "2,012 kr" in reply["text"]
    assert any("1 February 2026" in note or "February 1, 2026" in note for note in reply["card"]["notes"])


def test_what_no_expert_has_reviewed_says_so_where_it_is_read(citizen: Citizen) -> None:
    card = citizen.write("How much child benefit do I get for two kids?")[0]["card"]
    assert "No expert has reviewed this yet." in card["checked"]
    assert any("native reader" in note for note in card["notes"])


def test_follow_ups_are_about_the_topic_at_hand(citizen: Citizen) -> None:
    citizen.write("How much child benefit do I get for two kids?")
    apply = citizen.write("how do I apply?")[0]
    assert apply["text"].startswith("Child benefit (barnetrygd). How to apply:")
    refused = citizen.write("what if they say no?")[0]
    assert "six weeks" in refused["text"]


def test_a_follow_up_to_nothing_asks_what_it_is_about(citizen: Citizen) -> None:
    reply = citizen.write("how do I apply?")[0]
    assert {"topics", "human"} <= {choice["id"] for choice in reply["choices"]}


VAGUE = (
    "utgifter til barn",
    "hjelp til ungene",
    "dyrt å bo og leve",
    "søke om noe for familien",
    "papirer fra kommunen",
    "helse og penger",
    "økonomi når man er alene",
    "noe om hus og penger",
    "hjelp med husleie og lån",
)


def offered_topics(citizen: Citizen) -> list[dict]:
    """The topics offered for something said so vaguely that it could be one or the other."""
    for said in VAGUE:
        reply = citizen.write(said)[0]
        topics = [choice for choice in reply["choices"] if choice["id"] in TOPICS]
        if reply["card"] is None and len(topics) >= 2:
            return topics
    pytest.fail("nothing so vague that more than one topic was offered")


def test_when_two_topics_are_close_both_are_offered_and_picking_one_answers(citizen: Citizen) -> None:
    topics = offered_topics(citizen)
    answer = citizen.pick(topics[1]["id"])[0]
    assert answer["card"]["topic"] == topics[1]["id"]


def test_a_choice_can_be_typed_as_its_number_or_its_title(server: Server) -> None:
    for typed in ("2", "title"):
        citizen = Citizen(server, language="nb")
        choices = offered_topics(citizen)
        answer = citizen.write(typed if typed == "2" else choices[1]["title"])[0]
        assert answer["card"]["topic"] == choices[1]["id"]


def test_what_is_not_ours_gets_an_honest_no_and_a_way_to_a_person(citizen: Citizen) -> None:
    reply = citizen.write("hvem vant fotballkampen i går")[0]
    assert reply["card"] is None
    assert {"human", "keep_words:yes", "keep_words:no"} <= {choice["id"] for choice in reply["choices"]}


def test_the_language_follows_what_is_written_until_one_is_chosen(server: Server) -> None:
    follows = Citizen(server)
    assert follows.write("How much child benefit do I get for two kids?")[0]["language"] == "en"
    assert follows.write("كم تبلغ إعانة الأطفال لطفلين؟")[0]["language"] == "ar"
    chosen = Citizen(server, language="en")
    assert chosen.write("hvor mye er barnetrygden for to barn")[0]["language"] == "en"


def test_another_language_can_be_asked_for_at_any_time(server: Server) -> None:
    citizen = Citizen(server, language="nb")
    citizen.write("hvor mye er barnetrygden for to barn")
    assert citizen.write("can we speak English please")[0]["language"] == "en"
    assert citizen.write("what if they say no?")[0]["language"] == "en"


def test_a_language_there_is_no_answer_in_yet_is_admitted_in_it_and_a_person_offered(citizen: Citizen) -> None:
    replies = citizen.write("Как мне получить пособие на двоих детей?")
    assert (replies[-1]["language"], "русском" in replies[-1]["text"]) == ("ru", True)
    offered = [choice["id"] for choice in replies[-1]["choices"]]
    assert "human" in offered
    assert [choice for choice in offered if choice.startswith("change_language:")] == [
        f"change_language:{code}" for code in available()
    ]


def test_it_is_admitted_once_and_the_need_is_written_down_without_identity(server: Server) -> None:
    citizen = Citizen(server)
    citizen.write("¿Cómo puedo pedir ayuda para pagar el alquiler de mi casa?")
    again = citizen.write("¿Cuánto dinero pagan por cada hijo que tengo?")
    assert not any(reply["language"] == "es" for reply in again)
    with server.installation.database.reading() as session:
        found = session.scalars(select(Need).where(Need.language == "es")).all()
    assert [need.moment for need in found if need.barrier == "language"] == ["no_answer"]


def test_a_language_that_is_offered_instead_is_taken_and_kept(server: Server) -> None:
    citizen = Citizen(server)
    citizen.write("Kiramı ödeyemiyorum, bana kim yardım edebilir?")
    assert citizen.pick("change_language:ar")[0]["language"] == "ar"
    assert citizen.write("Kiramı ödeyemiyorum, bana kim yardım edebilir?")[-1]["language"] == "ar"


def test_danger_still_comes_first_in_a_language_there_is_no_answer_in(server: Server) -> None:
    citizen = Citizen(server)
    replies = citizen.write("Мой муж бьёт меня и хочет убить, помогите пожалуйста")
    assert replies[0]["card"]["kind"] == "crisis"
    assert replies[-1]["language"] == "ru"
    assert replies[-1]["choices"][0]["id"] == "urgent_human"


def test_a_language_asked_for_by_name_is_answered_in_it_if_only_to_say_no(citizen: Citizen) -> None:
    replies = citizen.write("can you speak Turkish please")
    assert "Türkçe" in replies[0]["text"]
    assert replies[0]["language"] == "tr"


def test_it_never_pretends_to_be_human(citizen: Citizen) -> None:
    assert "I am not a human" in citizen.write("are you a real person or a robot?")[0]["text"]


def test_a_conversation_can_be_taken_away_and_deleted(server: Server) -> None:
    citizen = Citizen(server)
    citizen.write("How much child benefit do I get for two kids?")
    export = citizen.request("GET", "/export").json()
    assert [message["author"] for message in export["messages"]] == ["citizen", "bot"]
    assert citizen.request("DELETE").status_code == 204
    assert citizen.request("GET", "/messages").status_code == 404


def test_a_conversation_can_be_deleted_by_saying_so(server: Server) -> None:
    citizen = Citizen(server, language="en")
    offer = citizen.write("I want to delete my conversation")[0]
    assert "delete_conversation:yes" in {choice["id"] for choice in offer["choices"]}
    answer = citizen.send(choice="delete_conversation:yes").json()
    assert answer["deleted"]
    assert citizen.request("GET", "/messages").status_code == 404
