"""Where Rasa keeps the state of the dialogue: upstream's SQL store, made for long conversations and whole turns.

Upstream reads the whole session back at every message, counts its rows to know which are new, and on SQLAlchemy 2 cannot
build its URL; its cost grows 8 to 26 times over 200 messages. Here the live tracker is kept, only new events are
written, and inside a turn they are written in the turn's own transaction: state and replies are committed together.
Rasa goes through all of a tracker's events several times a message, so of a long conversation the tracker has the last
turns only, and of what was before them the state they left: slots and form. The database has everything.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from sqlalchemy.orm import Session, sessionmaker

from bot.records.database import Database
from bot.records.tables import tracker_events

KEPT = 2_000
"""Live trackers kept in memory, the most recently used."""

TURNS = 3
"""The turns a tracker has at least, where there were so many. Rules are three steps long, and whoever says "that is not
what I meant" means the last answer, or the one before. It is shortened when it has two more."""

# of the table, not of upstream's class: of that, rows with other columns filled would be statements of their own
_WRITTEN = sa.insert(tracker_events).returning(tracker_events.c.id)
_NEWEST = sa.select(sa.func.max(tracker_events.c.id)).where(tracker_events.c.sender_id == sa.bindparam("sender_id"))

turn_session: ContextVar[Session | None] = ContextVar("turn_session", default=None)
"""The database session of the turn that is being answered."""


@dataclass
class _Live:
    tracker: DialogueStateTracker
    saved: Event | None
    """The last of the tracker's events that stands in the database; Rasa saves a tracker before it has any, too."""
    newest: int
    """The id of the newest of them; another one there means that another process has answered since."""


class RecordsTrackerStore(SQLTrackerStore):  # type: ignore[misc]  # Rasa's classes are untyped for mypy
    """Trackers in the database of the records, table `events` (made by our migrations)."""

    def __init__(self, database: Database, domain: Domain | None = None) -> None:
        # Not upstream's __init__: it would make an engine of its own and retry for ever while the database is away.
        self.engine = database.engine
        self.sessionmaker = sessionmaker(database.engine)
        self._live: OrderedDict[str, _Live] = OrderedDict()
        TrackerStore.__init__(self, domain)
        self._event_types: dict[str, type[Event]] = {
            kind.type_name: kind for kind in all_subclasses(Event) if getattr(kind, "type_name", None)
        }

    @contextmanager
    def session_scope(self) -> Iterator[Session]:
        """The turn's session, or one of our own, committed at the end, when there is no turn."""
        session = turn_session.get()
        if session is not None:
            yield session
            return
        with self.sessionmaker() as own, own.begin():
            yield own

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of a conversation's latest session: the kept one if nobody else has written since."""
        with self.session_scope() as session:
            newest = self._newest(session, sender_id)
            live = self._live.get(sender_id)
            if live and live.newest == newest:
                self._live.move_to_end(sender_id)
                return live.tracker
            if not newest:
                self.forget(sender_id)
                return None
            events = [self._event(row.data) for row in self._latest_rows(session, sender_id)]
        tracker = self._tracker(sender_id, events)
        self._keep(tracker, newest)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the tracker's new events; a failure is the caller's to handle, never hidden."""
        live = self._live.get(tracker.sender_id)
        new = _after(tracker.events, live.saved if live and live.tracker is tracker else None)
        for event in new:
            if isinstance(event, BotUttered):  # what was said stands among the messages; here it would be kept twice
                event.data = {}
        rows = [self._row(tracker.sender_id, event) for event in new]
        newest = live.newest if live else 0
        if rows:
            with self.session_scope() as session:
                newest = max(session.scalars(_WRITTEN, rows))
        events = _shortened(tracker.events)
        self._keep(tracker if events is None else self._tracker(tracker.sender_id, events), newest)

    def forget(self, sender_id: str) -> None:
        """Drop the kept tracker: its turn was not committed, or the conversation was deleted."""
        self._live.pop(sender_id, None)

    def _tracker(self, sender_id: str, events: Sequence[Event]) -> DialogueStateTracker:
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)

    def _keep(self, tracker: DialogueStateTracker, newest: int) -> None:
        self._live[tracker.sender_id] = _Live(tracker, tracker.events[-1] if tracker.events else None, newest)
        self._live.move_to_end(tracker.sender_id)
        while len(self._live) > KEPT:
            self._live.popitem(last=False)

    def _newest(self, session: Session, sender_id: str) -> int:
        return session.scalar(_NEWEST, {"sender_id": sender_id}) or 0

    def _latest_rows(self, session: Session, sender_id: str) -> Any:
        """The last turns of the latest session, and of what was before them the newest of each slot and of the form."""
        table = self.SQLEvent
        mine = table.sender_id == sender_id
        start = sa.select(sa.func.max(table.id)).where(mine, table.type_name == SessionStarted.type_name)
        since = sa.func.coalesce(start.scalar_subquery(), 0)
        here = (mine, table.id >= since)
        said = sa.select(table.id).where(*here, table.type_name == UserUttered.type_name).order_by(table.id.desc())
        first = session.scalar(said.offset(TURNS - 1).limit(1))
        if first is None:
            return session.scalars(sa.select(table).where(*here).order_by(table.id))
        listened = (table.type_name == ActionExecuted.type_name, table.action_name == ACTION_LISTEN_NAME)
        cut = session.scalar(sa.select(sa.func.max(table.id)).where(*here, *listened, table.id < first)) or since
        slot = sa.case((table.type_name == SlotSet.type_name, table.action_name))
        left = sa.select(sa.func.max(table.id)).where(*here, table.id < cut, table.type_name.in_(_LEFT))
        left = left.group_by(table.type_name, slot)
        query = sa.select(table).where(mine, sa.or_(table.id >= cut, table.id.in_(left)))
        return session.scalars(query.order_by(table.id))

    def _row(self, sender_id: str, event: Event) -> dict[str, Any]:
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }

    def _event(self, data: str) -> Event:
        """An event from its JSON, its class from a dictionary (upstream walks every subclass for every event)."""
        parameters = json.loads(data)
        return self._event_types[parameters["event"]]._from_parameters(parameters)


_LEFT = (SlotSet.type_name, ActiveLoop.type_name)
"""What of earlier turns still counts."""


def _after(events: Sequence[Event], saved: Event | None) -> list[Event]:
    """The events that came after one of them; all of them after None."""
    new: list[Event] = []
    for event in reversed(events):
        if event is saved:
            break
        new.append(event)
    return new[::-1]


def _shortened(events: Sequence[Event]) -> list[Event] | None:
    """The events of the last turns, after the newest of each slot and of the form from before them; None where it is short
    enough."""
    kept = list(events)
    said = [place for place, event in enumerate(kept) if isinstance(event, UserUttered)]
    if len(said) < TURNS + 2:
        return None
    listened = (place for place in range(said[-TURNS], 0, -1) if _listens(kept[place]))
    cut = next(listened, said[-TURNS])
    left = {event.key if isinstance(event, SlotSet) else "": event for event in kept[:cut] if event.type_name in _LEFT}
    return [*left.values(), *kept[cut:]]


def _listens(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME
