"""What a start does and leaves out: counted, not timed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.assistant.tensorflow_stand_in import _SERVICES
from bot.settings import ROOT

SCRIPT = """
import asyncio, gc, json, sys
from connectors.serving import create

def gone_through():
    return gc.get_stats()[2]["collections"]

async def main():
    before = gone_through()
    app = create()
    async with app.router.lifespan_context(app):
        told = {
            "searches": gone_through() - before, "again": gc.isenabled(),
            "round": gc.get_freeze_count(), "through": len(gc.get_objects()),
            "files": {name: getattr(module, "__file__", None) for name, module in sys.modules.items()},
        }
    print(json.dumps({**told, "left": gc.get_freeze_count()}))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Any:
    """The app as `rettvis serve` runs it, started in a process of its own."""
    folder = tmp_path_factory.mktemp("starting")
    (folder / "models").symlink_to(model.parent)
    environment = {**os.environ, "RETTVIS_VAR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'records.sqlite3'}"}
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_nothing_is_searched_for_garbage_before_the_app_is_ready_but_once(started: Any) -> None:
    assert started["searches"] == 1
    assert started["again"]


def test_what_was_loaded_at_the_start_is_not_gone_through_while_people_wait(started: Any) -> None:
    assert started["round"] > 20 * started["through"]
    assert started["left"] == 0, "another app in the same process may let go of it"


def test_chat_services_and_stores_of_others_are_neither_imported_nor_installed(started: Any) -> None:
    files = {name: file for name, file in started["files"].items() if name.partition(".")[0] in _SERVICES}
    assert files, "Rasa imports them"
    assert set(files.values()) == {None}
    assert not [name for name in _SERVICES if list(Path(sys.prefix).glob(f"lib/*/site-packages/{name}"))]
