"""Rasa's rules and its graph, found by a shorter way: what comes out is what upstream finds."""

import ast
import inspect
import json
import tarfile
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, LoopInterrupted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.assistant.engine import COPY_FOR_THE_LOG
from bot.assistant.policy import Rules
from bot.assistant.runner import InOrder


class Trained:
    """A model as Rasa stores it, without an agent around it."""

    def __init__(self, model: Path, folder: Path) -> None:
        self.storage, self.metadata = LocalModelStorage.from_model_archive(folder, model)
        self.domain: Domain = self.metadata.domain
        self._nodes = self.metadata.predict_schema.nodes
        self.context = ExecutionContext(GraphSchema(self._nodes))
        (self._name,) = (name for name, node in self._nodes.items() if issubclass(node.uses, RulePolicy))

    def policy(self, kind: type[RulePolicy]) -> RulePolicy:
        """The trained rules, in upstream's hands or in ours."""
        node = self._nodes[self._name]
        config = {**kind.get_default_config(), **node.config}
        return kind.load(config, self.storage, node.resource or Resource(self._name), self.context)

    def runner(self) -> DaskGraphRunner:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Rasa 3.6 is old
            return DaskGraphRunner.create(self.metadata.predict_schema, self.storage, self.context)


@pytest.fixture(scope="module")
def trained(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(model, tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def both(trained: Trained) -> tuple[RulePolicy, RulePolicy]:
    return trained.policy(RulePolicy), trained.policy(Rules)


def said(intent: str) -> Event:
    return UserUttered("words", intent={"name": intent}, parse_data={"intent": {"name": intent}})


intents = st.sampled_from(["barnetrygd", "crisis", "human", "place", "cancel", "out_of_scope", "ask_amount", "restart"])
actions = st.sampled_from(
    ["action_explain", "action_listen", "action_start_handoff", "handoff_form", "action_cancel", "action_crisis"]
)
events = st.one_of(
    st.builds(said, intents),
    st.builds(ActionExecuted, actions),
    st.builds(ActiveLoop, st.sampled_from(["handoff_form", None])),
    st.builds(LoopInterrupted, st.booleans()),
    st.builds(SlotSet, st.just("requested_slot"), st.sampled_from(["place", None])),
)


@settings(max_examples=200, deadline=None)
@given(happened=st.lists(events, max_size=12), intent=intents, done=st.lists(actions, max_size=2))
def test_the_next_action_is_the_one_upstream_finds(
    trained: Trained, both: tuple[RulePolicy, RulePolicy], happened: list[Event], intent: str, done: list[str]
) -> None:
    last = [ActionExecuted("action_listen"), said(intent), *map(ActionExecuted, done)]
    found = []
    for policy in both:
        tracker = DialogueStateTracker.from_events("x", [*happened, *last], trained.domain.slots, domain=trained.domain)
        prediction = policy.predict_action_probabilities(tracker, trained.domain)
        found.append((prediction.probabilities, [event.as_dict() for event in prediction.events]))
    upstream, ours = found
    for event in (*upstream[1], *ours[1]):
        event.pop("timestamp")
    assert ours == upstream


def test_a_graph_run_in_order_gives_what_upstream_gives(trained: Trained) -> None:
    runner = trained.runner()
    tracker = DialogueStateTracker.from_events("x", [ActionExecuted("action_listen"), said("barnetrygd")], domain=None)
    wanted = [trained.metadata.nlu_target, trained.metadata.core_target]

    def run(one: Any, target: str) -> Any:
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage("hvor mye er barnetrygden?")], PLACEHOLDER_TRACKER: tracker.copy()}
        return one.run(inputs=inputs, targets=[target])

    for target in wanted:
        upstream, ours = (run(one, target) for one in (runner, InOrder(runner)))
        assert list(ours) == list(upstream) == [target]
        assert _plain(ours[target]) == _plain(upstream[target])


def _plain(found: Any) -> Any:
    if isinstance(found, list):  # messages that were understood
        return [each.as_dict(only_output_properties=True) for each in found]
    return found.probabilities


def test_every_rule_of_the_model_asks_for_one_intent_or_for_none(model: Path) -> None:
    with tarfile.open(model) as archive:
        (name,) = (each for each in archive.getnames() if each.endswith("rule_policy.json"))
        stored = archive.extractfile(name)
        assert stored
        rules = json.load(stored)["lookup"]["rules"]
    assert len(rules) > 100
    assert all(isinstance(json.loads(key)[-1].get("user", {}).get("intent", ""), str) for key in rules)


@pytest.mark.parametrize("module", COPY_FOR_THE_LOG, ids=lambda module: module.__name__)
def test_what_is_not_copied_for_the_log_is_copied_for_nothing_else(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    logged = {
        id(node)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "structlogger.debug"
        for node in ast.walk(call)
    }
    copies = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "copy"]
    assert copies
    assert not [node.lineno for node in copies if id(node) not in logged]
