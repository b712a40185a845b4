"""Nothing lost, nothing doubled: gateways that are away, that refuse, that are slow, that report out of order."""

import itertools
import os
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot.phones import inbox, outbox, phones
from bot.phones.inbox import Part
from bot.records.database import Database
from bot.records.tables import Message, Outgoing, now
from tests.conftest import Server, StaffMember
from tests.sms import conftest
from tests.sms.conftest import SECRET, Wire, eventually, settled
from tests.sms.test_phone import asks_for_a_person, handoff, hurry, waiting

PHONES, EACH = int(os.environ.get("RETTVIS_TEST_PHONES", "50")), 5
"""How many phones write at once, and how many messages each."""
CONNECTIONS = 8
"""On which the gateway brings them."""


def test_after_a_gateway_was_away_everything_arrives_once_and_in_order(
    sms_server: Server, wire: Wire, phone: conftest.Phone
) -> None:
    contact = asks_for_a_person(sms_server, phone)
    here = handoff(sms_server, phone).id
    wire.answers_with = 503
    for number in range(5):
        contact.post(f"/desk/{here}/say", text=f"Melding {number}")
    eventually(lambda: waiting(sms_server, phone)[0].tries)
    assert [each.tries > 0 for each in waiting(sms_server, phone)] == [True, False, False, False, False]
    wire.answers_with = 200
    hurry(sms_server)
    assert [phone.next().partition(": ")[2] for _ in range(5)] == [f"Melding {number}" for number in range(5)]
    assert phone.quiet()


def test_trying_again_is_spaced_out_more_and_more_and_ends_after_a_day(database: Database) -> None:
    with database.transaction() as session:
        outbox.queue_text(session, phones.phone(session, "+4790000001"), "hei")
    when = now()
    pauses = []
    for _ in range(400):
        with database.transaction() as session:
            (row,) = outbox.due(session, when, "kannel", [], 8)
            if outbox.claim(session, row, when) is None:
                assert session.get_one(Outgoing, row).state == "dead"
                break
            assert outbox.claim(session, row, when) is None  # another process
            outbox.not_sent(session, row, "no_answer", when, for_good=False)
            row_now = session.get_one(Outgoing, row)
            pauses.append(row_now.next_try_at - when)
            when = row_now.next_try_at
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert max(pauses) == outbox.LONGEST_PAUSE
    assert outbox.GIVE_UP <= sum(pauses, timedelta()) <= outbox.GIVE_UP + outbox.LONGEST_PAUSE


def test_what_waited_for_a_gateway_for_more_than_a_day_is_not_sent_any_more(database: Database) -> None:
    with database.transaction() as session:
        outbox.queue_text(session, phones.phone(session, "+4790000001"), "hei")
    later = now() + timedelta(days=2)
    with database.transaction() as session:
        (row,) = outbox.due(session, later, "kannel", [], 8)
        assert outbox.claim(session, row, later) is None
        assert session.get_one(Outgoing, row).problem == "too_late"


def test_what_a_gateway_refuses_is_a_dead_letter_on_the_desk_and_can_be_sent_again(
    sms_server: Server, wire: Wire, phone: conftest.Phone, ingrid: StaffMember
) -> None:
    phone.write("hei")
    wire.refuses.add(phone.number)
    phone.bring("Hvor mye får jeg i barnetrygd?")
    dead = eventually(lambda: [each for each in waiting(sms_server, phone, sent=True) if each.state == "dead"])
    assert dead[0].problem == "http_400"
    staff = StaffMember(sms_server, "ingrid")
    page = staff.get("/desk").text
    assert f"/desk/sms/{dead[0].id}/again" in page
    assert f"••••••{phone.number[-2:]}" in page
    assert "2 012" not in page.replace("\u00a0", " ")
    wire.refuses.clear()
    staff.post(f"/desk/sms/{dead[0].id}/again")
    assert "2 012 kr" in phone.next()


def test_a_conversation_on_twilio_comes_and_goes_there_and_its_reports_are_believed_only_with_its_signature(
    sms_server: Server, wire: Wire
) -> None:
    http, number = sms_server.client(), "+4790220001"

    def bring(path: str, signed: bool = True, **form: str) -> httpx.Response:
        signature = RequestValidator(SECRET).compute_signature(sms_server.url + path, form)
        return http.post(path, data=form, headers={"x-twilio-signature": signature if signed else "guess"})

    message = {"MessageSid": "SM1", "From": number, "To": "+4759440000", "Body": "Hvor mye får jeg i barnetrygd?"}
    assert bring("/sms/twilio", signed=False, **message).status_code == 403
    settled(sms_server, number)
    assert not any(each.get("To") == number for each in wire.sent)
    for _ in range(2):
        answer = bring("/sms/twilio", **message)
        assert (answer.status_code, answer.text) == (200, "<Response/>")
    (sent,) = eventually(lambda: [each for each in wire.sent if each.get("To") == number])
    assert "2 012 kr" in sent["Body"]
    assert sent["From"] == "+4759440000"
    path, headers = next(each for each in reversed(wire.requests) if "Accounts" in each[0])
    assert path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert headers["authorization"].startswith("Basic ")

    callback = sent["StatusCallback"].removeprefix(sms_server.url)
    status = {"MessageSid": sent["id"], "MessageStatus": "delivered"}
    assert bring(callback, signed=False, **status).status_code == 403
    assert bring(callback, **status).status_code == 200
    assert bring(callback, **{**status, "MessageStatus": "sent"}).status_code == 200
    row = sms_server.installation.database
    with row.reading() as session:
        reference = callback.partition("reference=")[2]
        assert session.scalars(select(Outgoing.state).where(Outgoing.reference == reference)).one() == "delivered"
    settled(sms_server, number)
    assert len([each for each in wire.sent if each.get("To") == number]) == 1


def test_a_report_on_nothing_we_know_is_told_so(sms_server: Server) -> None:
    http = sms_server.client(headers={"x-secret": SECRET})
    assert http.post("/sms/http/report", json={"id": "nothing", "status": "delivered"}).status_code == 404


@settings(max_examples=60, deadline=None)
@given(events=st.lists(st.sampled_from(["taken", "on the way", "delivered", "failed", "refused"]), max_size=8))
def test_what_was_delivered_stays_delivered_in_whatever_order_reports_come(events: list[str]) -> None:
    database = _scratch()
    with database.transaction() as session:
        outbox.queue_text(session, phones.phone(session, "+4790000001"), "hei")
        row = session.scalars(select(Outgoing).order_by(Outgoing.id.desc())).first()
        assert row is not None
        outbox.claim(session, row.id, now())
        reference = row.reference
    for event in events:
        with database.transaction() as session:
            match event:
                case "taken":
                    outbox.sent(session, row.id, "kannel", None, now())
                case "refused":
                    outbox.not_sent(session, row.id, "http_400", now(), for_good=True)
                case _:
                    told = {"on the way": None, "delivered": True, "failed": False}[event]
                    outbox.reported(session, "kannel", reference, told, now())
    with database.reading() as session:
        state = session.get_one(Outgoing, row.id).state
    if "delivered" in events:
        assert state == "delivered"
    elif "taken" not in events and not {"on the way", "failed"} & set(events):
        assert state == ("dead" if "refused" in events else "queued")


_databases: list[Database] = []
_counter = itertools.count()


def _scratch() -> Database:
    """One database for all examples of a property: migrating takes longer than the example."""
    return _databases[0]


@pytest.fixture(autouse=True)
def _database(database: Database) -> None:
    _databases[:] = [database]


@settings(max_examples=100, deadline=None)
@given(order=st.permutations(range(6)), data=st.data())
def test_parts_are_put_together_and_messages_taken_in_the_order_they_came(
    order: list[int], data: st.DataObject
) -> None:
    """Two long messages of one phone, their parts in any order, some brought twice."""
    database = _scratch()
    number = f"+479{next(_counter):07}"
    parts = [
        Part(f"{number}/{ref}/{part}", number, f"{ref}{part} ", ref, part, 3) for ref in (1, 2) for part in (1, 2, 3)
    ]
    twice = data.draw(st.lists(st.sampled_from(order)))
    with database.transaction() as session:
        for index in [*order, *twice]:
            inbox.keep(session, "http", parts[index], now())
    taken = []
    while True:
        with database.transaction() as session:
            phone = phones.phone(session, number)
            mine = [each for each in inbox.waiting(session, now()) if each.phone_id == phone.id]
            if not mine:
                break
            taken.append(mine[0].text)
            inbox.done(session, mine[0], now())
    assert sorted(taken) == ["11 12 13 ", "21 22 23 "]
    assert taken[0][0] == str(parts[order[0]].reference)


def test_many_messages_at_once_are_all_answered_in_order_and_once(sms_server: Server, wire: Wire) -> None:
    brought, answered = load(sms_server, wire, PHONES, EACH)
    print(f"{PHONES * EACH} messages: brought in {brought:.0f} s, all answered after {answered:.0f} s")


def load(server: Server, wire: Wire, number_of_phones: int, each: int) -> tuple[float, float]:
    """Bring many messages as fast as they are taken, and wait for all answers. Returns seconds until all were brought, and
    until all were answered."""
    base = int(time.time()) % 1_000 * 1_000
    numbers = [f"+474{base + index:07}" for index in range(number_of_phones)]
    questions = ["Hvor mye får jeg i barnetrygd?", "hva hvis de sier nei?", "hvordan søker jeg?", "bostøtte", "takk"]
    began = time.monotonic()

    def bring(mine: list[str]) -> None:
        with httpx.Client(base_url=server.url, headers={"x-secret": SECRET}, timeout=300) as http:
            for turn in range(each):
                for number in mine:
                    body = {"id": f"{number}/{turn}", "from": number, "text": questions[turn % len(questions)]}
                    assert http.post("/sms/http", json=body).status_code == 200

    with ThreadPoolExecutor(CONNECTIONS) as gateway:
        list(gateway.map(bring, [numbers[start::CONNECTIONS] for start in range(CONNECTIONS)]))
    brought = time.monotonic() - began
    got: dict[str, list[dict]] = defaultdict(list)

    def all_answered() -> bool:
        got.clear()
        for sent in tuple(wire.sent):
            got[sent.get("to", "")].append(sent)
        return all(len(got[number]) >= each for number in numbers)

    eventually(all_answered, 600 + number_of_phones * each)
    answered = time.monotonic() - began
    for number in numbers:
        settled(server, number)
    all_answered()
    with server.installation.database.reading() as session:
        for number in numbers:
            assert len(got[number]) == each
            rows = [
                session.scalars(select(Outgoing).where(Outgoing.reference == sent["reference"])).one()
                for sent in got[number]
            ]
            answers = [session.get_one(Message, row.message_id).reply_to for row in rows]
            assert answers == sorted(answers)  # type: ignore[type-var]
            assert len(set(answers)) == each
    return brought, answered
