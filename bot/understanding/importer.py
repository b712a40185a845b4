"""Builds what Rasa trains on from the knowledge base and the example files: intents, rules, examples."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.assistant.tensorflow_stand_in import refuse_tensorflow_components
from bot.understanding import examples, questions, told
from bot.understanding.labels import FOLLOW_UPS, GOES_ON, SYSTEM
from knowledge.languages import available
from knowledge.library import Library
from knowledge.source import read

PROJECT = Path(__file__).parent.parent / "assistant"
CONFIG = PROJECT / "config.yml"
DOMAIN = PROJECT / "domain.yml"
RULES = PROJECT / "rules.yml"


class KnowledgeImporter(TrainingDataImporter):  # type: ignore[misc]  # Rasa's classes are untyped for mypy
    """Everything there is to train on. The project is one, so of the files that Rasa passes only a folder counts: the one
    with the examples, where they are not the project's own."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        **_: Any,
    ) -> None:
        self._library = Library.load(strict=False)
        paths = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths or []
        self._examples = next((Path(path) for path in paths if Path(path).is_dir()), examples.FOLDER)

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = read(CONFIG)
        refuse_tensorflow_components(config)
        return config

    def get_config_file_for_auto_config(self) -> str:
        return str(CONFIG)

    def get_domain(self) -> Domain:
        learnt = Domain.from_dict({"intents": [*self._library.topics, *SYSTEM, *FOLLOW_UPS, GOES_ON]})
        return Domain.from_dict(read(DOMAIN)).merge(learnt)

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        reader = YAMLStoryReader()
        steps = reader.read_from_file(RULES) + reader.read_from_parsed_yaml({"rules": made_rules(self._library)})
        return StoryGraph(steps)

    def get_conversation_tests(self) -> StoryGraph:
        return StoryGraph([])

    def get_nlu_data(self, language: str | None = None) -> TrainingData:
        return self._taught  # Rasa asks three times

    @cached_property
    def _taught(self) -> TrainingData:
        topics = frozenset(self._library.topics)
        found = [*examples.load(topics, self._examples), *questions.examples(topics), *names(self._library)]
        found += questions.going_on(topics, self._library.dangerous)
        found += told.examples(topics, self._library.dangerous)
        return TrainingData([_Taught(example) for example in found])


def made_rules(library: Library) -> list[dict[str, Any]]:
    """A rule for every topic and for every follow-up."""
    answers = dict.fromkeys(library.topics, "action_explain")
    answers |= dict.fromkeys(FOLLOW_UPS, "action_follow_up")
    return [{"rule": label, "steps": [{"intent": label}, {"action": action}]} for label, action in answers.items()]


def names(library: Library) -> list[examples.Example]:
    """Each entry's title, and the everyday words for it, as examples of its topic."""
    titles = [(topic, code, library.title(topic, code)) for topic in library.entries for code in available()]
    words = [
        (topic, code, word)
        for topic, entry in library.entries.items()
        for code in entry.words
        for word in entry.words[code]
    ]
    return [examples.Example(text, topic, code, f"{topic}/names") for topic, code, text in [*titles, *words]]


class _Taught(Message):  # type: ignore[misc]  # Rasa's classes are untyped for mypy
    """An example for Rasa, which copies all examples and prints all they hold whenever it puts sources of them together:
    half a minute, of 61 000. Nobody changes one, so there need be no copies, and what tells it from others is short."""

    def __init__(self, example: examples.Example) -> None:
        label = f"{example.label}.{example.kind}" if example.kind else example.label
        metadata = {"label": label, "situation": example.situation}
        super().__init__(data={"text": example.text, "intent": example.label, "metadata": metadata})
        self._fingerprint = hashlib.sha256("\0".join([example.text, *metadata.values()]).encode()).hexdigest()

    def fingerprint(self) -> str:
        return self._fingerprint

    def __deepcopy__(self, _: dict[int, Any]) -> "_Taught":
        return self
