"""Ask pages on the web politely: few at a time, one at a time per host, never for long, never more than needed."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib.metadata import version

import httpx

REDIRECTS = 10
"""How many times a page may send us on."""
GIVE_UP = 3
"""A host that says nothing so many times in a row is not asked again in the same run."""
TOO_MANY_REQUESTS = 429


@dataclass(frozen=True)
class Manners:
    """How pages are asked."""

    at_once: int = 8
    """Requests under way at the same time; never more than one to a host."""
    pause: float = 1.0
    """Seconds a host is left alone after each request."""
    timeout: float = 20.0
    """Seconds for a whole answer."""
    largest: int = 2_000_000
    """Bytes read of a page; what follows is not fetched."""
    contact: str = ""
    """Where the owner of a page can reach whoever runs this."""


MANNERS = Manners()


@dataclass(frozen=True)
class Answer:
    """What a page answered."""

    code: int | None
    """The HTTP code; None when there was no answer."""
    final_url: str
    """Where the redirects ended."""
    text_hash: str = ""
    """SHA-256 of the readable text, when the page was there."""
    problem: str = ""
    """Why there was no answer."""


def user_agent(contact: str = "") -> str:
    """Who we are, in the log of whoever we ask."""
    about = "a rights helper for Norwegian municipalities, looking whether the pages it links to are there"
    who = f"; {contact.encode('ascii', 'replace').decode()}" if contact else ""
    return f"Rettvis/{version('rettvis')} ({about}{who})"


async def ask_all(
    urls: Iterable[str], manners: Manners = MANNERS, step: Callable[[], None] = lambda: None
) -> dict[str, Answer]:
    """Ask every address once. Those of a host that told us to wait (429) are left out: they get their turn another time.

    Args:
        step: called after each address.
    """
    answers: dict[str, Answer] = {}
    headers = {
        "User-Agent": user_agent(manners.contact),
        "Accept": "text/html, application/xhtml+xml, */*;q=0.5",
        "Accept-Language": "nb, no;q=0.9, nn;q=0.8, en;q=0.5",
    }
    async with httpx.AsyncClient(headers=headers, timeout=manners.timeout) as client:
        visitor = _Visitor(client, manners)

        async def one(url: str) -> None:
            answer = await visitor.ask(url)
            if answer:
                answers[url] = answer
            step()

        async with asyncio.TaskGroup() as group:
            for url in dict.fromkeys(urls):
                group.create_task(one(url))
    return answers


class _ToldToWaitError(Exception):
    """The host has had enough of us for now."""


class _Visitor:
    def __init__(self, client: httpx.AsyncClient, manners: Manners) -> None:
        self._client = client
        self._manners = manners
        self._room = asyncio.Semaphore(manners.at_once)
        self._hosts: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._told_to_wait: set[str] = set()
        self._silent: dict[str, int] = defaultdict(int)

    async def ask(self, url: str) -> Answer | None:
        try:
            request = self._client.build_request("GET", url)
            for _ in range(REDIRECTS + 1):
                response, body = await self._visit(request)
                if response.next_request is None:
                    final = str(request.url.copy_with(fragment=None))
                    return Answer(response.status_code, final, text_hash(response, body) if response.is_success else "")
                request = response.next_request
            return Answer(None, url, problem=f"more than {REDIRECTS} redirects")
        except _ToldToWaitError:
            return None
        except (TimeoutError, httpx.TimeoutException):
            return Answer(None, url, problem=f"no whole answer in {self._manners.timeout:g} seconds")
        except httpx.UnsupportedProtocol:
            return Answer(None, url, problem="sends us to something that is not http or https")
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # UnicodeError: a host name that cannot be
            return Answer(None, url, problem=str(error) or type(error).__name__)

    async def _visit(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        host = request.url.host
        async with self._hosts[host]:
            if host in self._told_to_wait:
                raise _ToldToWaitError
            if self._silent[host] >= GIVE_UP:
                raise httpx.ConnectError(f"{host} did not answer {GIVE_UP} times in a row")
            try:
                async with self._room, asyncio.timeout(self._manners.timeout):
                    response, body = await self._get(request)
                self._silent[host] = 0
            except (TimeoutError, httpx.TransportError):
                self._silent[host] += 1
                raise
            finally:
                await asyncio.sleep(self._manners.pause)
            if response.status_code == TOO_MANY_REQUESTS:
                self._told_to_wait.add(host)
                raise _ToldToWaitError
            return response, body

    async def _get(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        response = await self._client.send(request, stream=True)
        body = bytearray()
        try:
            if response.is_success:
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) >= self._manners.largest:
                        break
        finally:
            await response.aclose()
        return response, bytes(body[: self._manners.largest])


def text_hash(response: httpx.Response, body: bytes) -> str:
    """SHA-256 of what a reader of the page sees; of the file itself when it is not a text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        shown = readable(body.decode(response.encoding or "utf-8", "replace"))
    elif kind.startswith("text/"):
        shown = "".join(body.decode(response.encoding or "utf-8", "replace").split())
    else:
        return hashlib.sha256(body).hexdigest()
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()


def readable(html: str) -> str:
    """The text of a page without markup, scripts, menus, footers and white space: its <main>, if it has one."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join("".join(reader.main or reader.all).split())


class _Reader(HTMLParser):
    NOT_READ = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "nav", "footer"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.all: list[str] = []
        self.main: list[str] = []
        self._open: dict[str, int] = defaultdict(int)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main" or tag in self.NOT_READ:
            self._open[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        if self._open.get(tag):
            self._open[tag] -= 1

    def handle_data(self, data: str) -> None:
        if any(self._open.get(tag) for tag in self.NOT_READ):
            return
        self.all.append(data)
        if self._open.get("main"):
            self.main.append(data)
