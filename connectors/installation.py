"""One running installation: what every request needs, made once at start."""

import contextlib
import os
import secrets
import socket
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
from bot.records.tables import now
from bot.settings import Settings
from connectors import everywhere
from connectors.live import Live
from connectors.sms.gateways import Gateways
from knowledge.library import Library

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Installation:
    settings: Settings
    database: Database
    library: Library
    dialogue: Dialogue
    desk: Desk
    live: Live
    passwords: PasswordHasher
    gateways: Gateways
    leases: Leases

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
        assistant = Assistant(training.ensure(settings.models), database, settings.redis_url)
        dialogue = Dialogue(database, library, assistant, live.heard, settings.patience)
        desk = Desk(database, settings.patience, live.heard)
        gateways = Gateways.from_environment(settings)
        leases = Leases(database, f"{socket.gethostname()[:20]} {os.getpid()} {secrets.token_hex(4)}")
        return cls(settings, database, library, dialogue, desk, live, PasswordHasher(), gateways, leases)

    def close(self) -> None:
        """What this process was doing for all of them is left to the others."""
        with contextlib.suppress(SQLAlchemyError):  # a database that is away will find the leases run out
            self.leases.let_go(now())
        self.live.close()
        self.database.close()


def installation(request: Request) -> Installation:
    """The installation that serves this request."""
    found: Installation = request.app.state.installation
    return found
