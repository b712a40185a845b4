"""Rasa's trackers in our database: short however long the conversation, and the same wherever they are read."""

import asyncio
import uuid

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.assistant.tracker_store import TURNS, RecordsTrackerStore
from bot.records.database import Database

CUSTOM = {"influence_conversation": False, "mappings": [{"type": "custom"}]}
DOMAIN = Domain.from_dict(
    {
        "intents": ["barnetrygd", "bostotte"],
        "slots": {"topic": {"type": "text", **CUSTOM}, "offered": {"type": "any", **CUSTOM}},
        "forms": {"handoff_form": {"required_slots": []}},
        "actions": ["action_explain"],
    }
)
turn = st.lists(
    st.one_of(
        st.builds(SlotSet, st.just("topic"), st.sampled_from(["barnetrygd", "bostotte", None])),
        st.builds(SlotSet, st.just("offered"), st.lists(st.sampled_from(["barnetrygd", "bostotte"]), max_size=2)),
        st.builds(ActiveLoop, st.sampled_from(["handoff_form", None])),
    ),
    max_size=3,
)
"""What a turn leaves behind."""


class Talk:
    """Turns of one conversation, saved after each, and beside them a tracker that has them all."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.store = RecordsTrackerStore(database, DOMAIN)
        self.who = str(uuid.uuid4())
        self.all: list[Event] = []

    def take(self, left: list[Event]) -> None:
        tracker = asyncio.run(self.store.get_or_create_tracker(self.who))
        begun = [] if self.all else [SessionStarted(), ActionExecuted("action_listen")]
        self.all = self.all or list(tracker.events)
        said = UserUttered("hei", intent={"name": "barnetrygd"}, parse_data={"intent": {"name": "barnetrygd"}})
        new = [*begun, said, *left, ActionExecuted("action_explain"), ActionExecuted("action_listen")]
        for event in new:
            tracker.update(event, DOMAIN)
        self.all += new
        asyncio.run(self.store.save(tracker))

    def here(self) -> DialogueStateTracker:
        return asyncio.run(self.store.retrieve(self.who))

    def elsewhere(self) -> DialogueStateTracker:
        """As a process reads it that has not answered this conversation before."""
        return asyncio.run(RecordsTrackerStore(self.database, DOMAIN).retrieve(self.who))

    def whole(self) -> DialogueStateTracker:
        return DialogueStateTracker.from_events(self.who, self.all, DOMAIN.slots, domain=DOMAIN)


def state(tracker: DialogueStateTracker) -> object:
    return (
        tracker.current_slot_values(),
        tracker.active_loop_name,
        tracker.latest_action_name,
        tracker.past_states(DOMAIN)[-TURNS:],
    )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(turn, min_size=1, max_size=3 * TURNS))
def test_a_shortened_tracker_leads_on_like_the_whole_one(database: Database, turns: list[list[Event]]) -> None:
    talk = Talk(database)
    for left in turns:
        talk.take(left)
    assert state(talk.here()) == state(talk.elsewhere()) == state(talk.whole())


def test_a_long_conversation_is_kept_whole_in_the_database_and_short_in_memory(database: Database) -> None:
    talk = Talk(database)
    for _ in range(5 * TURNS):
        talk.take([SlotSet("topic", "bostotte")])
    longest = 2 * TURNS * 4 + 2
    assert len(talk.here().events) <= longest
    assert len(talk.elsewhere().events) <= longest
    with talk.store.session_scope() as session:
        assert session.query(talk.store.SQLEvent).count() == len(talk.all)
