"""Vectors of the examples and questions, so that a training embeds only sentences that are new.

They are kept in two places: beside their files in the repository, in 8 bits a number, so that the first training on
a machine need not embed them all, which takes minutes; and in full, in the installation's own folder, for whatever is not
there yet.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from bot.understanding import examples, questions
from bot.understanding.embedding import Embedder, Vector

Rows = dict[str, Vector]


class TrainingVectors:
    """Vectors for training.

    Args:
        folder: the installation's own folder.
        embedder: what makes those that are missing.
        beside: the folder with the example files, whose vectors stand beside them, as do those of the questions and of
            what people tell.
    """

    def __init__(self, folder: Path, embedder: Embedder, beside: Path = examples.FOLDER) -> None:
        self._file = folder / "vectors.npz"
        self._embedder = embedder
        self._beside = beside

    def of(self, texts: Iterable[str]) -> Vector:
        """One row per text."""
        wanted = list(texts)
        keys = [self._key(text) for text in wanted]
        own, beside = self._read(), self._read_beside()
        missing = {key: text for key, text in zip(keys, wanted, strict=True) if key not in own and key not in beside}
        if missing:
            own |= dict(zip(missing, self._embedder.embed_all(list(missing.values())), strict=True))
            self._write(own)
        kept = own | beside
        return np.stack([kept[key] for key in keys])

    def keep_beside(self, by_file: Mapping[Path, list[str]]) -> list[Path]:
        """Write the vectors of each example file beside it, where they differ from what stands there. They are made anew:
        what was rounded once would be rounded again.

        Args:
            by_file: the sentences of each example file.

        Returns:
            The files that were written.
        """
        wanted = {file: [self._key(text) for text in texts] for file, texts in by_file.items()}
        there = {
            file: set(_unpacked(file.with_suffix(".npz"))) for file in wanted if file.with_suffix(".npz").is_file()
        }
        changed = [file for file, keys in wanted.items() if there.get(file) != set(keys)]
        texts = [text for file in changed for text in by_file[file]]
        rows = iter(self._embedder.embed_all(texts) if texts else ())
        for file in changed:
            _pack(file.with_suffix(".npz"), {key: next(rows) for key in wanted[file]})
        return [file.with_suffix(".npz") for file in changed]

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._embedder.model.name}\0{text}".encode()).hexdigest()[:16]

    def _read_beside(self) -> Rows:
        files = sorted(
            (*self._beside.glob("*/*.npz"), *questions.FOLDER.glob("*.npz"), *questions.FOLDER.parent.glob("*.npz"))
        )
        return {key: row for file in files for key, row in _unpacked(file).items()}

    def _read(self) -> Rows:
        if not self._file.is_file():
            return {}
        with np.load(self._file) as stored:
            # those of another model would never be asked for, and have another width
            if stored.get("model") != self._embedder.model.name:
                return {}
            return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def _write(self, rows: Rows) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_suffix(".part.npz")
        np.savez(
            partial,
            model=self._embedder.model.name,
            keys=np.array(list(rows)),
            vectors=np.stack(list(rows.values())),
        )
        partial.replace(self._file)


def _pack(file: Path, rows: Rows) -> None:
    """Sorted, so that the same sentences give the same file. Each row has a step of its own: a word alone has far larger
    numbers among its own than a sentence."""
    keys = sorted(rows)
    vectors = np.stack([rows[key] for key in keys])
    mean = vectors.mean(axis=0)
    step = np.maximum(np.abs(vectors - mean).max(axis=1, keepdims=True) / 127, np.finfo(np.float32).tiny)
    steps = np.round((vectors - mean) / step).astype(np.int8)
    np.savez_compressed(file, keys=np.array(keys), mean=mean, step=step, steps=steps)


def _unpacked(file: Path) -> Rows:
    with np.load(file) as stored:
        vectors = stored["mean"] + stored["steps"] * stored["step"]
        return dict(zip(stored["keys"].tolist(), vectors.astype(np.float32), strict=True))
