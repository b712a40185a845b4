"""`rettvis bench scale`: how long the programme team's pages take, with ever more needs."""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert

from bot.needs import needs, pulse, service
from bot.needs.periods import Period
from bot.needs.vocabulary import BARRIERS, CONDITIONS, USUAL_CONDITIONS
from bot.records.database import Database
from bot.records.tables import Need, Pulse, Service, week_of
from bot.records.tables.needs import condition_column
from bot.settings import Settings
from connectors import demo
from connectors.app import create_app
from connectors.installation import Installation
from connectors.learning import export
from connectors.understanding import HELD_OUT
from knowledge.languages import LANGUAGES
from knowledge.library import Library

SIZES = (10_000, 100_000, 1_000_000)
YEARS = 5
AT_ONCE = 20_000
"""Rows that are written in one go."""
View = Callable[[], Awaitable[None]]
KEY = "a key for measurements only, of 32+ characters"

PLACES = ("trondheim", "froya", "naeroysund", "elsewhere", None)
CHANNELS = ("web", "sms", "api")
MOMENTS = ("no_answer", "not_helped", "screening", "contact_closed")


def run(
    model: Path, sizes: Sequence[int] = SIZES, views: int = 5, tell: Callable[[str], None] = print
) -> dict[str, Any]:
    """Measure.

    Args:
        model: the trained assistant; the app does not start without one.
        sizes: numbers of needs, the first of which the others are compared with.
        views: how often each page is opened after the first time; a need is recorded before each.
        tell: what is being done.

    Returns:
        {"rows": [{"needs", "page", "first_ms", "first_cpu_ms", "ms", "cpu_ms", "ratio"}]}: the first time after a start,
        and the medians of the further ones; their CPU time as a multiple of that with the fewest needs.
    """
    rows: list[dict[str, Any]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows += asyncio.run(_measure(model, Path(folder), size, views, tell))
    fewest = {row["page"]: row["cpu_ms"] for row in rows if row["needs"] == sizes[0]}
    return {"rows": [{**row, "ratio": row["cpu_ms"] / fewest[row["page"]]} for row in rows]}


async def _measure(
    model: Path, folder: Path, size: int, views: int, tell: Callable[[str], None]
) -> list[dict[str, Any]]:
    settings = Settings(f"sqlite:///{folder / 'scale.sqlite3'}", folder, KEY, False, False)
    (folder / "models").symlink_to(model.parent.resolve())
    tell(f"{size} needs: writing them")
    database = Database(settings.database_url)
    database.migrate()
    demo.load(database)
    fill(database, Library.load(), size)
    tell(f"{size} needs: starting")
    app = create_app(settings)
    rows = []
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost", follow_redirects=True, timeout=600
        ) as team,
    ):
        await _sign_in(team)
        here: Installation = app.state.installation
        for name, view in {**_pages(team), "export of a year": lambda: _export(here)}.items():
            tell(f"{size} needs: {name}")
            first, *others = [await _timed(here.database, view) for _ in range(1 + views)]
            wall, cpu = (statistics.median(each) for each in zip(*others, strict=True))
            known = {"first_ms": first[0], "first_cpu_ms": first[1], "ms": wall, "cpu_ms": cpu}
            rows.append({"needs": size, "page": name, **known})
    database.close()
    return rows


def _pages(team: httpx.AsyncClient) -> dict[str, View]:
    year = date.today().year

    async def open_(address: str) -> None:
        (await team.get(address)).raise_for_status()

    addresses = (
        "/learning",
        "/learning?topic=bostotte",
        f"/learning?period={year}Q3&language=so",
        "/learning?condition=practices&place=trondheim",
        "/learning/patterns",
        "/learning/themes",
        f"/learning/report?period={year}",
    )
    return {address: partial(open_, address) for address in addresses}


async def _export(here: Installation) -> None:
    with tempfile.TemporaryDirectory() as folder:
        export.write(here.database, here.library, Period.parse(str(date.today().year)), Path(folder))


async def _timed(database: Database, view: View) -> tuple[float, float]:
    """Milliseconds by the clock and of this process's work; something has happened since the last time."""
    with database.transaction() as session:
        needs.record(
            session,
            moment="no_answer",
            barrier="refused",
            topic="bostotte",
            language="so",
            place="froya",
            channel="web",
        )
    wall, cpu = time.perf_counter(), time.process_time()
    await view()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


async def _sign_in(team: httpx.AsyncClient) -> None:
    csrf = (await team.get("/sign-in")).text.split('name="csrf" value="')[1].split('"')[0]
    typed = {"csrf": csrf, "login": "programme", "password": demo.PASSWORD}
    if (await team.post("/sign-in", data=typed, follow_redirects=False)).status_code != HTTPStatus.SEE_OTHER:
        raise RuntimeError("the demo programme team cannot sign in")


def fill(database: Database, library: Library, size: int, today: date | None = None) -> None:
    """Invent needs, and what is counted beside them, over five years until today: the same every time, but for the dates.

    They are skewed as such things are: there are ever more of them, a few topics and languages are most of them, one town
    is most of the places, and which topic it is goes with the language and what stood in the way.
    """
    chance = np.random.default_rng(0)
    this_week = week_of(today or date.today())
    weeks = [this_week - timedelta(weeks=ago) for ago in range(52 * YEARS, 0, -1)]
    texts = [json.loads(line)["text"] for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    flags = [{condition_column(each): each in USUAL_CONDITIONS[barrier] for each in CONDITIONS} for barrier in BARRIERS]
    topics = (*library.topics, None)
    parts = {name: (*getattr(library.places.get(name or ""), "parts", ()), None) for name in PLACES}
    with database.engine.begin() as connection:
        for begin in range(0, size, AT_ONCE):
            several = min(AT_ONCE, size - begin)
            week = (
                np.sqrt(np.linspace(begin / size, (begin + several) / size, several, endpoint=False)) * len(weeks)
            ).astype(int)
            language, place = _skewed(chance, len(LANGUAGES), several), _skewed(chance, len(PLACES), several, 1.6)
            topic = (_skewed(chance, len(topics), several) + 3 * language) % len(topics)
            barrier = (_skewed(chance, len(BARRIERS), several, 0.8) + topic) % len(BARRIERS)
            channel, moment = _skewed(chance, len(CHANNELS), several, 1.5), _skewed(chance, len(MOMENTS), several)
            part, child, says = chance.random(several), chance.integers(0, 4, several), chance.random(several)
            connection.execute(
                insert(Need),
                [
                    {
                        "week": weeks[week[each]],
                        "moment": MOMENTS[moment[each]],
                        "topic": topics[topic[each]],
                        "barrier": BARRIERS[barrier[each]],
                        "language": LANGUAGES[language[each]],
                        "place": PLACES[place[each]],
                        "part": parts[PLACES[place[each]]][int(part[each] * len(parts[PLACES[place[each]]]))],
                        "channel": CHANNELS[channel[each]],
                        "children": ("yes", "no", None, None)[child[each]],
                        "words": texts[(begin + each) % len(texts)] if says[each] < 0.1 else None,
                        **flags[barrier[each]],
                    }
                    for each in range(several)
                ],
            )
        share = size / (len(weeks) * len(LANGUAGES))
        kinds: list[dict[str, Any]] = [
            {
                "week": week,
                "kind": kind,
                "language": language,
                "channel": channel,
                "number": share * rare / len(CHANNELS),
            }
            for week in weeks
            for kind, rare in zip((*service.MESSAGES, *service.PERSONS), _RARE, strict=True)
            for language in LANGUAGES
            for channel in CHANNELS
        ]
        answers: list[dict[str, Any]] = [
            {
                "week": week,
                "question": question,
                "answer": answer,
                "language": language,
                "place": place,
                "channel": "web",
                "number": share / 100,
            }
            for week in weeks
            for question in pulse.QUESTIONS
            for answer in pulse.ANSWERS
            for language in LANGUAGES
            for place in PLACES
        ]
        for table, usual in ((Service, kinds), (Pulse, answers)):
            numbers = chance.poisson([each["number"] for each in usual]).tolist()
            some = [{**each, "number": number} for each, number in zip(usual, numbers, strict=True) if number]
            connection.execute(insert(table), some)


_RARE = (8, 1, 1, 0.5, 0.2, 0.2, 0.1, 0.02)
"""How many of each kind of message and wait there are for a need."""


def _skewed(chance: np.random.Generator, kinds: int, size: int, slope: float = 1.1) -> NDArray[np.int64]:
    """So many of so many kinds, each rarer than the one before (Zipf's law)."""
    weights = 1 / np.arange(1, kinds + 1) ** slope
    return chance.choice(kinds, size, p=weights / weights.sum())
