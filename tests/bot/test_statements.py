"""Which statement of an entry answers what was asked: how it is learned, and how often it is right.

tests/understanding/statements.jsonl: 153 messages in each language, written before the questions by other writers; `pytest
-s` shows figures. The thresholds were set on the lines with an odd number (the first, the third, ...).
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from bot.assistant.engine import Assistant
from bot.records.database import Database
from bot.settings import ROOT
from bot.understanding.questions import SHORT, Question
from bot.understanding.statements import Found, Statements, after_short, among, answering
from knowledge.languages import LANGUAGES

FILE = ROOT / "tests" / "understanding" / "statements.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
KEPT_APART = ROWS[1::2]
RIGHT = 0.85
"""Of the messages that a statement is said to answer, so many it answers, at least."""
FOUND = 0.7
"""Of the messages that a statement answers, so many are answered with it, at least."""
FILLING = 0.3
"""Of the messages that the short answer answers, or nothing, a statement is said to so many, at most."""
SAYING_NOTHING = "hva gjelder"


@pytest.fixture(scope="module")
def assistant(model: Any) -> Iterator[Assistant]:
    database = Database("sqlite://")
    yield Assistant(model, database)
    database.close()


def around(centre: int, number: int) -> np.ndarray:
    """Unit vectors that lie near each other and away from those of another centre."""
    vectors = np.random.default_rng(centre).normal(0, 0.05, (number, 16)).astype(np.float32)
    vectors[:, centre] += 1
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def taught(*topics: tuple[str, tuple[str, ...]]) -> tuple[Statements, dict[str, np.ndarray]]:
    """What was learned of statements with twenty questions each, and a new question for each."""
    names = [(topic, statement) for topic, statements in topics for statement in statements]
    vectors = [around(i, 21) for i in range(len(names))]
    asked = [Question(SAYING_NOTHING, "nb", topic, statement) for topic, statement in names for _ in range(20)]
    learnt = Statements.learn(asked, np.concatenate([each[:20] for each in vectors]))
    return learnt, {statement: each[20] for (_, statement), each in zip(names, vectors, strict=True)}


def test_the_statement_whose_questions_are_alike_is_found() -> None:
    learnt, new = taught(("bostotte", ("en", "to", "tre")), ("tolk", ("fire", "fem")))
    for topic, name in (("bostotte", "en"), ("bostotte", "to"), ("bostotte", "tre"), ("tolk", "fire"), ("tolk", "fem")):
        assert answering(learnt.find(topic, SAYING_NOTHING, new[name])) == (name,)


def test_what_lies_between_statements_is_answered_by_none_or_by_both() -> None:
    learnt, new = taught(("bostotte", ("en", "to", *map(str, range(3, 15)))))
    everything = sum(new.values()) / np.sqrt(14)
    assert answering(learnt.find("bostotte", SAYING_NOTHING, everything)) == ()
    both = (new["en"] + new["to"]) / np.sqrt(2)
    assert set(answering(learnt.find("bostotte", SAYING_NOTHING, both))) == {"en", "to"}


def test_where_vectors_do_not_tell_a_word_does() -> None:
    same = around(1, 40)
    asked = [
        Question(text, "nb", "leieboer-rettigheter", statement)
        for text, statement in (("det er mugg på veggen", "mugg"), ("låsen er byttet", "lås"))
        for _ in range(20)
    ]
    learnt = Statements.learn(asked, same)
    found = [
        answering(learnt.find("leieboer-rettigheter", text, same[0]))
        for text in ("svart mugg her", "ny lås, låsen byttet")
    ]
    assert found == [("mugg",), ("lås",)]


def test_of_a_topic_without_questions_or_with_one_statement_nothing_is_found() -> None:
    learnt, new = taught(("bostotte", ("en", "to")), ("tolk", ("tre",)))
    assert answering(learnt.find("tolk", SAYING_NOTHING, new["tre"])) == ()
    assert answering(learnt.find("sfo", SAYING_NOTHING, new["en"])) == ()


def test_what_the_short_answer_answers_is_answered_by_no_statement() -> None:
    learnt, new = taught(("bostotte", ("en", SHORT, "to")))
    assert answering(learnt.find("bostotte", SAYING_NOTHING, new[SHORT])) == ()
    assert answering(learnt.find("bostotte", SAYING_NOTHING, new["to"])) == ("to",)


def test_after_the_short_answer_a_statement_answers_what_that_would_have_answered() -> None:
    found = ((SHORT, 0.6), ("en", 0.3), ("to", 0.1))
    assert answering(found) == ()
    assert answering(after_short(found)) == ("en", "to")
    assert sum(share for _, share in after_short(found)) == pytest.approx(1)
    assert after_short(((SHORT, 1.0),)) == after_short(()) == ()


def test_what_surely_asks_for_the_short_answer_again_is_answered_by_no_statement() -> None:
    assert after_short(((SHORT, 0.95), ("en", 0.04), ("to", 0.01))) == ()


SECTION = ("en og alt", "to og mer", "tre", "fire")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((("en", 0.9), ("annet", 0.1), ("to", 0.0), ("tre", 0.0), ("fire", 0.0)), ("en",)),
        ((("annet", 0.4), ("to", 0.4), ("en", 0.15), ("tre", 0.03), ("fire", 0.02)), ("to", "en")),
        ((("en", 0.35), ("to", 0.35), ("tre", 0.2), ("fire", 0.1)), ()),  # none is certain
        ((("en", 0.4), ("to", 0.15), ("tre", 0.15), ("annet", 0.15), ("fire", 0.15)), ("en", "to", "tre")),
        ((("en", 0.9), ("to", 0.1), ("tre", 0.0)), ()),  # the fourth was not learned
        ((), ()),
    ],
)
def test_of_a_section_so_many_statements_are_said_as_likely_hold_the_answer(
    found: Found, said: tuple[str, ...]
) -> None:
    assert among(found, SECTION) == said


def test_what_is_asked_is_mostly_answered_by_the_right_statement(assistant: Assistant) -> None:
    every = [(row, answering(assistant.statements(row["text"], row["label"]))) for row in KEPT_APART]
    for code in (*LANGUAGES, "all"):
        rows = [(row, found) for row, found in every if code in (row["lang"], "all")]
        answered = [(row, found) for row, found in rows if row["statements"]]
        said = [(row, found) for row, found in answered if found]
        right = sum(found[0] in row["statements"] for row, found in said)
        among = sum(bool(set(found) & set(row["statements"])) for row, found in said)
        general = [found for row, found in rows if not row["statements"]]
        print(
            f"\n{code}: {right} of {len(answered)} right, {right / len(said):.1%} of {len(said)} said, among two"
            f" {among / len(said):.1%}; said of {sum(map(bool, general))} of {len(general)} that none answers",
            end="",
        )
    assert right >= RIGHT * len(said)
    assert right >= FOUND * len(answered)
    assert sum(map(bool, general)) <= FILLING * len(general)
