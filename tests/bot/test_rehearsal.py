"""What is tried out beside the running assistant: one at a time, and taken over only as it was tried out."""

import fcntl
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant import teaching, training
from bot.assistant.rehearsal import FIGURES, CannotRehearse, New, Rehearsal, Row
from bot.settings import Settings
from bot.understanding import examples

NEW = New(1, "helt nytt om ungene", "barnetrygd", "nb")
SHARES = st.none() | st.floats(0, 1)
FIGURE = st.fixed_dictionaries(dict.fromkeys(FIGURES, SHARES))


@given(FIGURE, FIGURE)
def test_what_gets_worse_on_the_way_there_gets_better_on_the_way_back(
    before: dict[str, float | None], after: dict[str, float | None]
) -> None:
    lower = set(Row("nb", 9, before, after).lower())
    higher = set(Row("nb", 9, after, before).lower())
    assert not lower & higher
    same = {name for name in FIGURES if None in (before[name], after[name]) or before[name] == after[name]}
    assert lower | higher == set(FIGURES) - same
    assert all(after[name] < before[name] for name in lower - {"false_rejections"})  # type: ignore[operator]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(examples.FOLDER / "nb", tmp_path / "examples" / "nb", ignore=shutil.ignore_patterns("*.npz"))
    made = Settings(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path, "a key for tests only, of 32+ characters")
    return replace(made, examples=tmp_path / "examples")


@pytest.fixture
def ready(settings: Settings) -> Rehearsal:
    """One that has been performed: the copy with the new example, a model of that name, figures."""
    folder = settings.folder / "rehearsal"
    (folder / "models").mkdir(parents=True)
    shutil.copytree(settings.examples, folder / "examples")
    base = training.fingerprint(settings.examples)
    teaching.add(folder / "examples", NEW.language, NEW.label, NEW.words)
    (folder / "models" / training.name_of(training.fingerprint(folder / "examples"))).write_bytes(b"a model")
    (folder / "batch.json").write_text(json.dumps({"base": base, "batch": [vars(NEW)]}))
    (folder / "result.json").write_text("[]")
    return Rehearsal(settings)


def test_taking_over_writes_the_example_and_keeps_the_model_of_just_these_files(
    settings: Settings, ready: Rehearsal
) -> None:
    settings.models.mkdir()
    (settings.models / training.name_of("older")).touch()
    assert (ready.state, ready.batch) == ("ready", [NEW])
    model = ready.take_over()
    assert model == training.trained(settings.models, settings.examples)
    assert [*settings.models.iterdir()] == [model]
    assert teaching.label_of(settings.examples, "nb", NEW.words) == "barnetrygd"
    assert (ready.state, ready.batch) == ("none", [])


def test_files_that_somebody_has_changed_meanwhile_are_not_written_over(settings: Settings, ready: Rehearsal) -> None:
    teaching.add(settings.examples, "nb", "sfo", "noe en annen har skrevet imens")
    with pytest.raises(CannotRehearse, match="changed"):
        ready.take_over()
    assert teaching.label_of(settings.examples, "nb", "noe en annen har skrevet imens") == "sfo"
    assert teaching.label_of(settings.examples, "nb", NEW.words) is None


def test_it_is_one_at_a_time_in_every_process(settings: Settings, ready: Rehearsal) -> None:
    with (settings.folder / "rehearsal" / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert ready.state == "running"
        for what in (lambda: ready.begin([NEW]), ready.take_over, ready.drop):
            with pytest.raises(CannotRehearse, match="running"):
                what()
    assert ready.state == "ready"
    ready.drop()
    assert ready.state == "none"


def test_one_whose_process_is_gone_without_figures_has_failed(settings: Settings, ready: Rehearsal) -> None:
    (settings.folder / "rehearsal" / "result.json").unlink()
    assert ready.state == "failed"
    with pytest.raises(CannotRehearse, match="running"):
        ready.take_over()


def test_what_is_known_already_or_is_known_as_something_else_is_not_tried_out(settings: Settings) -> None:
    teaching.add(settings.examples, NEW.language, NEW.label, NEW.words)
    rehearsal = Rehearsal(settings)
    with pytest.raises(CannotRehearse, match="nothing_new"):
        rehearsal.begin([NEW])
    with pytest.raises(teaching.TaughtOtherwise):
        rehearsal.begin([replace(NEW, label="sfo")])
    assert rehearsal.state == "none"
