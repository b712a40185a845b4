"""Gateways are configured by the environment; numbers, parts and short addresses have one form."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.phones import inbox
from bot.phones.caller import Caller
from bot.phones.inbox import Part
from bot.phones.numbers import NoNumberError, international, keyed_hash, masked
from bot.records.tables import Message, Outgoing, now
from bot.settings import Settings
from connectors import addresses
from connectors.installation import Installation
from connectors.sms import inbound
from connectors.sms.gateways import Gateways
from connectors.sms.parts import concatenation
from knowledge.library import Library
from tests.conftest import Server

HERE = Settings("sqlite://", Path(), "a key for tests only, of 32+ characters", address="https://rettvis.example.org")


@pytest.mark.parametrize("written", ["90000001", "4790000001", "004790000001", "+47 900 00 001"])
def test_a_norwegian_number_has_one_form_however_a_gateway_writes_it(written: str) -> None:
    assert international(written) == "+4790000001"


@pytest.mark.parametrize("written", ["Posten", "", "12"])
def test_what_is_no_phone_has_no_number(written: str) -> None:
    with pytest.raises(NoNumberError):
        international(written)


def test_a_number_is_shown_by_its_last_two_digits_and_found_by_a_hash() -> None:
    assert masked("+4790000001") == "+47 ••••••01"
    assert keyed_hash("+4790000001") != keyed_hash("+4790000002")
    assert "90000001" not in keyed_hash("+4790000001")


@given(reference=st.integers(0, 65_535), parts=st.integers(2, 255), data=st.data())
def test_the_header_of_a_part_says_which_it_is_wherever_it_stands(
    reference: int, parts: int, data: st.DataObject
) -> None:
    part = data.draw(st.integers(1, parts))
    long = bytes([8, 4, *reference.to_bytes(2, "big"), parts, part])
    ports = bytes([5, 4, 0, 1, 0, 2])
    for elements in (long, ports + long, long + ports):
        assert concatenation(bytes([len(elements)]) + elements) == (reference, part, parts)
    if reference < 256:
        assert concatenation(bytes([5, 0, 3, reference, parts, part])) == (reference, part, parts)


@given(st.binary(max_size=20))
def test_any_other_header_is_of_a_message_that_stands_alone_or_a_whole_part(header: bytes) -> None:
    reference, part, parts = concatenation(header)
    assert (reference is None and (part, parts) == (1, 1)) or 1 <= part <= parts


def test_no_two_topics_have_the_same_short_address() -> None:
    topics = Library.load().entries
    assert len({addresses.code(topic) for topic in topics}) == len(topics)


def test_an_installation_without_gateways_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETTVIS_SMS", raising=False)
    assert Gateways.from_environment(HERE).number is None


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"RETTVIS_SMS": "pigeon"}, "pigeon"),
        ({"RETTVIS_SMS": "kannel", "RETTVIS_KANNEL_URL": "http://127.0.0.1"}, "RETTVIS_KANNEL_SECRET"),
        ({"RETTVIS_SMS": "http", "RETTVIS_HTTP_URL": "http://127.0.0.1"}, "RETTVIS_HTTP_NUMBER"),
        ({"RETTVIS_SMS": "http", "RETTVIS_HTTP_URL": "x", "RETTVIS_HTTP_NUMBER": "26112"}, "RETTVIS_HTTP_"),
    ],
)
def test_what_is_missing_in_the_environment_is_named_at_the_start(
    environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=said):
        Gateways.from_environment(HERE)


def test_where_there_is_no_sms_the_addresses_of_gateways_are_not_there(server: Server) -> None:
    assert server.client().post("/sms/http", json={}).status_code == 404
    assert "by-sms" not in server.client().get("/").text


def test_a_message_that_was_answered_when_the_program_died_is_answered_once(
    sms_server: Server, model: Path, tmp_path: Path
) -> None:
    (tmp_path / "models").symlink_to(model.parent)
    url = f"sqlite:///{tmp_path / 'rettvis.sqlite3'}"
    here = Installation.start(Settings(url, tmp_path, HERE.secret_key, address=HERE.address))
    with here.database.transaction() as session:
        inbox.keep(session, "http", Part("1", "+4790330001", "Hvor mye får jeg i barnetrygd?"), now())
    with here.database.transaction() as session:
        (whole,) = inbox.waiting(session, now())
        caller = Caller.of(session, whole, now())
        assert caller is not None
        conversation = caller.into_conversation()
    first = asyncio.run(here.dialogue.receive(conversation.id, f"sms/{whole.ids[0]}", whole.text, channel="sms"))
    # the program dies here: it is answered, and not marked as done
    assert asyncio.run(inbound.take_waiting(here)) == 1
    assert asyncio.run(inbound.take_waiting(here)) == 0
    with here.database.reading() as session:
        authors = session.scalars(select(Message.author).order_by(Message.id)).all()
        assert authors == ["citizen", "bot"]
        assert session.scalars(select(Outgoing.message_id)).all() == [first.replies[0].id]
    here.database.close()
