"""Where Rasa keeps the state of the dialogue: upstream's SQL store, made for long conversations and whole turns.

Upstream reads the whole session back at every message, counts its rows to know which are new, and on SQLAlchemy 2 cannot
build its URL; its cost grows 8 to 26 times over 200 messages. Here the live tracker is kept, only new events are
written, and inside a turn they are written in the turn's own transaction: state and replies are committed together.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from sqlalchemy.orm import Session, sessionmaker

from bot.records.database import Database

KEPT = 2_000
"""Live trackers kept in memory, the most recently used."""

turn_session: ContextVar[Session | None] = ContextVar("turn_session", default=None)
"""The database session of the turn that is being answered."""


@dataclass
class _Live:
    tracker: DialogueStateTracker
    saved: int
    """How many of the tracker's events stand in the database."""
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
            events = [self._event(row.data) for row in self._session_rows(session, sender_id)]
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)
        self._keep(tracker, len(tracker.events), newest)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the tracker's new events; a failure is the caller's to handle, never hidden."""
        live = self._live.get(tracker.sender_id)
        saved = live.saved if live and live.tracker is tracker else 0
        rows = [self._row(tracker.sender_id, event) for event in list(tracker.events)[saved:]]
        with self.session_scope() as session:
            session.add_all(rows)
            session.flush()
            newest = rows[-1].id if rows else (live.newest if live else 0)
        self._keep(tracker, len(tracker.events), newest)

    def forget(self, sender_id: str) -> None:
        """Drop the kept tracker: its turn was not committed, or the conversation was deleted."""
        self._live.pop(sender_id, None)

    def _keep(self, tracker: DialogueStateTracker, saved: int, newest: int) -> None:
        self._live[tracker.sender_id] = _Live(tracker, saved, newest)
        self._live.move_to_end(tracker.sender_id)
        while len(self._live) > KEPT:
            self._live.popitem(last=False)

    def _newest(self, session: Session, sender_id: str) -> int:
        table = self.SQLEvent
        return session.scalar(sa.select(sa.func.max(table.id)).where(table.sender_id == sender_id)) or 0

    def _session_rows(self, session: Session, sender_id: str) -> Any:
        table = self.SQLEvent
        mine = table.sender_id == sender_id
        start = sa.select(sa.func.max(table.id)).where(mine, table.type_name == SessionStarted.type_name)
        since = sa.func.coalesce(start.scalar_subquery(), 0)
        return session.scalars(sa.select(table).where(mine, table.id >= since).order_by(table.id))

    def _row(self, sender_id: str, event: Event) -> Any:
        data = event.as_dict()
        return self.SQLEvent(
            sender_id=sender_id,
            type_name=event.type_name,
            timestamp=data.get("timestamp"),
            intent_name=data.get("parse_data", {}).get("intent", {}).get("name"),
            action_name=data.get("name"),
            data=json.dumps(data),
        )

    def _event(self, data: str) -> Event:
        """An event from its JSON, its class from a dictionary (upstream walks every subclass for every event)."""
        parameters = json.loads(data)
        return self._event_types[parameters["event"]]._from_parameters(parameters)
