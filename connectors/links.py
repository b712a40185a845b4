"""Watch the pages that the library rests on: are they there, and do they still say what an editor has read?"""

import asyncio
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urldefrag, urlsplit

from pydantic import HttpUrl, TypeAdapter, ValidationError

from bot.settings import Settings
from connectors.asking import MANNERS, Answer, Manners, ask_all
from knowledge.library import FOLDER, Library
from knowledge.schema import Source
from knowledge.source import KnowledgeError, Problem, line_of

Status = Literal["ok", "moved", "gone", "unreachable", "changed"]
GONE = (404, 410)
PATIENCE = 3
"""A page that cannot be reached marks its entries from this many runs in a row on."""
NEVER = datetime.min.replace(tzinfo=UTC)
_PINNED = re.compile(r"/[0-9a-f]{40}/")
"""An address that names a commit: what it shows cannot change, only what stands around it."""


@dataclass(frozen=True)
class Page:
    """What was seen of a page, the last time and up to then."""

    status: Status
    seen: datetime
    final_url: str
    accepted_url: str
    """Where an editor knows the page to be: the address in the file, or what was accepted later."""
    code: int | None = None
    text_hash: str = ""
    """SHA-256 of its readable text when it last had one."""
    accepted_hash: str = ""
    """The text an editor has read: the first one seen, or what was accepted later."""
    accepted_on: datetime | None = None
    broken_since: datetime | None = None
    failures: int = 0
    """Runs in a row in which it could not be reached."""
    problem: str = ""

    @property
    def text_changed(self) -> bool:
        return self.text_hash != self.accepted_hash

    @property
    def moved(self) -> bool:
        return _address_only(self.final_url) != _address_only(self.accepted_url)


Pages = dict[str, Page]
_PAGES = TypeAdapter(Pages)
_URL = TypeAdapter(HttpUrl)


@dataclass(frozen=True)
class Reference:
    """A place in the knowledge files that names a page."""

    url: str
    topic: str
    """The entry's topic; the place's id; or `crisis`."""
    owner: str
    """Empty for places and crisis lines, which have none."""
    file: Path
    """Within the knowledge folder."""
    path: tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Marked:
    """A page that an owner has to look at, once per entry; the lower `urgency`, the sooner (as in `connectors.due`)."""

    urgency: int
    owner: str
    topic: str
    why: str
    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}"


@dataclass(frozen=True)
class Watch:
    """What a run found. `waiting` are the addresses of hosts that told us to come another time."""

    pages: Pages
    waiting: tuple[str, ...]


def default_file() -> Path:
    """Where what was seen is kept."""
    return Settings.from_environment().folder / "links.json"


def references(library: Library) -> list[Reference]:
    """Every page the library names. Sources that are not addresses of pages are left out."""
    found = []
    for topic, owner, file, texts in _named(library):
        for text, path in texts:
            url = address(text)
            if url:
                found.append(Reference(url, topic, owner, file, path))
    return found


def addresses(library: Library) -> list[str]:
    """Every page the library names, once."""
    return sorted({reference.url for reference in references(library)})


def address(text: str) -> str | None:
    """The address as we ask for it, without its #fragment; None when the text is not an http(s) address."""
    if re.search(r"\s", text):
        return None
    try:
        return urldefrag(str(_URL.validate_python(text))).url
    except ValidationError:
        return None


def read(file: Path) -> Pages:
    """What was seen before; nothing when the file is not there.

    Raises:
        KnowledgeError: it is not a file that we wrote.
    """
    try:
        return _PAGES.validate_python(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except json.JSONDecodeError as error:
        raise KnowledgeError([Problem(file, error.lineno, f"is not JSON: {error.msg}")]) from error
    except UnicodeDecodeError as error:
        raise KnowledgeError([Problem(file, 1, "is not UTF-8 text")]) from error
    except ValidationError as error:
        problems = [Problem(file, 1, f"{' '.join(map(str, e['loc']))}: {e['msg']}") for e in error.errors()]
        raise KnowledgeError(problems) from error


def write(file: Path, pages: Pages) -> None:
    """Keep what was seen: the whole file or, when something goes wrong, the old one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        with partial.open("wb") as target:
            target.write(_PAGES.dump_json(pages, indent=1))
            target.flush()
            os.fsync(target.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def watch(library: Library, file: Path, manners: Manners = MANNERS, step: Callable[[], None] = lambda: None) -> Watch:
    """Ask every page of the library once, and keep what was seen. Pages it no longer names are forgotten.

    Args:
        step: called after each page.

    Raises:
        SystemExit: not one page answered, so it is probably us; nothing is kept.
        KnowledgeError: what was kept before cannot be read.
    """
    before, urls = read(file), addresses(library)
    longest_ago = sorted(urls, key=lambda url: before[url].seen if url in before else NEVER)
    answers = asyncio.run(ask_all(longest_ago, manners, step))
    if answers and all(answer.code is None for answer in answers.values()):
        reason = next(iter(answers.values())).problem
        raise SystemExit(f"Not one page answered ({reason}). Is this machine online? Nothing was kept.")
    now, before = datetime.now(UTC), read(file)  # again: an editor may have accepted a page meanwhile
    pages = {url: before[url] for url in urls if url in before}
    pages |= {url: seen_now(url, before.get(url), answer, now) for url, answer in answers.items()}
    write(file, pages)
    return Watch(pages, tuple(url for url in urls if url not in answers))


def seen_now(url: str, before: Page | None, answer: Answer, now: datetime) -> Page:
    """What is known of a page after one more answer."""
    page = replace(before, seen=now) if before else Page("ok", now, url, url)
    broken_since = page.broken_since or now
    if answer.code in GONE:
        final = answer.final_url
        return replace(page, status="gone", code=answer.code, final_url=final, broken_since=broken_since, failures=0)
    if answer.code is None or not 200 <= answer.code < 300:
        problem, failures = answer.problem or f"HTTP {answer.code}", page.failures + 1
        if page.status == "gone":  # no news: it was gone the last time it answered
            return replace(page, problem=problem, failures=failures)
        page = replace(page, status="unreachable", code=answer.code, problem=problem)
        return replace(page, failures=failures, broken_since=broken_since)
    page = replace(page, code=answer.code, final_url=answer.final_url, text_hash=answer.text_hash)
    page = replace(page, broken_since=None, failures=0, problem="")
    if not page.accepted_hash or _PINNED.search(url):
        page = replace(page, accepted_hash=answer.text_hash, accepted_on=page.accepted_on or now)
    return replace(page, status="changed" if page.text_changed else "moved" if page.moved else "ok")


def accept(library: Library, file: Path, wanted: str) -> list[str]:
    """An editor has read a page that changed or moved (or all of a topic's) as it was last seen: that is now the known one.

    Args:
        wanted: an address, a topic, a place, or `crisis`.

    Returns:
        The addresses that were accepted.

    Raises:
        LookupError: the library names no such page, it was never read, or it is gone.
        KnowledgeError: what was kept cannot be read.
    """
    pages, named = read(file), references(library)
    urls = {reference.url for reference in named if wanted == reference.topic}
    if not urls:
        url = address(wanted)
        if url not in {reference.url for reference in named}:
            raise LookupError(f"{wanted!r} is neither a page that the library names nor a topic with pages")
        page = pages.get(url)
        if page is None or not page.text_hash:
            raise LookupError(f"{wanted} has not been read yet; run `rettvis knowledge links` first")
        if page.status == "gone":
            raise LookupError(f"{wanted} is gone; replace it in the files that name it")
        urls = {url}
    now = datetime.now(UTC)
    accepted = {url: _accepted(pages[url], now) for url in sorted(urls) if url in pages and _to_accept(pages[url])}
    write(file, pages | accepted)
    return list(accepted)


def marked(library: Library, pages: Pages, folder: Path = FOLDER) -> list[Marked]:
    """What each owner has to look at, once per entry and page, most urgent first."""
    found: dict[tuple[str, str], Marked] = {}
    for named in references(library):
        page = pages.get(named.url)
        reason = _reason(page) if page else None
        if reason and (named.topic, named.url) not in found:
            urgency, why = reason
            file = folder / named.file
            why = f"{named.path[0]}: {named.url} {why}"
            line = line_of(file, named.path)
            found[named.topic, named.url] = Marked(urgency, named.owner, named.topic, why, file, line)
    return sorted(found.values())


def _reason(page: Page) -> tuple[int, str] | None:
    """How urgent, and why."""
    since = f"since {page.broken_since:%Y-%m-%d}" if page.broken_since else ""
    if page.status == "gone":
        return 1, f"is gone {since} (HTTP {page.code})"
    if page.failures >= PATIENCE:
        return 2, f"cannot be read {since} ({page.problem})"
    where = f", and is now at {page.final_url}" if page.moved else ""
    if page.text_changed:
        return 2, f"says something else than on {page.accepted_on:%Y-%m-%d}{where}: read it again, then accept it"
    return (3, f"has moved to {page.final_url}") if page.moved else None


def _to_accept(page: Page) -> bool:
    return page.status != "gone" and bool(page.text_hash) and (page.text_changed or page.moved)


def _accepted(page: Page, now: datetime) -> Page:
    status: Status = "ok" if page.status in ("changed", "moved") else page.status
    known = replace(page, accepted_hash=page.text_hash, accepted_url=page.final_url, accepted_on=now)
    return replace(known, status=status)


def _address_only(url: str) -> tuple[str, str]:
    """Host and path: that a page went over to https, or adds a query of its own, is no move."""
    parts = urlsplit(url)
    return parts.netloc.removeprefix("www."), parts.path.rstrip("/")


Texts = list[tuple[str, tuple[str | int, ...]]]


def _named(library: Library) -> Iterator[tuple[str, str, Path, Texts]]:
    """Per file: topic, owner, file, and what may be addresses with where they stand."""
    for entry in library.entries.values():
        texts: Texts = [(str(link.url), ("links", at, "url")) for at, link in enumerate(entry.links)]
        texts += [(str(law.url), ("law", at, "url")) for at, law in enumerate(entry.law)]
        texts += _sources(entry.sources)
        yield entry.id, entry.owner, Path("entitlements", f"{entry.id}.yml"), texts
    for place in library.places.values():
        texts = [(str(place.website), ("website",))]
        texts += [(str(point.url), ("points", at, "url")) for at, point in enumerate(place.points) if point.url]
        texts += _sources(place.sources)
        for topic, notes in place.notes.items():
            texts += [(note.source, ("notes", topic, at, "source")) for at, note in enumerate(notes)]
        yield place.id, "", Path("places", f"{place.id}.yml"), texts
    lines = library.crisis.lines
    yield "crisis", "", Path("crisis.yml"), [(str(line.url), ("lines", at, "url")) for at, line in enumerate(lines)]


def _sources(sources: tuple[Source, ...]) -> Texts:
    return [(source.url, ("sources", at, "url")) for at, source in enumerate(sources)]
