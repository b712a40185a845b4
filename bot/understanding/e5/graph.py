"""The encoder as a graph for ONNX Runtime: BERT (J. Devlin et al. 2019, arXiv:1810.04805) from embeddings to means.

Matrices are multiplied in whole numbers: the weights of a column share a scale, and so does everything they meet. In seven
of the twelve inner layers one neuron says far larger numbers than the rest and would take the scale from all others, so the
loudest few are multiplied as they are (T. Dettmers et al. 2022, arXiv:2208.07339).
Of 8 bits the weights use 7, because processors without VNNI add pairs of products in 16 bits, where two times 8 bits
overflow; so every machine finds the same.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from bot.understanding.e5.adapter import Adapter
from bot.understanding.e5.weights import Floats, Weights

STEPS = 63
"""The largest whole number a weight becomes."""
LOUDEST = 32
"""Neurons of each inner layer that are not rounded. What one can say is limited by the length of its weights, and what
comes of it by the length of those it meets next; by the product of the two each far louder one is among the first eight. So
many more cost nothing, for there are 1 536."""
_OURS = "com.microsoft"
"""Where ONNX Runtime keeps the operators that ONNX itself does not have."""


def encoder(weights: Weights, depths: Sequence[int], adapter: Adapter | None = None) -> ModelProto:
    """The graph: "embeddings" [1, tokens, width] to means over the tokens [1, width], none of them of unit length yet.

    Args:
        depths: after how many layers a mean is taken, one output for each in this order.
        adapter: what is added to the matrices.
    """
    return _Graph(weights, adapter).made(depths)


class _Graph:
    def __init__(self, weights: Weights, adapter: Adapter | None) -> None:
        self._weights = weights
        self._adapter = adapter
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []

    def made(self, depths: Sequence[int]) -> ModelProto:
        shape = self._weights.shape
        x = self._normalised("embeddings", "emb.ln")
        over_tokens = self._constant(np.array([1], np.int64))
        means = {}
        for layer in range(max(depths)):
            x = self._layer(x, f"l{layer}")
            if layer + 1 in depths:
                means[layer + 1] = self._node("ReduceMean", [x, over_tokens], domain="", keepdims=0)
        graph = helper.make_graph(
            self._nodes,
            "e5",
            [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, [1, "tokens", shape.width])],
            [helper.make_tensor_value_info(means[each], TensorProto.FLOAT, [1, shape.width]) for each in depths],
            self._constants,
        )
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(_OURS, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=9)

    def _layer(self, x: str, name: str) -> str:
        shape = self._weights.shape
        looked = self._rounded(x, *self._linear(*(f"{name}.{each}" for each in "qkv"), to=shape.width))
        query_key_value = self._nodes_of("Split", [looked], 3, domain="", axis=2, num_outputs=3)
        seen = self._node("MultiHeadAttention", query_key_value, num_heads=shape.heads)
        x = self._added(x, self._rounded(seen, *self._linear(f"{name}.ao", to=shape.width)), f"{name}.aln")
        return self._added(x, self._inner(x, name), f"{name}.oln")

    def _inner(self, x: str, name: str) -> str:
        """To the inner layer and back, its loudest neurons last."""
        shape = self._weights.shape
        to, to_bias = self._linear(f"{name}.fi", to=shape.inner)
        back, back_bias = self._linear(f"{name}.fo", to=shape.width, width=shape.inner)
        order = np.argsort(np.linalg.norm(to, axis=0) * np.linalg.norm(back, axis=1), kind="stable")
        said = self._node("Gelu", [self._rounded(x, to[:, order], to_bias[order])])
        quiet, loud = order[:-LOUDEST], order[-LOUDEST:]
        sizes = self._constant(np.array([len(quiet), len(loud)], np.int64))
        said_quietly, said_loudly = self._nodes_of("Split", [said, sizes], 2, domain="", axis=2)
        as_it_is = self._node("MatMul", [said_loudly, self._constant(back[loud])], domain="")
        return self._node("Add", [self._rounded(said_quietly, back[quiet], back_bias), as_it_is], domain="")

    def _linear(self, *names: str, to: int, width: int | None = None) -> tuple[Floats, Floats]:
        """One matrix, or several side by side, and the bias."""
        width = width or self._weights.shape.width
        matrices = {each: self._weights.packed(f"{each}.w", to, width).rows().T for each in names}
        if self._adapter:
            matrices = {each: self._adapter.added(each, matrix) for each, matrix in matrices.items()}
        bias = np.concatenate([self._weights.plain(f"{each}.b") for each in names])
        return np.concatenate(list(matrices.values()), axis=1), bias

    def _rounded(self, x: str, matrix: Floats, bias: Floats) -> str:
        """Multiplied in whole numbers."""
        scale: Floats = (np.abs(matrix).max(axis=0) / STEPS).astype(np.float32)
        whole = np.round(matrix / scale).astype(np.int8)
        constants = [self._constant(each) for each in (whole, scale, np.zeros(len(scale), np.int8), bias)]
        return self._node("DynamicQuantizeMatMul", [x, *constants])

    def _added(self, x: str, y: str, name: str) -> str:
        return self._normalised(self._node("Add", [x, y], domain=""), name)

    def _normalised(self, x: str, name: str) -> str:
        inputs = [x, self._plain(f"{name}.w"), self._plain(f"{name}.b")]
        return self._node("LayerNormalization", inputs, domain="", epsilon=self._weights.shape.epsilon)

    def _plain(self, name: str) -> str:
        return self._constant(self._weights.plain(name))

    def _constant(self, values: Any) -> str:
        name = f"constant.{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, kind: str, inputs: list[str], *, domain: str = _OURS, **more: Any) -> str:
        """The name of its output."""
        (name,) = self._nodes_of(kind, inputs, 1, domain=domain, **more)
        return name

    def _nodes_of(self, kind: str, inputs: list[str], outputs: int, **more: Any) -> list[str]:
        names = [f"{len(self._nodes)}.{each}" for each in range(outputs)]
        self._nodes.append(helper.make_node(kind, inputs, names, **more))
        return names
