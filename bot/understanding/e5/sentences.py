"""From a sentence to its vector."""

from collections.abc import Iterator

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor
from sentencepiece.sentencepiece_model_pb2 import ModelProto

from bot.understanding.e5.adapter import Adapter
from bot.understanding.e5.graph import encoder
from bot.understanding.e5.weights import Floats, Weights

DEPTHS = (8, 12)
"""The layers whose means make a vector. The last one says what a sentence is like as a whole; in the one two thirds of the
way, which costs nothing more, its words still show."""


class E5:
    """The model, in memory. Safe to use from several threads; each text takes one of them.

    Args:
        adapter: what it was taught of our subjects; without one it is as its makers left it.
    """

    def __init__(self, adapter: Adapter | None = None) -> None:
        weights = Weights.packaged()
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
        model = encoder(weights, DEPTHS, adapter).SerializeToString()
        self._encoder = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def vector(self, text: str) -> Floats:
        """A unit vector: the means after each of DEPTHS side by side, 384 numbers each and as long as each other.

        A text of more than 510 pieces is read in stretches, and their mean taken.
        """
        stretches = list(self.stretches(text))
        means = np.sum([self._means(each) * max(len(each) - 2, 1) for each in stretches], axis=0)
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        return np.asarray(means.reshape(-1) / np.sqrt(len(DEPTHS)), np.float32)

    def stretches(self, text: str) -> Iterator[NDArray[np.int64]]:
        """The numbers of its pieces, between the sign that begins and the one that ends; mostly there is one stretch."""
        ids = self._pieces.encode(text.translate(self._spelt))
        most = self._shape.longest - 2
        first, last = self._ends
        for begin in range(0, max(len(ids), 1), most):  # of nothing, too, there is one
            yield np.array([first, *ids[begin : begin + most], last])

    def _means(self, ids: NDArray[np.int64]) -> Floats:
        embeddings = self._words.rows(ids) + self._positions[: len(ids)]
        return np.concatenate(self._encoder.run(None, {"embeddings": embeddings[None]}))


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
