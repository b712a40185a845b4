"""New examples are tried out beside the running assistant: learned in a copy of the files, measured, then taken over.

The work is done by a process of its own (`python -m bot.assistant.rehearsal`), at low priority, so that nobody's
message waits for it. All it has to say stands in the folder, so that it may outlive the server that began it.

What is measured is half of the situations that the encoder was not taught, or a fifth of all where there are none, by an
understanding that has seen none like them: without the new examples, and with them. The held-out questions of the tests
are not asked, so that they stay a test.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Literal

from bot.assistant import teaching, training
from bot.settings import Settings
from bot.understanding.examples import Example
from bot.understanding.measuring.questions import Answered
from bot.understanding.measuring.scores import by, scores
from bot.understanding.measuring.trial import Material, at_a_glance

LIMIT = 60 * 60
"""Seconds after which it gives up."""
PATIENCE = 15
"""By how much it stands back behind everything else on the machine (nice)."""
FIGURES = {"top_1": True, "crisis_recall": True, "out_of_scope_recall": True, "false_rejections": False}
"""What is compared, and whether more of it is better."""

Figures = Mapping[str, float | None]
State = Literal["none", "running", "failed", "ready"]


class CannotRehearse(Exception):
    """`why`: running, nothing_new, unwritable or changed (the files are not those it was tried out with)."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class New:
    """A sentence to learn, and the id of what it comes from."""

    id: int
    words: str
    label: str
    language: str

    def example(self) -> Example:
        """As the example it becomes, a situation of its own."""
        label, _, kind = self.label.partition(".")
        return Example(
            " ".join(self.words.split()), label, self.language, f"{self.language}/new/{self.id}", kind or None
        )


@dataclass(frozen=True)
class Row:
    """The figures of a language, or of all together ("all"), before and after."""

    language: str
    questions: int
    before: Figures
    after: Figures

    def lower(self) -> Iterator[str]:
        """The figures that get worse."""
        for name, more_is_better in FIGURES.items():
            before, after = self.before[name], self.after[name]
            if before is not None and after is not None and (after < before if more_is_better else after > before):
                yield name


class Rehearsal:
    """The one rehearsal of an installation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.folder / "rehearsal"

    @property
    def state(self) -> State:
        """What is to be said about it."""
        try:
            with self._alone():
                pass
        except CannotRehearse:
            return "running"
        if not self._batch_file.is_file():
            return "none"
        return "ready" if self._result_file.is_file() else "failed"

    @property
    def batch(self) -> list[New]:
        """What it is about."""
        if not self._batch_file.is_file():
            return []
        return [New(**each) for each in self._about["batch"]]

    @property
    def result(self) -> list[Row]:
        """The figures, all together first. Empty until it is ready."""
        if not self._result_file.is_file():
            return []
        return [Row(**row) for row in json.loads(self._result_file.read_text(encoding="utf-8"))]

    @property
    def log(self) -> Path:
        """What the process printed."""
        return self._folder / "log"

    def begin(self, batch: Sequence[New]) -> None:
        """Copy the examples, add the batch to the copy, and start.

        Raises:
            CannotRehearse: running, nothing_new (all of it is in the files already) or unwritable.
            TaughtOtherwise: a sentence of it is an example of something else.
            KnowledgeError: an example file is broken.
        """
        examples, copy = self._settings.examples, self._copy
        if not all(os.access(folder, os.W_OK) for folder in (examples, *examples.glob("*/"))):
            raise CannotRehearse("unwritable")
        with self._alone() as lock:
            self._clear()
            try:
                shutil.copytree(examples, copy, ignore=shutil.ignore_patterns("*.npz"))
                base = training.fingerprint(copy)
                written = [teaching.add(copy, each.language, each.label, each.words) for each in batch]
                if not any(written):
                    raise CannotRehearse("nothing_new")
            except Exception:
                self._clear()
                raise
            about = {"base": base, "batch": [asdict(each) for each in batch]}
            self._batch_file.write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
            self._start(lock)

    def _start(self, lock: IO[bytes]) -> None:
        """The process keeps the lock for as long as it lives, whatever becomes of this one."""
        with self.log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 (our own module)
                [sys.executable, "-m", __name__],
                env={
                    **os.environ,
                    "RETTVIS_VAR": str(self._settings.folder),
                    "RETTVIS_EXAMPLES": str(self._settings.examples),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock.fileno(),),
                start_new_session=True,  # so that it can be ended with everything it has started
            )
        threading.Thread(target=process.wait, daemon=True).start()  # or it would stay as a zombie

    def perform(self) -> None:
        """Learn, measure and write down the figures: what the process of its own does."""
        examples, base, batch = self._settings.examples, self._about["base"], self.batch
        training.train(self._folder / "models", self._copy)
        material = Material.load(self._settings.folder, examples)
        known = self._folder / f"without-{base}.json"
        if known.is_file():
            before = json.loads(known.read_text(encoding="utf-8"))
        else:
            before = _figures(at_a_glance(material))
            for old in self._folder.glob("without-*.json"):
                old.unlink()
            _write(known, before)
        after = _figures(at_a_glance(material.knowing([each.example() for each in batch])))
        rows = [Row(code, number, before[code][1], figures) for code, (number, figures) in after.items()]
        _write(self._result_file, [asdict(row) for row in rows])

    def take_over(self) -> Path:
        """Write the new examples to the files and keep the new model as theirs. Returns the model.

        A crash in between leaves files whose model is not there: the next start trains it.

        Raises:
            CannotRehearse: running (it is not ready), or changed (the files are others than it was tried out with).
            OSError: a file cannot be written.
        """
        examples, copy = self._settings.examples, self._copy
        with self._alone():
            if not self._result_file.is_file():
                raise CannotRehearse("running")
            trained = training.trained(self._folder / "models", copy)
            if trained is None or training.fingerprint(examples) != self._about["base"]:
                raise CannotRehearse("changed")
            model = self._settings.models / trained.name
            model.parent.mkdir(parents=True, exist_ok=True)
            _put(trained, model)
            for file in sorted(copy.glob("*/*.yml")):
                original = examples / file.relative_to(copy)
                if not original.is_file() or file.read_bytes() != original.read_bytes():
                    _put(file, original)
            self._clear()
            return training.only(model)

    def drop(self) -> None:
        """Forget it.

        Raises:
            CannotRehearse: it is running.
        """
        with self._alone():
            self._clear()

    def _clear(self) -> None:
        """What was measured without the new examples is kept: it holds as long as the files do."""
        for file in (self._batch_file, self._result_file, self.log):
            file.unlink(missing_ok=True)
        for folder in (self._copy, self._folder / "models"):
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[IO[bytes]]:
        """Nobody else does anything with it meanwhile, in this process or another.

        Raises:
            CannotRehearse: somebody does (running).
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CannotRehearse("running") from error
            yield lock

    @property
    def _about(self) -> dict[str, Any]:
        about: dict[str, Any] = json.loads(self._batch_file.read_text(encoding="utf-8"))
        return about

    @property
    def _copy(self) -> Path:
        return self._folder / "examples"

    @property
    def _batch_file(self) -> Path:
        return self._folder / "batch.json"

    @property
    def _result_file(self) -> Path:
        return self._folder / "result.json"


def _put(file: Path, place: Path) -> None:
    """Copy a file to its place, whole or not at all."""
    partial = place.with_name(f"{place.name}.part")
    shutil.copyfile(file, partial)
    partial.replace(place)


def _write(file: Path, content: object) -> None:
    partial = file.with_suffix(".part")
    partial.write_text(json.dumps(content), encoding="utf-8")
    partial.replace(file)


def _figures(answered: Sequence[Answered]) -> dict[str, tuple[int, Figures]]:
    """The number of questions and what is compared, per language and for all."""
    parts = {"all": list(answered), **by(answered, lambda answer: answer.language)}
    found: dict[str, tuple[int, Figures]] = {}
    for code, members in parts.items():
        told = asdict(scores(members))
        found[code] = (len(members), {name: told[name] for name in FIGURES})
    return found


if __name__ == "__main__":
    os.nice(PATIENCE)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(os.getpid(), signal.SIGKILL))
    signal.alarm(LIMIT)
    Rehearsal(Settings.from_environment()).perform()
