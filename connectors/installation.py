"""One running installation: what every request needs, made once at start."""

from dataclasses import dataclass

import structlog
from argon2 import PasswordHasher
from fastapi import Request

from bot.assistant import training
from bot.assistant.engine import Assistant
from bot.dialogue import Dialogue
from bot.handoff.desk import Desk
from bot.records.database import Database
from bot.settings import Settings
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
        live = Live()
        assistant = Assistant(training.ensure(settings.models), database)
        dialogue = Dialogue(database, library, assistant, live.heard, settings.patience)
        desk = Desk(database, settings.patience, live.heard)
        gateways = Gateways.from_environment(settings)
        return cls(settings, database, library, dialogue, desk, live, PasswordHasher(), gateways)


def installation(request: Request) -> Installation:
    """The installation that serves this request."""
    found: Installation = request.app.state.installation
    return found
