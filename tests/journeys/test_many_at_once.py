"""Many people write at the same moment to one process, on SQLite: everybody is answered, and nobody holds up the others."""

import asyncio
import uuid
from pathlib import Path

import pytest

from bot.answering import Outcome
from bot.assistant.engine import Assistant
from bot.dialogue import Dialogue
from bot.records import database as records
from bot.records.database import Database
from knowledge.library import Library

PEOPLE = 30


@pytest.mark.parametrize(
    "written", ["how much is child benefit, asks number {}", "/how much is child benefit, asks {}"]
)
def test_people_who_write_at_once_are_all_answered(
    database: Database, model: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setattr(records, "PATIENCE", 300)  # a turn that waits for another one of this process waits for ever
    dialogue = Dialogue(database, Library.load(), Assistant(model, database))
    ids = [dialogue.begin("web", "en")[0].id for _ in range(PEOPLE)]

    async def everybody() -> list[Outcome]:
        said = [written.format(f"{number} {uuid.uuid4()}") for number in range(PEOPLE)]
        return await asyncio.gather(
            *(dialogue.receive(id_, str(uuid.uuid4()), text) for id_, text in zip(ids, said, strict=True))
        )

    outcomes = asyncio.run(everybody())
    assert all(outcome.replies for outcome in outcomes)
    assert "went wrong" not in " ".join(reply.text for outcome in outcomes for reply in outcome.replies)
