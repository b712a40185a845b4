"""A server of its own, on which everything may be changed, and one of each kind of person who may come to it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from PIL import Image
from sqlalchemy import inspect, text

from bot.needs import candidates, learnings, needs, review
from bot.needs.learnings import Note
from bot.records.tables import Staff
from bot.settings import Settings
from bot.staff import people
from bot.staff.person import Person
from connectors import addresses
from tests.conftest import PASSWORD, Citizen, Server, StaffMember, serving

ASKED_ONLY = ("/accept", "/decline")
"""What a contact does who is asked; everything else is for whoever has it in hand."""
CONTACTS = ("ingrid", "samir", "kari", "vakt")
NEXT_WEEK = f"{datetime.now() + timedelta(days=7):%Y-%m-%dT%H:%M}"
FORMS: dict[str, dict[str, Any]] = {
    "/api/v1/screenings/result.pdf": {"facts": {"no such fact": 1}},  # refused before the seconds that a PDF takes
    "/say": {"text": "help"},
    "/language": {"lang": "pl"},
    "/desk/{handoff_id}/say": {"text": "hello"},
    "/desk/{handoff_id}/note": {"text": "hello"},
    "/desk/{handoff_id}/hand-on": {"to": 4, "reason": "I am away"},
    "/desk/{handoff_id}/helper": {"who": 4},
    "/desk/{handoff_id}/remind": {"text": "hello", "at": NEXT_WEEK},
    "/desk/{handoff_id}/interpreter": {"at": NEXT_WEEK},
    "/desk/{handoff_id}/close": {"outcome": "met"},
    "/me/notify": {"email": "somebody@example.org"},
    "/people/{staff_id}/away": {"first_day": "2036-01-01", "last_day": "2036-01-02"},
    "/switches": {"what": "topic:sfo", "off": "yes", "reason": "a test"},
    "/learning/patterns/read": {"topic": "startlan"},
    "/learning/learnings/{learning_id}/note": {"sees": "a", "condition": "practices", "owner": "b", "tries": "c"},
    "/learning/learnings/{learning_id}/change": {"kind": "practice", "words": "changed"},
    "/curate/{code}/{name}": {"number": 0, "text": ""},
    "/curate/{code}/{name}/cost": {"number": 0, "text": "a"},
    "/curate/examples/{id}": {"do": "reject"},
}
"""What is filled in, so that a route would do something if it let somebody in."""
BY_ITSELF = {"leases", "notices"}
"""Tables that change by themselves while a server runs."""
LACKED: dict[str, Any] = {
    "moment": "not_helped",
    "barrier": "refused",
    "language": "nb",
    "place": "froya",
    "channel": "web",
}


@dataclass(frozen=True)
class Somebody:
    """What a browser or a program sends with each request, whoever it is."""

    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    token: str = ""

    def send(self, server: Server, method: str, path: str, **form: object) -> httpx.Response:
        """Send a request as a form, or as JSON to the API, and read the beginning of the answer."""
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        what: dict[str, Any] = {}
        if method == "POST":
            what = {"json": form} if path.startswith("/api/") else {"data": {"csrf": self.csrf, **form}}
        client = _client(server)
        client.cookies.clear()  # what one was given before is not for the next
        with client.stream(method, path, headers=headers, **what) as answer:
            if "event-stream" not in answer.headers.get("content-type", ""):  # live pages never end
                answer.read()
            return answer


@cache
def _client(server: Server) -> httpx.Client:
    return server.client()


@pytest.fixture(scope="session")
def guarded(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    own = tmp_path_factory.mktemp("guarded") / "own.sqlite3"
    yield from serving(replace(settings, database_url=f"sqlite:///{own}"))


@pytest.fixture(scope="session")
def staff(guarded: Server) -> dict[str, Somebody]:
    """Signed in: the demo contacts, and somebody with each other duty alone."""
    for duty in ("programme", "editor", "admin"):
        _account(guarded, f"only-{duty}", duty)
    return {login: _signed_in(guarded, login) for login in (*CONTACTS, "only-programme", "only-editor", "only-admin")}


@pytest.fixture(scope="session")
def nobody(guarded: Server) -> Somebody:
    """A browser that has seen the sign-in page: it has a token for forms, and nothing else."""
    client = guarded.client()
    csrf = StaffMember._csrf(client.get("/sign-in").text)
    return Somebody(dict(client.cookies), csrf)


def _account(server: Server, login: str, duty: str) -> Staff:
    about = Person(name=login, role="rolle", duties=[duty], languages=["nb"], hours=[])
    return people.add(server.installation.database, login, PasswordHasher().hash(PASSWORD), about)


def _signed_in(server: Server, login: str) -> Somebody:
    member = StaffMember(server, login)
    return Somebody(dict(member.http.cookies), StaffMember._csrf(member.get("/me").text))


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route. HEAD is answered as GET is; /static holds files, and is no route of ours."""
    for each in iter_route_contexts(app.routes):
        for method in sorted((each.methods or set()) - {"HEAD"}):
            yield method, str(each.path)


def kept(server: Server) -> dict[str, int]:
    """A hash of each table of the server's database."""
    engine = server.installation.database.engine
    with engine.connect() as connection:
        return {
            name: hash(tuple(map(tuple, connection.execute(text(f'SELECT * FROM "{name}"')).all())))
            for name in inspect(engine).get_table_names()
            if name not in BY_ITSELF
        }


class World:
    """What there is to be seen and done: a conversation that a contact has in hand, an account, words, a pattern."""

    def __init__(self, server: Server, nobody: Somebody, staff: dict[str, Somebody]) -> None:
        self._server, self._nobody, self._staff = server, nobody, staff
        here = server.installation
        self.victim = _account(server, "victim", "editor").id
        picture = io.BytesIO()
        Image.new("RGB", (300, 300)).save(picture, "PNG")
        people.set_photo(here.database, self.victim, picture.getvalue())
        with here.database.transaction() as session:
            for topic, times in (("tannhelse", 40), ("startlan", 60)):
                for _ in range(times):
                    needs.record(session, topic=topic, **LACKED)
        somebody = people.named(here.database, "only-programme")
        note = Note(sees="Banks send people on", condition="practices", owner="Husbanken", tries="One form")
        with here.database.transaction() as session:
            pattern = review.read(session, here.library, somebody, "startlan").id
            self.pattern, self.learning = pattern, learnings.begin(session, somebody, pattern, note).id

    def ready_for(self, path: str) -> None:
        """What a route needs: a conversation that is still there, asked about or in hand."""
        if not hasattr(self, "mine") or "{handoff_id}" in path or "conversations/{id}" in path or path == "/delete":
            self.begin(accept=not path.endswith(ASKED_ONLY))

    def begin(self, accept: bool) -> None:
        """A new conversation that a contact is asked about or has in hand, and another person with a conversation."""
        self.mine = Citizen(self._server, language="en")
        self.mine.write("How much child benefit do I get for two kids?")
        self.mine.ask_for_a_person()
        handoff = self.mine.handoff(self._server)
        self.handoff, self.contact = handoff.id, handoff.contact.login
        self.other = next(each for each in CONTACTS[:3] if each != self.contact)
        if accept:
            self._staff[self.contact].send(self._server, "POST", f"/desk/{self.handoff}/accept")
        self.stranger = Citizen(self._server, language="en")

    @property
    def people(self) -> dict[str, Somebody]:
        """Everybody who may come, by the heads of the matrix."""
        return {
            "nobody": self._nobody,
            "stranger": self.citizen(self.stranger),
            "citizen": self.citizen(self.mine),
            "other": self._staff[self.other],
            "programme": self._staff["only-programme"],
            "editor": self._staff["only-editor"],
            "admin": self._staff["only-admin"],
            "contact": self._staff[self.contact],
        }

    def citizen(self, who: Citizen) -> Somebody:
        cookies = {**self._nobody.cookies, "rettvis": f"{who.id}.{who.token}"}
        return Somebody(cookies, self._nobody.csrf, who.token)

    def candidate(self) -> int:
        """Words that somebody has left for an editor."""
        with self._server.installation.database.transaction() as session:
            found = candidates.record(session, "barnetrygd", ["sfo", "barnetrygd"], "nb").id
            candidates.keep_words(session, found, "penger til ungene")
            return found

    def path(self, route: str) -> str:
        """A route's path with what it stands for here."""
        places = {
            "/api/v1/conversations/{id}": f"/api/v1/conversations/{self.mine.id}",
            "/api/v1/topics/{id}": "/api/v1/topics/bostotte",
            "/learning/report.pdf": "/learning/report.pdf?period=none",
            "/learning/learnings/new": f"/learning/learnings/new?pattern={self.pattern}",
            "/topics/{id}": "/topics/bostotte",
            "/curate/examples/{id}": f"/curate/examples/{self.candidate()}" if "examples/{id}" in route else "",
            "/curate/{code}/{name}": "/curate/en/bostotte",
            "/curate/{code}": "/curate/en",
            "/c/{code}": "/c/no-such-code",
            "{handoff_id}": str(self.handoff),
            "{staff_id}": str(self.victim),
            "{learning_id}": str(self.learning),
            "{outgoing_id}": "1",
            "{gateway}": "http",
            "/s/{short}": addresses.path("bostotte", "en"),
        }
        for place, there in places.items():
            route = route.replace(place, there)
        assert "{" not in route, f"what does {route} stand for?"
        return route


@pytest.fixture(scope="session")
def world(guarded: Server, nobody: Somebody, staff: dict[str, Somebody]) -> World:
    return World(guarded, nobody, staff)
