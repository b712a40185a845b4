"""The classifier on a small invented world: a direction in space and a vocabulary for each label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.understanding.classifier import (
    BESIDE_OURS,
    CRISIS,
    OUTSIDE,
    SURELY_OURS,
    Classifier,
    Prediction,
    _seen,
    terms,
)
from bot.understanding.embedding import Vector

SIZE = 24
WORDS = {
    "barnetrygd": "barn trygd penger",
    "bostotte": "bolig husleie støtte",
    "sykepenger": "syk lege arbeid",
    "tannhelse": "tann hull smerte",
    "crisis.violence": "slår truer redd",
    "crisis.suicide": "dø leve orker",
    "out_of_scope": "fotball vær oppskrift",
}
NAMES = {"barnetrygd", "bostotte", "sykepenger", "tannhelse", "crisis", "out_of_scope"}


def unit(vector: Vector) -> Vector:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


@dataclass(frozen=True)
class World:
    """A direction for each label; a sentence of a label points roughly its way and uses its words."""

    directions: dict[str, Vector]

    @classmethod
    def made(cls, seed: int = 7) -> "World":
        random = np.random.default_rng(seed)
        return cls({label: unit(random.normal(size=SIZE)) for label in WORDS})

    def vector(self, label: str, random: np.random.Generator) -> Vector:
        return unit(self.directions[label] + random.normal(scale=0.1, size=SIZE))

    def text(self, label: str, random: np.random.Generator) -> str:
        return " ".join(random.choice(WORDS[label].split(), size=4))

    def between(self, label: str, other: str, share: float) -> Vector:
        return unit(share * self.directions[label] + (1 - share) * self.directions[other])


@dataclass(frozen=True)
class Lessons:
    texts: list[str]
    labels: list[str]
    groups: list[str]
    vectors: Vector


def lessons(world: World, labels: tuple[str, ...] = tuple(WORDS), situations: int = 16) -> Lessons:
    """Three paraphrases in each situation of each label."""
    random = np.random.default_rng(1)
    rows = [(label, f"{label}/{number}") for label in labels for number in range(situations) for _ in range(3)]
    return Lessons(
        [world.text(label, random) for label, _ in rows],
        [label for label, _ in rows],
        [group for _, group in rows],
        np.stack([world.vector(label, random) for label, _ in rows]),
    )


def learnt(given: Lessons) -> Classifier:
    return Classifier().fit(given.texts, given.labels, given.groups, given.vectors)


@pytest.fixture(scope="module")
def world() -> World:
    return World.made()


@pytest.fixture(scope="module")
def classifier(world: World) -> Classifier:
    return learnt(lessons(world))


@pytest.mark.parametrize("label", WORDS)
def test_what_was_learnt_is_recognised_in_new_sentences(world: World, classifier: Classifier, label: str) -> None:
    random = np.random.default_rng(99)
    found = [classifier.predict(world.text(label, random), world.vector(label, random)).label for _ in range(20)]
    assert found == [label.partition(".")[0]] * 20


def test_every_label_is_ranked_once_and_kinds_are_one_label(world: World, classifier: Classifier) -> None:
    ranking = classifier.predict("barn", world.directions["barnetrygd"]).ranking
    assert len(ranking) == len(NAMES)
    assert {label for label, _ in ranking} == NAMES


def test_the_confidence_of_danger_is_that_of_its_kinds_together(world: World, classifier: Classifier) -> None:
    vector = world.between("crisis.violence", "crisis.suicide", 0.5)
    prediction = classifier.predict("slår leve", vector)
    each = dict(zip(classifier.labels, classifier.probabilities(["slår leve"], vector[None, :])[0], strict=True))
    assert prediction.label == "crisis"
    assert prediction.ranking[0][1] == pytest.approx(each["crisis.violence"] + each["crisis.suicide"])
    assert min(each["crisis.violence"], each["crisis.suicide"]) > 0.05


@pytest.mark.parametrize("kind", ["violence", "suicide"])
def test_the_likeliest_kind_of_danger_is_named(world: World, classifier: Classifier, kind: str) -> None:
    label = f"crisis.{kind}"
    assert classifier.predict(WORDS[label], world.directions[label]).kind == kind


def test_where_no_label_has_kinds_none_is_named(world: World) -> None:
    plain = learnt(lessons(world, ("barnetrygd", "bostotte", "out_of_scope")))
    assert plain.predict("barn", world.directions["barnetrygd"]).kind is None


def test_a_little_danger_is_enough_even_when_something_else_is_likelier(world: World, classifier: Classifier) -> None:
    predictions = [
        classifier.predict("husleie redd", world.between("crisis.violence", "bostotte", share))
        for share in np.linspace(0, 1, 201)
    ]
    decided_against_the_odds = [p for p in predictions if p.label == "crisis" and p.ranking[1][1] > p.ranking[0][1]]
    assert decided_against_the_odds
    assert predictions[0].label == "bostotte"
    assert all(p.ranking[0][1] >= CRISIS for p in predictions if p.label == "crisis")


@pytest.mark.parametrize("text", ["fotball vær", "oppskrift på fotball"])
def test_what_is_not_ours_is_refused(world: World, classifier: Classifier, text: str) -> None:
    assert classifier.predict(text, world.directions[OUTSIDE]).label == OUTSIDE


def test_the_threshold_of_refusal_decides_between_ours_and_not_ours(world: World) -> None:
    strict, lenient = learnt(lessons(world)), learnt(lessons(world))
    strict.outside, lenient.outside = 0.0, 1.1
    vector = world.between(OUTSIDE, "bostotte", 0.5)
    refused = strict.predict("husleie fotball", vector)
    assert dict(refused.ranking)["bostotte"] < SURELY_OURS
    assert refused.label == OUTSIDE
    assert lenient.predict("fotball", world.directions[OUTSIDE]).label != OUTSIDE


def test_threshold_and_temperature_are_set_on_unseen_situations(classifier: Classifier) -> None:
    assert 0 < classifier.outside < 0.5
    assert 0.5 <= classifier.temperature <= 1.2


def test_with_too_few_situations_to_set_them_on_the_defaults_hold(world: World) -> None:
    few = learnt(lessons(world, ("barnetrygd", "bostotte", "out_of_scope"), situations=1))
    assert (few.temperature, few.outside) == (1.0, 0.5)
    assert few.predict("barn trygd", world.directions["barnetrygd"]).label == "barnetrygd"


def test_without_examples_of_what_is_not_ours_nothing_is_refused(world: World) -> None:
    trusting = learnt(lessons(world, ("barnetrygd", "bostotte", "sykepenger")))
    assert (trusting.temperature, trusting.outside) == (1.0, 0.5)
    assert trusting.predict("fotball", world.directions[OUTSIDE]).label in {"barnetrygd", "bostotte", "sykepenger"}


def test_learning_the_same_twice_gives_the_same(world: World, classifier: Classifier) -> None:
    again = learnt(lessons(world))
    vector = world.between("tannhelse", "sykepenger", 0.4)
    assert again.predict("hull lege", vector) == classifier.predict("hull lege", vector)


random_texts = st.lists(st.sampled_from(" ".join(WORDS.values()).split()), max_size=6).map(" ".join) | st.text(
    max_size=20
)
random_vectors = st.integers(0, 2**32 - 1).map(lambda seed: unit(np.random.default_rng(seed).normal(size=SIZE)))
mixtures = st.builds(
    lambda one, other, share: World.made().between(one, other, share),
    st.sampled_from(sorted(WORDS)),
    st.sampled_from(sorted(WORDS)),
    st.floats(0.2, 0.8),
)


def decided(classifier: Classifier, prediction: Prediction) -> str:
    """What the docstring says should be decided: danger if there is enough, else refusal unless something is surely ours,
    else our likeliest label."""
    chances = dict(prediction.ranking)
    ours = max(NAMES - {OUTSIDE}, key=lambda name: chances[name])
    if chances["crisis"] >= CRISIS:
        return "crisis"
    beside_ours = chances[OUTSIDE] >= BESIDE_OURS * chances[ours]
    if chances[OUTSIDE] >= classifier.outside and beside_ours and chances[ours] < SURELY_OURS:
        return OUTSIDE
    return ours


@settings(deadline=None, max_examples=200)
@given(text=random_texts, vector=random_vectors | mixtures)
def test_the_ranking_is_a_whole_in_order_after_what_was_decided(
    classifier: Classifier, text: str, vector: Vector
) -> None:
    prediction = classifier.predict(text, vector)
    confidences = [confidence for _, confidence in prediction.ranking]
    assert sum(confidences) == pytest.approx(1.0, abs=1e-5)
    assert all(0 <= confidence <= 1 + 1e-6 for confidence in confidences)
    assert confidences[1:] == sorted(confidences[1:], reverse=True)
    assert prediction.label == decided(classifier, prediction)
    assert prediction.kind in ("violence", "suicide")


class Asked:
    """Vectors of the invented world, and for which texts they were asked."""

    def __init__(self, vectors: dict[str, Vector]) -> None:
        self._vectors = vectors
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vector:
        self.texts += texts
        return np.stack([self._vectors[text] for text in texts])


def test_what_the_spelling_is_sure_of_needs_no_vector_and_the_rest_gets_its_own(
    world: World, classifier: Classifier
) -> None:
    sure, unsure = "barn trygd penger barn trygd", "hva nå"
    asked = Asked({unsure: world.directions["tannhelse"]})
    found = classifier.predict_all([sure, unsure, sure], asked)
    assert asked.texts == [unsure]
    assert [prediction.label for prediction in found] == ["barnetrygd", "tannhelse", "barnetrygd"]
    assert found[1] == classifier.predict(unsure, world.directions["tannhelse"])


def test_where_what_is_not_ours_is_one_situation_the_defaults_hold(world: World) -> None:
    given = lessons(world)
    groups = [OUTSIDE if label == OUTSIDE else group for label, group in zip(given.labels, given.groups, strict=True)]
    one = Classifier().fit(given.texts, given.labels, groups, given.vectors)
    assert one.predict("fotball vær", world.directions[OUTSIDE]).label == OUTSIDE


def test_when_to_refuse_is_told_from_what_is_apart(world: World) -> None:
    """What makes the vectors has seen all but the last situations: there they say nothing, elsewhere all."""
    given = lessons(world)
    apart = [group.endswith(("/14", "/15")) for group in given.groups]
    random = np.random.default_rng(4)
    vectors = np.where(np.array(apart)[:, None], [unit(random.normal(size=SIZE)) for _ in apart], given.vectors)
    texts = ["hva nå" if each else text for each, text in zip(apart, given.texts, strict=True)]
    taken, not_taken = (
        Classifier().fit(texts, given.labels, given.groups, vectors.astype(np.float32), each) for each in (apart, ())
    )
    assert taken.outside > not_taken.outside  # ours that say nothing may be foreign: more must be let through


def test_where_there_are_few_examples_no_spelling_is_sure(world: World) -> None:
    few = learnt(lessons(world, situations=8))
    sure = "barn trygd penger barn trygd"
    asked = Asked({sure: world.directions["barnetrygd"]})
    few.predict_all([sure], asked)
    assert asked.texts == [sure]


def test_with_few_examples_only_what_a_sentence_is_like_as_a_whole_is_looked_at(world: World) -> None:
    random = np.random.default_rng(5)
    given = lessons(world, situations=8)
    padding = np.zeros((len(given.texts), 384 - SIZE), np.float32)
    halves = [np.hstack([random.normal(size=(len(given.texts), 384)), padding, given.vectors]) for _ in range(2)]
    first, second = (
        Classifier().fit(given.texts, given.labels, given.groups, each.astype(np.float32)) for each in halves
    )
    asked = np.hstack([random.normal(size=384), padding[0], world.directions["tannhelse"]]).astype(np.float32)
    assert first.predict("hva nå", asked) == second.predict("hva nå", asked)
    assert first.predict("hva nå", asked).label == "tannhelse"


@pytest.mark.parametrize("size", [24, 768])
def test_what_networks_look_at_is_as_long_of_few_examples_as_of_many(size: int) -> None:
    vectors = np.stack([unit(row) for row in np.random.default_rng(3).normal(size=(20, size))])
    lengths = np.linalg.norm(_seen(vectors, few=True), axis=1)
    assert lengths == pytest.approx(np.ones(20), abs=0.1)


@pytest.mark.parametrize(("situations", "few"), [(9, True), (10, False)])
def test_fewer_than_thirty_examples_of_each_label_are_few(world: World, situations: int, few: bool) -> None:
    assert learnt(lessons(world, situations=situations)).meaning.few is few


@settings(deadline=None, max_examples=100)
@given(words=st.lists(st.sampled_from(" ".join(WORDS.values()).split()), min_size=1, max_size=6), data=st.data())
def test_danger_and_what_may_be_foreign_is_never_left_at_its_spelling(
    classifier: Classifier, words: list[str], data: st.DataObject
) -> None:
    said = data.draw(st.sampled_from(["slår truer redd", "dø leve orker", "fotball vær oppskrift"]))
    text = f"{said} {' '.join(words[:2])}"
    asked = Asked({text: World.made().directions["barnetrygd"]})
    classifier.predict_all([text], asked)
    assert asked.texts == [text]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(random_texts, random_vectors), min_size=1, max_size=5))
def test_many_at_once_are_judged_as_one_by_one(classifier: Classifier, asked: list[tuple[str, Vector]]) -> None:
    together = classifier.probabilities([text for text, _ in asked], np.stack([vector for _, vector in asked]))
    alone = np.vstack([classifier.probabilities([text], vector[None, :]) for text, vector in asked])
    assert together == pytest.approx(alone, abs=1e-5)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(" ".join(WORDS.values()).split())).map(" ".join)))
def test_a_text_is_weighed_as_scikit_learn_weighs_it(classifier: Classifier, text: str) -> None:
    for vectorizer in (classifier.spelling.letters, classifier.spelling.words):
        assert isinstance(vectorizer, TfidfVectorizer)
        row = np.zeros(len(vectorizer.vocabulary_))
        columns, weights = terms(vectorizer, text)
        row[columns] = weights
        np.testing.assert_allclose(row, vectorizer.transform([text]).toarray()[0], atol=1e-6)
