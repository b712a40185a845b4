"""Teaches the encoder our subjects. Done by a developer when there are many new examples, not by an installation.

Regressions on the vectors and narrow additions to the matrices of the upper layers (LoRA; E. Hu et al. 2021,
arXiv:2106.09685) learn together to tell what a text is about, and what of it, so that texts about one thing come to lie
together in all languages. The regressions are thrown away; what they have pushed the vectors to holds for what learns from
them later. Needs PyTorch, which nothing else does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as nn
from numpy.typing import NDArray

from bot.understanding.e5.sentences import DEPTHS, E5
from bot.understanding.e5.weights import Floats, Weights

FROZEN = 4
"""The lowest layers learn nothing: they are about words, and it saves a quarter of the time."""
RANK = 16
"""Width of what is added."""
ROUNDS = 1
"""How often all examples are gone through. What is seen twice is learned by heart, and then vectors of what was seen lie
otherwise than those of what was not."""
TOKENS = 2048
"""Pieces, with what fills short texts up, that make a step."""
ROUNDS_OF_FEW, TOKENS_OF_FEW = 20, 512
"""Where there are a few hundred examples, they are gone through more often, in smaller steps."""
SHARE_OF_FEW = 0.4
"""How much of what was learned of them is added: what lies between the encoder as it was and as it is holds better for what
was not seen than either (M. Wortsman et al. 2022, arXiv:2109.01903)."""
RATE = 0.001
"""What the additions learn at; the regression twice as fast."""
WARM = 60
"""Steps until that rate is reached, but at most a fifth of them. From there it falls to nothing."""
SMOOTHED = 0.1
"""The share of a label's certainty that all labels are given (C. Szegedy et al. 2016, arXiv:1512.00567), so that texts of a
label are drawn together, but not into a point."""
SCALE = 14.0
"""What centred unit vectors are multiplied by, as when networks learn from them."""
_MATRICES = ("q", "k", "v", "ao", "fi", "fo")

Progress = Callable[[str], None]
Tensor = Any
"""PyTorch's own types are not there where it is not installed."""
Task = Sequence[tuple[str, str] | None]
"""What there is to tell of each text: a label among those of a group, as the statement among those of a topic; None where
there is nothing."""


def tuned(
    texts: Sequence[NDArray[np.int64]],
    tasks: Sequence[Task],
    vectors: Floats,
    weights: Weights,
    progress: Progress,
    rounds: int = ROUNDS,
    tokens: int = TOKENS,
) -> dict[str, tuple[Floats, Floats]]:
    """What to add to the encoder's matrices, for `bot.understanding.e5.adapter.Adapter`.

    Args:
        texts: the numbers of each one's pieces, as `E5.stretches` gives them.
        tasks: what to learn to tell of them, all at once.
        vectors: of each text, one a row, by the encoder as it is.
        weights: of the encoder.
        progress: told how far it is.
        rounds: how often the texts are gone through.
        tokens: pieces that make a step.
    """
    torch.manual_seed(0)
    mean = torch.from_numpy(vectors.mean(axis=0))
    regressions = [_Regression.begun(task, (torch.from_numpy(vectors) - mean) * SCALE) for task in tasks]
    encoder = _Encoder(weights, texts)
    learning = [
        {"params": encoder.parameters(), "times": 1},
        {"params": [half for each in regressions for half in (each.weights, each.bias)], "times": 2},
    ]
    optimizer = torch.optim.Adam(learning, lr=RATE)
    steps = [step for _ in range(rounds) for step in _steps([len(text) for text in texts], tokens)]
    warm = min(WARM, max(1, len(steps) // 5))
    for number, rows in enumerate(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * group["times"] * min(1, (number + 1) / warm) * (1 - number / len(steps))
        features = (encoder(rows) - mean) * SCALE
        loss = sum(each.surprise(features, torch.tensor(rows)) for each in regressions)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        if number % 50 == 0:
            progress(f"step {number} of {len(steps)}, surprise {loss.item():.2f}")
    return encoder.additions()


def pieces(e5: E5, text: str) -> NDArray[np.int64]:
    """The numbers of a text's pieces; of one that is too long for the encoder, of its beginning."""
    return next(e5.stretches(text))


@dataclass(frozen=True)
class _Regression:
    """Tells the labels of a task from vectors."""

    truth: Tensor
    """Of each text, which label; -1 where there is none."""
    group: Tensor
    """Of each text, which group; the first where there is none."""
    members: Tensor
    """Of each group, 0 for its labels and very little for others, which it is not to be told apart from."""
    weights: Tensor
    bias: Tensor

    @classmethod
    def begun(cls, task: Task, features: Tensor) -> "_Regression":
        """One that tells them from the vectors as they are, to begin with."""
        names = sorted({each for each in task if each})
        groups = sorted({group for group, _ in names})
        members = torch.tensor([[0.0 if of == group else -1e9 for of, _ in names] for group in groups])
        number = {name: i for i, name in enumerate(names)}
        weights = torch.zeros(len(names), features.shape[1], requires_grad=True)
        bias = torch.zeros(len(names), requires_grad=True)
        truth = torch.tensor([number[each] if each else -1 for each in task])
        group = torch.tensor([groups.index(each[0]) if each else 0 for each in task])
        begun = cls(truth, group, members, weights, bias)
        optimizer = torch.optim.Adam([weights, bias], lr=0.01)
        for _ in range(4):
            for rows in torch.randperm(len(features)).split(512):
                loss = begun.surprise(features[rows], rows)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            for each in optimizer.param_groups:
                each["lr"] *= 0.4
        return begun

    def surprise(self, features: Tensor, rows: Tensor) -> Tensor:
        """How far from sure it is of what is true of some of the texts."""
        told = self.truth[rows] >= 0
        rows = rows[told]
        found = nn.linear(features[told], self.weights, self.bias) + self.members[self.group[rows]]
        # no certainty can be given to what is not in the group
        smoothed = SMOOTHED if len(self.members) == 1 else 0.0
        summed = nn.cross_entropy(found, self.truth[rows], label_smoothing=smoothed, reduction="sum")
        return summed / max(1, len(rows))


def _steps(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Rows of texts that are about as long as each other, so many pieces at once; the steps in any order."""
    random = np.random.default_rng(torch.randint(2**31, ()).item())
    order = np.argsort(np.array(lengths) + 2 * random.random(len(lengths)))
    steps: list[list[int]] = [[]]
    longest = 0
    for row in order.tolist():
        longest = max(longest, lengths[row])
        if steps[-1] and (len(steps[-1]) + 1) * longest > tokens:
            steps.append([])
            longest = lengths[row]
        steps[-1].append(row)
    for number in random.permutation(len(steps)):
        yield steps[number]


class _Encoder:
    """BERT (J. Devlin et al. 2019, arXiv:1810.04805) as bot/understanding/e5/graph.py describes it, in numbers of 16 bits
    and with additions that learn."""

    def __init__(self, weights: Weights, texts: Sequence[NDArray[np.int64]]) -> None:
        self._shape = shape = weights.shape
        self._weights = weights
        used = np.unique(np.concatenate(texts))
        self._texts = [torch.from_numpy(np.searchsorted(used, text)) for text in texts]
        self._words = torch.from_numpy(weights.packed("emb.word", shape.pieces, shape.width).rows(used))
        positions = weights.plain("emb.pos").reshape(-1, shape.width) + weights.plain("emb.type")[: shape.width]
        self._positions = torch.from_numpy(positions)
        self._matrices: dict[str, tuple[Tensor, Tensor]] = {}
        self._learning: dict[str, tuple[Tensor, Tensor]] = {}
        for layer in range(max(DEPTHS)):
            for kind in _MATRICES:
                name = f"l{layer}.{kind}"
                to, width = (shape.inner if kind == each else shape.width for each in ("fi", "fo"))
                matrix = torch.from_numpy(weights.packed(f"{name}.w", to, width).rows()).bfloat16()
                self._matrices[name] = matrix, torch.tensor(weights.plain(f"{name}.b")).bfloat16()
                if layer >= FROZEN:
                    narrow = (torch.randn(RANK, width) / width**0.5).requires_grad_()
                    self._learning[name] = narrow, torch.zeros(to, RANK, requires_grad=True)

    def parameters(self) -> list[Tensor]:
        return [half for pair in self._learning.values() for half in pair]

    def additions(self) -> dict[str, tuple[Floats, Floats]]:
        return {
            name: (narrow.detach().numpy().T.copy(), wide.detach().numpy().T.copy())
            for name, (narrow, wide) in self._learning.items()
        }

    def __call__(self, rows: Sequence[int]) -> Tensor:
        """The vectors of some of the texts, [rows, numbers]."""
        ids = torch.nn.utils.rnn.pad_sequence([self._texts[row] for row in rows], batch_first=True)
        lengths = torch.tensor([len(self._texts[row]) for row in rows])
        there = torch.arange(ids.shape[1]) < lengths[:, None]
        hidden = torch.zeros(there.shape, dtype=torch.bfloat16).masked_fill(~there, -1e9)[:, None, None, :]
        x = self._normalised(self._words[ids] + self._positions[: ids.shape[1]], "emb.ln").bfloat16()
        means = {}
        for layer in range(max(DEPTHS)):
            with torch.set_grad_enabled(layer >= FROZEN):
                x = self._layer(x, hidden, f"l{layer}")
            if layer + 1 in DEPTHS:
                summed = (x.float() * there[..., None]).sum(dim=1)
                means[layer + 1] = nn.normalize(summed, dim=1)
        return torch.cat([means[depth] for depth in DEPTHS], dim=1) / len(DEPTHS) ** 0.5

    def _layer(self, x: Tensor, hidden: Tensor, name: str) -> Tensor:
        heads = (len(x), x.shape[1], self._shape.heads, -1)
        query, key, value = (self._times(x, f"{name}.{each}").view(heads).transpose(1, 2) for each in "qkv")
        seen = nn.scaled_dot_product_attention(query, key, value, attn_mask=hidden).transpose(1, 2).flatten(2)
        x = self._normalised(x + self._times(seen, f"{name}.ao"), f"{name}.aln")
        said = self._times(nn.gelu(self._times(x, f"{name}.fi")), f"{name}.fo")
        return self._normalised(x + said, f"{name}.oln")

    def _times(self, x: Tensor, name: str) -> Tensor:
        found = nn.linear(x, *self._matrices[name])
        if name not in self._learning:
            return found
        narrow, wide = self._learning[name]
        return found + nn.linear(nn.linear(x, narrow.bfloat16()), wide.bfloat16())

    def _normalised(self, x: Tensor, name: str) -> Tensor:
        weight, bias = (torch.tensor(self._weights.plain(f"{name}.{each}")).to(x.dtype) for each in "wb")
        return nn.layer_norm(x, (self._shape.width,), weight, bias, self._shape.epsilon)
