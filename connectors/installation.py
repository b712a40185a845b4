"""One running installation: what every request needs, made once at start."""

import asyncio
import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import structlog
from argon2 import PasswordHasher
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from bot.assistant import training
from bot.assistant.engine import Assistant
from bot.dialogue import Dialogue
from bot.handoff.desk import Desk
from bot.records.database import Database
from bot.records.leases import Leases
from bot.settings import Settings
from connectors import everywhere
from connectors.live import Live
from connectors.pace import Pace
from connectors.sms.gateways import Gateways
from knowledge.library import Library

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Installation:
    settings: Settings
    database: Database
    library: Library
    assistant: Assistant
    dialogue: Dialogue
    desk: Desk
    live: Live
    passwords: PasswordHasher
    gateways: Gateways
    leases: Leases
    pace: Pace

    @classmethod
    def start(cls, settings: Settings) -> "Installation":
        """Migrate the database, load the knowledge and the assistant (trained now if its data changed).

        Raises:
            KnowledgeError: a knowledge, example or translation file is broken.
        """
        database = Database(settings.database_url)
        database.migrate()
        library = Library.load(strict=False)
        for problem in library.left_out:
            log.error("left out of the knowledge", file=problem.file.name, line=problem.line, why=problem.message)
        live = everywhere.live(settings.redis_url)
        assistant = Assistant(training.ensure(settings.models, settings.examples), database, settings.redis_url)
        dialogue = Dialogue(database, library, assistant, live.heard, settings.patience, settings.keeping)
        desk = Desk(database, settings.patience, live.heard)
        gateways = Gateways.from_environment(settings)
        leases = Leases(database, f"{socket.gethostname()[:20]} {os.getpid()} {secrets.token_hex(4)}")
        pace = Pace(settings.limits, settings.secret_key, settings.redis_url)
        passwords = PasswordHasher()
        return cls(settings, database, library, assistant, dialogue, desk, live, passwords, gateways, leases, pace)

    async def renew(self) -> bool:
        """The model that was trained on the files as they are answers from now on; False where there is no newer one."""
        model = await asyncio.to_thread(training.trained, self.settings.models, self.settings.examples)
        if model is None or model == self.assistant.model:
            return False
        await self.assistant.take_over(model)
        return True

    def close(self) -> None:
        """What this process was doing for all of them is left to the others."""
        with suppress(SQLAlchemyError):  # a database that is away will find the leases run out
            self.leases.let_go(self.database.clock())
        self.live.close()
        self.database.close()


@contextmanager
def renewed_on_hangup(here: Installation) -> Iterator[None]:
    """While this holds, SIGHUP makes this process take over what `rettvis train` has trained. Not in a thread, where there
    are no signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, at_work = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    def begin() -> None:
        task = loop.create_task(_renewed(here))
        at_work.add(task)
        task.add_done_callback(at_work.discard)

    loop.add_signal_handler(signal.SIGHUP, begin)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


async def _renewed(here: Installation) -> None:
    try:
        if await here.renew():
            log.warning("took over another model", model=here.assistant.model.name)
    except Exception as error:  # a model that cannot be loaded is no reason to stop answering with the one there is
        log.error("could not take over the model", error=type(error).__name__)


async def installation(request: Request) -> Installation:
    """The installation that serves this request; `async`, or FastAPI would go to another thread for it."""
    found: Installation = request.app.state.installation
    return found
