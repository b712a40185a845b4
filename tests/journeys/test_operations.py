"""What those who run an installation can see of it, and what they cannot."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog
import time_machine
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import LogCapture
from typer.testing import CliRunner

from bot.records import conversations, retention
from bot.records.database import Database
from bot.records.tables import now
from bot.settings import Keeping
from connectors import cli
from tests.conftest import PASSWORD, Citizen, Contact, Server

KIDS = "How much child benefit do I get for two kids? Quagmire"
TOKEN = "only Prometheus knows this"


def told(server: Server, **headers: str) -> dict[str, float]:
    """Every sample of /metrics by its name and what its labels say, in the order of the labels."""
    answer = server.client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    return {" ".join((each.name, *(value for _, value in sorted(each.labels.items())))): each.value for each in samples}


def test_the_figures_grow_with_what_happens(server: Server) -> None:
    before = told(server)
    citizen = Citizen(server, language="en")
    citizen.write(KIDS)
    citizen.ask_for_a_person()
    waiting = told(server)
    assert waiting["rettvis_messages citizen api"] == before.get("rettvis_messages citizen api", 0) + 4
    assert waiting["rettvis_answer_seconds_bucket +Inf"] == before.get("rettvis_answer_seconds_bucket +Inf", 0) + 4
    assert waiting["rettvis_open_handoffs offered"] == before.get("rettvis_open_handoffs offered", 0) + 1
    assert Contact(server, citizen).do("accept").status_code == 200
    after = told(server)
    assert after["rettvis_handoff_wait_seconds_bucket +Inf"] == before["rettvis_handoff_wait_seconds_bucket +Inf"] + 1
    assert after["rettvis_unanswered_messages"] == 0
    citizen.request("DELETE", "")


def test_what_a_proxy_forwards_is_refused_the_figures_without_the_token(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    forwarded = {"x-forwarded-for": "203.0.113.9"}
    assert server.client().get("/metrics", headers=forwarded).status_code == 403
    monkeypatch.setenv("RETTVIS_METRICS_TOKEN", TOKEN)
    assert server.client().get("/metrics", headers={**forwarded, "authorization": "Bearer wrong"}).status_code == 403
    assert told(server, **forwarded, authorization=f"Bearer {TOKEN}")


@pytest.fixture
def logged() -> Iterator[list[dict]]:
    """What is logged from here on, with what is bound to it."""
    capture, before = LogCapture(), structlog.get_config()
    wrapper = structlog.make_filtering_bound_logger(logging.INFO)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture], wrapper_class=wrapper)
    yield capture.entries
    structlog.configure(**before)


def test_each_answer_bears_a_name_of_its_own_and_so_does_what_is_logged_meanwhile(
    server: Server, logged: list[dict]
) -> None:
    client = server.client()
    names = [client.get("/healthz", headers={"x-request-id": "mine"}).headers["x-request-id"] for _ in range(2)]
    assert len(set(names)) == 2
    assert all(re.fullmatch(r"[0-9a-f]{16}", name) for name in names)
    csrf = client.get("/sign-in").text.split('name="csrf" value="')[1].split('"')[0]
    signed_in = client.post("/sign-in", data={"csrf": csrf, "login": "ingrid", "password": PASSWORD})
    assert signed_in.status_code == 303
    entry = next(each for each in logged if each["event"] == "signed in")
    assert entry["request"] == signed_in.headers["x-request-id"]


def doctor(**environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["doctor"], env={"SECRET_KEY": "k" * 40, "REDIS_URL": "", **environment})
    return result.exit_code, result.output


def test_the_doctor_finds_a_sound_installation_sound(server: Server, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'sound.sqlite3'}")  # that of all tests has things from long ago in it
    database.migrate()
    database.close()
    code, said = doctor(DATABASE_URL=database.url, RETTVIS_VAR=str(server.installation.settings.folder))
    assert "MEND" not in said
    assert code == 0
    assert re.search(r"ok +database +sqlite answers\n", said)
    assert re.search(r"ok +assistant +rettvis-[0-9a-f]+\.tar\.gz", said)


@pytest.mark.parametrize(
    ("environment", "finding"),
    [
        ({"SECRET_KEY": "short"}, "MEND  secret key"),
        ({"DATABASE_URL": "postgresql+psycopg://nobody:wordpass@127.0.0.1:9/none"}, "MEND  database"),
        ({"REDIS_URL": "redis://:wordpass@127.0.0.1:9/0"}, "MEND  redis"),
        ({"RETTVIS_SMS": "pigeon"}, "MEND  SMS"),
        ({}, "MEND  assistant"),
    ],
)
def test_the_doctor_says_what_must_be_mended_and_no_secret(
    tmp_path: Path, environment: dict[str, str], finding: str
) -> None:
    base = {"RETTVIS_VAR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'd.sqlite3'}"}
    code, said = doctor(**{**base, **environment})
    assert finding in said
    assert "wordpass" not in said
    assert code == 1


def test_the_doctor_says_that_tables_are_old(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'd.sqlite3'}"
    assert "at the next start" in doctor(DATABASE_URL=url, RETTVIS_VAR=str(tmp_path))[1]
    database = Database(url)
    database.migrate()
    database.close()
    assert "at the next start" not in doctor(DATABASE_URL=url, RETTVIS_VAR=str(tmp_path))[1]


def test_after_a_long_pause_nothing_is_deleted_until_somebody_says_that_the_date_is_right(tmp_path: Path) -> None:
    here = {"DATABASE_URL": f"sqlite:///{tmp_path / 'd.sqlite3'}", "RETTVIS_VAR": str(tmp_path), "SECRET_KEY": "k" * 40}
    database = Database(here["DATABASE_URL"])
    database.migrate()
    keeping = Keeping()
    assert retention.held_back(database, keeping, now()) is None, "nothing is kept yet"
    with database.transaction() as session:
        conversations.begin(session, channel="web", language="nb", chosen=True, place=None)
    assert CliRunner().invoke(cli.app, ["retention", "run"], env=here).exit_code == 0
    with time_machine.travel(now() + timedelta(days=6), tick=True):
        assert retention.held_back(database, keeping, now()) is None
    with time_machine.travel(now() + timedelta(days=365), tick=True):
        assert retention.held_back(database, keeping, now()) is not None
        assert re.search(r"MEND +retention +nothing is deleted since 20\d\d-", doctor(**here)[1])
        said = CliRunner().invoke(cli.app, ["retention", "run"], env=here).output
        assert said.startswith("1 conversations")
        assert retention.held_back(database, keeping, now()) is None
        assert re.search(r"ok +retention", doctor(**here)[1])
    database.close()


def test_a_server_is_asked_by_name_and_says_nothing_of_what_was_written(server: Server) -> None:
    citizen = Citizen(server, language="en")
    citizen.write(KIDS)
    answer = httpx.get(f"{server.url}/metrics")
    assert "Quagmire" not in answer.text
    assert citizen.id not in answer.text
    citizen.request("DELETE", "")
