"""What every action needs: the library, how to speak, what is known of the conversation."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.effects import _Effect
from bot.records.database import Database
from bot.replies import Choice, Reply
from bot.settings import Settings
from bot.speech import Speech, speech
from bot.understanding.reading.asked import Asked, asked
from bot.understanding.reading.reading import Reading
from knowledge.library import Library

Events = list[dict[str, Any]]


@dataclass(frozen=True)
class Services:
    """What actions may read."""

    library: Library
    database: Database


_provided: ContextVar[Services | None] = ContextVar("services", default=None)


@contextmanager
def provided(what: Services) -> Iterator[None]:
    """Give the actions of a turn what they read: the dialogue's own, loaded once."""
    token = _provided.set(what)
    try:
        yield
    finally:
        _provided.reset(token)


def services() -> Services:
    """What the turn provides; what the environment says when actions run in a server of their own."""
    return _provided.get() or _from_environment()


@cache
def _from_environment() -> Services:
    return Services(Library.load(), Database(Settings.from_environment().database_url))


class Situation:
    """One message and its conversation, seen from an action."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self._dispatcher = dispatcher
        self.tracker = tracker
        self.library = services().library
        self.facts: dict[str, Any] = tracker.latest_message.get("metadata") or {}
        self.written: str = self.facts.get("language", "nb")
        """The language the person writes; the speech is in the nearest one there is."""
        self.speech: Speech = speech(self.written)

    @property
    def intent(self) -> str:
        return str(self.tracker.latest_message["intent"]["name"])

    @property
    def ranking(self) -> list[tuple[str, float]]:
        rows = self.tracker.latest_message.get("intent_ranking") or []
        return [(row["name"], row["confidence"]) for row in rows]

    @property
    def topic(self) -> str | None:
        topic = self.tracker.get_slot("topic")
        return str(topic) if topic else None

    @property
    def set_aside(self) -> list[str]:
        """Topics the person has said it is not about, or has already."""
        return list(self.tracker.get_slot("set_aside") or [])

    @property
    def is_typed(self) -> bool:
        """False for a choice that was picked."""
        return not str(self.tracker.latest_message.get("text") or "").startswith("/")

    @cached_property
    def reading(self) -> Reading:
        """The message part by part; without parts for a choice."""
        return Reading.model_validate(self.facts.get("reading") or {})

    @cached_property
    def asked(self) -> Asked:
        """What the message asks for."""
        return asked(tuple(self.ranking), self.reading, self.library.topics, self.topic, self.set_aside)

    def entity(self, name: str) -> str | None:
        return next(iter(self.tracker.get_latest_entity_values(name)), None)

    def say(self, reply: Reply) -> None:
        self._dispatcher.utter_message(json_message={"reply": reply.model_dump(mode="json")})

    def say_text(self, text: str, *choices: Choice) -> None:
        self.say(Reply(text=text, language=self.speech.code, choices=choices))

    def do(self, effect: _Effect) -> None:
        self._dispatcher.utter_message(json_message=effect.model_dump(mode="json"))


class RettvisAction(Action, ABC):  # type: ignore[misc]  # rasa_sdk is untyped for mypy
    """An action of ours: `act` gets the situation and returns events for the tracker."""

    action_name = ""

    def name(self) -> str:
        return self.action_name

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return self.act(Situation(dispatcher, tracker))

    @abstractmethod
    def act(self, now: Situation) -> Events: ...
