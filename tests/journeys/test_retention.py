"""What has been kept for long enough is gone: from the pages, and from the very bytes of the database's files."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from typer.testing import CliRunner

from bot.records import retention
from bot.records.database import Database
from bot.records.tables import Conversation, Handoff, Message, Need, Note, now
from bot.settings import Keeping, Settings
from connectors import cli
from tests.conftest import Citizen, Contact, Server
from tests.sms.conftest import NUMBER, SECRET, Phone, Wire, eventually, serve

WORDS = "Quagmire"
"""What no text of ours says."""
KIDS = f"How much child benefit do I get for two kids? {WORDS}"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.stop()


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory, model: Path, wire: Wire) -> Iterator[Server]:
    """A server that looks every moment whether something is due."""
    environment = {
        "RETTVIS_FORGET_SECONDS": "0.2",
        "RETTVIS_SMS": "http",
        "RETTVIS_HTTP_URL": f"{wire.url}/send",
        "RETTVIS_HTTP_NUMBER": NUMBER,
        "RETTVIS_HTTP_SECRET": SECRET,
        "RETTVIS_HTTP_PER_SECOND": "500",
    }
    believing = Keeping(gap=timedelta(days=1000))  # these tests turn the clock by months, and mean it
    yield from serve(tmp_path_factory.mktemp("forgetful"), model, environment, keeping=believing)


def left(url: str, words: str = WORDS) -> list[str]:
    """The files of a database in which some words stand."""
    file = Path(url.removeprefix("sqlite:///"))
    return [each.name for each in file.parent.glob(f"{file.name}*") if words.encode() in each.read_bytes()]


def url(server: Server) -> str:
    return server.installation.database.url


def conversations(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Conversation.id)))


def closed(server: Server, citizen: Citizen, note: str = "") -> Contact:
    """The contact who had a conversation in hand and has closed it."""
    citizen.ask_for_a_person()
    contact = Contact(server, citizen)
    assert contact.do("accept").status_code == 200
    if note:
        assert contact.do("note", text=note).status_code == 200
    citizen.write(f"and another thing, {WORDS}")
    assert contact.do("say", text=f"Yes. {WORDS}").status_code == 200
    assert contact.do("close", outcome="met").status_code == 200
    return contact


def test_a_conversation_is_gone_90_days_after_its_last_message_and_not_a_byte_of_it_is_left(forgetful: Server) -> None:
    old, recent = Citizen(forgetful, language="en"), Citizen(forgetful, language="en")
    old.write(KIDS)
    recent.write("How much child benefit do I get for two kids?")
    closed(forgetful, old)
    with forgetful.installation.database.transaction() as session:
        need = Need(
            week=now().date(), moment="no_answer", barrier="no_answer", conditions=[], language="en", channel="web"
        )
        session.add(need)
    assert left(url(forgetful))
    with time_machine.travel(now() + 60 * DAY, tick=True):
        recent.write("what if they say no?")
        assert old.request("GET", "/messages").status_code == 200
    with time_machine.travel(now() + 91 * DAY, tick=True):
        eventually(lambda: old.request("GET", "/messages").status_code == 404, 60)
        eventually(lambda: not left(url(forgetful)), 60)
        assert recent.request("GET", "/messages").status_code == 200
        with forgetful.installation.database.reading() as session:
            assert session.get(Need, need.id) is not None


def test_what_a_person_deletes_on_the_web_is_gone_from_the_files(forgetful: Server) -> None:
    asked, by_button = Citizen(forgetful, language="en"), Citizen(forgetful, language="en")
    for each in (asked, by_button):
        each.write(KIDS)
        closed(forgetful, each)
    assert WORDS in by_button.request("GET", "/export").text
    assert asked.pick("delete_conversation:yes")[0]["text"] == "The conversation is deleted."
    assert by_button.request("DELETE", "").status_code == 204
    eventually(lambda: not left(url(forgetful)), 30)


def test_what_a_person_deletes_by_sms_is_gone_from_the_files(forgetful: Server, wire: Wire) -> None:
    phone = Phone(forgetful, wire, "+4793000001")
    phone.write(KIDS)
    assert left(url(forgetful))
    assert "deleted" in phone.write("DELETE") or "slettet" in phone.texts()[-1]
    eventually(lambda: not left(url(forgetful)), 30)
    assert not left(url(forgetful), phone.number)


@pytest.fixture
def own(forgetful: Server, tmp_path: Path) -> Iterator[tuple[Database, Settings]]:
    """The database of a municipality that keeps the records of handoffs for a year, to run the command on."""
    database = Database(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    database.migrate()
    yield database, forgetful.installation.settings
    database.close()


def run(database: Database) -> str:
    environment = {"DATABASE_URL": database.url, "SECRET_KEY": "k" * 32, "RETTVIS_KEEP_HANDOFFS_DAYS": "365"}
    result = CliRunner().invoke(cli.app, ["retention", "run"], env=environment, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_record_of_a_handoff_is_kept_as_long_as_the_municipality_says(
    own: tuple[Database, Settings], forgetful: Server
) -> None:
    citizen = Citizen(forgetful, language="en")
    citizen.write(KIDS)
    contact = closed(forgetful, citizen, note="Rang Nav")
    ours, _ = own
    source = forgetful.installation.database.engine.raw_connection()
    target = ours.engine.raw_connection()
    source.driver_connection.backup(target.driver_connection)
    source.close()
    target.close()

    with time_machine.travel(now() + 91 * DAY, tick=True):
        assert "0 records of handoffs" in run(ours)
    assert not left(ours.url)
    with ours.reading() as session:
        assert session.get(Handoff, contact.id) is not None
        assert session.scalars(select(Note.text)).all() == ["Rang Nav"]
        assert session.scalars(select(Message.id).where(Message.conversation_id == citizen.id)).all() == []
    with time_machine.travel(now() + 366 * DAY, tick=True):
        assert "1 records of handoffs" in run(ours)
    assert conversations(ours) == set()
    assert not left(ours.url, "Rang Nav")


def test_what_a_contact_still_has_in_hand_is_left_and_said(own: tuple[Database, Settings], forgetful: Server) -> None:
    citizen = Citizen(forgetful, language="en")
    citizen.write(KIDS)
    citizen.ask_for_a_person()
    database, keeping = forgetful.installation.database, forgetful.installation.settings.keeping
    with time_machine.travel(now() + 20 * DAY, tick=True):
        assert retention.run(database, keeping, now() + 80 * DAY).still_open == 1
    assert citizen.request("GET", "/messages").status_code == 200
    citizen.request("DELETE", "")
