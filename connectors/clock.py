"""What the server does by itself while it runs: the rounds of the handoffs, notices to staff, SMS in and out."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial

import httpx
import structlog

from bot.handoff import rounds
from bot.handoff.desk import DESK
from bot.phones import phones
from bot.records.tables import now
from connectors import notices
from connectors.installation import Installation
from connectors.sms import gateways, inbound, outbound

log = structlog.get_logger(__name__)
FORGET_EVERY = 60.0
"""Seconds between looking for phone numbers that may be forgotten."""


async def run(here: Installation) -> None:
    """All of it for ever, each on its own, so that a slow mail server or gateway holds up nobody who waits."""
    pause = float(os.environ.get("RETTVIS_ROUND_SECONDS", "2"))
    async with httpx.AsyncClient(timeout=gateways.TIMEOUT) as client:
        await asyncio.gather(
            _again_and_again("round", partial(_round, here), pause),
            _again_and_again("notices", partial(_notices, here), pause),
            _again_and_again("forget", partial(_forget, here), FORGET_EVERY),
            _whenever(here, inbound.IN, partial(inbound.take_waiting, here), pause),
            *(
                _whenever(here, outbound.OUT, partial(outbound.send_due, here, each, client), pause)
                for each in here.gateways.by_name.values()
            ),
        )


async def _again_and_again(what: str, do: Callable[[], Awaitable[object]], pause: float) -> None:
    """Every RETTVIS_ROUND_SECONDS (2 by default). What fails is tried again; only the kind of failure is told."""
    while True:
        await _tried(what, do)
        await asyncio.sleep(pause)


async def _whenever(here: Installation, channel: str, do: Callable[[], Awaitable[int]], pause: float) -> None:
    """As long as there is something to do, when something is heard of, and every now and then."""
    with here.live.listen(channel) as bell:
        while True:
            bell.clear()
            if not await _tried(channel, do):
                await bell.wait(pause)


async def _tried(what: str, do: Callable[[], Awaitable[object]]) -> object:
    try:
        return await do()
    except Exception as error:
        log.error("what the clock does was not finished", what=what, error=type(error).__name__)
        return None


async def _round(here: Installation) -> None:
    changed = await asyncio.to_thread(rounds.make, here.database, here.settings.patience)
    for channel in (*changed, *([DESK, outbound.OUT] if changed else [])):
        here.live.heard(channel)


async def _notices(here: Installation) -> None:
    await notices.send_due(here.database)


async def _forget(here: Installation) -> None:
    with here.database.transaction() as session:
        phones.forget(session, now())
