"""What time does: nobody waits in silence for one who does not answer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.handoff import citizen, handoffs, rounds, telling
from bot.handoff.desk import Desk, NoAccess
from bot.records.database import Database
from bot.records.tables import Absence, Conversation, Handoff, Message, Move, Notice, Reminder, Staff, now
from tests.bot.helping import MONDAY_NOON, OFFICE, PATIENCE, contact, conversation, handoff, request, said

SATURDAY = datetime(2026, 6, 6, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def after(database: Database, minutes: float, since: datetime = MONDAY_NOON) -> list[str]:
    return rounds.make(database, PATIENCE, since + minutes * MINUTE)


def rung(database: Database) -> list[tuple[str, str]]:
    """Whom notices are for, and of which kind."""
    with database.reading() as session:
        return [(notice.staff.login, notice.kind) for notice in session.scalars(select(Notice).order_by(Notice.id))]


def take(database: Database, handoff_id: int, staff: Staff, when: datetime = MONDAY_NOON) -> None:
    with database.transaction() as session:
        handoffs.accept(session, session.get_one(Handoff, handoff_id), session.get_one(Staff, staff.id), when)


def test_whoever_does_not_answer_in_time_is_followed_by_the_next_and_then_by_the_duty_team(database: Database) -> None:
    contact(database, "ingrid", topics=["bostotte"])
    contact(database, "samir")
    contact(database, "vakt", duty_team=True, languages=[])
    begun = conversation(database, language="en")
    asked = request(database, begun, topic="bostotte")
    assert after(database, 9) == []
    assert handoff(database, asked).contact.login == "ingrid"

    assert after(database, 10) == [begun]
    assert handoff(database, asked).contact.login == "samir"
    assert said(database, begun)[-1].startswith("system: Ingrid cannot answer now. I have asked Samir, veileder.")

    after(database, 20)  # the member of the team is a contact too
    after(database, 30)
    assert "everybody in the duty team" in said(database, begun)[-1]
    assert ("vakt", "waiting") in rung(database)


def test_when_the_duty_team_does_not_answer_either_the_first_ones_are_asked_again_after_an_hour(
    database: Database,
) -> None:
    contact(database, "ingrid")
    begun = conversation(database)
    asked = request(database, begun)
    after(database, 10)
    stuck = handoff(database, asked)
    assert (stuck.state, stuck.contact.login) == ("requested", "ingrid")
    assert after(database, 30) == []
    after(database, 71)
    assert handoff(database, asked).state == "offered"
    assert rung(database) == [("ingrid", "waiting"), ("ingrid", "waiting")]


def test_whoever_declines_is_not_asked_about_it_again(database: Database) -> None:
    ingrid = contact(database, "ingrid")
    contact(database, "samir")
    begun = conversation(database)
    asked = request(database, begun)
    Desk(database, PATIENCE).decline(asked, ingrid)
    assert handoff(database, asked).contact.login == "samir"
    assert "Ingrid cannot answer now." in said(database, begun)[-1]
    for hours in range(1, 30):
        after(database, 60 * hours, handoff(database, asked).requested_at)
    with database.reading() as session:
        found = session.get_one(Handoff, asked)
        assert [offer.contact.login for offer in found.offers if offer.contact].count("ingrid") == 1


def test_out_of_hours_nobody_is_rung_and_the_named_contact_is_asked_when_they_come_to_work(database: Database) -> None:
    contact(database, "ingrid", hours=OFFICE)
    begun = conversation(database)
    asked = request(database, begun, SATURDAY)
    waiting = handoff(database, asked)
    assert (waiting.state, waiting.contact.login) == ("requested", "ingrid")
    assert after(database, 60, SATURDAY) == []
    assert rung(database) == []
    monday = datetime(2026, 6, 8, 6, 0, tzinfo=UTC)
    assert rounds.make(database, PATIENCE, monday) == [begun]
    assert handoff(database, asked).state == "offered"
    assert rung(database) == [("ingrid", "waiting")]
    assert said(database, begun) == []  # the person was told beforehand when it would be


def test_an_urgent_one_rings_at_once_also_out_of_hours_and_goes_to_the_duty_team_after_two_minutes(
    database: Database,
) -> None:
    contact(database, "ingrid", hours=OFFICE)
    contact(database, "vakt", duty_team=True, hours=OFFICE)
    contact(database, "natt", duty_team=True)
    begun = conversation(database)
    asked = request(database, begun, SATURDAY, urgent=True)
    assert rung(database) == [("natt", "urgent")]
    after(database, 2, SATURDAY)
    assert "duty team" in said(database, begun)[-1] or handoff(database, asked).state == "offered"
    assert rung(database)[-1] == ("natt", "urgent")


def test_an_urgent_one_is_never_silent_even_when_nobody_at_all_is_at_work(database: Database) -> None:
    contact(database, "ingrid", hours=OFFICE)
    contact(database, "kari", hours=OFFICE)
    begun = conversation(database)
    asked = request(database, begun, SATURDAY, urgent=True)
    assert [kind for _, kind in rung(database)] == ["urgent"]
    after(database, 2, SATURDAY)
    assert {login for login, _ in rung(database)} == {"ingrid", "kari"}
    assert "call 112" in said(database, begun)[-1]
    assert handoff(database, asked).state == "offered"


def test_danger_written_to_an_owner_who_is_silent_rings_the_duty_team_again_and_again(database: Database) -> None:
    ingrid = contact(database, "ingrid")
    contact(database, "vakt", duty_team=True)
    begun = conversation(database)
    asked = request(database, begun)
    take(database, asked, ingrid)
    with database.transaction() as session:
        message = Message(conversation_id=begun, author="citizen", text="he is hitting me")
        session.add(message)
        session.flush()
        turn = citizen.Turn(
            session,
            session.get_one(Conversation, begun),
            message,
            session.get_one(Handoff, asked),
            PATIENCE,
            when=MONDAY_NOON,
        )
        assert citizen.takes_text(turn, danger=True)
    assert handoff(database, asked).urgent
    loudly = [("ingrid", "urgent"), ("vakt", "urgent")]
    assert rung(database)[1:] == loudly
    after(database, 2)
    assert rung(database)[3:] == loudly
    after(database, 4)
    assert rung(database)[5:] == loudly
    Desk(database, PATIENCE).write(asked, ingrid, "I am here. Call 112 now.")
    after(database, 60)
    assert len(rung(database)) == 7
    assert "system: If you are in danger now, call 112. If a life is in danger, call 113." in said(database, begun)
    assert [each for each in said(database, begun) if each.startswith("bot:")] == []


def test_one_who_writes_on_while_in_danger_does_not_put_off_that_the_duty_team_is_rung(database: Database) -> None:
    ingrid = contact(database, "ingrid")
    contact(database, "vakt", duty_team=True)
    asked = request(database, conversation(database))
    take(database, asked, ingrid)
    for seconds in range(0, 600, 50):
        when = MONDAY_NOON + timedelta(seconds=seconds)
        with database.transaction() as session:
            handoffs.alarm(session, session.get_one(Handoff, asked), when)
        rounds.make(database, PATIENCE, when)
    assert rung(database).count(("vakt", "urgent")) >= 4


def test_an_urgent_one_that_nobody_answers_is_rung_every_few_minutes(database: Database) -> None:
    contact(database, "ingrid")
    contact(database, "vakt", duty_team=True)
    begun = conversation(database)
    request(database, begun, urgent=True)
    for minutes in range(1, 31):
        after(database, minutes)
    assert [kind for _, kind in rung(database)].count("urgent") >= 8


def test_when_everybody_has_declined_they_are_asked_again_some_hours_later(database: Database) -> None:
    ingrid = contact(database, "ingrid")
    begun = conversation(database)
    asked = request(database, begun)
    Desk(database, PATIENCE).decline(asked, ingrid)
    assert handoff(database, asked).state == "requested"
    declined = now()
    rounds.make(database, PATIENCE, declined + timedelta(hours=3))
    assert handoff(database, asked).state == "requested"
    rounds.make(database, PATIENCE, declined + timedelta(hours=4, minutes=1))
    assert handoff(database, asked).state == "offered"


def test_an_owner_who_does_not_write_is_rung_and_the_person_told_once_a_turn(database: Database) -> None:
    ingrid = contact(database, "ingrid", hours=OFFICE)
    begun = conversation(database)
    asked = request(database, begun)
    take(database, asked, ingrid)
    for hours in range(30):
        after(database, 60 * hours)
    told = [each for each in said(database, begun) if "You can wait, or ask for another person." in each]
    assert told == ["system: Ingrid cannot answer now. You can wait, or ask for another person."]
    assert rung(database).count(("ingrid", "waiting")) == 2


def test_the_only_contact_who_is_not_wanted_is_not_named_as_the_next_one(database: Database) -> None:
    ingrid = contact(database, "ingrid", duty_team=True)
    begun = conversation(database)
    asked = request(database, begun)
    take(database, asked, ingrid)
    with database.transaction() as session:
        found = session.get_one(Handoff, asked)
        offer = handoffs.want_another(session, found, PATIENCE, MONDAY_NOON)
        telling.asked_next(session, found, None, offer, MONDAY_NOON)
    assert said(database, begun)[-1].startswith("system: Nobody can take over right now.")
    after(database, 600)
    assert handoff(database, asked).state == "requested"
    with pytest.raises(handoffs.NotAllowed):
        take(database, asked, ingrid)
    with pytest.raises(NoAccess):
        Desk(database, PATIENCE).view(asked, ingrid)


def test_one_handoff_that_cannot_be_handled_keeps_no_other_from_its_turn(database: Database) -> None:
    contact(database, "ingrid")
    contact(database, "samir")
    first, second = conversation(database), conversation(database)
    broken = request(database, first)
    request(database, second)
    with database.transaction() as session:
        session.execute(text("UPDATE handoffs SET phone = 'not encrypted' WHERE id = :id").bindparams(id=broken))
    assert after(database, 10) == [second]


def away(database: Database, staff: Staff, **more: Any) -> None:
    day = date(2026, 6, 1)
    with database.transaction() as session:
        session.add(Absence(staff_id=staff.id, first_day=day, last_day=day + timedelta(days=4), **more))


@pytest.fixture
def in_hand(database: Database) -> tuple[str, int]:
    """A conversation that Ingrid has in hand, and its handoff."""
    ingrid = contact(database, "ingrid", hours=OFFICE)
    begun = conversation(database)
    asked = request(database, begun, MONDAY_NOON - timedelta(days=3))
    take(database, asked, ingrid, MONDAY_NOON - timedelta(days=3))
    return begun, asked


def test_when_the_owner_is_on_leave_the_stand_in_is_proposed_once_and_the_person_decides(
    database: Database, in_hand: tuple[str, int]
) -> None:
    begun, asked = in_hand
    kari = contact(database, "kari")
    away(database, handoff(database, asked).contact, stand_in_id=kari.id)
    after(database, 0)
    assert (handoff(database, asked).state, handoff(database, asked).owner.login) == ("transferred", "ingrid")  # type: ignore[union-attr]
    assert (
        "Ingrid would like Kari, veileder, to go on with you. The reason: “Ingrid is away.”"
        in said(database, begun)[-1]
    )
    with database.transaction() as session:
        handoffs.answer_transfer(session, session.get_one(Handoff, asked), False, PATIENCE, MONDAY_NOON)
    after(database, 5)
    assert handoff(database, asked).state == "active"
    with database.reading() as session:
        assert [move.state for move in session.scalars(select(Move).where(Move.handoff_id == asked))].count(
            "transferred"
        ) == 1


def test_when_nobody_stands_in_the_person_is_told_once_when_the_owner_is_back(
    database: Database, in_hand: tuple[str, int]
) -> None:
    begun, asked = in_hand
    away(database, handoff(database, asked).contact)
    after(database, 0)
    after(database, 5)
    told = [each for each in said(database, begun) if "is away until" in each]
    assert told == ["system: Ingrid is away until Monday June 8. You can wait, or ask for another person."]


def test_one_to_whom_it_is_handed_on_and_who_does_not_answer_leaves_it_with_the_owner(
    database: Database, in_hand: tuple[str, int]
) -> None:
    begun, asked = in_hand
    kari = contact(database, "kari")
    with database.transaction() as session:
        found, ingrid = session.get_one(Handoff, asked), session.scalars(select(Staff)).first()
        assert ingrid
        handoffs.propose_transfer(session, found, ingrid, session.get_one(Staff, kari.id), "knows it", MONDAY_NOON)
        handoffs.answer_transfer(session, found, True, PATIENCE, MONDAY_NOON)
    assert handoff(database, asked).in_hand
    after(database, 60)
    found = handoff(database, asked)
    assert (found.state, found.contact.login, found.owner_id) == ("active", "ingrid", found.contact_id)
    assert said(database, begun)[-1] == "system: Kari could not take over. Ingrid stays with you."


def test_a_reminder_rings_once_when_it_is_due(database: Database, in_hand: tuple[str, int]) -> None:
    _, asked = in_hand
    with database.transaction() as session:
        owner = handoff(database, asked).owner_id
        session.add(Reminder(handoff_id=asked, staff_id=owner, due_at=MONDAY_NOON, text="ask about the letter"))
    before = len(rung(database))
    after(database, -1)
    assert ("ingrid", "reminder") not in rung(database)
    after(database, 0)
    after(database, 1)
    assert [each for each in rung(database)[before:] if each[1] == "reminder"] == [("ingrid", "reminder")]
    assert [each.text for each in Desk(database, PATIENCE).lists(handoff(database, asked).contact).reminders] == [
        "ask about the letter"
    ]


def test_two_processes_that_make_the_same_round_do_nothing_twice(database: Database) -> None:
    contact(database, "ingrid")
    contact(database, "samir")
    begun = conversation(database)
    request(database, begun)
    other = Database(database.url)
    when = MONDAY_NOON + 10 * MINUTE
    assert [rounds.make(each, PATIENCE, when) for each in (database, other)] == [[begun], []]
    other.close()
    assert len(said(database, begun)) == 1


def test_deleting_a_conversation_ends_everything_that_would_have_happened(database: Database) -> None:
    from bot.records import conversations

    contact(database, "ingrid")
    begun = conversation(database)
    request(database, begun)
    with database.transaction() as session:
        conversations.remove(session, begun)
    assert after(database, 600) == []
