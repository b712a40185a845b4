"""What the server does by itself while it runs: the rounds of the handoffs, and notices to staff."""

import asyncio
import os
from collections.abc import Awaitable, Callable

import structlog

from bot.handoff import rounds
from bot.handoff.desk import DESK
from connectors import notices
from connectors.installation import Installation

log = structlog.get_logger(__name__)


async def run(here: Installation) -> None:
    """Rounds and notices, for ever, each on its own, so that a slow mail server holds up nobody who waits."""
    await asyncio.gather(_again_and_again(_round, here), _again_and_again(_notices, here))


async def _again_and_again(do: Callable[[Installation], Awaitable[None]], here: Installation) -> None:
    """Every RETTVIS_ROUND_SECONDS (2 by default). What fails is tried again; only the kind of failure is told."""
    pause = float(os.environ.get("RETTVIS_ROUND_SECONDS", "2"))
    while True:
        try:
            await do(here)
        except Exception as error:
            log.error("what the clock does was not finished", what=do.__name__, error=type(error).__name__)
        await asyncio.sleep(pause)


async def _round(here: Installation) -> None:
    changed = await asyncio.to_thread(rounds.make, here.database, here.settings.patience)
    for channel in (*changed, *([DESK] if changed else [])):
        here.live.heard(channel)


async def _notices(here: Installation) -> None:
    await notices.send_due(here.database)
