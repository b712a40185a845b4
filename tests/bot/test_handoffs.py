"""The states of a handoff, whatever two contacts and two people do in whatever order."""

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.handoff import handoffs
from bot.handoff.handoffs import NotAllowed
from bot.needs.vocabulary import OUTCOMES
from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Conversation, Handoff, Staff

ALWAYS = {"days": [0, 1, 2, 3, 4, 5, 6], "from": "00:00", "to": "23:59:59"}
LOGINS = ("ingrid", "samir")
contacts = st.sampled_from(range(len(LOGINS)))
citizens = st.sampled_from((0, 1))


@pytest.fixture
def staff(database: Database) -> list[int]:
    """The ids of two contacts."""
    people = [
        Staff(
            login=login,
            password_hash="",
            name=login.title(),
            role="veileder",
            duties=["contact"],
            languages=["nb"],
            places=[],
            topics=[],
            hours=ALWAYS,
        )
        for login in LOGINS
    ]
    with database.transaction() as session:
        session.add_all(people)
    return [person.id for person in people]


def begin(database: Database) -> str:
    with database.transaction() as session:
        return conversations.begin(session, channel="web", language="nb", chosen=True, place=None)[0].id


def request(database: Database, conversation_id: str, *, urgent: bool = False, shares: bool = False) -> int:
    with database.transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        handoff = handoffs.request(
            session, conversation, topic=None, urgent=urgent, shares_conversation=shares, asked_in=0
        )
        return handoff.id


def accept(database: Database, handoff_id: int, contact_id: int) -> None:
    with database.transaction() as session:
        handoffs.accept(session, session.get_one(Handoff, handoff_id), session.get_one(Staff, contact_id))


def close(database: Database, handoff_id: int, contact_id: int, outcome: str = "met") -> None:
    with database.transaction() as session:
        handoff = session.get_one(Handoff, handoff_id)
        handoffs.close(session, handoff, session.get_one(Staff, contact_id), outcome)


@dataclass
class Expected:
    """What a handoff should look like."""

    conversation: str
    urgent: bool
    shares: bool
    state: str = "requested"
    owner: int | None = None
    outcome: str | None = None


class Handoffs(RuleBasedStateMachine):
    """Two people ask, two contacts take over and close, each move in a transaction of its own."""

    def __init__(self, database: Database, staff: list[int]) -> None:
        super().__init__()
        self.database = database
        self.staff = staff
        self.conversations = [begin(database), begin(database)]
        self.expected: dict[int, Expected] = {}

    def pick(self, data: st.DataObject) -> tuple[int, Expected]:
        handoff_id = data.draw(st.sampled_from(sorted(self.expected)))
        return handoff_id, self.expected[handoff_id]

    def open_in(self, conversation: str) -> int | None:
        found = (id for id, each in self.expected.items() if each.conversation == conversation)
        return next((id for id in found if self.expected[id].state != "closed"), None)

    @rule(citizen=citizens, urgent=st.booleans(), shares=st.booleans())
    def ask(self, citizen: int, urgent: bool, shares: bool) -> None:
        conversation = self.conversations[citizen]
        there = self.open_in(conversation)
        handoff_id = request(self.database, conversation, urgent=urgent, shares=shares)
        if there is None:
            assert handoff_id not in self.expected
            self.expected[handoff_id] = Expected(conversation, urgent, shares)
        else:
            assert handoff_id == there
            self.expected[there].urgent |= urgent
            self.expected[there].shares |= shares

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), who=contacts)
    def take_over(self, data: st.DataObject, who: int) -> None:
        handoff_id, expected = self.pick(data)
        if expected.state == "requested":
            accept(self.database, handoff_id, self.staff[who])
            expected.state, expected.owner = "active", self.staff[who]
        else:
            with pytest.raises(NotAllowed):
                accept(self.database, handoff_id, self.staff[who])

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), who=contacts, outcome=st.sampled_from(OUTCOMES))
    def end(self, data: st.DataObject, who: int, outcome: str) -> None:
        handoff_id, expected = self.pick(data)
        if expected.state == "active" and expected.owner == self.staff[who]:
            close(self.database, handoff_id, self.staff[who], outcome)
            expected.state, expected.outcome = "closed", outcome
        else:
            with pytest.raises(NotAllowed):
                close(self.database, handoff_id, self.staff[who], outcome)

    @invariant()
    def at_most_one_is_open_per_conversation(self) -> None:
        query = select(func.count()).select_from(Handoff).where(Handoff.closed_at.is_(None))
        with self.database.transaction() as session:
            counts = [session.scalar(query.where(Handoff.conversation_id == each)) for each in self.conversations]
        assert max(counts) <= 1

    @invariant()
    def every_handoff_is_as_expected(self) -> None:
        with self.database.transaction() as session:
            kept = {id: session.get_one(Handoff, id) for id in self.expected}
        for id, expected in self.expected.items():
            handoff = kept[id]
            assert (handoff.state, handoff.outcome) == (expected.state, expected.outcome)
            assert (handoff.urgent, handoff.shares_conversation) == (expected.urgent, expected.shares)
            assert expected.owner in (None, handoff.contact_id)
            assert (handoff.accepted_at is None) == (expected.state == "requested")
            assert (handoff.closed_at is None) == (expected.state != "closed")

    def teardown(self) -> None:
        with self.database.transaction() as session:
            for conversation in self.conversations:
                conversations.remove(session, conversation)


def test_whatever_happens_in_whatever_order_nothing_is_doubled_taken_away_or_lost(
    database: Database, staff: list[int]
) -> None:
    run_state_machine_as_test(
        lambda: Handoffs(database, staff), settings=settings(deadline=None, max_examples=30, stateful_step_count=20)
    )


@pytest.fixture
def asked(database: Database, staff: list[int]) -> int:
    """A handoff that has been asked for."""
    return request(database, begin(database))


def test_the_database_itself_refuses_a_second_open_handoff(database: Database, asked: int) -> None:
    with database.transaction() as session:
        first = session.get_one(Handoff, asked)
        session.add(Handoff(conversation=first.conversation, contact=first.contact))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_another_contact_than_the_one_asked_may_take_over_and_owns_it_then(
    database: Database, asked: int, staff: list[int]
) -> None:
    with database.transaction() as session:
        first = session.get_one(Handoff, asked).contact_id
    other = next(each for each in staff if each != first)
    accept(database, asked, other)
    with pytest.raises(NotAllowed):
        close(database, asked, first)
    close(database, asked, other)


def test_one_who_was_only_asked_cannot_close(database: Database, asked: int) -> None:
    with database.transaction() as session:
        first = session.get_one(Handoff, asked).contact_id
    with pytest.raises(NotAllowed):
        close(database, asked, first)


def test_an_unknown_outcome_is_refused_and_changes_nothing(database: Database, asked: int, staff: list[int]) -> None:
    accept(database, asked, staff[0])
    with pytest.raises(ValueError, match="'fine' is not one of"):
        close(database, asked, staff[0], "fine")
    with database.transaction() as session:
        assert session.get_one(Handoff, asked).state == "active"


def test_after_closing_a_new_request_is_a_new_handoff(database: Database, staff: list[int]) -> None:
    conversation = begin(database)
    first = request(database, conversation, urgent=True)
    accept(database, first, staff[0])
    close(database, first, staff[0])
    second = request(database, conversation)
    assert second != first
    with database.transaction() as session:
        assert not session.get_one(Handoff, second).urgent
