"""Between take-over and giving back the bot writes nothing at all, whatever the person and the contacts do."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.assistant.engine import Assistant
from bot.dialogue import Dialogue, Unusable
from bot.handoff import citizen, rounds
from bot.handoff.desk import Desk, Lacked
from bot.handoff.handoffs import NotAllowed, open_handoff
from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Handoff, Staff, now
from knowledge.library import Library
from tests.bot.helping import PATIENCE, contact

EXAMPLES = int(os.environ.get("RETTVIS_TEST_SILENCES", "12"))
"""How many conversations of forty steps each."""
WORDS = st.one_of(
    st.sampled_from(
        (
            "How much child benefit do I get for two kids?",
            "I want to talk to someone",
            "my husband hits me",
            "I want to die",
            "yes",
            "no",
            "1",
            "2",
            "without 2",
            "what if they say no?",
            "hello",
            "thank you",
            "are you a robot?",
            "please delete what I wrote",
            "kan vi snakke norsk",
            "91 23 45 67",
            "who won the match",
            "/human",
        )
    ),
    st.text(min_size=1, max_size=30),
)
PICKS = st.sampled_from(
    (
        *(f"{name}:yes" for name in ("transfer", "share", "keep_words")),
        *sorted(citizen.CHOICES),
        "transfer:no",
        "helper:1-yes",
        "pulse:listened-yes",
        "reach:sms",
        "human",
        "urgent_human",
        "barnetrygd",
        "topics",
        "ask_apply",
        "not_helped",
        "place:trondheim",
        "cancel",
        "change_language:nb",
    )
)
who = st.integers(0, 2)


class Silence(RuleBasedStateMachine):
    """One person, three contacts, the real assistant, and the clock."""

    def __init__(self, dialogue: Dialogue, database: Database, staff: list[Staff]) -> None:
        super().__init__()
        self.dialogue, self.database, self.staff = dialogue, database, staff
        self.desk = Desk(database, PATIENCE)
        self.id = dialogue.begin("web", "en", chosen=True, place="trondheim")[0].id
        self.sent = 0
        self.later = timedelta()
        self.spoke_in_hand = 0

    def open(self) -> Handoff | None:
        with self.database.reading() as session:
            return open_handoff(session, self.id)

    def spoken(self) -> int:
        """How much the bot has said so far."""
        with self.database.reading() as session:
            return sum(message.author == "bot" for message in conversations.history(session, self.id))

    def receive(self, text: str = "", choice: str | None = None) -> None:
        found = self.open()
        before = self.spoken()
        self.sent += 1
        try:
            asyncio.run(self.dialogue.receive(self.id, f"c{self.sent}", text, choice))
        except Unusable:
            return
        if found is not None and found.in_hand:
            assert self.spoken() == before
            self.spoke_in_hand += 1

    @initialize(taken=st.booleans())
    def often_begins_in_hand(self, taken: bool) -> None:
        self.asks_for_a_person()
        if taken:
            self.whoever_is_asked_takes_over()

    @rule()
    def whoever_is_asked_takes_over(self) -> None:
        found = self.open()
        asked = next((n for n, each in enumerate(self.staff) if found and each.id == found.contact_id), 0)
        self.a_contact_takes_over(asked)

    @rule(text=WORDS)
    def writes(self, text: str) -> None:
        self.receive(text=text)

    @rule(choice=PICKS)
    def picks(self, choice: str) -> None:
        self.receive(choice=choice)

    @rule()
    def asks_for_a_person(self) -> None:
        self.receive(choice="human")
        self.receive(choice="share:yes")

    @rule(by=who)
    def a_contact_takes_over(self, by: int) -> None:
        self.at_the_desk(lambda found: self.desk.accept(found, self.staff[by]))

    @rule(by=who, text=st.sampled_from(("hello", "2", "I want to die is what you wrote")))
    def a_contact_writes(self, by: int, text: str) -> None:
        self.at_the_desk(lambda found: self.desk.write(found, self.staff[by], text))

    @rule(by=who, to=who)
    def a_contact_hands_on(self, by: int, to: int) -> None:
        if by != to:
            self.at_the_desk(lambda found: self.desk.hand_on(found, self.staff[by], self.staff[to].id, "a reason"))

    @rule(by=who, other=who)
    def a_contact_asks_for_help(self, by: int, other: int) -> None:
        self.at_the_desk(lambda found: self.desk.ask_helper(found, self.staff[by], self.staff[other].id))

    @rule(by=who)
    def a_contact_cannot(self, by: int) -> None:
        self.at_the_desk(lambda found: self.desk.decline(found, self.staff[by]))

    @rule(by=who, met=st.booleans())
    def a_contact_ends_it(self, by: int, met: bool) -> None:
        lacked = None if met else Lacked("other", ["power"], theme="something")
        self.at_the_desk(lambda found: self.desk.close(found, self.staff[by], "met" if met else "not_met", lacked))

    @rule(minutes=st.sampled_from((1, 11, 120)))
    def time_passes(self, minutes: int) -> None:
        before = self.spoken()
        self.later += timedelta(minutes=minutes)
        rounds.make(self.database, PATIENCE, now() + self.later)
        assert self.spoken() == before

    def at_the_desk(self, do: Callable[[int], None]) -> None:
        found = self.open()
        before = self.spoken()
        if found is not None:
            with suppress(NotAllowed):
                do(found.id)
        assert self.spoken() == before  # what contacts do never makes the bot speak

    @invariant()
    def nothing_is_left_unanswered(self) -> None:
        with self.database.reading() as session:
            assert not conversations.unanswered(session)

    def teardown(self) -> None:
        self.dialogue.delete(self.id)


@pytest.fixture(scope="module")
def staff_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('silence') / 'records.sqlite3'}")
    database.migrate()
    yield database
    database.close()


def test_the_bot_is_silent_as_long_as_a_person_has_the_conversation_in_hand(
    staff_database: Database, model: Path
) -> None:
    staff = [contact(staff_database, login) for login in ("ingrid", "samir")]
    staff.append(contact(staff_database, "vakt", duty_team=True))
    dialogue = Dialogue(staff_database, Library.load(), Assistant(model, staff_database), patience=PATIENCE)
    silences = []

    class Counted(Silence):
        def teardown(self) -> None:
            silences.append(self.spoke_in_hand)
            super().teardown()

    run_state_machine_as_test(
        lambda: Counted(dialogue, staff_database, staff),
        settings=settings(
            deadline=None, max_examples=EXAMPLES, stateful_step_count=40, suppress_health_check=list(HealthCheck)
        ),
    )
    print(f"\n{sum(silences)} messages to a person who had it in hand, none answered by the bot")
    assert sum(silences) > 2 * EXAMPLES  # the test did get there
