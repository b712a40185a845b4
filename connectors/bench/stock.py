"""Rasa as it comes, with the same domain, rules, examples and actions: what people would use instead.

It runs in an environment of its own (upstream's pins need Python 3.10: `uv pip install rasa==3.6.21`), with its recommended
default pipeline and policies, its REST channel, its SQL tracker store on SQLite, and our actions in an action server.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.understanding import examples
from bot.understanding.importer import DOMAIN, RULES, made_rules, names
from bot.understanding.labels import FOLLOW_UPS, SYSTEM
from connectors.bench.processes import Running, free_port, running
from knowledge.library import Library
from knowledge.source import read

VERSION = "3.1"
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "WARNING", "TF_CPP_MIN_LOG_LEVEL": "3"}


@dataclass(frozen=True)
class Stock:
    """Upstream Rasa that is ready to be asked.

    Args:
        python: the interpreter of its environment.
        folder: where its project and its model are; made by `train`.
        epochs: how often its networks go through the examples. Its default is 100, which on these examples takes many
            hours; how long an answer takes does not depend on it.
    """

    python: Path
    folder: Path
    epochs: int = 1

    def train(self) -> float:
        """Write the project and train it, unless that was done in this folder. Returns the seconds it took, 0 for none."""
        if list(self.folder.glob("models/*.tar.gz")):
            return 0.0
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, content in _project(Library.load(), self.epochs).items():
            with (self.folder / name).open("w", encoding="utf-8") as file:
                yaml.safe_dump(content, file, allow_unicode=True, sort_keys=False, width=10_000)
        begin = time.perf_counter()
        self._run("train", "--data", "nlu.yml", "rules.yml", "--domain", "domain.yml", "--config", "config.yml")
        return time.perf_counter() - begin

    def _run(self, *arguments: str) -> None:
        command = [str(self.python), "-m", "rasa", *arguments]
        subprocess.run(command, cwd=self.folder, check=True, env={**os.environ, **QUIET}, stdout=subprocess.DEVNULL)  # noqa: S603

    @contextmanager
    def serving(self, scratch: Path) -> Iterator[tuple[Running, Running]]:
        """Rasa and the action server, each a process; they end with the measurement.

        Args:
            scratch: an empty folder for its database.
        """
        actions, port = free_port(), free_port()
        endpoints = {
            "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(scratch / "stock.sqlite3")},
            "action_endpoint": {"url": f"http://127.0.0.1:{actions}/webhook"},
        }
        (scratch / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")
        (scratch / "credentials.yml").write_text("rest:\n", encoding="utf-8")
        serve = ["-m", "rasa_sdk", "--actions", "bot.actions", "--port", str(actions)]
        run = [
            "-m",
            "rasa",
            "run",
            "--port",
            str(port),
            "--interface",
            "127.0.0.1",
            "--enable-api",
            "--model",
            "models",
        ]
        files = ["--endpoints", str(scratch / "endpoints.yml"), "--credentials", str(scratch / "credentials.yml")]
        ours = {"DATABASE_URL": f"sqlite:///{scratch / 'actions.sqlite3'}"}
        with (
            running([sys.executable, *serve], f"http://127.0.0.1:{actions}", "/health", ours) as action_server,
            running(
                [str(self.python), *run, *files], f"http://127.0.0.1:{port}", "/status", QUIET, self.folder
            ) as rasa,
        ):
            yield rasa, action_server


def _project(library: Library, epochs: int) -> Mapping[str, Any]:
    """The files of a project of Rasa's, by name."""
    by_label: dict[str, list[str]] = {}
    for example in [*examples.load(frozenset(library.topics)), *names(library)]:
        by_label.setdefault(example.label, []).append(" ".join(example.text.split()))
    nlu = [{"intent": label, "examples": "".join(f"- {text}\n" for text in texts)} for label, texts in by_label.items()]
    domain = read(DOMAIN)
    domain["intents"] += [*library.topics, *SYSTEM, *FOLLOW_UPS]
    rules = [*read(RULES)["rules"], *made_rules(library)]
    # its network for dialogues learns from stories, not from rules
    stories = [
        {"story": f"{rule['rule']} in a story", "steps": rule["steps"]}
        for rule in made_rules(library)
        if rule["rule"] in library.topics
    ]
    return {
        "nlu.yml": {"version": VERSION, "nlu": nlu},
        "domain.yml": domain,
        "rules.yml": {"version": VERSION, "rules": rules, "stories": stories},
        "config.yml": _config(epochs),
    }


def _config(epochs: int) -> Mapping[str, Any]:
    """What Rasa 3.6 recommends where nothing is configured, with the epochs stated."""
    learns = {"epochs": epochs, "constrain_similarities": True}
    return {
        "recipe": "default.v1",
        "assistant_id": "stock",
        "language": "nb",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "DIETClassifier", **learns},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", **learns},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy", "core_fallback_action_name": "action_what_now"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": epochs},
            {"name": "TEDPolicy", "max_history": 5, **learns},
        ],
    }
