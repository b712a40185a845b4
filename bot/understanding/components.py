"""The understanding as components of Rasa's graph: thin adapters, the thinking is in the modules beside this one."""

import pickle
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.settings import Settings
from bot.understanding import questions, told
from bot.understanding.classifier import Classifier, Prediction
from bot.understanding.e5.adapter import shipped
from bot.understanding.embedding import EMBEDDER
from bot.understanding.labels import FOLLOW_UPS, SYSTEM
from bot.understanding.reading.going_on import GOING_ON
from bot.understanding.reading.phrases import phrases
from bot.understanding.safety import Safeguard
from bot.understanding.seams import Seams
from bot.understanding.statements import Statements
from bot.understanding.telling import Telling
from bot.understanding.vectors import TrainingVectors
from knowledge.library import Library

KIND = "kind"
PERHAPS = 0.5
"""How likely danger is where it is said to be over, or not to be there."""
_FILE = "learnt.pickle"
RANKING = "intent_ranking"
Kind = DefaultV1Recipe.ComponentType


def _is_typed(message: Message) -> bool:
    """False for a choice that was picked ("/intent"): that needs no understanding."""
    text = message.get(TEXT)
    return bool(text) and not text.startswith("/")


class _Component(GraphComponent):  # type: ignore[misc]  # Rasa's classes are untyped for mypy
    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "_Component":
        return cls()


class _Learner(_Component):
    """A component that keeps what it has learned in a file of the model."""

    def __init__(self, model_storage: ModelStorage, resource: Resource, learnt: Any = None) -> None:
        self._storage = model_storage
        self._resource = resource
        self.learnt = learnt

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "_Learner":
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "_Learner":
        with model_storage.read_from(resource) as folder:
            # our own model, and six times as fast as joblib, which reads with Python's own unpickler
            return cls(model_storage, resource, pickle.loads((folder / _FILE).read_bytes()))  # noqa: S301

    def _keep(self, learnt: Any) -> Resource:
        self.learnt = learnt
        with self._storage.write_to(self._resource) as folder:
            # as it is: the model around it is compressed
            (folder / _FILE).write_bytes(pickle.dumps(learnt, protocol=pickle.HIGHEST_PROTOCOL))
        return self._resource


@DefaultV1Recipe.register(Kind.INTENT_CLASSIFIER, is_trainable=True)
class Classify(_Learner, IntentClassifier):  # type: ignore[misc]
    """Says what each message is about. Its vectors it makes itself, and only those it needs: no message carries one."""

    learnt: Classifier | None

    @classmethod
    def required_components(cls) -> list[type]:
        return []

    def train(self, training_data: TrainingData) -> Resource:
        examples = training_data.intent_examples
        texts = [message.get(TEXT) for message in examples]
        vectors = TrainingVectors(Settings.from_environment().folder, EMBEDDER).of(texts)
        classifier = Classifier().fit(
            texts,
            [message.get("metadata", {}).get("label", message.get(INTENT)) for message in examples],
            [message.get("metadata", {}).get("situation", "") for message in examples],
            vectors,
            [shipped().is_apart(text) for text in texts],
        )
        return self._keep(classifier)

    def process(self, messages: list[Message]) -> list[Message]:
        typed = list(filter(_is_typed, messages))
        if typed:
            for message, prediction in zip(typed, self._predicted([each.get(TEXT) for each in typed]), strict=True):
                _put(message, prediction)
        return messages

    def _predicted(self, texts: list[str]) -> list[Prediction]:
        """What each is about. What begins with a greeting, and seems to be no more than that, is asked again without it: it
        may be about a topic."""
        assert self.learnt, "a trained model is loaded before messages are processed"
        found = self.learnt.predict_all(texts, EMBEDDER.embed_all)
        greeted = {i: phrases().without_greeting(texts[i]) for i, one in enumerate(found) if one.label == "greet"}
        left = {i: text for i, text in greeted.items() if text}
        if left:
            again = self.learnt.predict_all(list(left.values()), EMBEDDER.embed_all)
            for i, one in zip(left, again, strict=True):
                found[i] = found[i] if one.label in {*SYSTEM, *FOLLOW_UPS} else one
        return found


@DefaultV1Recipe.register(Kind.INTENT_CLASSIFIER, is_trainable=False)
class Safety(_Component):
    """Acute danger that is said in plain words is recognised whatever the classifier believes."""

    def __init__(self) -> None:
        self._safeguard = Safeguard.load()

    @classmethod
    def required_components(cls) -> list[type]:
        return [Classify]

    def process(self, messages: list[Message]) -> list[Message]:
        for message in filter(_is_typed, messages):
            kind = self._safeguard.kind(message.get(TEXT))
            if not kind and message.get(INTENT)["name"] != "crisis":
                continue
            over = self._safeguard.is_over(message.get(TEXT))
            if kind or over:
                ranking = {row["name"]: row["confidence"] for row in message.get(RANKING)}
                learnt = ranking.pop("crisis", 0.0)
                share = (PERHAPS if over else 1.0) if kind else min(learnt, PERHAPS)
                goes_on = 0.0 if kind else message.get(GOING_ON)
                kind = kind or message.get(ENTITIES)[0]["value"]
                _put(message, Prediction((("crisis", share), *ranking.items()), kind, goes_on))
        return messages


@DefaultV1Recipe.register(Kind.INTENT_CLASSIFIER, is_trainable=True)
class Pinpoint(_Learner):
    """Learns which statement of an entry answers what. It is asked once it is known which entry: `learnt` is."""

    learnt: Statements | None

    @classmethod
    def required_components(cls) -> list[type]:
        return []

    def train(self, training_data: TrainingData) -> Resource:
        asked = questions.load(frozenset(Library.load(strict=False).topics))
        vectors = TrainingVectors(Settings.from_environment().folder, EMBEDDER).of(each.text for each in asked)
        return self._keep(Statements.learn(asked, vectors))

    def process(self, messages: list[Message]) -> list[Message]:
        return messages


@dataclass(frozen=True)
class Parts:
    """What is known of the parts of messages: where they begin, and which of them only tell."""

    seams: Seams
    telling: Telling


@DefaultV1Recipe.register(Kind.INTENT_CLASSIFIER, is_trainable=True)
class Divide(_Learner):
    """Learns where parts of messages begin, and what only tells. It is asked when a message is read: `learnt` is."""

    learnt: Parts | None

    @classmethod
    def required_components(cls) -> list[type]:
        return []

    def train(self, training_data: TrainingData) -> Resource:
        topics = frozenset(Library.load(strict=False).topics)
        messages = told.load(topics)
        parts = [(part.bare, part.topic is not None) for message in messages for part in message.parts]
        vectors = TrainingVectors(Settings.from_environment().folder, EMBEDDER).of(text for text, _ in parts)
        telling = Telling.learn(vectors, [asks for _, asks in parts])
        marked = (message.get(TEXT) for message in training_data.intent_examples)
        return self._keep(
            Parts(Seams.learn(marked, [[part.text for part in each.parts] for each in messages]), telling)
        )

    def process(self, messages: list[Message]) -> list[Message]:
        return messages


def _put(message: Message, prediction: Prediction) -> None:
    ranking = [{"name": label, "confidence": confidence} for label, confidence in prediction.ranking[:10]]
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set(RANKING, ranking, add_to_output=True)
    message.set(GOING_ON, prediction.goes_on, add_to_output=True)
    kinds = [{"entity": KIND, "value": prediction.kind}] if prediction.kind else []
    message.set(ENTITIES, kinds, add_to_output=True)
