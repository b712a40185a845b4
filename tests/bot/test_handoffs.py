"""The states of a handoff, whatever contacts, people and the clock do in whatever order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from bot.handoff import handoffs, rounds
from bot.handoff.handoffs import MOVES, NotAllowed
from bot.needs.vocabulary import OUTCOMES
from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Handoff, Move, Offer, Staff
from tests.bot.helping import MONDAY_NOON, OFFICE, PATIENCE, contact, conversation, handoff, request

who = st.integers(0, 3)
which = st.integers(0, 1)


@dataclass(frozen=True)
class Snapshot:
    """Everything of a handoff that a move may change."""

    state: str
    owner: int | None
    contact: int
    closed: datetime | None
    offers: tuple[tuple[int, str | None], ...]
    moves: int


class Handoffs(RuleBasedStateMachine):
    """Two people and four contacts (one of the duty team, one only in office hours); each move in its own transaction.

    Whoever tries something that is not allowed, changes nothing.
    """

    def __init__(self, database: Database, staff: list[int]) -> None:
        super().__init__()
        self.database = database
        self.staff = staff
        self.when = MONDAY_NOON
        self.conversations = [conversation(database), conversation(database)]
        self.owners: dict[int, int | None] = {}

    def newest(self, citizen: int) -> int | None:
        with self.database.reading() as session:
            mine = Handoff.conversation_id == self.conversations[citizen]
            return session.scalar(select(Handoff.id).where(mine).order_by(Handoff.id.desc()).limit(1))

    def snapshot(self, handoff_id: int) -> Snapshot:
        with self.database.reading() as session:
            found = session.get_one(Handoff, handoff_id)
            moves = session.scalar(select(func.count()).select_from(Move).where(Move.handoff_id == handoff_id))
            offers = tuple((offer.id, offer.outcome) for offer in found.offers)
            return Snapshot(found.state, found.owner_id, found.contact_id, found.closed_at, offers, moves or 0)

    def attempt(self, citizen: int, do: Callable[[Session, Handoff], Any]) -> bool:
        """Whether it was allowed; if not, nothing has changed."""
        handoff_id = self.newest(citizen)
        if handoff_id is None:
            return False
        before = self.snapshot(handoff_id)
        try:
            with self.database.transaction() as session:
                do(session, session.get_one(Handoff, handoff_id))
        except NotAllowed:
            assert self.snapshot(handoff_id) == before
            return False
        return True

    @rule(citizen=which, urgent=st.booleans())
    def ask(self, citizen: int, urgent: bool) -> None:
        before = self.newest(citizen)
        was_open = before is not None and self.snapshot(before).closed is None
        asked = request(self.database, self.conversations[citizen], self.when, urgent=urgent)
        assert (asked == before) == was_open

    @rule(citizen=which, by=who)
    def take_over(self, citizen: int, by: int) -> None:
        def accept(session: Session, found: Handoff) -> None:
            handoffs.accept(session, found, session.get_one(Staff, self.staff[by]), self.when)

        if self.attempt(citizen, accept):
            after = self.snapshot(self.newest(citizen) or 0)
            assert (after.state, after.owner) == ("accepted", self.staff[by])

    @rule(citizen=which, outcome=st.sampled_from(("declined", "timed_out")))
    def not_taken(self, citizen: int, outcome: str) -> None:
        def end(session: Session, found: Handoff) -> None:
            handoffs.end_offer(session, found, outcome, "somebody", self.when)
            handoffs.after_offer(session, found, PATIENCE, self.when)

        self.attempt(citizen, end)

    @rule(citizen=which)
    def citizen_writes(self, citizen: int) -> None:
        def write(session: Session, found: Handoff) -> None:
            if found.in_hand:
                handoffs.citizen_wrote(session, found, self.when)
                assert found.state != "waiting"

        self.attempt(citizen, write)

    @rule(citizen=which, by=who)
    def contact_writes(self, citizen: int, by: int) -> None:
        def write(session: Session, found: Handoff) -> None:
            handoffs.contact_wrote(session, found, session.get_one(Staff, self.staff[by]), self.when)

        before = self.newest(citizen)
        owner = self.snapshot(before).owner if before else None
        if self.attempt(citizen, write):
            assert owner == self.staff[by]

    @rule(citizen=which, by=who, to=who)
    def wants_to_hand_on(self, citizen: int, by: int, to: int) -> None:
        def propose(session: Session, found: Handoff) -> None:
            mine, other = (session.get_one(Staff, self.staff[each]) for each in (by, to))
            if by == to:
                with pytest.raises((ValueError, NotAllowed)):
                    handoffs.propose_transfer(session, found, mine, other, "for a reason", self.when)
                raise NotAllowed("not_now")
            handoffs.propose_transfer(session, found, mine, other, "for a reason", self.when)

        self.attempt(citizen, propose)

    @rule(citizen=which, agreed=st.booleans())
    def answers_about_it(self, citizen: int, agreed: bool) -> None:
        self.attempt(
            citizen, lambda session, found: handoffs.answer_transfer(session, found, agreed, PATIENCE, self.when)
        )

    @rule(citizen=which)
    def wants_another(self, citizen: int) -> None:
        def another(session: Session, found: Handoff) -> None:
            if found.closed_at is None:
                unwanted = found.owner_id or found.contact_id
                offer = handoffs.want_another(session, found, PATIENCE, self.when)
                assert offer is None or offer.contact is None or offer.contact.id != unwanted

        self.attempt(citizen, another)

    @rule(citizen=which)
    def wants_the_bot_back(self, citizen: int) -> None:
        self.attempt(citizen, lambda session, found: handoffs.give_back(session, found, self.when))

    @rule(citizen=which, by=who, outcome=st.sampled_from(OUTCOMES))
    def end(self, citizen: int, by: int, outcome: str) -> None:
        def close(session: Session, found: Handoff) -> None:
            handoffs.close(session, found, session.get_one(Staff, self.staff[by]), outcome, self.when)

        self.attempt(citizen, close)

    @rule(citizen=which)
    def takes_it_up_again(self, citizen: int) -> None:
        self.attempt(citizen, lambda session, found: handoffs.reopen(session, found, PATIENCE, self.when))

    @rule(minutes=st.sampled_from((1, 9, 11, 61, 60 * 24, 60 * 24 * 31)))
    def time_passes(self, minutes: int) -> None:
        self.when += timedelta(minutes=minutes)
        rounds.make(self.database, PATIENCE, self.when)

    @invariant()
    def at_most_one_is_open_per_conversation(self) -> None:
        query = select(func.count()).select_from(Handoff).where(Handoff.closed_at.is_(None))
        with self.database.reading() as session:
            assert all(
                (session.scalar(query.where(Handoff.conversation_id == each)) or 0) <= 1 for each in self.conversations
            )

    @invariant()
    def every_handoff_makes_sense(self) -> None:
        with self.database.reading() as session:
            for found in session.scalars(select(Handoff)):
                standing = [offer for offer in found.offers if offer.ended_at is None]
                assert len(standing) == (found.state == "offered")
                assert found.state not in ("declined", "timed_out", "reopened")  # only passed through
                assert (found.closed_at is not None) == (found.state == "closed")
                assert found.in_hand or found.state in ("requested", "offered", "closed")
                if found.in_hand and found.state not in ("transferred", "offered"):
                    assert found.contact_id == found.owner_id
                if standing and not found.urgent and standing[0].contact and not found.in_hand:
                    assert standing[0].due_at > standing[0].made_at

    @invariant()
    def each_step_follows_the_one_before(self) -> None:
        with self.database.reading() as session:
            for found in session.scalars(select(Handoff)):
                steps = list(session.scalars(select(Move.state).where(Move.handoff_id == found.id).order_by(Move.id)))
                assert steps[0] == "requested"
                assert steps[-1] == found.state
                assert all(after in MOVES[before] | {before} for before, after in pairwise(steps))

    @invariant()
    def nobody_gets_it_without_taking_it(self) -> None:
        with self.database.reading() as session:
            for found in session.scalars(select(Handoff)):
                before = self.owners.get(found.id)
                if found.owner_id not in (None, before):
                    took = [offer for offer in found.offers if offer.outcome == "accepted"]
                    assert took
                    assert took[-1].contact_id in (None, found.owner_id)
                self.owners[found.id] = found.owner_id

    def teardown(self) -> None:
        with self.database.transaction() as session:
            for each in self.conversations:
                conversations.remove(session, each)


@pytest.fixture
def staff(database: Database) -> list[int]:
    """The ids of four contacts: two always at work, one in office hours, one of the duty team."""
    return [
        contact(database, "ingrid").id,
        contact(database, "samir").id,
        contact(database, "kari", hours=OFFICE).id,
        contact(database, "vakt", duty_team=True).id,
    ]


def test_whatever_happens_in_whatever_order_nothing_is_doubled_taken_away_or_lost(
    database: Database, staff: list[int]
) -> None:
    run_state_machine_as_test(
        lambda: Handoffs(database, staff), settings=settings(deadline=None, max_examples=40, stateful_step_count=30)
    )


@pytest.fixture
def asked(database: Database, staff: list[int]) -> int:
    """A handoff that has been asked for."""
    return request(database, conversation(database))


def do(database: Database, handoff_id: int, move: Callable[[Session, Handoff], Any]) -> Any:
    with database.transaction() as session:
        return move(session, session.get_one(Handoff, handoff_id))


def accept(database: Database, handoff_id: int, by: int, when: datetime = MONDAY_NOON) -> None:
    do(database, handoff_id, lambda session, found: handoffs.accept(session, found, session.get_one(Staff, by), when))


def test_the_database_itself_refuses_a_second_open_handoff(database: Database, asked: int) -> None:
    with database.transaction() as session:
        first = session.get_one(Handoff, asked)
        session.add(Handoff(conversation=first.conversation, contact=first.contact))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_of_two_who_take_it_at_the_same_moment_exactly_one_has_it(
    database: Database, asked: int, staff: list[int]
) -> None:
    with database.transaction() as session:  # nobody was asked: both may
        found = session.get_one(Handoff, asked)
        handoffs.end_offer(session, found, "timed_out", "clock", MONDAY_NOON)
        handoffs.move(session, found, "requested", "clock", when=MONDAY_NOON)
    other = Database(database.url)
    with database.reading() as session:
        seen = session.get_one(Handoff, asked)  # one has read it
        session.expunge(seen)
    accept(other, asked, staff[1])  # the other is faster
    with pytest.raises(StaleDataError), database.transaction() as session:  # noqa: PT012 (it is raised at the end)
        late = session.merge(seen, load=False)
        handoffs.accept(session, late, session.get_one(Staff, staff[0]), MONDAY_NOON)
    other.close()
    assert handoff(database, asked).owner_id == staff[1]


def test_another_contact_than_the_one_asked_may_take_over_only_when_nobody_is_asked(
    database: Database, asked: int, staff: list[int]
) -> None:
    first = handoff(database, asked).contact_id
    other = next(each for each in staff if each != first)
    with pytest.raises(NotAllowed):
        accept(database, asked, other)
    with database.transaction() as session:
        found = session.get_one(Handoff, asked)
        handoffs.end_offer(session, found, "timed_out", "clock", MONDAY_NOON)
        handoffs.move(session, found, "requested", "clock", when=MONDAY_NOON)
    accept(database, asked, other)
    with pytest.raises(NotAllowed, match="not_yours"):
        do(database, asked, lambda session, found: handoffs.must_own(found, session.get_one(Staff, first)))
    do(database, asked, lambda session, found: handoffs.must_own(found, session.get_one(Staff, other)))


def test_one_who_was_only_asked_cannot_close(database: Database, asked: int) -> None:
    first = handoff(database, asked).contact_id
    with pytest.raises(NotAllowed):
        do(
            database,
            asked,
            lambda session, found: handoffs.close(session, found, session.get_one(Staff, first), "met"),
        )


def test_an_unknown_outcome_is_refused_and_changes_nothing(database: Database, asked: int, staff: list[int]) -> None:
    accept(database, asked, staff[0])
    with pytest.raises(ValueError, match="'fine' is not one of"):
        do(
            database,
            asked,
            lambda session, found: handoffs.close(session, found, session.get_one(Staff, staff[0]), "fine"),
        )
    assert handoff(database, asked).state == "accepted"


def test_after_closing_a_new_request_is_a_new_handoff(database: Database, staff: list[int]) -> None:
    begun = conversation(database)
    first = request(database, begun, urgent=True)
    accept(database, first, staff[0])
    do(
        database,
        first,
        lambda session, found: handoffs.close(session, found, session.get_one(Staff, staff[0]), "met"),
    )
    second = request(database, begun)
    assert second != first
    assert not handoff(database, second).urgent


def test_it_cannot_be_taken_up_again_after_thirty_days(database: Database, asked: int, staff: list[int]) -> None:
    accept(database, asked, staff[0])
    do(database, asked, lambda session, found: handoffs.give_back(session, found, MONDAY_NOON))
    with pytest.raises(NotAllowed):
        do(
            database,
            asked,
            lambda session, found: handoffs.reopen(session, found, PATIENCE, MONDAY_NOON + timedelta(days=30, hours=1)),
        )
    later = MONDAY_NOON + timedelta(days=29)
    do(database, asked, lambda session, found: handoffs.reopen(session, found, PATIENCE, later))
    again = handoff(database, asked)
    assert (again.state, again.contact_id, again.owner_id) == ("offered", staff[0], None)


def test_the_contact_who_was_shown_is_asked_even_when_another_has_less_to_do_by_then(
    database: Database, staff: list[int]
) -> None:
    asked = request(database, conversation(database), contact_id=staff[1])
    assert handoff(database, asked).contact_id == staff[1]


def test_every_offer_tells_who_was_considered_and_why(database: Database, asked: int) -> None:
    with database.reading() as session:
        (offer,) = session.scalars(select(Offer).where(Offer.handoff_id == asked))
    assert offer.why[0]["name"] == "Ingrid"
    assert offer.why[0]["reasons"] == ["at_work"]
    assert len(offer.why) == 4
