"""Two servers share the work on PostgreSQL and Redis: whichever is asked, the person notices nothing of it."""

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
from sqlalchemy import func, select

from bot import switches
from bot.records.tables import Lease, Message, Move
from bot.settings import ROOT
from knowledge.library import Library
from tests.conftest import TLS, Citizen, Contact, Server
from tests.scale.conftest import Workers, free_port
from tests.sms.conftest import Phone, Wire, eventually

KIDS = "How much child benefit do I get for two kids?"


class Follower:
    """Somebody who follows a conversation's events on one of the servers."""

    def __init__(self, server: Server, citizen: Citizen) -> None:
        self.said: list[dict] = []
        self._http = server.client(headers={"authorization": f"Bearer {citizen.token}"})
        self._path = f"/api/v1/conversations/{citizen.id}/events"
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        with suppress(httpx.TransportError), self._http.stream("GET", self._path, timeout=120) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:") and line != "data:":
                    self.said.append(json.loads(line[5:]))

    def hears(self, text: str) -> bool:
        return bool(eventually(lambda: any(text in each["text"] for each in self.said), 30))


def test_a_conversation_and_its_handoff_go_on_whichever_server_is_asked(workers: Workers) -> None:
    citizen = Citizen(workers.all, language="en")
    here, there = Follower(workers[0], citizen), Follower(workers[1], citizen)
    assert "Child benefit" in citizen.write(KIDS)[0]["text"]
    assert "Child benefit" in citizen.write("what if they say no?")[0]["text"], "the state of the dialogue is shared"
    citizen.ask_for_a_person()
    contact = Contact(workers.all, citizen)
    assert contact.do("accept").status_code == 200
    assert contact.do("say", text="Hello from a human", client_id="1").status_code == 200
    assert contact.do("say", text="Hello from a human", client_id="1").status_code == 200
    assert citizen.write("the bot is silent now") == []
    assert here.hears("Hello from a human")
    assert there.hears("Hello from a human")
    assert there.hears("the bot is silent now")
    assert contact.do("close", outcome="met").status_code == 200
    assert [each["text"] for each in citizen.history()].count("Hello from a human") == 1
    with workers.database.reading() as session:
        moves = session.scalars(select(Move.state).where(Move.handoff_id == contact.id).order_by(Move.id)).all()
    assert moves == ["requested", "offered", "accepted", "waiting", "active", "closed"]
    ids = [each["id"] for each in there.said]
    assert ids == sorted(set(ids))


def test_the_same_message_sent_to_both_at_once_is_answered_once(workers: Workers) -> None:
    citizen = Citizen(workers.all, language="en")
    headers = {"authorization": f"Bearer {citizen.token}"}

    def send(number: int) -> list[str]:
        path = f"/api/v1/conversations/{citizen.id}/messages"
        answer = workers[number].client(headers=headers).post(path, json={"client_id": "same", "text": KIDS})
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["replies"]]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, [0, 1, 0, 1]))
    assert answers[0]
    assert all(each == answers[0] for each in answers)
    assert [each["author"] for each in citizen.history()].count("citizen") == 1


def test_sms_that_come_in_at_both_are_answered_once_each_in_order(workers: Workers, wire: Wire) -> None:
    phones = [Phone(workers.all, wire) for _ in range(4)]
    for phone in phones:
        for server in (workers[0], workers[1]):  # the gateway brings it again, elsewhere
            answer = server.client(headers={"x-secret": "a secret that only the gateway knows"}).post(
                "/sms/http", json={"id": f"first {phone.number}", "from": phone.number, "text": "Hvor mye barnetrygd?"}
            )
            assert answer.status_code == 200
        assert "Rettvis (127.0.0.1" in phone.next()
    for phone in phones:
        phone.write("Jeg vil snakke med et menneske")
        assert phone.quiet()
    with workers.database.reading() as session:
        holders = session.scalars(select(Lease.holder).where(Lease.name.in_(("sms out http", "round")))).all()
    assert len(holders) == 2


def test_staff_and_resident_see_each_other_though_they_are_on_different_servers(workers: Workers) -> None:
    citizen = Citizen(workers[0], language="en")
    follower = Follower(workers[0], citizen)
    citizen.ask_for_a_person()
    contact = Contact(workers[1], citizen)
    contact.do("accept")
    assert follower.hears("You are now writing with")
    told: list[str] = []

    def look_on() -> None:
        with suppress(httpx.TransportError), contact.http.stream("GET", f"/desk/{contact.id}/live") as stream:
            for line in stream.iter_lines():
                told.append(line)

    threading.Thread(target=look_on, daemon=True).start()
    eventually(lambda: "data: Innbyggeren har siden åpen." in told, 30)
    citizen.request("POST", "/typing")
    eventually(lambda: "data: Innbyggeren skriver …" in told, 30)


def test_what_is_turned_off_is_off_on_both_servers_at_once(workers: Workers) -> None:
    library = Library.load()
    people = [Citizen(workers[number], language="en") for number in (0, 1)]

    def answers() -> list[bool]:
        return ["Child benefit" in each.write(KIDS)[0]["text"] for each in people]

    assert answers() == [True, True]
    switches.turn(workers.database, library, "language:en", off=True, reason="a bad translation", by="a test")
    assert answers() == [False, False]
    assert "55 55 33 33" in people[1].history()[-1]["text"]
    switches.turn(workers.database, library, "language:en", off=False, reason="mended", by="a test")
    assert answers() == [True, True]


def test_what_a_server_that_was_killed_had_taken_is_answered_once_by_the_other_and_so_are_sms(
    workers: Workers, wire: Wire
) -> None:
    people = [Citizen(workers.all, language="en") for _ in range(24)]

    def send(number: int, citizen: Citizen) -> None:
        text = KIDS + number * "."  # what is known already is answered before anybody can be killed
        headers = {"authorization": f"Bearer {citizen.token}"}
        with suppress(httpx.TransportError):
            workers[0].client(headers=headers).post(
                f"/api/v1/conversations/{citizen.id}/messages", json={"client_id": "c1", "text": text}
            )

    def waiting() -> int:
        with workers.database.reading() as session:
            return session.scalar(select(func.count()).where(Message.awaiting)) or 0

    with ThreadPoolExecutor(len(people)) as pool:
        for number, each in enumerate(people):
            pool.submit(send, number, each)
        eventually(waiting, 60)
        workers.kill(workers[0].ports[0])
    assert waiting(), "it was killed too late: nothing was left to answer"
    eventually(lambda: not waiting(), 90)
    taken = 0
    for each in people:
        with workers.database.reading() as session:
            query = select(Message.author).where(Message.conversation_id == each.id).order_by(Message.id)
            said = session.scalars(query).all()
        assert said in ([], ["citizen", "bot"]), said
        taken += bool(said)
    assert taken
    assert "Rettvis (127.0.0.1" in Phone(workers[0], wire).write("Hvor mye barnetrygd?")


def test_serve_starts_several_workers_and_stops_them_in_order(environment: dict[str, str], workers: Workers) -> None:
    port = free_port()
    rettvis = str(Path(sys.executable).parent / "rettvis")
    command = [rettvis, "serve", "--workers", "2", "--port", str(port)]
    serving = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        ready = f"http://127.0.0.1:{port}/readyz"

        def answers() -> bool:
            with suppress(httpx.TransportError):
                return httpx.get(ready, timeout=5, verify=TLS).is_success
            return False

        def alive() -> list[int]:
            children = Path(f"/proc/{serving.pid}/task/{serving.pid}/children").read_text().split()
            return [int(each) for each in children if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]

        eventually(answers)
        first = alive()
        assert len(first) == 2
        os.kill(first[0], signal.SIGKILL)
        eventually(lambda: len(alive()) == 2 and first[0] not in alive())
        eventually(answers)
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(120) == 0


def test_several_workers_without_redis_are_refused_with_the_reason(environment: dict[str, str]) -> None:
    rettvis = str(Path(sys.executable).parent / "rettvis")
    without = {**os.environ, **environment, "REDIS_URL": ""}
    done = subprocess.run(
        [rettvis, "serve", "--workers", "2"], capture_output=True, text=True, env=without, cwd=ROOT, check=False
    )
    assert done.returncode == 1
    assert "REDIS_URL" in done.stderr
