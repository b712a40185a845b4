"""From the bot to a named person and back, as the person it is about lives it."""

import json
import re
import threading
from collections import Counter

import httpx
import pytest
from sqlalchemy import select, text

from bot.records.tables import Handoff, Need, Pulse
from tests.conftest import PASSWORD, Citizen, Contact, Server, StaffMember

KIDS = "How much child benefit do I get for two kids?"


@pytest.fixture
def english(server: Server) -> Citizen:
    return Citizen(server, language="en")


def is_wanted(citizen: Citizen) -> bool:
    return citizen.request("GET", "/contact").json()["state"] != "bot"


def in_hand(server: Server, citizen: Citizen) -> Contact:
    """The contact, after taking over a conversation that was shared whole."""
    citizen.ask_for_a_person()
    contact = Contact(server, citizen)
    assert contact.do("accept").status_code == 200
    return contact


def colleague(server: Server, contact: Contact) -> StaffMember:
    return StaffMember(server, "samir" if contact.login != "samir" else "ingrid")


def id_of(server: Server, login: str) -> int:
    query = text("SELECT id FROM staff WHERE login = :login").bindparams(login=login)
    with server.installation.database.reading() as session:
        return int(session.scalar(query) or 0)


# Before anything is decided


def test_before_deciding_the_person_sees_who_it_would_be(english: Citizen) -> None:
    assert english.write("I want to talk to someone")[0]["text"] == "Where do you live?"
    contact = english.pick("place:trondheim")[0]["card"]["contact"]
    assert contact["name"] in ("Ingrid (demo)", "Samir (demo)")  # whoever has less to do just then
    assert contact["role"] in ("veileder", "familiekontakt")
    assert "English" in contact["languages"]
    assert contact["hours"] == "day and night"
    assert re.fullmatch(r"Usually answers within \d+ (minutes|hours)\.", contact["wait"])


@pytest.mark.parametrize(("language", "said"), [("ckb", "من لە ترۆندهایم"), ("uk", "Трондгейм"), ("ti", "ትሮንድሃይም")])
def test_where_one_lives_can_be_said_in_ones_own_letters(server: Server, language: str, said: str) -> None:
    citizen = Citizen(server, language=language)
    citizen.pick("human")
    assert citizen.write(said)[0]["card"]["kind"] == "offer"


def test_a_person_with_another_language_gets_a_contact_who_speaks_it_or_an_interpreter(server: Server) -> None:
    arabic = Citizen(server, language="ar")
    arabic.write("أريد التحدث مع شخص")
    assert arabic.pick("place:trondheim")[0]["card"]["contact"]["name"] == "Samir (demo)"
    somali = Citizen(server, language="so")
    somali.pick("human")
    assert "Kari (demo)" in somali.pick("place:froya")[0]["card"]["contact"]["interpreter"]


def test_nobody_is_offered_an_interpreter_between_the_two_written_forms_of_norwegian(server: Server) -> None:
    nynorsk = Citizen(server, language="nn")
    answer = nynorsk.write("kor mykje er barnetrygda for to barn")
    assert [reply["card"]["topic"] for reply in answer] == ["barnetrygd"]
    nynorsk.pick("human")
    assert nynorsk.pick("place:trondheim")[0]["card"]["contact"]["interpreter"] is None


def test_saying_not_now_ends_the_questions(english: Citizen) -> None:
    english.write("I want to talk to someone")
    english.pick("cancel")
    assert english.write(KIDS)[0]["card"]["topic"] == "barnetrygd"
    assert not is_wanted(english)


def test_a_question_in_the_middle_of_the_form_is_answered_and_the_form_goes_on(english: Citizen) -> None:
    english.write("I want to talk to someone")
    replies = english.write(KIDS)
    assert replies[0]["card"]["topic"] == "barnetrygd"
    assert "Where do you live?" in replies[-1]["text"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("nb", "nei takk"), ("nb", "nei"), ("en", "no"), ("en", "no thanks"), ("ar", "لا شكرا"), ("pl", "nie, dziękuję")],
)
def test_who_says_no_to_a_person_brings_nobody(server: Server, language: str, said: str) -> None:
    citizen = Citizen(server, language=language)
    citizen.pick("human")
    citizen.pick("place:trondheim")
    replies = citizen.write(said)
    assert (replies[0]["card"] or {}).get("kind") != "contact"
    assert not is_wanted(citizen)
    assert [choice["id"] for choice in replies[-1]["choices"]] == ["human"]


def test_who_asks_something_else_meanwhile_is_reminded_once_in_one_sentence(english: Citizen) -> None:
    english.write(KIDS)
    english.pick("human")
    assert english.pick("place:trondheim")[0]["card"]["kind"] == "offer"
    first = english.write("how much is child benefit?")
    assert "Nobody has been asked yet" in first[-1]["text"]
    assert KIDS not in first[-1]["text"]
    assert {"share:yes", "share:no", "cancel"} == {choice["id"] for choice in first[-1]["choices"]}
    second = english.write("what is housing allowance?")
    assert [reply["card"]["topic"] for reply in second] == ["bostotte"]
    english.pick("human")
    assert english.pick("share:yes")[0]["card"]["kind"] == "contact"


# What is shared


def test_the_person_is_shown_exactly_what_would_be_passed_on_and_it_is_what_the_contact_sees(
    server: Server, english: Citizen
) -> None:
    english.write(KIDS)
    english.write("I am alone with them")
    english.pick("human")
    offer = english.pick("place:trondheim")[0]
    lines = [line["text"] for line in offer["card"]["lines"]]
    assert lines[:2] == ["Language: English", "Lives in Trondheim"]
    assert lines[2].startswith("We have talked about: Child benefit (barnetrygd)")
    assert lines[3:] == [KIDS, "I am alone with them"]
    assert all(line in offer["text"] for line in lines)  # where there is no card, e.g. by SMS
    english.pick("share:yes")
    page = Contact(server, english).page()
    assert KIDS in page
    assert "I am alone with them" in page


@pytest.mark.parametrize("way", ["pick", "write"])
def test_lines_that_are_struck_are_not_passed_on(server: Server, english: Citizen, way: str) -> None:
    english.write(KIDS)
    english.write("My husband must not know that I ask")
    english.pick("human")
    lines = english.pick("place:trondheim")[0]["card"]["lines"]
    struck = [line["number"] for line in lines if "husband" in line["text"] or line["kind"] == "topics"]
    if way == "pick":
        english.pick("share:except-" + "-".join(map(str, struck)))
    else:
        english.write(f"without {struck[0]} and {struck[1]}")
    page = Contact(server, english).page()
    assert KIDS in page
    assert "husband" not in page
    assert "Barnetrygd" not in page.split("</h1>")[0]


def test_without_consent_the_contact_sees_nothing_that_was_written_before(server: Server, english: Citizen) -> None:
    english.write(KIDS)
    english.ask_for_a_person("share:no")
    contact = Contact(server, english)
    assert "for two kids" not in contact.page()
    english.write("this is new")
    assert "this is new" in contact.page()


def test_what_is_written_after_the_summary_was_shown_is_not_in_what_was_agreed_to(
    server: Server, english: Citizen
) -> None:
    english.pick("human")
    english.pick("place:trondheim")
    english.write("how do I appeal a decision from NAV?")
    offered = english.history()[-1]["card"]["lines"]
    english.pick("share:yes")
    shared = [line["text"] for line in english.handoff(server).shared]
    assert shared == [line["text"] for line in offered]


def test_a_line_that_there_is_not_and_a_language_cannot_be_struck(server: Server, english: Citizen) -> None:
    english.write(KIDS)
    english.pick("human")
    english.pick("place:trondheim")
    assert english.write("without 99")[-1]["card"]["kind"] == "offer"  # asked again
    english.pick("share:except-1-2-3-4-5")
    assert [line["kind"] for line in english.handoff(server).shared] == ["language"]


# While waiting


def test_while_waiting_the_bot_still_answers_and_asking_again_does_not_ask_twice(
    server: Server, english: Citizen
) -> None:
    english.ask_for_a_person()
    assert english.write(KIDS)[0]["card"]["topic"] == "barnetrygd"
    assert "has been told" in english.write("I want to talk to someone")[0]["text"]
    with server.installation.database.reading() as session:
        assert len(session.scalars(select(Handoff).where(Handoff.conversation_id == english.id)).all()) == 1


def test_what_one_hopes_for_and_is_good_at_reaches_the_contact_in_ones_own_words(
    server: Server, english: Citizen
) -> None:
    english.ask_for_a_person()
    assert "What do you hope for?" in english.pick("hopes")[0]["text"]
    assert "good at" in english.write("That we can stay in the flat")[0]["text"]
    assert "will see it" in english.write("I fix bicycles")[0]["text"]
    page = Contact(server, english).page()
    assert "That we can stay in the flat" in page
    assert "I fix bicycles" in page


def test_nobody_has_to_say_what_they_hope_for(server: Server, english: Citizen) -> None:
    english.ask_for_a_person()
    english.pick("hopes")
    english.pick("skip")
    assert english.write(KIDS)[0]["card"]["topic"] == "barnetrygd"
    assert english.handoff(server).hopes is None


def test_danger_in_an_answer_to_a_question_is_danger_and_no_answer(server: Server, english: Citizen) -> None:
    english.ask_for_a_person()
    english.pick("hopes")
    assert english.write("my husband hits me")[0]["card"]["kind"] == "crisis"
    assert english.handoff(server).hopes is None


def test_a_person_who_wants_to_be_called_gives_a_number_that_stands_nowhere_in_the_clear(
    server: Server, english: Citizen
) -> None:
    english.ask_for_a_person()
    english.pick("call_me")
    assert "cannot read that" in english.write("yes please")[0]["text"]
    assert "will call you" in english.write("it is 47 63 52 19")[0]["text"]
    assert "47635219" not in json.dumps(english.history()).replace(" ", "")
    assert english.handoff(server).phone == "+4747635219"
    with server.installation.database.reading() as session:
        kept = session.scalar(text("SELECT phone FROM handoffs ORDER BY id DESC LIMIT 1"))
    assert "4763" not in kept
    english.pick("reach:sms")
    assert english.handoff(server).reach == "sms"

    contact = Contact(server, english)
    assert "47635219" not in contact.page()
    contact.do("accept")
    assert "+4747635219" in contact.do("phone").text
    assert "opened_number" in [look["what"] for look in english.request("GET", "/looks").json()]
    english.pick("reach:here")
    assert english.handoff(server).phone is None


def test_a_person_who_no_longer_needs_anybody_takes_it_back(server: Server, english: Citizen) -> None:
    english.ask_for_a_person()
    assert "Rettvis answers again" in english.pick("bot_back")[0]["text"]
    assert not is_wanted(english)


# In a person's hands


def test_the_whole_handoff_from_request_to_the_bot_being_back(server: Server, english: Citizen) -> None:
    english.write(KIDS)
    contact = in_hand(server, english)
    announced = english.history()[-1]
    assert announced["author"] == "system"
    assert "is a human" in announced["text"]
    assert english.request("GET", "/contact").json()["in_hand"]

    assert english.write("are you there?") == []  # the bot is silent
    assert english.handoff(server).state == "active"
    contact.do("say", text="Yes. I am here.")
    assert english.handoff(server).state == "waiting"
    answered = english.history()[-1]
    assert (answered["author"], answered["text"]) == ("contact", "Yes. I am here.")

    contact.do("close", outcome="met")
    assert not is_wanted(english)
    assert english.write("what if they say no?")[0]["author"] == "bot"


def test_danger_written_to_a_contact_makes_it_urgent_and_the_bot_stays_silent(server: Server, english: Citizen) -> None:
    in_hand(server, english)
    said = english.write("my husband hits me")
    assert [(each["author"], "call 112" in each["text"]) for each in said] == [("system", True)]
    assert english.handoff(server).urgent
    assert english.handoff(server).alarmed_at is not None
    assert english.write("he is at the door") in ([], said)  # the numbers once


def test_danger_that_began_long_ago_and_goes_on_rings_the_contact(server: Server, english: Citizen) -> None:
    in_hand(server, english)
    english.write("he beat me last year and now he stands outside my door with a knife")
    assert english.handoff(server).alarmed_at is not None


def test_an_urgent_choice_from_before_somebody_took_over_rings_them(server: Server, english: Citizen) -> None:
    english.write("my husband hits me")
    in_hand(server, english)
    assert [each["author"] for each in english.pick("urgent_human")] == ["system"]
    assert english.handoff(server).alarmed_at is not None


def test_a_colleague_who_is_not_asked_can_neither_see_nor_take_it(server: Server, english: Citizen) -> None:
    english.write(KIDS)
    english.ask_for_a_person()
    contact = Contact(server, english)
    other = colleague(server, contact)
    assert other.get(f"/desk/{contact.id}").status_code == 404
    assert f"/desk/{contact.id}/" not in other.get("/desk").text
    assert other.post(f"/desk/{contact.id}/accept").status_code == 409
    assert english.handoff(server).owner_id is None


def test_two_contacts_cannot_have_the_same_conversation_and_the_slower_one_is_told(
    server: Server, english: Citizen
) -> None:
    contact = in_hand(server, english)
    other = colleague(server, contact)
    told = other.post(f"/desk/{contact.id}/accept")
    assert told.status_code == 409
    assert english.handoff(server).contact.name in told.text
    assert other.get(f"/desk/{contact.id}").status_code == 404
    assert other.post(f"/desk/{contact.id}/say", text="hello").status_code == 409
    assert other.post(f"/desk/{contact.id}/close", outcome="met").status_code == 409
    assert "hello" not in json.dumps(english.history())


def test_what_a_contact_sends_twice_is_said_once(server: Server, english: Citizen) -> None:
    contact = in_hand(server, english)
    for _ in range(3):
        contact.do("accept")
        contact.do("say", text="Once", client_id="the same")
    said = [message["text"] for message in english.history() if message["author"] != "citizen"]
    assert said.count("Once") == 1
    assert len([each for each in said if "You are now writing with" in each]) == 1


def test_a_contact_hands_on_with_a_reason_and_the_person_decides(server: Server, english: Citizen) -> None:
    contact = in_hand(server, english)
    other = colleague(server, contact)
    samir = id_of(server, "samir" if contact.login != "samir" else "ingrid")
    assert contact.do("hand-on", to=samir, reason=" ").status_code == 422
    contact.do("hand-on", to=samir, reason="Knows more about child benefit")
    proposed = english.history()[-1]
    assert "“Knows more about child benefit”" in proposed["text"]
    assert proposed["card"]["kind"] == "contact"
    assert other.get(f"/desk/{contact.id}").status_code == 404  # nothing is shown before the person has agreed

    english.pick("transfer:no")
    assert english.history()[-1]["text"].endswith("stays with you.")
    assert contact.do("say", text="I stay").status_code == 200

    contact.do("hand-on", to=samir, reason="On leave next week")
    assert "Until" in english.write("yes")[0]["text"]  # a word is enough
    assert english.write("still here?") == []
    assert contact.do("say", text="Until then it is me").status_code == 200
    assert other.get(f"/desk/{contact.id}").status_code == 200
    assert other.post(f"/desk/{contact.id}/accept").status_code == 200
    assert contact.do("say", text="no longer mine").status_code == 409
    assert contact.get(f"/desk/{contact.id}").status_code == 404
    assert english.handoff(server).owner_id == samir


def test_a_person_can_ask_for_another_contact(server: Server, english: Citizen) -> None:
    contact = in_hand(server, english)
    told = english.pick("another_contact")[0]
    assert told["author"] == "system"
    now_asked = english.handoff(server)
    assert (now_asked.in_hand, now_asked.state) == (False, "offered")
    assert now_asked.contact.login != contact.login
    assert contact.get(f"/desk/{contact.id}").status_code == 404
    assert contact.do("accept").status_code == 409
    assert english.write(KIDS)[0]["author"] == "bot"


def test_the_next_contact_does_not_see_what_was_written_with_the_one_before(server: Server, english: Citizen) -> None:
    contact = in_hand(server, english)
    english.write("I do not like how you write to me")
    contact.do("note", text="difficult")
    english.pick("another_contact")
    english.write("I have a question about rent")
    following = Contact(server, english)
    following.do("accept")
    page = following.page()
    assert "I do not like how you write" not in page
    assert "I have a question about rent" in page


def test_a_colleague_helps_only_when_the_person_agrees_and_never_writes_to_them(
    server: Server, english: Citizen
) -> None:
    contact = in_hand(server, english)
    other = colleague(server, contact)
    helper = id_of(server, "samir" if contact.login != "samir" else "ingrid")
    contact.do("helper", who=helper)
    assert other.get(f"/desk/{contact.id}").status_code == 404
    yes = english.history()[-1]["choices"][0]["id"]
    english.pick(yes)
    assert other.get(f"/desk/{contact.id}").status_code == 200
    assert other.post(f"/desk/{contact.id}/note", text="Ask about the letter from 3 May").status_code == 200
    assert "Ask about the letter" in contact.page()
    assert other.post(f"/desk/{contact.id}/say", text="hello").status_code == 409
    assert contact.do("helper", who=helper).status_code == 409  # asked already


def test_a_colleague_whom_the_person_does_not_want_sees_nothing(server: Server, english: Citizen) -> None:
    contact = in_hand(server, english)
    other = colleague(server, contact)
    contact.do("helper", who=id_of(server, "samir" if contact.login != "samir" else "ingrid"))
    english.pick(english.history()[-1]["choices"][1]["id"])
    assert other.get(f"/desk/{contact.id}").status_code == 404


# Afterwards


def test_a_conversation_is_taken_up_again_with_the_same_person(server: Server, english: Citizen) -> None:
    contact = in_hand(server, english)
    contact.do("say", text="Bring the letter")
    contact.do("close", outcome="met")
    english.write(KIDS)
    reopened = english.pick("reopen")[0]
    assert reopened["card"]["kind"] == "contact"
    again = english.handoff(server)
    assert (again.id, again.contact.login, again.state) == (contact.id, contact.login, "offered")
    page = contact.page()
    assert "Bring the letter" in page
    assert KIDS not in page  # said to the bot in between
    assert "is not there any more" in english.pick("reopen")[0]["text"]


def answers(server: Server) -> Counter[tuple[str, str]]:
    """How often each question of the pulse was answered in each way."""
    with server.installation.database.reading() as session:
        counted: Counter[tuple[str, str]] = Counter()
        for each in session.scalars(select(Pulse)):
            counted[each.question, each.answer] += each.number
        return counted


def test_the_pulse_is_asked_after_closing_and_leaves_no_trace_in_the_conversation(
    server: Server, english: Citizen
) -> None:
    contact = in_hand(server, english)
    contact.do("close", outcome="met")
    assert "listened to" in english.history()[-1]["text"]
    before = answers(server)
    assert "good at" in english.pick("pulse:listened-yes")[0]["text"]
    english.pick("pulse:contributed-partly")
    assert answers(server) - before == Counter({("listened", "yes"): 1, ("contributed", "partly"): 1})
    said = english.history()
    assert "pulse" not in json.dumps([message["choice"] for message in said])
    assert not {"Yes", "Partly"} & {message["text"] for message in said if message["author"] == "citizen"}
    assert "is not there any more" in english.pick("pulse:listened-yes")[0]["text"]  # answered already


def test_nobody_has_to_answer_the_pulse(server: Server, english: Citizen) -> None:
    contact = in_hand(server, english)
    contact.do("close", outcome="met")
    before = answers(server)
    assert english.pick("pulse:skip")[0]["text"] == "That is fine."
    assert "is not there any more" in english.pick("pulse:listened-great")[0]["text"]
    assert answers(server) == before


def test_closing_as_not_met_asks_what_stood_in_the_way_and_records_a_need(
    server: Server, english: Citizen, programme: StaffMember
) -> None:
    contact = in_hand(server, english)
    assert contact.do("close", outcome="not_met").status_code == 422
    assert contact.do("close", outcome="not_met", barrier="other", conditions=["power"]).status_code == 422
    contact.do(
        "close",
        outcome="not_met",
        theme="A cot for the night. Call 91234567.",
        barrier="rules_collide",
        conditions=["policies", "power"],
        would_have_helped="One office that looks at both cases. Call 91234567.",
        children="yes",
        part="Heimdal",
    )
    with server.installation.database.reading() as session:
        need = session.scalars(select(Need).order_by(Need.id.desc())).first()
    assert need is not None
    assert (need.moment, need.outcome, need.children, need.part) == ("contact_closed", "not_met", "yes", "Heimdal")
    page = programme.get("/learning/themes").text
    assert "One office that looks at both cases" in page
    assert "A cot for the night" in page
    assert "91234567" not in page


# What one can see of it


def test_everybody_who_looked_is_named_to_the_person_and_nobody_can_take_it_back(
    server: Server, english: Citizen
) -> None:
    contact = in_hand(server, english)
    contact.page()
    contact.do("note", text="a note")
    looks = english.request("GET", "/looks").json()
    assert [look["what"] for look in looks] == ["took_over", "read", "noted"]
    assert {look["name"] for look in looks} == {english.handoff(server).contact.name}
    with server.installation.database.transaction() as session:
        for what in ("UPDATE looks SET name = 'x'", "DELETE FROM looks"):
            with pytest.raises(Exception, match="only ever added to"):
                session.execute(text(what))


def test_the_export_has_everything_that_is_kept(server: Server, english: Citizen) -> None:
    contact = in_hand(server, english)
    contact.do("note", text="has been here before")
    export = english.request("GET", "/export").json()
    assert [note["text"] for note in export["notes"]] == ["has been here before"]
    assert export["handoffs"][0]["shared"][0]["kind"] == "language"
    assert export["looks"][0]["what"] == "took_over"


def test_deleting_ends_everything_the_contact_had(server: Server, english: Citizen) -> None:
    contact = in_hand(server, english)
    contact.do("note", text="x")
    assert english.request("DELETE").status_code == 204
    assert contact.get(f"/desk/{contact.id}").status_code == 404
    assert contact.do("say", text="hello").status_code == 409


def test_what_the_contact_writes_reaches_the_person_live_and_can_be_taken_up_again(
    server: Server, english: Citizen
) -> None:
    contact = in_hand(server, english)
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
    contact.do("say", text="Can you hear me?")
    listener.join(timeout=20)
    assert [message["text"] for message in heard] == ["Can you hear me?"]

    contact.do("say", text="And now?")
    listen(newest, 3)  # from where it left off the first time: both, in order
    assert [message["text"] for message in heard[1:]] == ["Can you hear me?", "And now?"]


def test_the_desk_shows_whether_what_was_written_has_reached_the_person(server: Server, english: Citizen) -> None:
    contact = in_hand(server, english)
    contact.do("say", text="Hello")
    before = contact.page().split('class="what delivery">')[1].split("<")[0]
    english.history()
    after = contact.page().split('class="what delivery">')[1].split("<")[0]
    assert before
    assert after
    assert before != after


# Who may


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(server: Server) -> None:
    wrong = StaffMember(server, "ingrid", "not the password")
    unknown = StaffMember(server, "nobody", PASSWORD)
    assert wrong.signed_in.status_code == unknown.signed_in.status_code == 401
    assert wrong.get("/desk").url.path == "/sign-in"


def test_staff_see_only_the_pages_of_their_duty(server: Server, ingrid: StaffMember, programme: StaffMember) -> None:
    assert ingrid.get("/learning").status_code == 403
    assert programme.get("/desk").status_code == 403
    assert httpx.get(f"{server.url}/desk", follow_redirects=True).url.path == "/sign-in"


def test_a_staff_form_without_its_token_is_refused(server: Server, english: Citizen) -> None:
    english.ask_for_a_person()
    contact = Contact(server, english)
    contact.csrf = "made up"
    assert contact.do("accept").status_code == 403
