"""Vectors of examples are made once, kept beside the files in 8 bits, and made anew for what is not there."""

from pathlib import Path

import numpy as np
import pytest

from bot.understanding import examples
from bot.understanding.embedding import EMBEDDER, Embedder, Vector
from bot.understanding.vectors import TrainingVectors
from knowledge.library import Library


class Counting:
    """A model that counts what it is asked: a direction made from the text's letters."""

    def __init__(self, width: int = 384) -> None:
        self.name = f"counting {width}"
        self.width = width
        self.asked: list[str] = []

    def embed(self, text: str) -> Vector:
        self.asked.append(text)
        vector = np.random.default_rng(sum(text.encode())).normal(size=self.width)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


@pytest.fixture
def model() -> Counting:
    return Counting()


def test_what_was_embedded_once_is_not_embedded_again(tmp_path: Path, model: Counting) -> None:
    TrainingVectors(tmp_path, Embedder(lambda: model), tmp_path).of(["hjelp", "penger"])
    again = TrainingVectors(tmp_path, Embedder(lambda: model), tmp_path).of(["penger", "husleie", "hjelp"])
    assert sorted(model.asked) == ["hjelp", "husleie", "penger"]
    assert again.shape == (3, 384)


def test_another_model_begins_anew(tmp_path: Path, model: Counting) -> None:
    other = Counting(768)
    TrainingVectors(tmp_path, Embedder(lambda: model), tmp_path).of(["hjelp", "penger"])
    found = TrainingVectors(tmp_path, Embedder(lambda: other), tmp_path).of(["penger", "husleie"])
    assert found.shape == (2, 768)
    assert other.asked == ["penger", "husleie"]


def test_what_stands_beside_the_examples_is_used_and_close_to_what_was_embedded(
    tmp_path: Path, model: Counting
) -> None:
    beside = tmp_path / "examples"
    file = beside / "nb" / "money.yml"
    file.parent.mkdir(parents=True)
    texts = [f"setning {number}" for number in range(40)]
    first = TrainingVectors(tmp_path / "one", Embedder(lambda: model), beside)
    fresh = first.of(texts)
    assert first.keep_beside({file: texts}) == [file.with_suffix(".npz")]
    model.asked.clear()
    elsewhere = TrainingVectors(tmp_path / "two", Embedder(lambda: model), beside)
    assert np.abs(elsewhere.of(texts) - fresh).max() < 0.002
    assert model.asked == []
    assert elsewhere.keep_beside({file: texts}) == []
    assert elsewhere.keep_beside({file: texts[1:]}) == [file.with_suffix(".npz")]


def test_what_was_rounded_is_not_rounded_again_when_a_file_changes(tmp_path: Path, model: Counting) -> None:
    file = tmp_path / "nb" / "money.yml"
    file.parent.mkdir(parents=True)
    texts = [f"setning {number}" for number in range(40)]
    TrainingVectors(tmp_path, Embedder(lambda: model), tmp_path).keep_beside({file: texts})
    later = TrainingVectors(tmp_path, Embedder(lambda: model), tmp_path)
    model.asked.clear()
    later.keep_beside({file: texts[1:]})
    assert sorted(model.asked) == sorted(texts[1:])


def test_what_stands_in_the_repository_is_what_this_model_says() -> None:
    kept = TrainingVectors(Path("/nonexistent"), EMBEDDER)
    rows = kept._read_beside()
    texts = [text for some in examples.by_file(frozenset(Library.load().topics)).values() for text in some[::400]]
    known = [text for text in texts if kept._key(text) in rows]
    assert len(known) > 0.8 * len(texts)
    cosines = [float(rows[kept._key(text)] @ EMBEDDER.embed(text)) for text in known]
    assert min(cosines) > 0.999
