"""Rasa runs without TensorFlow, and nothing that needs it can be configured by mistake."""

import inspect
import json
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant import tensorflow_stand_in
from bot.assistant.tensorflow_stand_in import NEED_TENSORFLOW, TensorFlowNeeded, refuse_tensorflow_components
from bot.settings import ROOT
from bot.understanding.importer import CONFIG
from knowledge.source import read


def ours() -> dict[str, Any]:
    config: dict[str, Any] = read(CONFIG)
    return config


def test_our_own_configuration_is_accepted() -> None:
    refuse_tensorflow_components(ours())


@pytest.mark.parametrize("config", [{}, {"pipeline": None, "policies": None}, {"pipeline": []}, {"pipeline": [{}]}])
def test_a_configuration_without_components_is_accepted(config: dict[str, Any]) -> None:
    refuse_tensorflow_components(config)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("pipeline", "DIETClassifier"),
        ("pipeline", "ResponseSelector"),
        ("pipeline", "LanguageModelFeaturizer"),
        ("pipeline", "ConveRTFeaturizer"),
        ("policies", "TEDPolicy"),
        ("policies", "UnexpecTEDIntentPolicy"),
        ("pipeline", "rasa.nlu.classifiers.diet_classifier.DIETClassifier"),
        ("pipeline", "rasa.nlu.selectors.response_selector.ResponseSelector"),
        ("policies", "rasa.core.policies.ted_policy.TEDPolicy"),
    ],
)
def test_a_component_that_needs_tensorflow_is_refused_by_name(part: str, name: str) -> None:
    config = {**ours(), part: [*ours()[part], {"name": name, "epochs": 1}]}
    with pytest.raises(TensorFlowNeeded, match=rf"^{part}: {name.rpartition('.')[2]} needs TensorFlow"):
        refuse_tensorflow_components(config)


def test_a_component_written_as_a_bare_name_is_refused_too() -> None:
    with pytest.raises(TensorFlowNeeded):
        refuse_tensorflow_components({"pipeline": ["WhitespaceTokenizer", "DIETClassifier"]})


harmless = st.sampled_from(["WhitespaceTokenizer", "RulePolicy", "bot.understanding.components.Classify"])


@given(
    st.lists(harmless, max_size=5), st.sampled_from(sorted(NEED_TENSORFLOW)), st.lists(harmless, max_size=5), st.data()
)
def test_it_is_refused_wherever_it_stands(before: list[str], name: str, after: list[str], data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(["pipeline", "policies"]))
    refuse_tensorflow_components({part: [{"name": each} for each in before + after]})
    with pytest.raises(TensorFlowNeeded):
        refuse_tensorflow_components({part: [{"name": each} for each in [*before, name, *after]]})


def test_every_component_of_rasa_that_uses_tensorflow_itself_is_refused() -> None:
    from rasa.engine.recipes.default_components import DEFAULT_COMPONENTS

    imports = re.compile(r"^import (tensorflow|tensorflow_hub|transformers)\b", re.MULTILINE)
    for component in DEFAULT_COMPONENTS:
        sources = [inspect.getsource(sys.modules[c.__module__]) for c in component.__mro__ if "rasa" in c.__module__]
        if any(imports.search(source) for source in sources):
            assert component.__name__ in NEED_TENSORFLOW


def test_putting_it_in_place_again_changes_nothing() -> None:
    before = list(sys.meta_path)
    tensorflow_stand_in.install()
    assert sys.meta_path == before


SCRIPT = """
import json, sys
import bot.assistant
import tensorflow as tf
import tensorflow.keras.layers as layers
from tensorflow.keras import Model

class Layer(layers.Layer):
    @tf.function
    def double(self, x: tf.Tensor) -> "tf.Tensor | None":
        return 2 * x

class Mine(Model):
    pass

print(json.dumps({
    "loader": type(tf.__spec__.loader).__module__,
    "version": tf.__version__,
    "double": Layer().double(21),
    "subclass": isinstance(Mine(), Model),
    "rasa": "rasa" in sys.modules,
}))
"""


def test_after_importing_the_assistant_tensorflow_is_the_stand_in() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert json.loads(done.stdout) == {
        "loader": "bot.assistant.tensorflow_stand_in",
        "version": "2.12.0",
        "double": 42,
        "subclass": True,
        "rasa": False,
    }


def test_with_the_stand_in_rasas_own_classifier_can_be_imported() -> None:
    script = (
        "import bot.assistant\nfrom rasa.nlu.classifiers.diet_classifier import DIETClassifier as D\nprint(D.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "DIETClassifier\n")
