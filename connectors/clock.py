"""What the server does by itself while it runs: the rounds of the handoffs, notices to staff, SMS in and out.

Of several processes one does each kind of work (bot.records.leases), so that it is done once, and no gateway is sent more a
second than it takes, however many there are.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import httpx
import structlog

from bot.handoff import rounds
from bot.handoff.desk import DESK
from bot.phones import passages, phones
from bot.records import retention
from bot.records.tables import now
from connectors import notices
from connectors.installation import Installation
from connectors.sms import gateways, inbound, outbound

log = structlog.get_logger(__name__)
EVERY_DAY = timedelta(days=1)
SAID_AGAIN = 60 * 60
"""Seconds after which it is said again that the clock may be wrong."""


async def run(here: Installation) -> None:
    """All of it for ever, each on its own, so that a slow mail server or gateway holds up nobody who waits."""
    pause = float(os.environ.get("RETTVIS_ROUND_SECONDS", "2"))
    forget = float(os.environ.get("RETTVIS_FORGET_SECONDS", "60"))
    async with httpx.AsyncClient(timeout=gateways.TIMEOUT) as client:
        await asyncio.gather(
            _again_and_again(here, "round", partial(_round, here), pause),
            _again_and_again(here, "notices", partial(_notices, here), pause),
            _again_and_again(here, "forget", partial(_forget, here), forget),
            _again_and_again(here, "no trace", partial(_no_trace, here), forget),
            _again_and_again(here, "retention", partial(_retention, here), forget),
            _again_and_again(here, "left behind", partial(_left_behind, here), pause),
            _whenever(here, inbound.IN, inbound.IN, partial(inbound.take_waiting, here), pause),
            *(
                _whenever(
                    here, outbound.OUT, f"sms out {name}", partial(outbound.send_due, here, gateway, client), pause
                )
                for name, gateway in here.gateways.by_name.items()
            ),
        )


async def _again_and_again(here: Installation, what: str, do: Callable[[], Awaitable[object]], pause: float) -> None:
    """Every RETTVIS_ROUND_SECONDS (2 by default). What fails is tried again; only the kind of failure is told."""
    while True:
        await _tried(here, what, do)
        await asyncio.sleep(pause)


async def _whenever(
    here: Installation, channel: str, what: str, do: Callable[[], Awaitable[int]], pause: float
) -> None:
    """As long as there is something to do, when something is heard of, and every now and then."""
    with here.live.listen(channel) as bell:
        while True:
            bell.clear()
            if not await _tried(here, what, do):
                await bell.wait(pause)


async def _tried(here: Installation, what: str, do: Callable[[], Awaitable[object]]) -> object:
    """Do it, if it is for this process to do: of those that share the work, one does each kind."""
    try:
        return await do() if here.leases.mine(what, here.database.clock()) else None
    except Exception as error:
        log.error("what the clock does was not finished", what=what, error=type(error).__name__)
        return None


async def _round(here: Installation) -> None:
    changed = await asyncio.to_thread(rounds.make, here.database, here.settings.patience)
    for channel in (*changed, *([DESK, outbound.OUT] if changed else [])):
        here.live.heard(channel)


async def _left_behind(here: Installation) -> None:
    await here.dialogue.answer_waiting(here.settings.left_behind)


async def _notices(here: Installation) -> None:
    await notices.send_due(here.database)


async def _forget(here: Installation) -> None:
    with here.database.transaction() as session:
        phones.forget(session, now())
        passages.forget(session, now())
    await asyncio.to_thread(here.database.scrub)


async def _no_trace(here: Installation) -> None:
    for each in await asyncio.to_thread(retention.leave_no_trace, here.database, here.settings.keeping, now()):
        here.dialogue.deleted(each)


async def _retention(here: Installation) -> None:
    """Once a day, at the first minute at which it is due; not by a clock that cannot be believed."""
    if not here.leases.due(retention.NAME, EVERY_DAY, now()):
        return
    since = retention.held_back(here.database, here.settings.keeping, now())
    if since:
        log.error(
            "nothing is deleted: the clock may be wrong", since=since.isoformat(), confirm="rettvis retention run"
        )
        await asyncio.sleep(SAID_AGAIN)
        return
    gone = await asyncio.to_thread(retention.run, here.database, here.settings.keeping, now())
    for each in gone.conversations:
        here.dialogue.deleted(each)
    here.leases.done(retention.NAME, now())
    log.info(
        "retention",
        conversations=len(gone.conversations),
        handoffs=gone.handoffs,
        candidates=gone.candidates,
        still_open=gone.still_open,
    )
