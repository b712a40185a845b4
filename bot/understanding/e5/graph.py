"""The encoder as a graph for ONNX Runtime: BERT (J. Devlin et al. 2019, arXiv:1810.04805) from embeddings to means.

Matrices are multiplied in whole numbers. In most, the weights of a column share a scale, and so does everything they meet:
that is fastest. What leaves the inner layer has a few numbers far larger than the rest, which would take the scale from
all others; there each 32 numbers have their own, as in the file. (Cosines to the package's own engine, vectors centred:
median .985 without that, .995 with it, for a fifth of the time.)
Of 8 bits the weights use 7, because processors without VNNI add pairs of products in 16 bits, where two times 8 bits
overflow; so every machine finds the same.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from bot.understanding.e5.weights import BLOCK, Floats, Weights

STEPS = 63
"""The largest whole number a weight becomes."""
_OURS = "com.microsoft"
"""Where ONNX Runtime keeps the operators that ONNX itself does not have."""


def encoder(weights: Weights, depths: Sequence[int]) -> ModelProto:
    """The graph: "embeddings" [1, tokens, width] to means over the tokens [1, width], none of them of unit length yet.

    Args:
        depths: after how many layers a mean is taken, one output for each in this order.
    """
    return _Graph(weights).made(depths)


class _Graph:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []

    def made(self, depths: Sequence[int]) -> ModelProto:
        shape = self._weights.shape
        x = self._node(
            "LayerNormalization",
            ["embeddings", self._plain("emb.ln.w"), self._plain("emb.ln.b")],
            domain="",
            epsilon=shape.epsilon,
        )
        over_tokens = self._constant("over_tokens", np.array([1], np.int64))
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
        looked = self._multiplied(x, *(f"{name}.{each}" for each in "qkv"), to=shape.width)
        query_key_value = self._nodes_of("Split", [looked], 3, domain="", axis=2, num_outputs=3)
        seen = self._node("MultiHeadAttention", query_key_value, num_heads=shape.heads)
        x = self._added(x, self._multiplied(seen, f"{name}.ao", to=shape.width), f"{name}.aln")
        inner = self._node("Gelu", [self._multiplied(x, f"{name}.fi", to=shape.inner)])
        outer = self._multiplied_in_blocks(inner, f"{name}.fo", to=shape.width, width=shape.inner)
        return self._added(x, outer, f"{name}.oln")

    def _multiplied(self, x: str, *names: str, to: int) -> str:
        """By one matrix, or by several side by side."""
        packed = [self._weights.packed(f"{each}.w", to, self._weights.shape.width) for each in names]
        matrix = np.concatenate([each.rows() for each in packed]).T
        bias = np.concatenate([self._weights.plain(f"{each}.b") for each in names])
        scale: Floats = (np.abs(matrix).max(axis=0) / STEPS).astype(np.float32)
        whole = np.round(matrix / scale).astype(np.int8)
        name = names[0]
        constants = [
            self._constant(f"{name}.whole", whole),
            self._constant(f"{name}.scale", scale),
            self._constant(f"{name}.zero", np.zeros(len(scale), np.int8)),
            self._constant(f"{name}.bias", bias),
        ]
        return self._node("DynamicQuantizeMatMul", [x, *constants])

    def _multiplied_in_blocks(self, x: str, name: str, *, to: int, width: int) -> str:
        """By a matrix whose blocks keep their scales and their 4 bits."""
        packed = self._weights.packed(f"{name}.w", to, width)
        steps = packed.steps
        constants = [
            self._constant(f"{name}.steps", steps[..., 0::2] | steps[..., 1::2] << 4),
            self._constant(f"{name}.scales", packed.scales),
            "",  # where zero is: in the middle
            "",  # no new order
            self._constant(f"{name}.bias", self._weights.plain(f"{name}.b")),
        ]
        more: dict[str, Any] = {
            "K": width,
            "N": to,
            "bits": 4,
            "block_size": BLOCK,
            "accuracy_level": 4,
        }  # 4: multiply in 8 bits
        return self._node("MatMulNBits", [x, *constants], **more)

    def _added(self, x: str, y: str, name: str) -> str:
        inputs = [x, y, self._plain(f"{name}.w"), self._plain(f"{name}.b")]
        return self._node("SkipLayerNormalization", inputs, epsilon=self._weights.shape.epsilon)

    def _plain(self, name: str) -> str:
        return self._constant(name, self._weights.plain(name))

    def _constant(self, name: str, values: Any) -> str:
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
