"""Sentence vectors in all ten languages, behind one small interface."""

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import blake2b
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.understanding.tidying import tidy

Vector = NDArray[np.float32]


def as_a_whole(vectors: Vector) -> Vector:
    """The part of sentence vectors, one a row, that is from the last layer: in it wording and language weigh least. Of
    vectors of another model, the last numbers; of shorter ones, all."""
    return vectors[:, -384:]


class Model(Protocol):
    """What turns a text into a unit vector. A folder of another model can stand behind it."""

    name: str

    def embed(self, text: str) -> Vector: ...


class TidiedE5:
    """multilingual-e5-small of tidied texts.

    The model was taught to find passages, with "query: " before a question. Without it topics are told nearly as often, and
    three of some twenty pieces are saved.

    Args:
        taught: with what it was taught of our subjects, or as its makers left it.
    """

    def __init__(self, taught: bool = True) -> None:
        from bot.understanding.e5.adapter import shipped
        from bot.understanding.e5.sentences import E5  # takes a second, and is not needed where nothing is understood

        adapter = shipped() if taught else None
        self.name = f"{_NAME}, taught {adapter.name}" if adapter else _NAME
        self._model = E5(adapter)

    def embed(self, text: str) -> Vector:
        return self._model.vector(tidy(text))


_NAME = "multilingual-e5-small, 7 bits, layers 8 and 12, tidied, own letters"


class Embedder:
    """Embeds texts, remembering the most recent ones, but not their words. Safe to use from several threads.

    Args:
        model: makes it, when it is first needed.
        remember: how many texts to keep in memory (3.2 kB each).
    """

    def __init__(self, model: Callable[[], Model] = TidiedE5, remember: int = 10_000) -> None:
        self._make = model
        self._model: Model | None = None
        self._remember = remember
        self._kept: OrderedDict[bytes, Vector] = OrderedDict()
        self._lock = Lock()
        self._cores = ThreadPoolExecutor(os.cpu_count() or 1)

    @property
    def model(self) -> Model:
        with self._lock:
            self._model = self._model or self._make()
            return self._model

    def embed(self, text: str) -> Vector:
        key = digest(text)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        vector = self.model.embed(text)
        with self._lock:
            self._kept[key] = vector
            while len(self._kept) > self._remember:
                self._kept.popitem(last=False)
        return vector

    def embed_all(self, texts: Sequence[str]) -> Vector:
        """One row per text, as many at a time as there are cores: the model lets go of the interpreter while it works."""
        if len(texts) == 1:
            return self.embed(texts[0])[None, :]
        return np.stack(list(self._cores.map(self.embed, texts)))


def digest(text: str) -> bytes:
    """What a text is known by afterwards: what somebody has deleted may not stand in memory either."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


EMBEDDER = Embedder()
"""The one of this process."""
PLAIN = Embedder(partial(TidiedE5, taught=False))
"""One that was taught nothing of ours: how much is understood of what was not seen can be measured with it anywhere."""
