"""An administrator turns something off: people get numbers at once, contacts go on, and the reason is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from bot import switches
from bot.records.database import Database
from bot.settings import Settings
from bot.staff import people
from connectors import cli, demo
from tests.conftest import Citizen, Contact, Server, StaffMember

KIDS = "How much child benefit do I get for two kids?"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Server]:
    """A server of its own: what is off here is off for nobody else."""
    folder = tmp_path_factory.mktemp("switches")
    (folder / "models").symlink_to(model.parent)
    settings = Settings(
        f"sqlite:///{folder / 'r.sqlite3'}", folder, "a key for tests only, of 32+ characters", True, False
    )
    database = Database(settings.database_url)
    database.migrate()
    demo.load(database)
    someone = next(each for each in people.everybody(database) if each.login == "programme")
    people.change(database, someone.id, {"duties": ["programme", "admin"]})
    database.close()
    server = Server(settings).start()
    yield server
    server.stop()


@contextmanager
def off(server: Server, what: str) -> Iterator[None]:
    here = server.installation
    switches.turn(here.database, here.library, what, off=True, reason="a test", by="a test")
    yield
    switches.turn(here.database, here.library, what, off=False, reason="a test", by="a test")


def answer(citizen: Citizen, said: str = KIDS) -> str:
    return " ".join(each["text"] for each in citizen.write(said))


def numbers(said: str) -> bool:
    return "55 55 33 33" in said and "112" in said and "Child benefit" not in said


@pytest.mark.parametrize("what", ["all", "bot", "language:en", "channel:api"])
def test_what_is_off_answers_with_numbers_and_once_it_is_on_again_with_what_was_asked(own: Server, what: str) -> None:
    citizen = Citizen(own, language="en", place="trondheim")
    assert "Child benefit" in answer(citizen)
    with off(own, what):
        said = answer(citizen)
        assert numbers(said)
        assert "Legevakta i Trondheim" in said
    assert "Child benefit" in answer(citizen)


@pytest.mark.parametrize("what", ["language:so", "channel:sms", "topic:bostotte"])
def test_what_is_not_concerned_goes_on(own: Server, what: str) -> None:
    with off(own, what):
        assert "Child benefit" in answer(Citizen(own, language="en"))


def test_a_topic_that_is_off_is_not_explained_and_a_person_is_offered(own: Server) -> None:
    citizen = Citizen(own, language="en")
    answer(citizen)
    with off(own, "topic:barnetrygd"):
        for said in (KIDS, "what if they say no?"):
            replies = citizen.write(said)
            assert not [each for each in replies if (each.get("card") or {}).get("topic") == "barnetrygd"]
        replies = citizen.pick("barnetrygd")
        assert "no checked answer" in replies[0]["text"]
        assert "human" in {choice["id"] for each in replies for choice in each["choices"]}


def test_while_the_bot_is_off_people_reach_contacts_and_contacts_write(own: Server) -> None:
    citizen = Citizen(own, language="en", place="trondheim")
    with off(own, "bot"):
        assert numbers(answer(citizen))
        citizen.pick("human")
        citizen.pick("share:no")
        contact = Contact(own, citizen)
        assert contact.do("accept").status_code == 200
        with off(own, "all"):
            assert contact.do("say", text="I am here").status_code == 200
            assert citizen.write("thank you") == []
    assert [each["text"] for each in citizen.history()][-2:] == ["I am here", "thank you"]


def test_while_everything_is_off_a_person_can_still_delete_what_is_kept(own: Server) -> None:
    citizen = Citizen(own, language="en")
    with off(own, "all"):
        assert numbers(answer(citizen))
        assert citizen.pick("delete_conversation:yes")[0]["text"] == "The conversation is deleted."


def test_an_administrator_turns_something_off_with_a_reason_and_on_again(own: Server) -> None:
    admin = StaffMember(own, "programme")
    assert admin.post("/switches", what="bot", off="yes", reason="").status_code == 422
    assert admin.post("/switches", what="moon", off="yes", reason="why not").status_code == 422
    assert not numbers(answer(Citizen(own, language="en")))
    assert (
        "it answers <wrongly>" not in admin.post("/switches", what="bot", off="yes", reason="it answers <wrongly>").text
    )
    assert numbers(answer(Citizen(own, language="en")))
    assert "it answers &lt;wrongly&gt;" in admin.get("/switches").text
    admin.post("/switches", what="bot", reason="it is mended")
    assert not numbers(answer(Citizen(own, language="en")))
    assert "it is mended" in admin.get("/switches").text
    admin.csrf = "of another session"
    assert admin.post("/switches", what="bot", off="yes", reason="forged").status_code == 403


def test_other_staff_may_not_turn_anything_off(own: Server) -> None:
    assert StaffMember(own, "ingrid").post("/switches", what="bot", off="yes", reason="x").status_code == 403


def run(own: Server, *command: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, command, env={"DATABASE_URL": own.installation.database.url})
    return result.exit_code, result.output


def test_the_command_line_does_the_same_on_the_running_server(own: Server) -> None:
    assert run(own, "off", "language:en", "--reason", "a bad translation") == (0, "language:en is off\n")
    assert numbers(answer(Citizen(own, language="en")))
    assert run(own, "on", "language:en", "--reason", "mended")[0] == 0
    assert not numbers(answer(Citizen(own, language="en")))
    assert run(own, "off", "moon", "--reason", "x")[0] == 2
    assert run(own, "off", "bot", "--reason", " ")[0] == 2


@pytest.mark.parametrize("change", ["UPDATE switches SET reason = 'none'", "DELETE FROM switches"])
def test_what_was_turned_off_and_why_cannot_be_taken_back(own: Server, change: str) -> None:
    with off(own, "topic:bostotte"):
        refused = pytest.raises(DBAPIError, match="only ever added to")
        with refused, own.installation.database.transaction() as session:
            session.execute(text(change))
