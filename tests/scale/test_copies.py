"""What was copied can be put back: whoever talked with Rettvis goes on where they were, on SQLite and on PostgreSQL."""

import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, text
from typer.testing import CliRunner

from bot.records.database import Database
from bot.records.tables import Handoff, now
from bot.records.tables import Phone as Phones
from bot.settings import ROOT, Settings
from connectors import cli, demo
from tests.conftest import Citizen, Contact, Server
from tests.scale.conftest import KEY
from tests.sms.conftest import NUMBER, SECRET, Phone, Wire

KIDS = "How much child benefit do I get for two kids? Quagmire"
OTHER_KEY = "another key than that of the copy, of 32+"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, model: Path) -> Settings:
    """An installation of each kind, with the demo contacts."""
    (tmp_path / "models").symlink_to(model.parent)
    url = f"sqlite:///{tmp_path / 'rettvis.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    database = Database(url)
    database.migrate()
    demo.load(database)
    database.close()
    return Settings(url, tmp_path, KEY, secure_cookies=False)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> None:
    environment = {
        "SECRET_KEY": KEY,
        "RETTVIS_ROUND_SECONDS": "0.2",
        "RETTVIS_SMS": "http",
        "RETTVIS_HTTP_URL": f"{wire.url}/send",
        "RETTVIS_HTTP_NUMBER": NUMBER,
        "RETTVIS_HTTP_SECRET": SECRET,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def rettvis(settings: Settings, *command: str) -> tuple[int, str]:
    environment = {"DATABASE_URL": settings.database_url, "RETTVIS_VAR": str(settings.folder), "REDIS_URL": ""}
    result = CliRunner().invoke(cli.app, list(command), env=environment)
    return result.exit_code, result.output


def wiped(settings: Settings) -> None:
    """As if the disk were new."""
    if settings.database_url.startswith("sqlite"):
        file = Path(settings.database_url.removeprefix("sqlite:///"))
        for each in file.parent.glob(f"{file.name}*"):
            each.unlink()
        return
    database = Database(settings.database_url)
    with database.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    database.close()


def test_after_copy_loss_and_return_everybody_goes_on_where_they_were(
    settings: Settings, tmp_path: Path, wire: Wire
) -> None:
    server, copies = Server(settings).start(), tmp_path / "copies"
    citizen, waiting, phone = Citizen(server, language="en"), Citizen(server, language="en"), Phone(server, wire)
    citizen.write(KIDS)
    waiting.ask_for_a_person()
    phone.write("Hvor mye barnetrygd?")
    before = [each.history() for each in (citizen, waiting)]
    code, said = rettvis(settings, "backup", str(copies))
    assert code == 0, said
    (copy,) = copies.iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert str(copy) in said
    citizen.write("what is said after the copy is not in it")
    assert "a server is at work" in rettvis(settings, "restore", str(copy), "--replace")[1]
    assert len(citizen.history()) == len(before[0]) + 2, "it was refused"
    tokens = [(each.id, each.token) for each in (citizen, waiting)]
    server.stop()

    assert "conversations are kept there already" in rettvis(settings, "restore", str(copy))[1]
    wiped(settings)
    code, said = rettvis(settings, "restore", str(copy))
    assert code == 0, said
    assert "rettvis retention run" in said

    server = Server(settings).start()
    try:
        for each, (id, token) in zip((citizen, waiting), tokens, strict=True):
            each._http = server.client(headers={"authorization": f"Bearer {token}"})
            assert each.id == id
        assert [each.history() for each in (citizen, waiting)] == before
        assert citizen.write("what if they say no?")[0]["text"].startswith("Child benefit (barnetrygd)")
        contact = Contact(server, waiting)
        assert contact.do("accept").status_code == 200
        assert contact.do("say", text="Hello from a human", client_id="1").status_code == 200
        assert waiting.history()[-1]["text"] == "Hello from a human"
        with server.installation.database.reading() as session:
            assert session.scalars(select(Phones.number)).all() == [phone.number]
            assert session.scalar(select(Handoff.state).where(Handoff.id == contact.id)) == "waiting"
        code, said = rettvis(settings, "backup", str(copies))
        assert code == 0, said
    finally:
        server.stop()
    newest = max(copies.iterdir())
    code, said = rettvis(settings, "restore", str(newest), "--replace")
    assert code == 0, f"what was put back can be copied and put back again: {said}"


def test_a_copy_that_is_not_whole_leaves_what_is_there_as_it_is(settings: Settings, tmp_path: Path) -> None:
    assert rettvis(settings, "backup", str(tmp_path / "copies"))[0] == 0
    (copy,) = (tmp_path / "copies").iterdir()
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    code, said = rettvis(settings, "restore", str(copy), "--replace")
    assert code == 1, said
    database = Database(settings.database_url)
    assert not database.is_behind()
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM staff")).scalar_one() > 0
    database.close()
    assert "there is no file" in rettvis(settings, "restore", str(tmp_path / "none.dump"))[1]


def test_who_puts_a_copy_back_under_another_key_is_told_that_numbers_cannot_be_read(
    settings: Settings, tmp_path: Path
) -> None:
    database = Database(settings.database_url)
    with database.transaction() as session:
        session.add(Phones(hash="h", number="+4790000000", language="nb"))
    database.close()
    assert rettvis(settings, "backup", str(tmp_path / "copies"))[0] == 0
    (copy,) = (tmp_path / "copies").iterdir()
    environment = {**os.environ, "DATABASE_URL": settings.database_url, "SECRET_KEY": OTHER_KEY}
    command = [str(Path(sys.executable).parent / "rettvis"), "restore", str(copy), "--replace"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot be read with this SECRET_KEY" in done.stderr
    assert "90000000" not in done.stdout + done.stderr


def test_copies_run_out_but_never_the_newest(settings: Settings, tmp_path: Path) -> None:
    folder, day = tmp_path / "copies", timedelta(days=1)
    folder.mkdir()
    (folder / "rettvis-notes.txt").write_text("not a copy")
    for days in (0, 1, 20):
        with time_machine.travel(now() + days * day, tick=True):
            code, said = rettvis(settings, "backup", str(folder), "--keep-days", "14")
            assert code == 0, said
    assert "was older than 14 days and is deleted" in said
    assert len(list(folder.glob("rettvis-2*"))) == 1
    assert (folder / "rettvis-notes.txt").exists()
    with time_machine.travel(now() + 60 * day, tick=True):
        assert "MEND  copies" in rettvis(settings, "doctor")[1]
