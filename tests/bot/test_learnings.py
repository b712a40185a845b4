"""The review loop, whatever the team does in whatever order: nothing is skipped, nothing is lost, every step is kept."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from bot.needs import learnings
from bot.needs.learnings import Change, NotAllowed, Note, Unfit
from bot.records.database import Database
from bot.records.tables import Learning, Pattern, Staff, Step
from tests.bot.helping import contact
from tests.records import empty

NOTE = Note("Families with no money for rent are sent on", "practices", "Nav Trondheim", "One person keeps the thread")
MADE = Change("practice", "One contact keeps the thread")
TEXTS = {"nb": "Nå er det én kontakt for hele familien.", "en": "There is now one contact for the whole family."}
FOLLOWS = {
    "new": {"read"},
    "read": {"read", "linked"},
    "linked": {"linked", "read", "changed"},
    "changed": {"changed", "told"},
    "told": {"told", "read"},
}
"""Which state of a topic's newest pattern may come after which."""
topics = st.sampled_from(("bostotte", ""))
which = st.integers(1, 4)


class Loop(RuleBasedStateMachine):
    """The team reads, links, changes and tells. What is not allowed changes nothing."""

    def __init__(self, database: Database, staff: Staff) -> None:
        super().__init__()
        self.database, self.staff, self.shown = database, staff, 5
        self.states = self.now()
        self.steps = 0

    def now(self) -> dict[str, str]:
        with self.database.reading() as session:
            newest = learnings.newest(session)
            return {topic: learnings.state(newest.get(topic)) for topic in ("bostotte", "")}

    def all_of_it(self) -> list[Any]:
        with self.database.reading() as session:
            tables = (Pattern.__table__, Learning.__table__, Step.__table__)
            return [tuple(row) for table in tables for row in session.execute(select(table))]

    def attempt(self, do: Callable[[Session], Any]) -> None:
        before = self.all_of_it()
        try:
            with self.database.transaction() as session:
                do(session)
        except NotAllowed:
            assert self.all_of_it() == before
        else:
            assert self.all_of_it() != before

    @rule(topic=topics, more=st.integers(0, 9))
    def read(self, topic: str, more: int) -> None:
        self.shown += more
        self.attempt(lambda session: learnings.read(session, self.staff, topic, self.shown))

    @rule(pattern=which)
    def begin(self, pattern: int) -> None:
        self.attempt(lambda session: learnings.begin(session, self.staff, pattern, NOTE))

    @rule(learning=which, pattern=which)
    def link(self, learning: int, pattern: int) -> None:
        self.attempt(lambda session: learnings.link(session, self.staff, learning, pattern))

    @rule(learning=which, pattern=which)
    def unlink(self, learning: int, pattern: int) -> None:
        self.attempt(lambda session: learnings.unlink(session, self.staff, learning, pattern))

    @rule(learning=which)
    def rewrite(self, learning: int) -> None:
        self.attempt(lambda session: learnings.rewrite(session, self.staff, learning, NOTE))

    @rule(learning=which)
    def change(self, learning: int) -> None:
        self.attempt(lambda session: learnings.change(session, self.staff, learning, MADE))

    @rule(learning=which)
    def tell(self, learning: int) -> None:
        self.attempt(lambda session: learnings.tell(session, self.staff, learning, TEXTS))

    @invariant()
    def each_state_follows_the_one_before(self) -> None:
        now = self.now()
        for topic, state in now.items():
            before = self.states[topic]
            assert state == before or state in FOLLOWS[before], f"{before} -> {state}"
        self.states = now

    @invariant()
    def nobody_is_told_of_nothing(self) -> None:
        with self.database.reading() as session:
            for learning in learnings.every(session):
                assert learning.patterns
                assert (learning.state == "tried") == (learning.changed is None)
                assert (learning.state == "told") == bool(learning.tellings)

    @invariant()
    def what_people_were_told_about_is_never_counted_again_and_nothing_between_is_forgotten(self) -> None:
        with self.database.reading() as session:
            for topic in ("bostotte", ""):
                row = list(session.scalars(select(Pattern).where(Pattern.topic == topic).order_by(Pattern.id)))
                assert [each.before for each in row] == [0, *(each.seen for each in row)][: len(row)]
                assert all(each.before <= each.seen <= self.shown for each in row)

    @invariant()
    def every_step_is_kept(self) -> None:
        with self.database.reading() as session:
            steps = list(session.scalars(select(Step).order_by(Step.id)))
            states = list(session.scalars(select(Learning.state)))
        assert len(steps) >= self.steps
        self.steps = len(steps)
        assert all(step.name == "Programme" for step in steps)
        assert sum(step.what == "changed" for step in steps) == sum(state != "tried" for state in states)
        assert sum(step.what == "told" for step in steps) == states.count("told")


def test_the_loop_holds_whatever_is_done() -> None:
    with TemporaryDirectory() as folder:
        count = 0

        def loop() -> Loop:
            nonlocal count
            count += 1
            database = empty(Path(folder) / f"{count}.sqlite3")
            return Loop(database, contact(database, "programme"))

        run_state_machine_as_test(loop, settings=settings(max_examples=15, stateful_step_count=25, deadline=None))


@pytest.fixture
def team(database: Database) -> Staff:
    return contact(database, "programme")


@pytest.fixture
def session(database: Database, team: Staff) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def test_a_learning_begins_with_a_pattern_somebody_has_read(session: Session, team: Staff) -> None:
    with pytest.raises(NotAllowed, match="not_read"):
        learnings.begin(session, team, 1, NOTE)
    pattern = learnings.read(session, team, "bostotte", 5)
    learning = learnings.begin(session, team, pattern.id, NOTE)
    assert (learnings.state(pattern), learning.owner) == ("linked", "Nav Trondheim")
    steps = session.execute(select(Step.what, Step.name).order_by(Step.id)).tuples().all()
    assert steps == [("read", "Programme"), ("written", "Programme"), ("linked", "Programme")]


@pytest.mark.parametrize("statement", [delete(Step), update(Step).values(name="somebody else")])
def test_who_did_what_cannot_be_changed_afterwards(database: Database, team: Staff, statement: Any) -> None:
    with database.transaction() as session:
        learnings.read(session, team, "bostotte", 5)
    with pytest.raises(DatabaseError, match="only ever added"), database.transaction() as session:
        session.execute(statement)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Step)) == 1


@pytest.mark.parametrize("field", ["sees", "condition", "owner", "tries"])
def test_a_note_with_a_part_missing_says_which(field: str) -> None:
    with pytest.raises(Unfit) as caught:
        Note(**{**vars(NOTE), field: " "})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("made", "field"),
    [(("luck", "x"), "kind"), (("practice", " "), "words"), (("entry", "x"), "topic"), (("entry", "x", ""), "topic")],
)
def test_a_change_with_a_part_missing_says_which(made: tuple[str, ...], field: str) -> None:
    with pytest.raises(Unfit) as caught:
        Change(*made)
    assert caught.value.field == field
