"""What the server does by itself while it runs: the rounds of the handoffs, and notices to staff."""

import asyncio
import os

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.handoff import rounds
from bot.handoff.desk import DESK
from connectors import notices
from connectors.installation import Installation

log = structlog.get_logger(__name__)


async def run(here: Installation) -> None:
    """For ever, every RETTVIS_ROUND_SECONDS (2 by default). A database that is away is waited for."""
    pause = float(os.environ.get("RETTVIS_ROUND_SECONDS", "2"))
    while True:
        try:
            changed = rounds.make(here.database, here.settings.patience)
            for channel in (*changed, *([DESK] if changed else [])):
                here.live.heard(channel)
            await notices.send_due(here.database)
        except SQLAlchemyError as error:
            log.error("a round was not finished", error=type(error).__name__)
        await asyncio.sleep(pause)
