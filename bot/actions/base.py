"""What every action needs: the library, how to speak, what is known of the conversation."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import answers
from bot.effects import _Effect
from bot.records.database import Database
from bot.replies import AnswerCard, Choice, Reply
from bot.settings import Settings
from bot.speech import Speech, speech
from bot.understanding.classifier import Prediction
from bot.understanding.reading.asked import Asked, asked
from bot.understanding.reading.going_on import GOING_ON
from bot.understanding.reading.reading import Ranking, Reading, apart_from
from bot.understanding.statements import SURE, Found, after_short, answering
from knowledge.library import Library

Events = list[dict[str, Any]]
PERHAPS_DANGER, IN_A_PART = 0.04, 0.7
"""Below what is treated as danger, but enough to name the emergency numbers beside the answer: of a message, and of a part
of it ("I am afraid of my husband and we need a kindergarten place")."""


@dataclass(frozen=True)
class Services:
    """What actions may read."""

    library: Library
    database: Database
    statements: Callable[[str, str], Found] = lambda *_: ()
    """The statements of a topic's entry that may answer what was typed. Only who has the model knows them."""


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
    """One message and its conversation, seen from an action. What is said is gathered in `said`.

    Args:
        apart: a label; the message is seen as if nothing in it were about that.
    """

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker, apart: str | None = None) -> None:
        self._dispatcher = dispatcher
        self.said: list[Reply] = []
        self.tracker = tracker
        self._apart = apart
        self._found: dict[tuple[str, str], Found] = {}
        self.library = services().library
        self.facts: dict[str, Any] = tracker.latest_message.get("metadata") or {}
        self.written: str = self.facts.get("language", "nb")
        """The language the person writes; the speech is in the nearest one there is."""
        self.speech: Speech = speech(self.written)

    def apart_from(self, label: str) -> "Situation":
        """The same message, as if nothing in it were about a label. What is said of it is said of this one."""
        other = Situation(self._dispatcher, self.tracker, label)
        other.said = self.said
        return other

    @property
    def intent(self) -> str:
        if self._apart and self.ranking:
            return self.ranking[0][0]
        return str(self.tracker.latest_message["intent"]["name"])

    @property
    def ranking(self) -> Ranking:
        rows = self.tracker.latest_message.get("intent_ranking") or []
        ranking = tuple((row["name"], row["confidence"]) for row in rows)
        return apart_from(self._apart, ranking) if self._apart else ranking

    @property
    def understood(self) -> Prediction:
        """What the message is about where no topic is at hand, and how likely it goes on about one that is."""
        return Prediction(self.ranking, None, float(self.tracker.latest_message.get(GOING_ON) or 0.0))

    @property
    def danger(self) -> float:
        """How likely somebody is in danger; whoever picked it, is."""
        return dict(self.ranking).get("crisis", 0.0 if self.is_typed else 1.0)

    @property
    def topic(self) -> str | None:
        topic = self.tracker.get_slot("topic")
        return str(topic) if topic else None

    @property
    def beside(self) -> list[str]:
        """Topics that came up with the one at hand."""
        return list(self.tracker.get_slot("beside") or [])

    @property
    def set_aside(self) -> list[str]:
        """Topics the person has said it is not about, or has already."""
        return list(self.tracker.get_slot("set_aside") or [])

    @property
    def is_typed(self) -> bool:
        """False for a choice that was picked."""
        return not self.text.startswith("/")

    @property
    def text(self) -> str:
        return str(self.tracker.latest_message.get("text") or "")

    @cached_property
    def reading(self) -> Reading:
        """The message part by part; without parts for a choice."""
        reading = Reading.model_validate(self.facts.get("reading") or {})
        return reading.apart_from(self._apart) if self._apart else reading

    @cached_property
    def asked(self) -> Asked:
        """What the message asks for."""
        offered = self.tracker.get_slot("offered") or {}
        heard = (*offered.get("topics", ()), *((self.topic,) if self.topic else ()))
        return asked(self.ranking, self.reading, self.library.topics, self.topic, self.set_aside, heard)

    def pinpointed(self, topic: str, sure: float = SURE, text: str | None = None) -> tuple[str, ...]:
        """How those statements of a topic's entry begin that answer what was typed; none where unsure.

        Args:
            text: the part of it that is about the topic, where not the whole is.
        """
        return answering(self.found(topic, text), sure)

    def found(self, topic: str, text: str | None = None) -> Found:
        """The statements of a topic's entry that may answer what was typed, the likeliest first; of a choice, and
        of what has no letters, none."""
        asked = (text or self.text, topic)
        if asked not in self._found:
            says_something = self.is_typed and any(map(str.isalpha, asked[0]))
            self._found[asked] = services().statements(*asked) if says_something else ()
        return self._found[asked]

    def found_further(self, topic: str) -> Found:
        """The same of what goes on about a topic, whose short answer was given already."""
        return after_short(self.found(topic))

    def pinpointed_further(self, topic: str, sure: float = SURE) -> tuple[str, ...]:
        """How those statements begin that answer what goes on about a topic; none where unsure."""
        return answering(self.found_further(topic), sure)

    def said_of(self, topic: str) -> str:
        """What of the message is about a topic: the part that is so most surely, or all of it."""
        about = [part for part in self.reading.parts if part.ranking and part.ranking[0][0] == topic]
        return max(about, key=lambda part: part.ranking[0][1]).text if about else self.text

    def entity(self, name: str) -> str | None:
        return next(iter(self.tracker.get_latest_entity_values(name)), None)

    def say(self, reply: Reply) -> None:
        self.said.append(reply)

    def offer(self, *choices: Choice) -> None:
        """Add choices to the last thing that was said: only those of the last are shown."""
        last = self.said[-1]
        self.said[-1] = last.model_copy(update={"choices": tuple(dict.fromkeys((*last.choices, *choices)))})

    def offer_first(self, *choices: Choice) -> None:
        """The same, before those there are: "yes" picks a person at once only where that is offered first."""
        last = self.said[-1]
        self.said[-1] = last.model_copy(update={"choices": tuple(dict.fromkeys((*choices, *last.choices)))})

    def say_text(self, text: str, *choices: Choice) -> None:
        self.say(Reply(text=text, language=self.speech.code, choices=choices))

    def say_numbers_again(self) -> None:
        """Whom to call in a danger that was warned of, to whoever then asks for somebody to talk to."""
        warned = self.tracker.get_slot("warned")
        if warned:
            self.say_text(answers.crisis(self.library, warned[-1], self.speech).text)

    def do(self, effect: _Effect) -> None:
        self._dispatcher.utter_message(json_message=effect.model_dump(mode="json"))

    def utter(self) -> None:
        """Hand what was said to Rasa."""
        for reply in self.said:
            self._dispatcher.utter_message(json_message={"reply": reply.model_dump(mode="json")})


class RettvisAction(Action, ABC):  # type: ignore[misc]  # rasa_sdk is untyped for mypy
    """An action of ours: `act` gets the situation and returns events for the tracker."""

    action_name = ""

    def name(self) -> str:
        return self.action_name

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        now = Situation(dispatcher, tracker)
        events = self.act(now)
        now.utter()
        return events

    @abstractmethod
    def act(self, now: Situation) -> Events: ...


class Answer(RettvisAction):
    """An action that answers what was written. Where that is a little like danger, cannot wait until tomorrow, or is the
    first thing after the card of danger, the emergency numbers stand below, and a way to a person at once."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        now = Situation(dispatcher, tracker)
        just_warned = tracker.get_slot("just_warned")
        events = [*self.act(now), *([SlotSet("just_warned", None)] if just_warned else [])]
        if _perhaps_danger(now) or _cannot_wait(now) or just_warned:
            choices = now.said[-1].choices if now.said else ()
            now.say_text(
                answers.in_danger(now.speech),
                *(choices or [answers.a_person(now.speech)]),
                answers.a_person_now(now.speech),
            )
        now.utter()
        return events


def _perhaps_danger(now: Situation) -> bool:
    """Whether a message is a little like danger, or a part of it is likely danger."""
    parts = [dict(part.ranking).get("crisis", 0.0) for part in now.reading.parts]
    return now.is_typed and (now.danger >= PERHAPS_DANGER or max(parts, default=0.0) >= IN_A_PART)


def _cannot_wait(now: Situation) -> bool:
    """Whether a topic was answered for which people need help today: no food, no roof. Not where they only ask on, unless
    that is about violence."""
    if not now.is_typed and now.intent not in now.library.topics:
        return False
    told = {reply.card.topic for reply in now.said if isinstance(reply.card, AnswerCard)}
    if now.topic in now.library.dangerous and any(reply.answers for reply in now.said):
        told.add(now.topic)
    return any(now.library.topics[topic].urgency == "today" for topic in told)
