"""`rettvis bench start`: what takes time from nothing to an answer at /readyz, and how long training takes."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.settings import ROOT
from connectors.bench.growing import Tell
from connectors.bench.processes import served

PACKAGES = 12
"""How many packages are named of those that are imported."""

_STEPS = """
import gc, json, sys, time
gc.disable()
took, since = {}, [time.process_time()]
def step(name):
    now = time.process_time()
    took[name], since[0] = now - since[0], now
import bot.assistant.engine
step("importing the assistant, with Rasa")
import connectors.app
step("importing the rest")
from bot.settings import Settings
from bot.records.database import Database
from knowledge.library import Library
from bot.assistant import training
from bot.assistant.engine import Assistant
from bot.dialogue import Dialogue
settings = Settings.from_environment()
database = Database(settings.database_url)
database.migrate()
step("tables of a new database")
library = Library.load(strict=False)
step("entries")
model = training.ensure(settings.models, settings.examples)
step("whether the model is that of the files")
assistant = Assistant(model, database)
step("loading the model")
Dialogue(database, library, assistant)
step("the rest of the conversation")
print(json.dumps(took))
"""


def run(model: Path, rounds: int, train: bool, tell: Tell) -> dict[str, Any]:
    """Measure.

    Args:
        model: the trained assistant.
        rounds: how often the server is started in each way, in turn.
        train: train anew, too.

    Returns:
        {"starts": {way: {"seconds", "cpu_seconds", "mb"}}, "steps": {step: {"cpu_seconds"}}, "imports": {package:
        {"seconds", "modules"}}, "training": {"seconds", "cpu_seconds"} where it was asked for}: medians.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = _starts(model, folder, rounds, tell)
        tell("start: step by step")
        environment = _environment(model, folder, folder / "kept")
        steps = [_steps(environment, folder / f"steps{each}.sqlite3") for each in range(rounds)]
        report: dict[str, Any] = {
            "starts": begun,
            "steps": {
                step: {"cpu_seconds": round(statistics.median(each[step] for each in steps), 2)} for step in steps[0]
            },
            "imports": _imports(environment),
        }
        if train:
            tell("start: training")
            report["training"] = _training(environment, folder / "trained")
    return report


def tables(report: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """The report as tables: the heading of the first column, and the rows by name."""
    found = {"start": report["starts"], "step": report["steps"], "package": report["imports"]}
    return found | ({"training": {"all languages": report["training"]}} if "training" in report else {})


def _starts(model: Path, folder: Path, rounds: int, tell: Tell) -> dict[str, dict[str, float]]:
    """A server with all it imports compiled, and one that compiles it and cannot keep it, as where it may not write."""
    ways: dict[str, list[dict[str, float]]] = {"compiled": [], "nothing compiled": []}
    _one(model, folder, folder / "kept", compiled=True)  # what is to be compiled, is compiled now
    for each in range(rounds):
        for way, found in ways.items():
            tell(f"start: {way}")
            kept = way == "compiled"
            found.append(_one(model, folder, folder / ("kept" if kept else f"empty{each}"), compiled=kept))
    return {
        way: {what: round(statistics.median(each[what] for each in found), 2) for what in found[0]}
        for way, found in ways.items()
    }


def _one(model: Path, folder: Path, cache: Path, *, compiled: bool) -> dict[str, float]:
    environment = _environment(model, folder, cache) | ({} if compiled else {"PYTHONDONTWRITEBYTECODE": "1"})
    with served(model, environment) as server:
        cost = server.work
        return {"seconds": server.ready_after, "cpu_seconds": cost, "mb": server.resident / 1024}


def _environment(model: Path, folder: Path, cache: Path) -> dict[str, str]:
    return {
        "RETTVIS_VAR": str(model.parent.parent),
        "DATABASE_URL": f"sqlite:///{folder / 'start.sqlite3'}",
        "SECRET_KEY": os.environ.get("SECRET_KEY", "only for a measurement, of 32 characters"),
        "PYTHONPYCACHEPREFIX": str(cache),
        "PYTHONDONTWRITEBYTECODE": "",
    }


def _run(script: str, environment: Mapping[str, str], *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-W", "ignore", *options, "-c", script]
    return subprocess.run(  # noqa: S603
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )


def _steps(environment: Mapping[str, str], file: Path) -> dict[str, float]:
    done = _run(_STEPS, {**environment, "DATABASE_URL": f"sqlite:///{file}"})
    steps: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return steps


def _imports(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The packages whose modules take longest to import, without what they import of others."""
    told = _run("import gc; gc.disable(); import connectors.app", environment, "-X", "importtime").stderr
    took, modules = Counter[str](), Counter[str]()
    for line in told.splitlines():
        microseconds, _, module = line.removeprefix("import time:").split("|") if line.count("|") == 2 else ("", "", "")
        if microseconds.strip().isdecimal():
            package = module.strip().partition(".")[0]
            took[package] += int(microseconds)
            modules[package] += 1
    most = {name: {"seconds": each / 1e6, "modules": modules[name]} for name, each in took.most_common(PACKAGES)}
    return most | {"all": {"seconds": sum(took.values()) / 1e6, "modules": sum(modules.values())}}


def _training(environment: Mapping[str, str], folder: Path) -> dict[str, float]:
    """For all ten languages, in a folder of its own; the vectors of the examples are those beside them."""
    script = (
        "import pathlib, sys, time; from bot.assistant import training;"
        f"training.train(pathlib.Path({str(folder)!r})); print(time.process_time())"
    )
    begin = time.monotonic()
    done = _run(script, environment)
    return {"seconds": time.monotonic() - begin, "cpu_seconds": float(done.stdout.splitlines()[-1])}
