"""Pages on a real web server on loopback come and go, move and change; editors are told what they have to look at."""

import contextlib
import itertools
import json
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from typer.testing import CliRunner, Result

from connectors import links
from connectors.asking import GIVE_UP, MANNERS, REDIRECTS, Manners, readable
from connectors.cli import app
from connectors.links import PATIENCE, Marked, Page
from knowledge.library import Library
from knowledge.source import KnowledgeError, read
from tests.knowledge.conftest import Workshop

QUICK = Manners(pause=0, timeout=10)
IMPATIENT = replace(QUICK, timeout=0.5)
TOPICS = ("barnetrygd", "bostotte")
COMMIT = "3aa2f37b3f4917c863f5419056f92313c8fefbb4"


@dataclass
class Visit:
    path: str
    headers: dict[str, str]
    began: float
    ended: float = 0


@dataclass
class Site:
    """A web site whose pages a test writes, and what was asked of it. What is not written is a page that never changes."""

    port: int
    closing: threading.Event = field(default_factory=threading.Event)
    pages: dict[str, Callable[["Handler"], None]] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def say(self, path: str, text: str | bytes, code: int = 200, kind: str = "text/html; charset=utf-8") -> str:
        self.pages[path] = lambda handler: handler.reply(code, {"Content-Type": kind}, text)
        return self.url(path)

    def send_on(self, path: str, to: str, code: int = 301) -> str:
        self.pages[path] = lambda handler: handler.reply(code, {"Location": to})
        return self.url(path)

    def hang(self, path: str) -> str:
        """Never answer."""
        self.pages[path] = lambda _: self.closing.wait(30) and None
        return self.url(path)

    def hang_up(self, path: str) -> str:
        """Close the connection without a word."""
        self.pages[path] = lambda handler: setattr(handler, "close_connection", True)
        return self.url(path)

    def drip(self, path: str) -> str:
        """Answer, but take ten seconds to get to the end: no single wait is long."""

        def page(handler: "Handler") -> None:
            handler.begin(200, {"Content-Type": "text/html"})
            for _ in range(200):
                if self.closing.wait(0.05):
                    break
                handler.wfile.write(b"<p>more</p>")

        self.pages[path] = page
        return self.url(path)

    def asked(self) -> list[str]:
        return [visit.path for visit in self.visits]


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        visit = Visit(self.path, {name.lower(): value for name, value in self.headers.items()}, time.monotonic())
        self.site.visits.append(visit)
        page = self.site.pages.get(self.path, lambda handler: handler.reply(200, {"Content-Type": "text/html"}, "Here"))
        try:
            page(self)
        finally:
            visit.ended = time.monotonic()

    def begin(self, code: int, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def reply(self, code: int, headers: dict[str, str], body: str | bytes = "") -> None:
        content = body.encode() if isinstance(body, str) else body
        self.begin(code, {**headers, "Content-Length": str(len(content))})
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Not on the screen."""


class Server(ThreadingHTTPServer):
    def handle_error(self, *where: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # whoever asked has had enough: that is allowed
            super().handle_error(*where)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "*")
    handler = type("SiteHandler", (Handler,), {})
    with Server(("127.0.0.1", 0), handler) as server:
        site = Site(server.server_address[1])
        handler.site = site  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield site
        site.closing.set()
        server.shutdown()
        thread.join(timeout=10)


@dataclass
class Desk:
    """An editor with a small library that names only pages of the site."""

    workshop: Workshop
    site: Site
    file: Path

    def name(self, topic: str, **pages: list[str]) -> None:
        """Let an entry name these pages: links, law, sources."""
        file = self.workshop.folder / "entitlements" / f"{topic}.yml"
        entry = read(file)
        some = [self.site.url("/always")]
        entry["links"] = [{"text": "Les mer", "url": url, "for": "read"} for url in pages.get("links", some)]
        entry["law"] = [{"name": "Loven", "url": url} for url in pages.get("law", [])]
        entry.pop("eligibility", None)  # its conditions name the law that was there
        entry["sources"] = [{"url": url, "seen": "2026-11-24"} for url in pages.get("sources", some)]
        file.write_text(yaml.safe_dump(entry, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")

    def library(self) -> Library:
        return self.workshop.load()

    def look(self, manners: Manners = QUICK) -> links.Watch:
        return links.watch(self.library(), self.file, manners)

    def page(self, url: str, manners: Manners = QUICK) -> Page:
        """What is known of a page after one more look."""
        return self.look(manners).pages[url]

    def accept(self, wanted: str) -> list[str]:
        return links.accept(self.library(), self.file, wanted)

    def marked(self) -> list[Marked]:
        return links.marked(self.library(), links.read(self.file), self.workshop.folder)

    def whys(self) -> list[str]:
        return [each.why for each in self.marked()]

    def run(self, *more: str) -> Result:
        quick = ["--folder", str(self.workshop.folder), "--state", str(self.file), "--pause", "0", "--timeout", "10"]
        return CliRunner().invoke(app, ["knowledge", "links", *quick, *more])


@pytest.fixture
def desk(workshop: Workshop, site: Site, tmp_path: Path) -> Desk:
    for file in [*workshop.folder.glob("entitlements/*.yml"), *workshop.folder.glob("places/*.yml")]:
        if file.stem not in TOPICS:
            file.unlink()
    crisis = read(workshop.folder / "crisis.yml")
    for line in crisis["lines"]:
        line["url"] = site.url("/always")
    workshop.write("crisis.yml", yaml.safe_dump(crisis, allow_unicode=True, sort_keys=False))
    desk = Desk(workshop, site, tmp_path / "var" / "links.json")
    for topic in TOPICS:
        desk.name(topic)
    return desk


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


# What is asked


def test_every_kind_of_page_of_entries_places_and_crisis_lines_is_asked_once(desk: Desk, site: Site) -> None:
    at = site.url
    desk.name("barnetrygd", links=[at("/a"), at("/both#part")], law=[at("/law")], sources=[at("/source"), at("/both")])
    desk.name("bostotte", links=[at("/both")], law=[at("/law")], sources=[at("/a")])
    desk.workshop.replace("crisis.yml", "/always", "/crisis")
    desk.workshop.write(
        "places/froya.yml",
        f"id: froya\nname: Frøya\nmunicipality_number: '5014'\nwebsite: {at('/froya')}\npoints:\n"
        f"- {{id: nav, kind: nav, name: Nav, url: '{at('/nav')}', confidence: partly}}\n"
        "- {id: lege, kind: health, name: Lege, confidence: partly}\n"
        f"sources:\n- {{url: '{at('/old')}', seen: 2020-2021}}\n"
        f"notes:\n  sfo:\n  - {{text: En, confidence: partly, source: '{at('/sfo')}'}}\n"
        "  - {text: To, confidence: partly, source: told on the phone}\n",
    )
    desk.look()
    expected = ["/a", "/always", "/both", "/crisis", "/froya", "/law", "/nav", "/old", "/sfo", "/source"]
    assert sorted(site.asked()) == expected


def test_sources_that_are_not_web_addresses_are_skipped(desk: Desk, site: Site) -> None:
    others = [
        "Rundskriv Hovednr. 35",
        "ftp://127.0.0.1/a",
        "file:///etc/passwd",
        f"{site.url('/b')} (stored copy)",
        "https://",
    ]
    desk.name("barnetrygd", sources=[*others, site.url("/source")])
    desk.look()
    assert sorted(site.asked()) == ["/always", "/source"]


def test_those_we_ask_are_told_who_we_are_and_how_to_reach_us(desk: Desk, site: Site) -> None:
    desk.look(replace(QUICK, contact="post@rettvis.example, Nærøysund"))
    agent = site.visits[0].headers["user-agent"]
    assert agent.startswith("Rettvis/")
    assert "rights helper" in agent
    assert "post@rettvis.example, N?r?ysund" in agent


def test_a_host_is_asked_one_thing_at_a_time_with_a_pause(desk: Desk, site: Site) -> None:
    desk.name("barnetrygd", links=[site.url(f"/{n}") for n in range(4)] + [site.send_on("/moves", "/there")])
    desk.look(replace(QUICK, pause=0.05))
    assert len(site.visits) == 7
    for one, next_one in itertools.pairwise(site.visits):
        assert next_one.began - one.ended > 0.04


@pytest.mark.parametrize(("at_once", "patience", "meets"), [(2, 10, True), (1, 0.3, False)])
def test_as_many_hosts_are_asked_at_the_same_time_as_agreed(
    desk: Desk, site: Site, at_once: int, patience: float, meets: bool
) -> None:
    met = threading.Barrier(2)
    passed: list[bool] = []

    def page(handler: Handler) -> None:
        try:
            met.wait(timeout=patience)  # passes only when the other host is asked meanwhile
            passed.append(True)
        except threading.BrokenBarrierError:
            passed.append(False)
        handler.reply(200, {}, "here")

    site.pages["/meet"] = page
    desk.name("barnetrygd", links=[site.url("/meet"), site.url("/meet", "localhost")])
    desk.look(replace(QUICK, at_once=at_once))
    assert passed == [meets, meets]


def test_a_host_that_says_wait_is_left_alone_and_the_rest_gets_its_turn_first_next_time(desk: Desk, site: Site) -> None:
    some = [site.url(f"/{n}", "localhost") for n in range(4)]
    desk.name("barnetrygd", links=some)
    site.say("/2", "slow down", 429)
    first = desk.look()
    assert len(first.waiting) == 2
    assert set(first.pages) == {site.url("/0", "localhost"), site.url("/1", "localhost"), site.url("/always")}
    assert desk.marked() == []
    del site.pages["/2"]
    site.visits.clear()
    second = desk.look()
    assert second.waiting == ()
    assert [path for path in site.asked() if path != "/always"][:2] == ["/2", "/3"]


def test_a_host_that_says_nothing_is_not_asked_on_and_on(desk: Desk, site: Site) -> None:
    silent = [site.hang_up(f"/{n}") for n in range(GIVE_UP + 2)]
    desk.name("barnetrygd", links=[url.replace("127.0.0.1", "localhost") for url in silent])
    pages = desk.look().pages
    assert len([path for path in site.asked() if path != "/always"]) == GIVE_UP
    assert [page.status for page in pages.values()].count("unreachable") == len(silent)
    assert f"localhost did not answer {GIVE_UP} times in a row" in {page.problem for page in pages.values()}


# What is seen


def test_a_page_that_answers_is_ok_and_when_it_was_seen_is_kept(desk: Desk, site: Site) -> None:
    began = datetime.now(UTC)
    page = desk.page(site.url("/always"))
    assert (page.status, page.code, page.final_url) == ("ok", 200, site.url("/always"))
    assert len(page.text_hash) == 64
    assert began <= page.seen <= datetime.now(UTC)
    assert page.broken_since is None
    assert desk.marked() == []


def test_a_page_that_says_something_else_is_changed_until_an_editor_accepts_it(desk: Desk, site: Site) -> None:
    url = site.say("/rate", "<p>You get 1 968 kr</p>")
    desk.name("barnetrygd", sources=[url])
    assert desk.page(url).status == "ok"
    site.say("/rate", "<p>You get 2 012 kr</p>")
    assert desk.page(url).status == "changed"
    assert desk.page(url).status == "changed"
    assert desk.whys() == [f"sources: {url} says something else than on {today()}: read it again, then accept it"]
    assert desk.accept(url) == [url]
    assert desk.marked() == []
    assert links.read(desk.file)[url].status == "ok"
    assert desk.page(url).status == "ok"


def test_a_page_that_says_again_what_the_editor_read_is_ok(desk: Desk, site: Site) -> None:
    url = site.say("/rate", "One")
    desk.name("barnetrygd", sources=[url])
    for text, status in (("One", "ok"), ("Two", "changed"), ("One", "ok")):
        site.say("/rate", text)
        assert desk.page(url).status == status


def test_what_changed_after_the_editor_accepted_is_changed_again(desk: Desk, site: Site) -> None:
    url = site.say("/rate", "One")
    desk.name("barnetrygd", sources=[url])
    desk.look()
    site.say("/rate", "Two")
    desk.look()
    desk.accept(url)
    site.say("/rate", "Three")
    assert desk.page(url).status == "changed"


PLAIN = "<html><body><h1>Barnetrygd</h1><p>Du får 2 012 kr.</p></body></html>"


@pytest.mark.parametrize(
    "same",
    [
        "<html><head><script>token = 17</script><style>p {color: red}</style></head>" + PLAIN,
        PLAIN.replace("<p>", '<div class="new"><p id=x>').replace("</p>", "</p></div>"),
        PLAIN.replace("2 012", "2\n\n  <b>012</b>"),
        PLAIN.replace("å", "&aring;"),
        PLAIN.replace("<p>", "<!-- built 12:03 --><p>"),
        PLAIN.replace("<h1>", "<nav>Meny <a href=/>Hjem</a></nav><svg><text>i</text></svg><h1>"),
        PLAIN.replace("</p>", "</p><footer>© 2027</footer><script>if (a < b) {</script>"),
        PLAIN.replace("<body>", "<body>Varsel på alle sider <main>").replace("</body>", "</main> Følg oss</body>"),
    ],
    ids="script markup space entity comment menu footer main".split(),
)
def test_what_a_reader_does_not_see_is_no_change(desk: Desk, site: Site, same: str) -> None:
    assert readable(same) == "BarnetrygdDufår2012kr."
    url = site.say("/rate", PLAIN)
    desk.name("barnetrygd", sources=[url])
    desk.look()
    site.say("/rate", same)
    assert desk.page(url).status == "ok"


def test_the_same_words_in_another_encoding_are_no_change(desk: Desk, site: Site) -> None:
    url = site.say("/rate", "<p>Søk nå</p>")
    desk.name("barnetrygd", sources=[url])
    desk.look()
    site.say("/rate", "<p>Søk nå</p>".encode("latin-1"), kind="text/html; charset=iso-8859-1")
    assert desk.page(url).status == "ok"


def test_an_encoding_nobody_knows_does_not_stop_the_run(desk: Desk, site: Site) -> None:
    url = site.say("/rate", b"\xff\xfe<p>?</p>", kind="text/html; charset=klingon")
    desk.name("barnetrygd", sources=[url])
    assert desk.page(url).status == "ok"


@pytest.mark.parametrize("kind", ["application/pdf", "text/plain", "application/octet-stream", ""])
def test_a_page_that_is_not_html_is_watched_too(desk: Desk, site: Site, kind: str) -> None:
    url = site.say("/file", b"%PDF-1.7 one \x00\xff", kind=kind)
    desk.name("barnetrygd", sources=[url])
    for content, status in ((b"%PDF-1.7 one \x00\xff", "ok"), (b"%PDF-1.7 two \x00\xff", "changed")):
        site.say("/file", content, kind=kind)
        assert desk.page(url).status == status


def test_of_a_page_without_end_only_the_beginning_is_fetched(desk: Desk, site: Site) -> None:
    sent: list[int] = []

    def endless(handler: Handler) -> None:
        handler.begin(200, {"Content-Type": "text/html"})
        sent.append(0)
        with contextlib.suppress(ConnectionError):
            while not site.closing.is_set() and sent[-1] < 200_000_000:
                sent[-1] += handler.wfile.write(b"<p>0123456789</p>" * 4096)

    site.pages["/endless"] = endless
    desk.name("barnetrygd", sources=[site.url("/endless")])
    page = desk.page(site.url("/endless"))
    assert page.status == "ok"
    assert desk.page(site.url("/endless")).text_hash == page.text_hash
    assert len(sent) == 2
    assert max(sent) < MANNERS.largest + 20_000_000  # what the system buffers on the way


def test_an_address_that_names_a_commit_never_counts_as_changed(desk: Desk, site: Site) -> None:
    path = f"/law/blob/{COMMIT}/lov.md"
    url = site.say(path, "12 stars")
    desk.name("barnetrygd", sources=[url])
    desk.look()
    site.say(path, "13 stars")
    assert desk.page(url).status == "ok"
    site.say(path, "", 404)
    assert desk.page(url).status == "gone"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_page_that_sends_on_has_moved_and_where_to_is_kept(desk: Desk, site: Site, code: int) -> None:
    url = site.send_on("/old", "/between", code)
    site.send_on("/between", "/new?lang=nb#top")
    desk.name("barnetrygd", links=[url])
    page = desk.page(url)
    assert (page.status, page.code, page.final_url) == ("moved", 200, site.url("/new?lang=nb"))
    assert desk.whys() == [f"links: {url} has moved to {site.url('/new?lang=nb')}"]


def test_a_move_that_is_accepted_is_ok_until_it_moves_again(desk: Desk, site: Site) -> None:
    url = site.send_on("/old", "/new")
    desk.name("barnetrygd", links=[url])
    desk.look()
    assert desk.accept(url) == [url]
    assert desk.page(url).status == "ok"
    site.send_on("/old", "/newer")
    assert desk.page(url).status == "moved"


def test_a_slash_or_a_query_that_is_added_is_no_move(desk: Desk, site: Site) -> None:
    urls = [site.send_on("/slash", "/slash/"), site.send_on("/login", "/login?state=17", 302)]
    desk.name("barnetrygd", links=urls)
    pages = desk.look().pages
    assert [pages[url].status for url in urls] == ["ok", "ok"]


def test_a_page_that_moved_and_says_something_else_is_changed(desk: Desk, site: Site) -> None:
    url = site.say("/old", "The rules")
    desk.name("barnetrygd", links=[url])
    desk.look()
    site.send_on("/old", "/")
    site.say("/", "Welcome")
    assert desk.page(url).status == "changed"
    assert f"and is now at {site.url('/')}" in desk.whys()[0]


@pytest.mark.parametrize("code", [404, 410])
def test_a_page_that_is_gone_marks_its_entries_at_once(desk: Desk, site: Site, code: int) -> None:
    url = site.say("/gone", "not here", code)
    desk.name("barnetrygd", links=[url])
    page = desk.page(url)
    assert (page.status, page.code) == ("gone", code)
    assert desk.whys() == [f"links: {url} is gone since {today()} (HTTP {code})"]
    again = desk.page(url)
    assert again.broken_since == page.broken_since
    assert again.seen > page.seen


def test_a_page_that_comes_back_is_compared_with_what_the_editor_read(desk: Desk, site: Site) -> None:
    url = site.say("/page", "One")
    desk.name("barnetrygd", links=[url])
    desk.look()
    site.say("/page", "", 404)
    assert desk.page(url).status == "gone"
    site.say("/page", "Two")
    page = desk.page(url)
    assert (page.status, page.broken_since) == ("changed", None)


def refuse(site: Site) -> str:
    """An address where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    return f"http://127.0.0.1:{port}/"


BROKEN: dict[str, tuple[Callable[[Site], str], int | None, str]] = {
    "server error": (lambda site: site.say("/x", "oops", 500), 500, "HTTP 500"),
    "busy": (lambda site: site.say("/x", "later", 503), 503, "HTTP 503"),
    "forbidden": (lambda site: site.say("/x", "robots keep out", 403), 403, "HTTP 403"),
    "time out": (lambda site: site.hang("/x"), None, "no whole answer in 0.5 seconds"),
    "never done": (lambda site: site.drip("/x"), None, "no whole answer in 0.5 seconds"),
    "hangs up": (lambda site: site.hang_up("/x"), None, "disconnected"),
    "nobody there": (refuse, None, "connection"),
    "goes in circles": (lambda site: site.send_on("/x", "/x"), None, f"more than {REDIRECTS} redirects"),
    "sends nowhere": (lambda site: site.say("/x", "", 302), 302, "HTTP 302"),
    "sends to a file": (lambda site: site.send_on("/x", "file:///etc/passwd"), None, "not http"),
    "sends to nonsense": (lambda site: site.send_on("/x", "http://127.0.0.1:nonsense/"), None, "nvalid"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_page_out_of_reach_is_not_gone_and_why_is_kept(desk: Desk, site: Site, how: str) -> None:
    break_it, code, problem = BROKEN[how]
    url = break_it(site)
    desk.name("barnetrygd", links=[url])
    page = desk.page(url, IMPATIENT if "no whole answer" in problem else QUICK)
    assert (page.status, page.code, page.failures) == ("unreachable", code, 1)
    assert problem in page.problem
    assert page.broken_since == page.seen


def test_only_the_third_run_in_a_row_out_of_reach_marks_the_entry(desk: Desk, site: Site) -> None:
    url = site.say("/x", "oops", 500)
    desk.name("barnetrygd", links=[url])
    for _ in range(PATIENCE - 1):
        desk.look()
        assert desk.marked() == []
    desk.look()
    assert desk.whys() == [f"links: {url} cannot be read since {today()} (HTTP 500)"]


def test_a_page_that_answers_between_starts_the_count_again(desk: Desk, site: Site) -> None:
    desk.name("barnetrygd", links=[site.url("/x")])
    for code in (500, 500, 200, 500, 500):
        site.say("/x", "The page", code)
        desk.look()
    assert links.read(desk.file)[site.url("/x")].failures == 2
    assert desk.marked() == []


def test_a_page_that_was_gone_stays_gone_while_its_host_is_out_of_reach(desk: Desk, site: Site) -> None:
    desk.name("barnetrygd", links=[site.url("/x")])
    for code in (404, 500):
        site.say("/x", "", code)
        desk.look()
    assert desk.whys() == [f"links: {site.url('/x')} is gone since {today()} (HTTP 404)"]


def test_a_change_is_not_forgotten_while_the_page_is_out_of_reach(desk: Desk, site: Site) -> None:
    url = site.say("/x", "One")
    desk.name("barnetrygd", links=[url])
    desk.look()
    for text, code in (("Two", 200), ("", 500)):
        site.say("/x", text, code)
        desk.look()
    assert "says something else" in desk.whys()[0]
    desk.accept(url)
    assert desk.marked() == []
    assert links.read(desk.file)[url].status == "unreachable"


# What editors are told


def test_every_entry_that_names_a_broken_page_is_marked_once_with_its_owner_and_line(desk: Desk, site: Site) -> None:
    url = site.say("/gone", "", 404)
    desk.name("barnetrygd", links=[url], sources=[url])
    desk.name("bostotte", law=[url])
    desk.workshop.replace("entitlements/bostotte.yml", "owner: Redaksjonen i Rettvis", "owner: Husbanken-gruppa")
    desk.look()
    shown = [(each.owner, each.topic, each.why.partition(":")[0]) for each in desk.marked()]
    assert shown == [("Husbanken-gruppa", "bostotte", "law"), ("Redaksjonen i Rettvis", "barnetrygd", "links")]
    for each in desk.marked():
        assert url in each.file.read_text(encoding="utf-8").splitlines()[each.line - 1]
        assert str(each).startswith(f"{each.file}:{each.line}: ")


def test_the_most_urgent_comes_first(desk: Desk, site: Site) -> None:
    moved, changed, gone = site.send_on("/a", "/b"), site.say("/c", "One"), site.say("/d", "", 410)
    desk.name("barnetrygd", links=[moved, changed, gone])
    desk.look()
    site.say("/c", "Two")
    desk.look()
    assert [each.urgency for each in desk.marked()] == [1, 2, 3]
    assert [why.split()[1] for why in desk.whys()] == [gone, changed, moved]


def test_a_broken_crisis_line_is_marked_though_it_has_no_owner(desk: Desk, site: Site) -> None:
    site.say("/line", "", 404)
    desk.workshop.replace("crisis.yml", "/always", "/line")
    desk.look()
    (each,) = desk.marked()
    assert (each.owner, each.topic, each.file.name) == ("", "crisis", "crisis.yml")


def test_in_the_real_library_every_page_is_found_where_it_stands() -> None:
    library = Library.load()
    now = datetime.now(UTC)
    pages = {url: Page("gone", now, url, url, code=404, broken_since=now) for url in links.addresses(library)}
    marked = links.marked(library, pages)
    assert {each.topic for each in marked} == {*library.entries, *library.places, "crisis"}
    for each in marked:
        url = urlsplit(each.why.split()[1])
        line = each.file.read_text(encoding="utf-8").splitlines()[each.line - 1]
        assert url.netloc in line
        assert unquote(url.path).rstrip("/") in unquote(line)


def test_nothing_is_marked_before_anything_was_asked(desk: Desk) -> None:
    assert desk.marked() == []


# What an editor accepts


def test_accepting_a_topic_accepts_all_its_pages_and_no_others(desk: Desk, site: Site) -> None:
    moved, changed, gone, other = (
        site.send_on("/a", "/b"),
        site.say("/c", "1"),
        site.say("/d", "", 404),
        site.say("/e", "1"),
    )
    desk.name("barnetrygd", links=[moved, changed, gone])
    desk.name("bostotte", links=[other])
    desk.look()
    site.say("/c", "2")
    site.say("/e", "2")
    desk.look()
    assert desk.accept("barnetrygd") == [moved, changed]
    assert [why.split()[1] for why in desk.whys()] == [gone, other]


def test_accepting_what_did_not_change_does_nothing(desk: Desk, site: Site) -> None:
    desk.look()
    before = links.read(desk.file)
    assert desk.accept(site.url("/always")) == []
    assert desk.accept("barnetrygd") == []
    assert links.read(desk.file) == before


def test_a_page_can_be_accepted_as_it_is_written_in_the_file(desk: Desk, site: Site) -> None:
    written = f"http://127.0.0.1:{site.port}"  # asked for with the slash
    site.say("/", "One")
    desk.name("barnetrygd", links=[f"{written}#apply"])
    desk.look()
    site.say("/", "Two")
    desk.look()
    assert desk.accept(f"{written}#apply") == [f"{written}/"]


def test_what_cannot_be_accepted_is_refused_with_the_reason(desk: Desk, site: Site) -> None:
    gone, never = site.say("/gone", "was here", 200), site.say("/never", "", 500)
    desk.name("barnetrygd", links=[gone, never])
    with pytest.raises(LookupError, match="has not been read yet"):
        desk.accept(gone)
    desk.look()
    site.say("/gone", "", 404)
    desk.look()
    for wanted, reason in (
        (gone, "is gone"),
        (never, "has not been read yet"),
        (site.url("/other"), "neither a page"),
        ("dagpenger", "neither a page"),
    ):
        with pytest.raises(LookupError, match=reason):
            desk.accept(wanted)


def test_what_an_editor_accepts_during_a_run_is_not_lost(desk: Desk, site: Site) -> None:
    url = site.say("/rate", "One")
    desk.name("barnetrygd", links=[url])
    desk.look()
    site.say("/rate", "Two")
    desk.look()

    def page(handler: Handler) -> None:
        desk.accept(url)
        handler.reply(200, {"Content-Type": "text/html"}, "Here")

    site.pages["/always"] = page
    assert desk.page(url).status == "ok"


# What is kept


def test_what_was_seen_is_kept_as_json_that_people_can_read(desk: Desk, site: Site) -> None:
    desk.look()
    kept = json.loads(desk.file.read_text(encoding="utf-8"))
    assert kept[site.url("/always")]["status"] == "ok"
    assert kept[site.url("/always")]["code"] == 200
    assert [file.name for file in desk.file.parent.iterdir()] == ["links.json"]


def test_pages_that_the_library_no_longer_names_are_forgotten(desk: Desk, site: Site) -> None:
    desk.name("barnetrygd", links=[site.url("/once")])
    assert site.url("/once") in desk.look().pages
    desk.name("barnetrygd")
    assert site.url("/once") not in desk.look().pages


def test_when_not_one_page_answers_it_is_us_and_nothing_is_kept(desk: Desk, site: Site) -> None:
    desk.look()
    before = desk.file.read_bytes()
    site.hang_up("/always")
    with pytest.raises(SystemExit, match="Is this machine online"):
        desk.look()
    assert desk.file.read_bytes() == before


def test_whoever_reads_what_was_seen_during_a_write_reads_the_old_file_to_its_end(desk: Desk) -> None:
    desk.look()
    before = desk.file.read_bytes()
    with desk.file.open("rb", buffering=0) as reader:
        half = reader.read(20)
        desk.look()
        assert half + reader.read() == before
    assert desk.file.read_bytes() != before


def test_a_disk_that_is_full_leaves_the_old_file_whole(desk: Desk) -> None:
    pages = desk.look().pages
    before = desk.file.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            links.write(desk.file, {url: replace(page, problem="x" * 1000) for url, page in pages.items()})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert desk.file.read_bytes() == before
    assert [file.name for file in desk.file.parent.iterdir()] == ["links.json"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{\n "a": {\n', "3: is not JSON"),
        (b"\xff", "1: is not UTF-8 text"),
        (b'{"http://a/": {"status": "fine"}}', "1: http://a/ status"),
        (b"[]", "1: "),
    ],
)
def test_a_file_that_was_spoilt_is_refused_with_its_line(desk: Desk, content: bytes, problem: str) -> None:
    desk.file.parent.mkdir()
    desk.file.write_bytes(content)
    with pytest.raises(KnowledgeError) as caught:
        desk.look()
    assert f"{desk.file}:{problem}" in str(caught.value)
    assert desk.file.read_bytes() == content


# On the command line


def test_the_command_says_what_to_look_at_with_file_and_line_and_ends_with_1(desk: Desk, site: Site) -> None:
    url = site.say("/gone", "", 404)
    desk.name("barnetrygd", links=[url])
    result = desk.run()
    file = desk.workshop.folder / "entitlements" / "barnetrygd.yml"
    line = file.read_text(encoding="utf-8").splitlines().index(f"  url: {url}") + 1
    assert f"{file}:{line}: links: {url} is gone since {today()} (HTTP 404)" in result.stderr
    assert result.stdout == "1 ok, 1 gone\n"
    assert result.exit_code == 1


def test_the_command_ends_with_0_when_there_is_nothing_to_look_at(desk: Desk) -> None:
    result = desk.run()
    assert (result.exit_code, result.stdout) == (0, "1 ok\n")


def test_the_command_accepts_pages_and_topics_without_asking_anybody(desk: Desk, site: Site) -> None:
    url = site.send_on("/old", "/new")
    desk.name("barnetrygd", links=[url])
    desk.name("bostotte", links=[url])
    desk.run()
    site.visits.clear()
    result = desk.run("--accept", url, "--accept", "bostotte")
    assert result.stdout == f"{url} is accepted as it was last seen, for barnetrygd, bostotte\n1 accepted\n"
    assert (result.exit_code, site.visits) == (0, [])
    assert desk.run().exit_code == 0


def test_the_command_refuses_to_accept_what_it_does_not_know(desk: Desk) -> None:
    result = desk.run("--accept", "dagpenger")
    assert result.exit_code == 2
    assert "neither a page" in result.stderr


def test_the_command_says_how_many_pages_had_to_wait(desk: Desk, site: Site) -> None:
    desk.name("barnetrygd", links=[site.url("/busy", "localhost")])
    site.say("/busy", "", 429)
    assert "1 left for another time" in desk.run().stdout


def test_without_another_file_what_was_seen_is_kept_in_the_folder_of_the_installation(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETTVIS_VAR", str(tmp_path / "installation"))
    command = ["knowledge", "links", "--folder", str(desk.workshop.folder), "--pause", "0"]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert list(links.read(tmp_path / "installation" / "links.json"))
