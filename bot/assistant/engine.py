"""The one module that speaks with Rasa. The rest of the code asks this and would survive Rasa's replacement."""

import asyncio
import logging
import os
import warnings
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

import structlog
from sqlalchemy.orm import Session
from threadpoolctl import threadpool_limits

# Rasa reads these when it is imported: nothing is reported to anyone, nothing is logged but warnings.
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

with warnings.catch_warnings(record=True):  # what Rasa 3.6 imports warns of its own age, and Sanic turns on again
    from rasa.core import processor
    from rasa.core.actions.action import RemoteAction
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import OutputChannel, UserMessage
    from rasa.core.lock_store import InMemoryLockStore
    from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
    from rasa.core.policies import rule_policy
    from rasa.core.tracker_store import InMemoryTrackerStore
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
    from rasa.utils.endpoints import EndpointConfig
    from rasa_sdk.executor import ActionExecutor

    from bot.assistant.locks import LocksEverywhere
    from bot.assistant.runner import InOrder
    from bot.assistant.tracker_store import RecordsTrackerStore, turn_session

import bot.actions
from bot.actions.base import services
from bot.effects import EFFECT, Effect
from bot.records.database import Database
from bot.replies import Reply
from bot.understanding.classifier import Prediction
from bot.understanding.components import Divide, Parts, Pinpoint
from bot.understanding.embedding import EMBEDDER, digest
from bot.understanding.labels import GOES_ON
from bot.understanding.reading.going_on import GOING_ON, OF_US, instead
from bot.understanding.reading.reading import Reading, plan
from bot.understanding.statements import Found, Statements, after_short
from knowledge.library import Library

COPY_FOR_THE_LOG = (processor, rule_policy)
"""Modules of Rasa that copy nothing but what they would log."""
REMEMBERED = 1_000
"""Texts of which it is still known how they were understood: one message asks several times."""


def quiet() -> None:
    """Keep Rasa's log at warnings: below that it writes every message of every person."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for name in ("rasa", "rasa_sdk", "matplotlib", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Its only errors are actions that failed, with their text; those are raised and logged by us, without it.
    logging.getLogger("rasa.core.processor").setLevel(logging.CRITICAL)

    # It copies events and states, cards and all, for lines that are then not logged.
    for module in COPY_FOR_THE_LOG:
        module.copy = SimpleNamespace(deepcopy=lambda each: each)


class AssistantFailed(Exception):
    """An action raised, or the turn ended without it having run. Rasa itself logs such a thing and goes on in silence."""


@dataclass
class Turn:
    """What one message led to."""

    replies: list[Reply] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    failure: Exception | None = None


@dataclass
class _Model:
    """A trained model that is loaded, and how it has understood the latest texts, though not their words."""

    agent: Agent
    _understood: OrderedDict[bytes, dict[str, Any]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def understand(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Rasa's graph, once for all of the texts: to set it going takes as long as several texts. From any thread.

        Args:
            texts: what was typed.

        Returns:
            What Rasa calls the parse data of each.
        """
        keys = [digest(text) for text in texts]
        with self._lock:
            known = {key: self._understood[key] for key in keys if key in self._understood}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            known |= zip(missing, self._run(list(missing.values())), strict=True)
        with self._lock:
            for key in keys:
                self._understood[key] = known[key]
                self._understood.move_to_end(key)
            while len(self._understood) > max(REMEMBERED, len(texts)):
                self._understood.popitem(last=False)
        return [{**known[key], TEXT: text} for key, text in zip(keys, texts, strict=True)]

    @cached_property
    def statements(self) -> Statements:
        """What it knows of which statement answers what."""
        pinpoint: Pinpoint = self.agent.processor.graph_runner.component(Pinpoint)
        assert pinpoint.learnt, "a trained model is loaded"
        return pinpoint.learnt

    @cached_property
    def parts(self) -> Parts:
        """What it knows of the parts of messages."""
        divide: Divide = self.agent.processor.graph_runner.component(Divide)
        assert divide.learnt, "a trained model is loaded"
        return divide.learnt

    def has(self, texts: Sequence[str]) -> bool:
        """Whether it is known already how these are understood."""
        with self._lock:
            return all(digest(text) in self._understood for text in texts)

    def _run(self, texts: Sequence[str]) -> Iterator[dict[str, Any]]:
        # with a slash in front it would be a choice, and not understood but read
        messages = [UserMessage(text.lstrip("/")) for text in texts]
        inputs = {PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: DialogueStateTracker.from_events("", [])}
        processor = self.agent.processor
        target = processor.model_metadata.nlu_target
        nothing = {INTENT: {"name": None, "confidence": 0.0}, ENTITIES: []}
        for parsed in processor.graph_runner.run(inputs=inputs, targets=[target])[target]:
            found = {**nothing, **parsed.as_dict(only_output_properties=True)}
            found.pop(TEXT, None)
            yield found


_turn: ContextVar[Turn] = ContextVar("turn")
_begun_with: ContextVar[_Model] = ContextVar("begun_with")
"""The model that answers the message at hand."""


class _Collector(OutputChannel):  # type: ignore[misc]  # Rasa's classes are untyped for mypy
    """Gathers what the actions say: replies and effects, each as a dictionary they made from ours."""

    @classmethod
    def name(cls) -> str:
        return "rettvis"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        said = message.get("custom") or {}
        turn = _turn.get()
        if "effect" in said:
            turn.effects.append(EFFECT.validate_python(said))
        else:
            turn.replies.append(Reply.model_validate(said.get("reply") or {"text": message["text"], "language": "en"}))


def _trust_own_actions() -> None:
    """Skip Rasa's check of what an action server sent: here it comes from rasa_sdk in this process, which has checked the
    events already. The check compiles its JSON schema anew for every action, which takes longer than all the rest."""
    RemoteAction._validate_action_result = lambda *_: True


class _ActionsHere(EndpointConfig):  # type: ignore[misc]
    """Runs the actions in this process, where upstream would call an action server over HTTP."""

    def __init__(self) -> None:
        super().__init__(url="in-process", enable_selective_domain=True)
        _trust_own_actions()
        self._executor = ActionExecutor()
        self._executor.register_package(bot.actions)

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        try:
            return await self._executor.run(json or {})
        except Exception as error:
            _turn.get().failure = error
            raise


class Assistant:
    """The trained assistant: understands a message and says what follows from it."""

    def __init__(self, model: Path, database: Database, redis_url: str = "") -> None:
        quiet()
        threadpool_limits(1, "blas")  # a message is too little to share out, and threads that wait take others' time
        self._trackers = RecordsTrackerStore(database)
        self._locks = InMemoryLockStore()
        self._everywhere = LocksEverywhere(redis_url) if redis_url else None
        self._current = self._load(model)
        self.model = model

    def _load(self, model: Path) -> _Model:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # e.g. Rasa's reminder that version 3.6 is old
            agent = Agent(
                generator=TemplatedNaturalLanguageGenerator({}),
                # not ours yet: until its model is read, an agent takes the domain away from the store it is given, and
                # what people write meanwhile would be answered without slots
                tracker_store=InMemoryTrackerStore(Domain.empty()),
                lock_store=self._locks,
                action_endpoint=_ActionsHere(),
            )
            agent.load_model(model)
        # Rasa wraps a store that is not its own in one that falls back to memory when saving fails, and says nothing
        # to the person whose conversation is then lost with the process. A failure must be seen.
        agent.tracker_store = agent.processor.tracker_store = self._trackers
        agent.processor.graph_runner = InOrder(agent.processor.graph_runner)
        self._trackers.domain = agent.domain
        loaded = _Model(agent)
        assert loaded.statements.topics, "a model without them is not taken over"
        loaded.understand(["hei"])  # what is loaded when it is first needed, is loaded now and not while somebody waits
        return loaded

    async def take_over(self, model: Path) -> None:
        """Another trained model answers from the next message on. Messages in flight end with the model they began with,
        which goes when the last of them is answered; conversations and their locks are the same for both.

        Raises:
            Exception: the model cannot be loaded, as Rasa says; the one there is goes on.
        """
        self._current = await asyncio.to_thread(self._load, model)
        self.model = model

    @property
    def _model(self) -> _Model:
        """The one that this message began with; outside of a message, the newest."""
        return _begun_with.get(None) or self._current

    @asynccontextmanager
    async def one_at_a_time(self, conversation: str) -> AsyncIterator[None]:
        """Messages of one conversation are answered one after the other, with Redis in every process that shares it, and
        each by one model from its beginning to its end."""
        async with self._locks.lock(conversation), self._lock_everywhere(conversation):
            token = _begun_with.set(self._current)
            try:
                yield
            finally:
                _begun_with.reset(token)

    def _lock_everywhere(self, conversation: str) -> AbstractAsyncContextManager[Any]:
        return self._everywhere.lock(conversation) if self._everywhere else nullcontext()

    async def answer(self, session: Session, conversation: str, text: str, facts: Mapping[str, Any]) -> Turn:
        """What to say and do about a message.

        Args:
            session: the turn's transaction; the dialogue's state is written in it.
            conversation: its id.
            text: what was typed, or "/intent{...}" for a choice.
            facts: what is known of the conversation (language, place, …), seen by the actions as metadata.

        Raises:
            AssistantFailed: an action failed; nothing of the turn may be committed.
        """
        turn = Turn()
        _turn.set(turn)
        try:
            with _within(session):
                message = UserMessage(text, _Collector(), conversation, input_channel="rettvis", metadata=dict(facts))
                if not text.startswith("/"):
                    # without waiting: a transaction is open, for whose end others would wait, and with them the process
                    message.parse_data = await self._at_hand(conversation, self._model.understand([text])[0])
                await self._model.agent.processor.handle_message(message)
        except Exception:
            self._trackers.forget(conversation)
            raise
        if turn.failure is not None:
            self._trackers.forget(conversation)
            raise AssistantFailed(f"{type(turn.failure).__name__} in an action") from turn.failure
        return turn

    async def _at_hand(self, conversation: str, parsed: dict[str, Any]) -> dict[str, Any]:
        """What a message is, in its conversation: what seems to be asked of us may go on about the topic at hand. Only for
        such, the state is looked up here."""
        understood = _prediction(parsed)
        if understood.label not in OF_US:
            return parsed
        tracker = await self._trackers.retrieve(conversation)
        topic = tracker.get_slot("topic") if tracker and not tracker.active_loop_name else None
        if topic is None or topic not in services().library.entries:
            return parsed
        found = after_short(self.statements(parsed[TEXT], topic))
        goes_on = {"name": GOES_ON, "confidence": understood.goes_on}
        return {**parsed, INTENT: goes_on} if instead(understood, parsed[TEXT], topic, found) else parsed

    def forget(self, conversation: str) -> None:
        """Drop what is kept in memory of a conversation."""
        self._trackers.forget(conversation)

    async def understand(self, text: str) -> Prediction:
        """What a message is about, best first."""
        (found,) = await self.understand_all([text])
        return found

    async def understand_all(self, texts: Sequence[str]) -> list[Prediction]:
        """What each message is about. What is not known yet is found out in another thread, so that other people's messages
        go on meanwhile; where all is known, nobody else gets a turn in between, for a transaction may be open."""
        model = self._model
        found = model.understand(texts) if model.has(texts) else await asyncio.to_thread(model.understand, texts)
        return [_prediction(parsed) for parsed in found]

    def statements(self, text: str, topic: str) -> Found:
        """The statements of a topic's entry that may answer what was typed, the likeliest first."""
        return self._model.statements.find(topic, text, EMBEDDER.embed(text))

    async def read(self, text: str, library: Library) -> Reading:
        """What a message says part by part; of a message that is one thing only, nothing more is understood than that."""
        await asyncio.to_thread(EMBEDDER.embed, text)  # it will be asked for, when a transaction is open
        parts = self._model.parts
        divided = plan(text, library, seams=parts.seams)
        found = await self.understand_all([text, *divided.texts])
        understood = {each: one.ranking for each, one in zip(divided.texts, found[1:], strict=True)}
        if not divided.has_several(understood):
            return divided.reading(understood)
        texts = [part.text for part in divided.parts]
        asks = parts.telling.asks(await asyncio.to_thread(EMBEDDER.embed_all, texts))
        return divided.reading(understood, dict(zip(texts, asks.tolist(), strict=True)))

    @property
    def intents(self) -> frozenset[str]:
        """Everything a choice can mean."""
        return frozenset(self._model.agent.domain.intents) - {GOES_ON}


@contextmanager
def _within(session: Session) -> Iterator[None]:
    token = turn_session.set(session)
    try:
        yield
    finally:
        turn_session.reset(token)


def _prediction(parsed: Mapping[str, Any]) -> Prediction:
    ranking = tuple((row["name"], float(row["confidence"])) for row in parsed["intent_ranking"])
    kinds = [entity["value"] for entity in parsed[ENTITIES]]
    return Prediction(ranking, kinds[0] if kinds else None, parsed[GOING_ON])
