"""A phone writes and is answered: the whole way, through a gateway that is faked at its wire."""

import re

import pytest
from sqlalchemy import select, text

from bot.phones import phones
from bot.phones.numbers import keyed_hash
from bot.records.tables import Conversation, Handoff, Incoming, Line, Message, Outgoing, Phone, now
from connectors.sms.text import encoding, segments
from tests.conftest import Citizen, Contact, Server, StaffMember
from tests.sms import conftest
from tests.sms.conftest import SECRET, Wire, eventually, settled


def conversation(server: Server, phone: conftest.Phone) -> Conversation | None:
    with server.installation.database.reading() as session:
        of = select(Conversation).join(Line).join(Phone).where(Phone.hash == keyed_hash(phone.number))
        return session.scalar(of.order_by(Line.since.desc()).limit(1))


def handoff(server: Server, phone: conftest.Phone) -> Handoff:
    mine = conversation(server, phone)
    assert mine is not None
    with server.installation.database.reading() as session:
        return session.scalars(select(Handoff).where(Handoff.conversation_id == mine.id)).one()


def waiting(server: Server, phone: conftest.Phone, sent: bool = False) -> list[Outgoing]:
    """What waits for a phone, or was sent to it too."""
    with server.installation.database.reading() as session:
        mine = select(Outgoing).join(Phone).where(Phone.hash == keyed_hash(phone.number)).order_by(Outgoing.id)
        return list(session.scalars(mine if sent else mine.where(Outgoing.state == "queued")))


def hurry(server: Server) -> None:
    """Let what waits for its next try be tried now."""
    with server.installation.database.transaction() as session:
        for each in session.scalars(select(Outgoing).where(Outgoing.state == "queued")):
            each.next_try_at = now()


def asks_for_a_person(server: Server, phone: conftest.Phone) -> StaffMember:
    """The whole way to a contact who has taken over; they are signed in."""
    phone.write("Jeg vil snakke med et menneske")
    phone.write("3")
    assert "1. Ja, del dette" in phone.texts()[-1]
    phone.write("1")
    asked = handoff(server, phone)
    contact = StaffMember(server, asked.contact.login)
    assert contact.post(f"/desk/{asked.id}/accept").status_code == 200
    assert "er et menneske" in phone.next()
    return contact


def test_the_first_text_says_who_this_is_and_how_to_stop_it_and_later_ones_do_not(phone: conftest.Phone) -> None:
    first = phone.write("Hvor mye får jeg i barnetrygd?")
    assert first.startswith("Rettvis (127.0.0.1")
    assert "ikke et menneske" in first
    assert "STOPP" in first
    assert "2 012 kr" in first
    assert "STOPP" not in phone.write("2")


def to_the_end(phone: conftest.Phone) -> str:
    """What is left of an answer, page by page."""
    read = phone.write("mer")
    while read.endswith("Send MER for å lese videre."):
        read += phone.write("mer")
    return read


def test_an_answer_takes_two_sms_and_more_is_read_on(phone: conftest.Phone) -> None:
    phone.write("hei")
    answer = phone.write("Hvor mye får jeg i barnetrygd?")
    assert segments(answer) <= 2
    assert answer.endswith("Send MER for å lese videre.")
    rest = to_the_end(phone)
    assert "4. Snakk med en person" in rest
    assert re.search(r"http://127\.0\.0\.1:\d+/s/\w{5}nb", rest)


def test_in_an_alphabet_of_its_own_an_answer_takes_three_sms(phone: conftest.Phone) -> None:
    phone.write("مرحبا")
    answer = phone.write("كم أحصل من إعانة الأطفال؟")
    assert encoding(answer) == "ucs2"
    assert segments(answer) <= 3


def test_short_links_lead_to_our_own_pages(sms_server: Server, phone: conftest.Phone) -> None:
    phone.write("Hvor mye får jeg i barnetrygd?")
    link = re.search(r"/s/\w+", to_the_end(phone))
    assert link
    led = sms_server.client().get(link.group())
    assert led.status_code == 200
    assert '<html lang="nb"' in led.text
    assert "2 012 kr" in re.sub(r"\s", " ", led.text)
    assert sms_server.client().get("/s/aaaaanb").status_code == 404


@pytest.mark.parametrize("chosen", ["2", "2.", "to", "٢", "۲", "nr 2"])
def test_a_choice_is_picked_by_its_number_however_it_is_written(phone: conftest.Phone, chosen: str) -> None:
    phone.write("Hvor mye får jeg i barnetrygd?")
    assert "klage" in phone.write(chosen)


def test_what_a_gateway_brings_twice_is_answered_once(sms_server: Server, phone: conftest.Phone) -> None:
    for _ in range(3):
        assert phone.bring("Hvor mye får jeg i barnetrygd?", id=f"same-{phone.number}").status_code == 200
    phone.next()
    assert phone.quiet()
    mine = conversation(sms_server, phone)
    assert mine is not None
    with sms_server.installation.database.reading() as session:
        authors = session.scalars(select(Message.author).where(Message.conversation_id == mine.id)).all()
    assert authors == ["citizen", "bot"]


def test_the_parts_of_a_long_message_are_put_together_in_whatever_order_they_come(
    sms_server: Server, phone: conftest.Phone
) -> None:
    for part, words in ((2, "får jeg i "), (3, "barnetrygd?"), (1, "Hvor mye ")):
        phone.bring(words, parts={"reference": 7, "part": part, "of": 3})
    assert "2 012 kr" in phone.next()
    assert phone.quiet()
    mine = conversation(sms_server, phone)
    assert mine is not None
    with sms_server.installation.database.reading() as session:
        said = session.scalars(
            select(Message.text).where(Message.conversation_id == mine.id, Message.author == "citizen")
        ).all()
    assert said == ["Hvor mye får jeg i barnetrygd?"]


def test_a_message_whose_other_part_never_comes_holds_up_nothing(phone: conftest.Phone) -> None:
    phone.bring("Hvor mye ", udh="0500030A0201")
    assert "2 012 kr" in phone.write("Hvor mye får jeg i barnetrygd?")


@pytest.mark.parametrize("path", ["/sms/http", "/sms/http/report"])
def test_who_does_not_know_the_secret_is_refused_and_nothing_is_kept(
    sms_server: Server, phone: conftest.Phone, path: str
) -> None:
    body = {"id": "x", "from": phone.number, "text": "hei", "status": "delivered"}
    for headers in ({}, {"x-secret": "guess"}, {"authorization": "Basic Z3Vlc3M6Z3Vlc3M="}):
        assert sms_server.client().post(path, json=body, headers=headers).status_code == 403
    with sms_server.installation.database.reading() as session:
        assert session.scalar(select(Phone).where(Phone.hash == keyed_hash(phone.number))) is None


@pytest.mark.parametrize("body", [{}, {"id": "1", "text": "hei"}, [], "hei", {"id": None, "from": "1", "text": "hei"}])
def test_a_request_in_which_something_is_missing_says_what_and_keeps_nothing(sms_server: Server, body: object) -> None:
    answer = sms_server.client(headers={"x-secret": SECRET}).post("/sms/http", json=body)
    assert answer.status_code == (200 if body == [] else 422)


def test_a_sender_that_is_no_phone_is_not_answered(sms_server: Server, phone: conftest.Phone) -> None:
    assert phone.bring("Your parcel is here", **{"from": "Posten"}).status_code == 200
    with sms_server.installation.database.reading() as session:
        assert session.scalar(select(Phone).where(Phone.hash == keyed_hash("Posten"))) is None


def test_the_number_stands_nowhere_in_the_clear(sms_server: Server, phone: conftest.Phone) -> None:
    phone.write("hei")
    with sms_server.installation.database.reading() as session:
        rows = session.execute(text("SELECT number, hash FROM phones")).all()
        texts = session.execute(text("SELECT text FROM incoming")).all()
    assert rows
    assert not any(phone.number.lstrip("+") in str(row) for row in rows)
    assert not any("hei" in str(row) for row in texts)


def test_stop_is_confirmed_once_and_holds_for_bot_and_staff_until_start(
    sms_server: Server, phone: conftest.Phone
) -> None:
    contact = asks_for_a_person(sms_server, phone)
    assert "START" in phone.write("Kan dere slutte å sende meg meldinger?")
    here = handoff(sms_server, phone).id
    assert "STOP" in contact.get(f"/desk/{here}").text
    contact.post(f"/desk/{here}/say", text="Er du der?")
    for written in ("stopp", "Hvor mye får jeg i barnetrygd?"):
        phone.bring(written)
    assert phone.quiet()
    assert "igjen" in phone.write("START")
    contact.post(f"/desk/{here}/say", text="Velkommen tilbake")
    assert phone.next() == f"{handoff(sms_server, phone).contact.name}: Velkommen tilbake"
    assert phone.quiet()


def test_what_waits_when_stop_is_said_is_not_sent(sms_server: Server, wire: Wire, phone: conftest.Phone) -> None:
    phone.write("hei")
    wire.answers_with = 503
    phone.bring("Hvor mye får jeg i barnetrygd?")
    mine = conversation(sms_server, phone)
    assert mine is not None

    def answered() -> bool:
        with sms_server.installation.database.reading() as session:
            return len(session.scalars(select(Message).where(Message.conversation_id == mine.id)).all()) == 4

    eventually(answered)
    (answer,) = eventually(lambda: waiting(sms_server, phone))
    phone.bring("STOPP")

    def stopped() -> bool:
        """Whether only what was said to STOPP still waits: it came after the answer."""
        ids = [each.id for each in waiting(sms_server, phone)]
        return len(ids) == 1 and ids[0] > answer.id

    eventually(stopped)
    wire.answers_with = 200
    hurry(sms_server)
    assert "START" in phone.next()
    assert phone.quiet()


def test_help_says_what_one_can_write_and_leads_to_the_web_once(sms_server: Server, phone: conftest.Phone) -> None:
    phone.write("Hvor mye får jeg i barnetrygd?")
    helped = phone.write("hjelp")
    assert "112" in helped
    path = re.search(r"/c/\S+", helped)
    assert path
    browser = sms_server.client(follow_redirects=True)
    for _ in range(2):  # a phone fetches the link to show what is there; that uses nothing up
        assert browser.get(path.group()).status_code == 200
    assert "2 012" in browser.post(path.group()).text.replace("\u00a0", " ")
    assert sms_server.client(follow_redirects=True).post(path.group()).status_code == 410
    browser.post("/say", data={"text": "hva hvis de sier nei?"})
    assert "klage" in browser.get("/").text
    assert phone.quiet()  # the person is on the web now
    assert phone.write("Hvem er du?")  # and back


def test_a_conversation_from_the_web_goes_on_by_sms_with_a_code_that_works_once(
    sms_server: Server, wire: Wire, phone: conftest.Phone
) -> None:
    browser = sms_server.client(follow_redirects=True)
    browser.post("/say", data={"text": "Hvor mye får jeg i barnetrygd?", "lang": "nb"})
    code = re.search(r"([\d ]+)</bdi></p>", browser.post("/by-sms").text.partition('class="code"')[2])
    assert code
    assert "SMS" in phone.write(code[1])
    assert "klage" in phone.write("Hva hvis de sier nei?")
    other = conftest.Phone(sms_server, wire)
    assert "SMS" not in other.write(code[1]).split("\n\n")[1]
    assert "klage" in browser.get("/").text


def test_delete_deletes_everything_and_says_so(sms_server: Server, phone: conftest.Phone) -> None:
    phone.write("Hvor mye får jeg i barnetrygd?")
    mine = conversation(sms_server, phone)
    assert mine is not None
    assert "slettet" in phone.write("SLETT")
    assert conversation(sms_server, phone) is None
    with sms_server.installation.database.reading() as session:
        assert session.scalars(select(Message).where(Message.conversation_id == mine.id)).all() == []
    assert phone.quiet()  # what the phone has got may not be written down as sent yet
    with sms_server.installation.database.transaction() as session:
        phones.forget(session, now())
        kept = session.scalars(select(Phone).where(Phone.hash == keyed_hash(phone.number))).one()
        assert kept.number is None


def test_deleting_in_a_sentence_asks_first(sms_server: Server, phone: conftest.Phone) -> None:
    phone.write("hei")
    asked = phone.write("Kan du slette alt jeg har skrevet?")
    assert "1." in asked
    assert conversation(sms_server, phone) is not None
    assert "slettet" in phone.write("1")
    assert conversation(sms_server, phone) is None


def test_the_language_is_changed_by_number(phone: conftest.Phone) -> None:
    phone.write("hei")
    listed = phone.write("bytt språk")
    while "English" not in listed:
        listed += phone.write("mer")
    number = re.search(r"(\d+)\. English", listed)
    assert number
    assert "English" in phone.write(number[1])
    assert "child" in phone.write("child benefit").lower()


def test_a_contact_writes_to_the_phone_and_sees_when_it_arrived(sms_server: Server, phone: conftest.Phone) -> None:
    contact = asks_for_a_person(sms_server, phone)
    here = handoff(sms_server, phone)
    contact.post(f"/desk/{here.id}/say", text="Hei, hva gjelder det?")
    assert phone.next().endswith(": Hei, hva gjelder det?")
    assert sms_server.installation.desk.delivered_to(here.id) == 0
    for status in ("delivered", "sent", "delivered", "failed"):
        assert phone.report(status).status_code == 200
    assert sms_server.installation.desk.delivered_to(here.id) > 0
    assert phone.quiet()
    phone.bring("Husleia er ikke betalt")
    eventually(lambda: "Husleia er ikke betalt" in contact.get(f"/desk/{here.id}").text)
    assert phone.quiet()  # the bot is silent


def test_the_desk_shows_the_number_masked_and_keeps_who_opened_it(sms_server: Server, phone: conftest.Phone) -> None:
    contact = asks_for_a_person(sms_server, phone)
    here = handoff(sms_server, phone)
    page = contact.get(f"/desk/{here.id}").text
    assert phone.number not in page
    assert f"+47 ••••••{phone.number[-2:]}" in page
    assert phone.number in contact.post(f"/desk/{here.id}/phone").text
    mine = conversation(sms_server, phone)
    assert mine is not None
    assert "opened_number" in [look.what for look in sms_server.installation.dialogue.seen_by(mine)]


def test_closing_and_the_pulse_are_answered_by_sms(sms_server: Server, phone: conftest.Phone) -> None:
    contact = asks_for_a_person(sms_server, phone)
    contact.post(f"/desk/{handoff(sms_server, phone).id}/close", outcome="met")
    assert "avsluttet" in phone.next()
    assert "1. Ja" in phone.next()
    assert "1. Ja" in phone.write("1")
    assert "Takk" in phone.write("2")


def test_a_number_answers_what_stands_on_the_phone_and_a_contact_gets_numbers_as_words(
    sms_server: Server, phone: conftest.Phone
) -> None:
    contact = asks_for_a_person(sms_server, phone)
    here = handoff(sms_server, phone)
    contact.post(f"/desk/{here.id}/say", text="Hvor mange barn har du?")
    phone.next()
    phone.bring("2")
    settled(sms_server, phone.number)
    mine = conversation(sms_server, phone)
    assert mine is not None
    assert [message.text for message in sms_server.installation.dialogue.history(mine)][-1] == "2"


def test_somebody_on_the_web_who_wants_an_sms_is_told_that_there_is_an_answer_and_not_what(
    sms_server: Server, wire: Wire
) -> None:
    citizen = Citizen(sms_server, language="nb")
    citizen.ask_for_a_person()
    citizen.pick("call_me")
    number = conftest.Phone(sms_server, wire).number
    citizen.write(number)
    citizen.pick("reach:sms")
    contact = Contact(sms_server, citizen)
    contact.do("accept")
    contact.do("say", text="Du kan få bostøtte")
    row = eventually(lambda: waiting(sms_server, conftest.Phone(sms_server, wire, number), sent=True))[0]
    assert row.text is not None
    assert "bostøtte" not in row.text
    assert not row.direct


def test_violence_is_not_shown_on_a_locked_screen_before_it_is_asked_for(phone: conftest.Phone) -> None:
    phone.write("hei")
    shown = phone.write("Samboeren min slår meg")
    assert "vold" not in shown.lower()
    assert "slår" not in shown.lower()
    assert "112" in shown
    assert "1. " in phone.write("1")


def test_who_writes_too_much_is_told_so(phone: conftest.Phone) -> None:
    phone.write("hei")
    assert "kortere" in phone.write("a" * 4_001)


def test_incoming_rows_keep_no_words_once_they_are_answered(sms_server: Server, phone: conftest.Phone) -> None:
    phone.write("Hvor mye får jeg i barnetrygd?")
    settled(sms_server, phone.number)
    with sms_server.installation.database.reading() as session:
        mine = select(Incoming.text).join(Phone).where(Phone.hash == keyed_hash(phone.number))
        assert session.scalars(mine).all() == [None]
