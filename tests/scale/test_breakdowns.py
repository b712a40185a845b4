"""Things break while people write: what was accepted is neither lost nor answered twice. `pytest -s` shows the figures.

RETTVIS_TEST_KILLS (2) is how often a server is killed, RETTVIS_TEST_GONE (3) for how many seconds the database is gone,
Redis is away and the disk is full.
"""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text, update

from bot.records.database import Database
from bot.records.tables import Conversation, Lease, Message, now
from connectors import demo
from tests.conftest import Citizen
from tests.scale.conftest import PostgreSQLServer, RedisServer, Workers
from tests.scale.load import HEADING, SCRIPT, Figures, Load
from tests.sms.conftest import Phone, Wire, eventually

KILLS = int(os.environ.get("RETTVIS_TEST_KILLS", "2"))
GONE = float(os.environ.get("RETTVIS_TEST_GONE", "3"))
BEFORE = 1.0
"""Seconds of undisturbed writing before something breaks."""
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), Path("/nowhere"))


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that says by how much the clock of the servers is wrong."""
    file = tmp_path_factory.mktemp("clock") / "clock"
    file.write_text("+0")
    return file


@pytest.fixture(scope="module")
def environment(environment: dict[str, str], clock: Path) -> dict[str, str]:
    """The same, with a clock that can be turned: the one of the day, not the one that measures pauses."""
    if not FAKETIME.exists():
        return environment
    turned = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_CACHE_DURATION": "1"}
    return {**environment, **turned, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@pytest.fixture(scope="module")
def table() -> Iterator[list[Figures]]:
    rows: list[Figures] = []
    yield rows
    print("\n\n" + "\n".join([HEADING, *(each.row for each in rows)]))


def sound(rows: list[Figures], found: Figures) -> None:
    rows.append(found)
    assert (found.lost, found.doubled) == (0, 0), found
    assert found.conversations


def load_on(workers: Workers, **more: bool) -> Load:
    return Load(workers.database, lambda: tuple(workers.answering), **more)


def test_servers_are_killed_at_random_while_the_other_goes_on(workers: Workers, table: list[Figures]) -> None:
    chance = random.Random(5)
    with load_on(workers) as load:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.5, 2.5))
            victim = chance.choice(list(workers.pids))
            workers.freeze(victim)  # with what it was just doing, until somebody waits for it
            eventually(lambda port=victim: load.waits_at(port), 20)
            workers.kill(victim)
            workers.start(1)
    found = load.figures("a server, kill -9", KILLS)
    sound(table, found)
    assert found.cut_off


def test_redis_is_restarted(workers: Workers, table: list[Figures], redis_server: RedisServer) -> None:
    with load_on(workers) as load:
        for _ in range(2):
            time.sleep(BEFORE)
            redis_server.stop()
            time.sleep(GONE / 2)
            redis_server.start()
        time.sleep(BEFORE)
    found = load.figures("Redis, away", 2)
    sound(table, found)
    assert found.refused == 0, "nobody need notice that Redis is away"


def test_the_database_is_gone_for_a_while(
    workers: Workers, table: list[Figures], postgresql_server: PostgreSQLServer
) -> None:
    with load_on(workers) as load:
        time.sleep(BEFORE)
        postgresql_server.stop()
        time.sleep(GONE)
        for port in workers.pids:
            assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=30).status_code == 503
            assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).status_code == 200
        postgresql_server.start()
        time.sleep(BEFORE)
    found = load.figures(f"PostgreSQL, gone for {GONE:g} s", 1)
    sound(table, found)
    assert found.refused
    assert load.problems == {
        "urn:rettvis:problem:database_away I cannot take anything in just now. "
        "Wait a moment and send it again. It is answered only once."
    }
    for port in workers.pids:
        assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=30).status_code == 200


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a file system cannot be mounted here: that needs root and the right to mount")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def alone(workers: Workers, folder: Path, number: int, **more: str) -> Iterator[Workers]:
    """Servers on an SQLite of their own in a folder."""
    url = f"sqlite:///{folder / 'rettvis.sqlite3'}"
    database = Database(url)
    database.migrate()
    demo.load(database)
    these = Workers({"DATABASE_URL": url, **more}, database, ExitStack(), like=workers)
    try:
        these.start(number)
        yield these
    finally:
        these.end()
        database.close()


@pytest.fixture
def on_a_small_disk(workers: Workers, small_disk: Path) -> Iterator[Workers]:
    yield from alone(workers, small_disk, 1, REDIS_URL="")


def test_the_disk_is_full_for_a_while(on_a_small_disk: Workers, table: list[Figures], small_disk: Path) -> None:
    workers, filler = on_a_small_disk, small_disk / "filler"
    with load_on(workers) as load:
        time.sleep(BEFORE)
        end = time.monotonic() + GONE
        while time.monotonic() < end:  # what is freed meanwhile is filled again
            fill(filler)
            time.sleep(0.05)
        (port,) = workers.pids
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).status_code == 200
        page = httpx.post(f"http://127.0.0.1:{port}/say", data={"text": SCRIPT[0], "lang": "so"}, timeout=30)
        assert page.status_code == 503
        assert "Hadda waxba ma aqbali karo." in page.text
        filler.unlink()
        time.sleep(BEFORE)
    found = load.figures(f"the disk, full for {GONE:g} s", 1)
    sound(table, found)
    assert found.refused
    assert any(each.startswith("urn:rettvis:problem:storage_full I cannot take anything in") for each in load.problems)
    with workers.database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


def fill(filler: Path) -> None:
    """Until nothing more goes onto the disk."""
    with filler.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


@pytest.fixture
def on_one_machine(workers: Workers, clock: Path, tmp_path: Path) -> Iterator[Workers]:
    """Two servers whose clock can be wrong."""
    if not FAKETIME.exists():
        reason = "libfaketime is not installed (Debian: apt-get install libfaketime)"
        if os.environ.get("RETTVIS_NO_SKIPS"):
            pytest.fail(reason)
        pytest.skip(reason)
    yield from alone(workers, tmp_path, 2, RETTVIS_FORGET_SECONDS="0.2")


def test_the_clock_jumps_a_year_ahead_and_then_far_back(
    on_one_machine: Workers, table: list[Figures], clock: Path, wire: Wire
) -> None:
    workers = on_one_machine
    citizen, phone = Citizen(workers[0], language="en"), Phone(workers.all, wire)
    citizen.write(SCRIPT[0])
    assert "Rettvis (" in phone.write("Hvor mye barnetrygd?")
    eventually(lambda: retention_ran(workers), 30)
    with workers.database.transaction() as session:  # somebody who wrote a month ago
        month = {"created_at": now() - timedelta(days=30)}
        session.execute(update(Message).where(Message.conversation_id == citizen.id).values(**month))
        session.execute(update(Conversation).where(Conversation.id == citizen.id).values(**month))
    with load_on(workers, exact=False) as load:  # rates and dates are those of the day
        for jump in ("+365d", "-60d"):
            time.sleep(BEFORE)
            clock.write_text(jump)
            time.sleep(BEFORE)
            # what one process does for all goes on: neither stuck nor done twice
            assert phone.bring("Hvem bestemmer det?").status_code == 200
            phone.next()
            assert phone.quiet()
    sound(table, load.figures("the clock, +1 year, -2 months", 2))
    assert citizen.write("what if they say no?")[0]["text"].startswith("Child benefit (barnetrygd)"), "it was kept"


def retention_ran(workers: Workers) -> bool:
    with workers.database.reading() as session:
        return session.scalar(select(Lease.done_at).where(Lease.name == "retention")) is not None
