"""Lets Rasa be imported without TensorFlow, and refuses a configuration that would need it.

Rasa 3.6 imports TensorFlow in modules that are loaded at start, for components that Rettvis does not use (DIET, TED,
ResponseSelector). Leaving TensorFlow out makes the environment a fifth of the size and the process less than half.
With the stand-in such a component would "train" nothing and say nothing, so `refuse_tensorflow_components` must be
called with every configuration before it is used.

It also takes the place of chat services and stores that Rasa imports at every start for channels and tracker stores that
Rettvis has not: 500 modules, 22 MB of memory, a twelfth of what importing takes.
"""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

_TENSORFLOW = ("tensorflow", "keras", "tensorflow_hub", "tensorflow_text")
_SERVICES = ("aiogram", "fbmessenger", "slack_sdk", "webexteamssdk", "boto3", "botocore", "pymongo")
"""Telegram, Messenger, Slack, Webex, and where others keep their trackers: not even installed (pyproject.toml)."""
_REPLACED = (*_TENSORFLOW, *_SERVICES)

NEED_TENSORFLOW = frozenset(
    {"DIETClassifier", "TEDPolicy", "UnexpecTEDIntentPolicy", "ResponseSelector", "LanguageModelFeaturizer"}
    | {"ConveRTFeaturizer"}
)
"""The components of Rasa that work only with TensorFlow."""


class TensorFlowNeeded(Exception):
    """A configuration names a component that cannot work without TensorFlow."""


def refuse_tensorflow_components(config: dict[str, Any]) -> None:
    """Check a Rasa configuration.

    Raises:
        TensorFlowNeeded: it names a component that would silently learn nothing.
    """
    for part in ("pipeline", "policies"):
        for component in config.get(part) or ():
            name = str(component.get("name", "") if isinstance(component, dict) else component).split(".")[-1]
            if name in NEED_TENSORFLOW:
                raise TensorFlowNeeded(f"{part}: {name} needs TensorFlow, which Rettvis runs without")


class _Name(type):
    """The type of every name of the stand-in: has every attribute, can be a base class, a decorator, an annotation."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        made = _Name(name, (_Thing,), {})
        setattr(cls, name, made)
        return made

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        used_as_decorator = cls.__module__ == __name__ and len(args) == 1 and callable(args[0]) and not kwargs
        return args[0] if used_as_decorator else type.__call__(cls, *args, **kwargs)

    def __or__(cls, other: Any) -> Any:
        return cls

    def __ror__(cls, other: Any) -> Any:
        return cls


class _Thing(metaclass=_Name):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return args[0] if len(args) == 1 and callable(args[0]) else self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Thing()


class _Module(ModuleType):
    __path__: list[str] = []
    __version__ = "2.12.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        made = _Name(name, (_Thing,), {})
        setattr(self, name, made)
        return made


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.split(".")[0] in _REPLACED:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def install() -> None:
    """Put the stand-in in place; safe to repeat."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
