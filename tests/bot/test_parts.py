"""Where a part of a message begins, and which parts only tell."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import told
from bot.understanding.embedding import EMBEDDER
from bot.understanding.reading.dividing import MOST, divide
from bot.understanding.seams import Seams
from bot.understanding.telling import Telling
from knowledge.library import Library
from knowledge.source import KnowledgeError

LIBRARY = Library.load()
MARKED = [
    f"{first}, {second}"
    for first in ("I get child benefit", "my wife is ill", "we have a small flat", "I lost my job in May")
    for second in (
        "who pays the dentist",
        "who helps with the rent",
        "how do I get a doctor",
        "how do we pay the power",
    )
]


LEARNT = Seams.learn(MARKED, [])


@pytest.fixture(scope="module")
def seams() -> Seams:
    return Seams.learn([*MARKED, "how much do I get"], [["I am on sick leave", "how do I get a loan"]])


def test_a_part_begins_where_people_put_a_mark_in_other_texts(seams: Seams) -> None:
    words = "my wife is ill how do I get a loan".split()
    weights = seams.weigh(words)
    assert words[int(weights.argmax())] == "how"
    assert divide(" ".join(words), (), seams=seams) == ["my wife is ill", "how do I get a loan"]


def test_what_is_short_or_has_no_seam_is_not_divided(seams: Seams) -> None:
    for text in ("my wife is ill how long", "we have a small flat we have a small flat"):
        assert divide(text, (), seams=seams) == [text]


@given(st.lists(st.sampled_from("my wife is ill who pays how do I get , . and – ? 1.5".split()), max_size=40))
def test_no_word_is_lost_or_turned_round_by_dividing_where_no_mark_stands(words: list[str]) -> None:
    seams = LEARNT
    text = " ".join(words)
    parts = divide(text, (), seams=seams)
    assert len(parts) <= MOST
    plain = divide(text, ())
    assert " ".join(parts).split() == " ".join(plain).split()


@given(st.lists(st.text(min_size=1, max_size=5), max_size=12))
def test_any_words_can_be_weighed(words: list[str]) -> None:
    assert len(LEARNT.weigh(words)) == len(words)


def test_what_tells_is_told_from_what_asks_in_another_language() -> None:
    tells = [
        "I get disability benefit",
        "my husband is on sick leave",
        "the child has a place in kindergarten",
        "I am 54",
    ]
    asks = [
        "who pays the dentist",
        "I have no doctor",
        "the child benefit has not come",
        "we cannot pay the power bill",
    ]
    telling = Telling.learn(EMBEDDER.embed_all([*tells, *asks]), [False] * 4 + [True] * 4)
    told_so, asked = telling.asks(EMBEDDER.embed_all(["jeg får uføretrygd", "hvem betaler tannlegen"]))
    assert told_so < asked


def test_every_message_has_a_part_that_asks_and_all_languages_have_some() -> None:
    messages = told.load(LIBRARY.topics)
    assert all(any(part.topic for part in message.parts) for message in messages)
    assert {message.language for message in messages} == {"nb", "nn", "en", "pl", "uk", "ar", "fa", "so", "ti", "ckb"}


def test_what_may_be_danger_is_no_example_of_a_topic() -> None:
    labels = {example.label for example in told.examples(LIBRARY.topics, LIBRARY.dangerous)}
    assert labels == set(LIBRARY.topics) - LIBRARY.dangerous


@pytest.mark.parametrize(
    ("written", "line", "why"),
    [
        ("- a list\n", 1, "must be languages, each with a list of messages"),
        ("nb: jeg er ufør\n", 1, "must be languages, each with a list of messages"),
        ("nb:\n- - told: ufør\n- jeg er ufør\n", 3, "a message is a list of parts"),
        ("nb:\n- - told: ufør\n    tannhelse: hvem betaler\n", 2, "a message is a list of parts"),
        ("nb:\n- - told: ufør\n- - tennene: hvem betaler\n", 3, "'tennene' is neither a topic nor told"),
        ("nb:\n- - told: ''\n", 2, "told: a part is a text"),
        ("nb:\n- - told: 5\n", 2, "told: a part is a text"),
    ],
)
def test_a_message_that_is_written_wrongly_is_told_with_its_line(
    tmp_path: Path, written: str, line: int, why: str
) -> None:
    file = tmp_path / "told.yml"
    file.write_text(written)
    with pytest.raises(KnowledgeError) as raised:
        told.load(LIBRARY.topics, file)
    (problem,) = raised.value.problems
    assert (problem.file, problem.line) == (file, line)
    assert why in problem.message
