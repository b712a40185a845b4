"""What the encoder was taught of our subjects: low-rank additions to its matrices (LoRA; E. Hu et al. 2021,
arXiv:2106.09685).

They are made by `rettvis tune` (bot/understanding/e5/tuning.py), and put into the matrices when the model is loaded, so
that a message takes no longer.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding.e5.weights import Floats

FILE = Path(__file__).with_name("adapter.npz")
_APART = "apart"


@dataclass(frozen=True)
class Adapter:
    """Additions to matrices, by their names, and the texts that were kept from it while it learned: only on these can be
    measured how well something that was not seen is understood."""

    additions: Mapping[str, tuple[Floats, Floats]]
    """Two narrow matrices, [inputs, rank] and [rank, outputs], whose product is added."""
    apart: frozenset[int]
    name: str
    """Another one for other additions."""

    @classmethod
    def load(cls, file: Path = FILE) -> "Adapter":
        """The one in a file.

        Raises:
            OSError, ValueError, KeyError: it cannot be read, or is not one.
        """
        with np.load(file) as stored:
            names = {name.rpartition(".")[0] for name in stored.files if name != _APART}
            additions = {name: (_wide(stored[f"{name}.a"]), _wide(stored[f"{name}.b"])) for name in names}
            return cls(additions, frozenset(stored[_APART].tolist()), _digest(file.read_bytes()).hex())

    def save(self, file: Path = FILE) -> None:
        """Write it, in 16 bits a number."""
        pairs = sorted(self.additions.items())
        stored = {f"{name}.{side}": half for name, pair in pairs for side, half in zip("ab", pair, strict=True)}
        apart = np.array(sorted(self.apart), np.uint64)
        np.savez_compressed(file, apart=apart, **{name: half.astype(np.float16) for name, half in stored.items()})

    def added(self, name: str, matrix: Floats) -> Floats:
        """A matrix, [inputs, outputs], and what is added to it, if anything is."""
        if name not in self.additions:
            return matrix
        narrow, wide = self.additions[name]
        return matrix + narrow @ wide

    def in_part(self, share: float) -> "Adapter":
        """One that adds a share of this."""
        additions = {name: (narrow * share, wide) for name, (narrow, wide) in self.additions.items()}
        return Adapter(additions, self.apart, f"{share:g} of {self.name}")

    def is_apart(self, text: str) -> bool:
        """Whether a text was kept from it."""
        return _number(text) in self.apart


def numbers(texts: Iterable[str]) -> frozenset[int]:
    """What texts are known by in `Adapter.apart`."""
    return frozenset(map(_number, texts))


@cache
def shipped() -> Adapter:
    """The one that the assistant understands with."""
    return Adapter.load()


def _number(text: str) -> int:
    return int.from_bytes(_digest(text.encode()))


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=8).digest()


def _wide(half: NDArray[np.float16]) -> Floats:
    return np.asarray(half, np.float32)
