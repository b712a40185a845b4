"""From the bot to a named person and back."""

import json
import threading

import httpx
import pytest

from tests.conftest import PASSWORD, Citizen, Server, StaffMember


def ask_for_a_person(citizen: Citizen, consent: str = "share:yes") -> dict:
    """The whole way to a request; the last reply."""
    citizen.write("I want to talk to someone")
    citizen.pick("place:trondheim")
    return citizen.pick(consent)[-1]


def handoff_of(server: Server, citizen: Citizen) -> int:
    return next(each.id for each in server.installation.desk.open() if each.conversation_id == citizen.id)


@pytest.fixture
def english(server: Server) -> Citizen:
    return Citizen(server, language="en")


def test_before_deciding_the_person_sees_who_it_would_be(english: Citizen) -> None:
    assert english.write("I want to talk to someone")[0]["text"] == "Where do you live?"
    card = english.pick("place:trondheim")[0]["card"]
    assert card["kind"] == "contact"
    assert card["name"] == "Ingrid (demo)"
    assert card["role"] == "veileder"
    assert "English" in card["languages"]
    assert card["wait"] == "Usually answers within 20 minutes."


def test_a_person_with_another_language_gets_a_contact_who_speaks_it_or_an_interpreter(server: Server) -> None:
    arabic = Citizen(server, language="ar")
    arabic.write("أريد التحدث مع شخص")
    assert arabic.pick("place:trondheim")[0]["card"]["name"] == "Samir (demo)"
    somali = Citizen(server, language="so")
    somali.pick("human")
    assert "interpreter" in somali.pick("place:froya")[0]["card"]["interpreter"]


def test_nobody_is_offered_an_interpreter_between_the_two_written_forms_of_norwegian(server: Server) -> None:
    nynorsk = Citizen(server, language="nn")
    answer = nynorsk.write("kor mykje er barnetrygda for to barn")
    assert [reply["card"]["topic"] for reply in answer] == ["barnetrygd"]
    nynorsk.pick("human")
    assert nynorsk.pick("place:trondheim")[0]["card"]["interpreter"] is None


def test_the_whole_handoff_from_request_to_the_bot_being_back(
    server: Server, english: Citizen, ingrid: StaffMember
) -> None:
    english.write("How much child benefit do I get for two kids?")
    ask_for_a_person(english)
    handoff = handoff_of(server, english)

    assert "for two kids" in ingrid.get(f"/desk/{handoff}").text
    assert ingrid.post(f"/desk/{handoff}/accept").status_code == 200
    announced = english.history()[-1]
    assert announced["author"] == "system"
    assert "Ingrid (demo)" in announced["text"]
    assert "is a human" in announced["text"]

    assert english.write("are you there?") == []  # the bot is silent
    ingrid.post(f"/desk/{handoff}/say", text="Yes. I am here.")
    answered = english.history()[-1]
    assert (answered["author"], answered["author_name"]) == ("contact", "Ingrid (demo)")

    ingrid.post(f"/desk/{handoff}/close", outcome="met")
    assert "From now on Rettvis answers again" in english.history()[-1]["text"]
    assert english.write("what if they say no?")[0]["author"] == "bot"


def test_without_consent_the_contact_sees_nothing_that_was_written_before(
    server: Server, english: Citizen, ingrid: StaffMember
) -> None:
    english.write("How much child benefit do I get for two kids?")
    ask_for_a_person(english, consent="share:no")
    page = ingrid.get(f"/desk/{handoff_of(server, english)}").text
    assert "for two kids" not in page
    english.write("this is new")
    assert "this is new" in ingrid.get(f"/desk/{handoff_of(server, english)}").text


def test_while_waiting_the_bot_still_answers_and_asking_again_does_not_ask_twice(
    server: Server, english: Citizen
) -> None:
    ask_for_a_person(english)
    assert english.write("How much child benefit do I get for two kids?")[0]["card"]["topic"] == "barnetrygd"
    assert "has been told" in english.write("I want to talk to someone")[0]["text"]
    assert sum(each.conversation_id == english.id for each in server.installation.desk.open()) == 1


def test_saying_not_now_ends_the_questions(english: Citizen, server: Server) -> None:
    english.write("I want to talk to someone")
    english.pick("cancel")
    assert english.write("How much child benefit do I get for two kids?")[0]["card"]["topic"] == "barnetrygd"
    assert all(each.conversation_id != english.id for each in server.installation.desk.open())


def test_a_question_in_the_middle_of_the_form_is_answered_and_the_form_goes_on(english: Citizen) -> None:
    english.write("I want to talk to someone")
    replies = english.write("How much child benefit do I get for two kids?")
    assert replies[0]["card"]["topic"] == "barnetrygd"
    assert "Where do you live?" in replies[-1]["text"]


def test_two_contacts_cannot_have_the_same_conversation(server: Server, english: Citizen, ingrid: StaffMember) -> None:
    ask_for_a_person(english)
    handoff = handoff_of(server, english)
    ingrid.post(f"/desk/{handoff}/accept")
    samir = StaffMember(server, "samir")
    assert samir.post(f"/desk/{handoff}/accept").status_code == 409
    assert samir.get(f"/desk/{handoff}").status_code == 404
    assert samir.post(f"/desk/{handoff}/say", text="hello").status_code == 409
    assert samir.post(f"/desk/{handoff}/close", outcome="met").status_code == 404


def test_closing_as_not_met_asks_what_stood_in_the_way_and_records_a_need(
    server: Server, english: Citizen, ingrid: StaffMember, programme: StaffMember
) -> None:
    english.write("How much child benefit do I get for two kids?")
    ask_for_a_person(english)
    handoff = handoff_of(server, english)
    ingrid.post(f"/desk/{handoff}/accept")
    refused = ingrid.post(f"/desk/{handoff}/close", outcome="not_met")
    assert refused.status_code == 422
    ingrid.post(
        f"/desk/{handoff}/close",
        outcome="not_met",
        barrier="rules_collide",
        conditions=["policies", "power"],
        would_have_helped="One office that looks at both cases. Call 91234567.",
    )
    page = programme.get("/learning").text
    assert "One office that looks at both cases" in page
    assert "91234567" not in page


def test_what_the_contact_writes_reaches_the_person_live_and_can_be_taken_up_again(
    server: Server, english: Citizen, ingrid: StaffMember
) -> None:
    ask_for_a_person(english)
    handoff = handoff_of(server, english)
    ingrid.post(f"/desk/{handoff}/accept")
    newest = english.history()[-1]["id"]
    heard: list[dict] = []
    connected = threading.Event()

    def listen(last: int, wanted: int) -> None:
        url = f"{server.url}/api/v1/conversations/{english.id}/events"
        headers = {"authorization": f"Bearer {english.token}", "last-event-id": str(last)}
        with httpx.stream("GET", url, headers=headers, timeout=30) as stream:
            connected.set()
            for line in stream.iter_lines():
                if line.startswith("data: {"):
                    heard.append(json.loads(line[6:]))
                if len(heard) >= wanted:
                    return

    listener = threading.Thread(target=listen, args=(newest, 1))
    listener.start()
    assert connected.wait(10)
    ingrid.post(f"/desk/{handoff}/say", text="Can you hear me?")
    listener.join(timeout=20)
    assert [message["text"] for message in heard] == ["Can you hear me?"]

    ingrid.post(f"/desk/{handoff}/say", text="And now?")
    listen(newest, 3)  # from where it left off the first time: both, in order
    assert [message["text"] for message in heard[1:]] == ["Can you hear me?", "And now?"]


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(server: Server) -> None:
    wrong = StaffMember(server, "ingrid", "not the password")
    unknown = StaffMember(server, "nobody", PASSWORD)
    assert wrong.signed_in.status_code == unknown.signed_in.status_code == 401
    assert wrong.get("/desk").url.path == "/sign-in"


def test_staff_see_only_the_pages_of_their_duty(server: Server, ingrid: StaffMember, programme: StaffMember) -> None:
    assert ingrid.get("/learning").status_code == 403
    assert programme.get("/desk").status_code == 403
    assert httpx.get(f"{server.url}/desk", follow_redirects=True).url.path == "/sign-in"


def test_a_staff_form_without_its_token_is_refused(server: Server, english: Citizen, ingrid: StaffMember) -> None:
    ask_for_a_person(english)
    ingrid.csrf = "made up"
    assert ingrid.post(f"/desk/{handoff_of(server, english)}/accept").status_code == 403
