"""People who write all the time, while something breaks; and what became of everything they wrote."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
from sqlalchemy import func, select

from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Message
from tests.conftest import TLS
from tests.sms.conftest import eventually

SCRIPT = (
    "How much child benefit do I get for two kids?",
    "what if they say no?",
    "how do I apply?",
    "I cannot pay the rent this month",
    "who decides?",
    "thank you",
)
PATIENCE = 90.0


@dataclass
class Figures:
    """What one breakdown did to everybody."""

    what: str
    breakdowns: int
    conversations: int
    messages: int
    refused: int
    cut_off: int
    longest: float
    """Seconds that somebody who sent it again and again waited for an answer."""
    lost: int
    doubled: int

    @property
    def row(self) -> str:
        return (
            f"{self.what:<30}{self.breakdowns:>6}{self.conversations:>15}{self.messages:>10}{self.refused:>9}"
            f"{self.cut_off:>9}{self.longest:>10.1f} s{self.lost:>6}{self.doubled:>9}"
        )


HEADING = (
    f"{'what broke':<30}{'times':>6}{'conversations':>15}{'messages':>10}{'refused':>9}{'cut off':>9}{'longest':>12}"
    f"{'lost':>6}{'doubled':>9}"
)


@dataclass
class Load:
    """Patient people send each message until it is answered, under the same id; impatient ones never send one again.

    Args:
        ports: where servers answer now.
        exact: whether everybody gets the very words that they would get if nothing broke; or else as many.
    """

    database: Database
    ports: Callable[[], Sequence[int]]
    patient: int = 3
    impatient: int = 2
    exact: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    begun: list[str] = field(default_factory=list)
    """Conversations of the patient, whole."""
    left: list[str] = field(default_factory=list)
    """Conversations of the impatient."""
    problems: set[str] = field(default_factory=set)
    """What was said to those who were refused."""
    asked: dict[int, int] = field(default_factory=dict)
    """The port at which each thread waits for an answer."""

    def __post_init__(self) -> None:
        self.done = threading.Event()
        self._people: list[Future[None]] = []
        self._pool = ThreadPoolExecutor(self.patient + self.impatient)
        self._patiently(1)  # as it is when nothing breaks
        self.undisturbed = self.said(self.begun.pop())

    def __enter__(self) -> "Load":
        for number in range(self.patient + self.impatient):
            run = self._patiently if number < self.patient else self._impatiently
            self._people.append(self._pool.submit(self._again_and_again, run))
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.done.set()
        self._pool.shutdown()
        if kind is None:
            for each in self._people:
                each.result()

    def figures(self, what: str, breakdowns: int) -> Figures:
        """What became of it, once nothing waits any more."""
        eventually(lambda: not self.waiting(), PATIENCE)
        lost = doubled = 0
        for each in self.begun:
            said = self.said(each)
            lost += max(0, len(self.undisturbed) - len(said))
            doubled += max(0, len(said) - len(self.undisturbed))
            doubled += len(said) == len(self.undisturbed) and said != self.undisturbed
            if said != self.undisturbed:
                print("expected", *self.undisturbed, "but it was", *said, sep="\n")
        for each in self.left:
            with self.database.reading() as session:
                history = conversations.history(session, each)
            for asked in (message for message in history if message.author == "citizen"):
                replies = [message.text for message in history if message.reply_to == asked.id]
                lost += not replies
                doubled += len(replies) != len(set(replies))
            doubled += [each.client_id for each in history if each.client_id] != sorted(
                {each.client_id for each in history if each.client_id}
            )
        seen = len(self.begun) + len(self.left)
        counts = self.counts
        return Figures(
            what, breakdowns, seen, counts["sent"], counts["refused"], counts["cut off"], self.longest, lost, doubled
        )

    def waits_at(self, port: int) -> bool:
        return port in tuple(self.asked.values())

    def waiting(self) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).where(Message.awaiting)) or 0

    def said(self, conversation: str) -> list[str]:
        with self.database.reading() as session:
            found = conversations.history(session, conversation)
        theirs = {each.id: "" if each.author == "bot" and not self.exact else each.text for each in found}
        return [f"{each.author}: {theirs[each.id]}" for each in found]

    def _again_and_again(self, run: Callable[[int], None]) -> None:
        turn = 0
        while not self.done.is_set():
            turn += 1
            run(turn)

    def _patiently(self, turn: int) -> None:
        with httpx.Client(timeout=20, verify=TLS) as client:
            begun = self._until_answered(client, "/api/v1/conversations", {"language": "en", "place": "trondheim"})
            client.headers["authorization"] = f"Bearer {begun['token']}"
            for number, text in enumerate(SCRIPT):
                began = time.monotonic()
                path = f"/api/v1/conversations/{begun['id']}/messages"
                assert self._until_answered(client, path, {"client_id": f"c{number}", "text": text})["replies"]
                self.counts["sent"] += 1
                self.longest = max(self.longest, time.monotonic() - began)
        self.begun.append(begun["id"])

    def _impatiently(self, turn: int) -> None:
        with httpx.Client(timeout=20, verify=TLS) as client:
            begun = self._until_answered(client, "/api/v1/conversations", {"language": "en", "place": "trondheim"})
            self.left.append(begun["id"])
            client.headers["authorization"] = f"Bearer {begun['token']}"
            for number, text in enumerate(SCRIPT):
                self.counts["sent"] += 1
                path = f"/api/v1/conversations/{begun['id']}/messages"
                if self._tried(client, path, {"client_id": f"c{number}", "text": text}) is None:
                    time.sleep(0.3)

    def _until_answered(self, client: httpx.Client, path: str, body: dict[str, str]) -> dict:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self._tried(client, path, body)
            if answer is not None:
                return answer
            time.sleep(0.2)
        raise AssertionError(f"{path} was never answered")

    def _tried(self, client: httpx.Client, path: str, body: dict[str, str]) -> dict | None:
        ports = self.ports()
        if not ports:
            return None
        here, port = threading.get_ident(), random.choice(ports)
        self.asked[here] = port
        try:
            answer = client.post(f"http://127.0.0.1:{port}{path}", json=body)
        except httpx.TransportError:
            self.counts["cut off"] += 1
            return None
        finally:
            del self.asked[here]
        if answer.is_success:
            found: dict = answer.json()
            return found
        assert answer.status_code == 503, (answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        self.problems.add(f"{answer.json()['type']} {answer.json()['detail']}")
        self.counts["refused"] += 1
        return None
