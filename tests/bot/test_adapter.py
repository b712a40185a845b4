"""What the encoder is taught of our subjects: learned from examples, kept in a file, and what was kept apart from it."""

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bot.understanding import examples
from bot.understanding.e5.adapter import Adapter, numbers, shipped
from bot.understanding.e5.sentences import E5
from bot.understanding.e5.weights import Floats, Weights
from bot.understanding.embedding import PLAIN
from bot.understanding.measuring.trial import Material, full_label
from knowledge.library import Library

ASKED = ("bostotte", "tannhelse", "barnehage", "tolk")


def made() -> Adapter:
    random = np.random.default_rng(1)
    additions = {
        f"l{layer}.q": tuple(random.normal(size=(2, 384, 384)).astype(np.float16)[:, :, :2]) for layer in (5, 6)
    }
    return Adapter(
        {name: (a.astype(np.float32), b.T.astype(np.float32)) for name, (a, b) in additions.items()},
        numbers(["hvor mye er støtten", "كم"]),
        "made",
    )


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    written = made()
    written.save(tmp_path / "adapter.npz")
    read = Adapter.load(tmp_path / "adapter.npz")
    assert set(read.additions) == set(written.additions)
    for name, pair in written.additions.items():
        assert all(np.array_equal(*halves) for halves in zip(pair, read.additions[name], strict=True))
    assert [read.is_apart(text) for text in ("hvor mye er støtten", "كم", "hvor mye er støtten?")] == [
        True,
        True,
        False,
    ]


def test_what_was_taught_otherwise_has_another_name(tmp_path: Path) -> None:
    one = made()
    one.save(tmp_path / "one.npz")
    one.additions["l5.q"][0][0, 0] += 1
    one.save(tmp_path / "other.npz")
    assert Adapter.load(tmp_path / "one.npz").name != Adapter.load(tmp_path / "other.npz").name


def test_only_what_something_is_added_to_changes() -> None:
    matrix = np.ones((384, 384), np.float32)
    assert made().added("l5.k", matrix) is matrix
    narrow, wide = made().additions["l5.q"]
    assert made().added("l5.q", matrix) == pytest.approx(1 + narrow @ wide)


def test_an_eighth_of_the_examples_was_kept_apart_in_every_language() -> None:
    known = examples.load(frozenset(Library.load().topics))
    apart = [each for each in known if shipped().is_apart(each.text)]
    assert (
        0.05 < len(apart) / len(known) < 0.15
    )  # less when examples have been added since: then it is time for a new one
    assert {each.language for each in apart} == {each.language for each in known}
    assert len({each.label for each in apart}) > 60


def test_of_what_was_kept_apart_more_is_told_than_before(model: Path) -> None:
    """By the nearest mean of a label, the simplest there is."""
    material = Material.load(model.parent.parent, share=0.5)  # where training has kept the sentence vectors
    somali = np.array([example.language == "so" for example in material.examples])
    (shown,), (asked,) = np.nonzero(somali & ~material.apart), np.nonzero(somali & material.apart)
    rows = np.concatenate([np.random.default_rng(1).choice(shown, len(asked), replace=False), asked])
    labels = np.array([full_label(material.examples[i]) for i in rows])
    plain = PLAIN.embed_all([material.examples[i].text for i in rows])
    halves = np.arange(len(rows))[: len(asked)], np.arange(len(rows))[len(asked) :]
    assert nearest(material.vectors[rows], labels, *halves) > nearest(plain, labels, *halves) + 0.05


def test_what_is_learned_holds_for_texts_that_were_not_shown(torch: None) -> None:
    from bot.understanding.e5.tuning import pieces, tuned

    known = [each for each in examples.load(frozenset(Library.load().topics)) if each.label in ASKED]
    short = [each for each in known if len(each.text) < 25]
    shown, asked = np.split(np.random.default_rng(2).permutation(len(short))[:160], [80])
    e5 = E5()
    before = np.stack([e5.vector(each.text) for each in short])
    additions = tuned(
        [pieces(e5, short[i].text) for i in shown],
        [[("", short[i].label) for i in shown]],
        before[shown],
        Weights.packaged(),
        lambda _: None,
        rounds=35,
    )
    learnt = E5(Adapter(additions, frozenset(), "learnt"))
    after = np.stack([learnt.vector(each.text) for each in short])
    labels = np.array([each.label for each in short])
    assert lead(after, labels, shown, asked) > lead(before, labels, shown, asked) + 0.05


@pytest.fixture
def torch() -> None:
    """For the test that teaches the encoder."""
    if find_spec("torch") is None:
        reason = "PyTorch is not installed (uv sync --group tune)"
        if os.environ.get("RETTVIS_NO_SKIPS"):
            pytest.fail(reason)
        pytest.skip(reason)


def nearest(vectors: Floats, labels: np.ndarray, shown: np.ndarray, asked: np.ndarray) -> float:
    """The share of what is asked whose label has the nearest mean among what was shown."""
    names, cosines = to_means(vectors, labels, shown, asked)
    return float((names[cosines.argmax(axis=1)] == labels[asked]).mean())


def lead(vectors: Floats, labels: np.ndarray, shown: np.ndarray, asked: np.ndarray) -> float:
    """By how much, on average, the mean of its own label is nearer to what is asked than the nearest of the others."""
    names, cosines = to_means(vectors, labels, shown, asked)
    own = names == labels[asked][:, None]
    return float((cosines[own] - np.where(own, -1, cosines).max(axis=1)).mean())


def to_means(
    vectors: Floats, labels: np.ndarray, shown: np.ndarray, asked: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The labels, and the cosine of each vector that is asked to the mean of each label among what was shown."""
    centred = vectors - vectors[shown].mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    names = np.array(sorted(set(labels[shown])))
    means = np.stack([centred[shown][labels[shown] == name].mean(axis=0) for name in names])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return names, centred[asked] @ means.T
