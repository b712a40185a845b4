"""Who is asked, and why: whoever helped last, then place, at work, language, topic, and the least loaded."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.handoff.routing import Chosen, NobodyToAsk, Wish, choose
from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Absence, Conversation, Handoff, Staff, now

MONDAY_NOON = datetime(2024, 6, 3, 10, 0, tzinfo=UTC)
AT_WORK = [{"days": [0], "from": "08:00", "to": "15:30"}]
AWAY = [{"days": [1], "from": "08:00", "to": "15:30"}]
FITS: dict[str, Any] = {"hours": AT_WORK, "places": ["froya"], "languages": ["ar"], "topics": ["bostotte"]}
FITS_NOT: dict[str, Any] = {"hours": AWAY, "places": [], "languages": ["nb"], "topics": []}
ORDER = ("places", "hours", "languages", "topics")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


@pytest.fixture
def conversation(session: Session) -> Conversation:
    return begun(session)


def begun(session: Session) -> Conversation:
    return conversations.begin(session, channel="web", language="ar", chosen=True, place="froya")[0]


def contact(session: Session, login: str, **known: Any) -> Staff:
    person = {
        "name": login.title(),
        "role": "veileder",
        "duties": ["contact"],
        "password_hash": "",
        **FITS_NOT,
        **known,
    }
    staff = Staff(login=login, **person)
    session.add(staff)
    session.flush()
    return staff


def handed_over(session: Session, conversation: Conversation, to: Staff, *, accepted: bool, closed: bool) -> None:
    at = now()
    handoff = Handoff(
        conversation=conversation,
        contact=to,
        state="closed" if closed else "requested",
        accepted_at=at if accepted else None,
        closed_at=at if closed else None,
    )
    session.add(handoff)
    session.flush()


def chosen(session: Session, conversation: Conversation, **asked: Any) -> Chosen:
    wish = {"language": "ar", "place": "froya", "topic": "bostotte", **asked}
    return choose(session, Wish(conversation.id, **wish), MONDAY_NOON)


def why(chosen: Chosen) -> tuple[tuple[str, ...], int]:
    return chosen.best.reasons, chosen.best.open


def test_without_contacts_there_is_nobody_to_ask(session: Session, conversation: Conversation) -> None:
    with pytest.raises(NobodyToAsk):
        chosen(session, conversation)


def test_whoever_has_left_or_is_no_contact_is_never_asked(session: Session, conversation: Conversation) -> None:
    contact(session, "left", **FITS, active=False)
    contact(session, "editor", **FITS, duties=["programme", "editor"])
    with pytest.raises(NobodyToAsk):
        chosen(session, conversation)


def test_the_only_contact_is_asked_even_when_nothing_fits(session: Session, conversation: Conversation) -> None:
    only = contact(session, "only")
    found = chosen(session, conversation)
    assert (found.contact, found.at_work, why(found)) == (only, False, ((), 0))
    assert found.best.hindrances == ("not_at_work",)


def test_all_that_fits_is_said_as_the_reason(session: Session, conversation: Conversation) -> None:
    best = contact(session, "best", **FITS)
    handed_over(session, conversation, best, accepted=True, closed=True)
    found = chosen(session, conversation)
    assert found.contact is best
    assert why(found) == (("helped_last", "at_work", "place", "language", "topic"), 0)


@pytest.mark.parametrize("position", range(len(ORDER)))
def test_what_counts_more_outweighs_all_that_counts_less(
    session: Session, conversation: Conversation, position: int
) -> None:
    decisive, lesser = ORDER[position], ORDER[position + 1 :]
    contact(session, "before", **{field: FITS[field] for field in lesser})
    wanted = contact(session, "wanted", **{decisive: FITS[decisive]})
    contact(session, "after", **{field: FITS[field] for field in lesser})
    handed_over(session, begun(session), wanted, accepted=False, closed=False)
    assert chosen(session, conversation).contact is wanted


def test_whoever_helped_last_is_asked_again_before_one_whom_all_else_fits(
    session: Session, conversation: Conversation
) -> None:
    contact(session, "fits", **FITS)
    helped = contact(session, "helped", hours=AT_WORK)
    handed_over(session, conversation, helped, accepted=True, closed=True)
    found = chosen(session, conversation)
    assert (found.contact, why(found)) == (helped, (("helped_last", "at_work"), 0))


def test_of_two_who_have_helped_the_last_one_is_asked(session: Session, conversation: Conversation) -> None:
    first, last = contact(session, "first", **FITS), contact(session, "last", hours=AT_WORK)
    for person in (first, last):
        handed_over(session, conversation, person, accepted=True, closed=True)
    assert chosen(session, conversation).contact is last


def test_whoever_helped_last_but_is_away_gives_way_to_one_at_work(session: Session, conversation: Conversation) -> None:
    helped = contact(session, "helped", **{**FITS, "hours": AWAY})
    present = contact(session, "present", hours=AT_WORK, places=["froya"])
    handed_over(session, conversation, helped, accepted=True, closed=True)
    found = chosen(session, conversation)
    assert (found.contact, why(found)) == (present, (("at_work", "place"), 0))


def test_having_been_asked_without_answering_is_not_having_helped(session: Session, conversation: Conversation) -> None:
    fits = contact(session, "fits", **FITS)
    asked = contact(session, "asked", hours=AT_WORK)
    handed_over(session, conversation, asked, accepted=False, closed=True)
    assert chosen(session, conversation).contact is fits


def test_having_helped_somebody_else_does_not_count(session: Session, conversation: Conversation) -> None:
    fits = contact(session, "fits", **FITS)
    helped = contact(session, "helped", hours=AT_WORK)
    handed_over(session, begun(session), helped, accepted=True, closed=True)
    assert chosen(session, conversation).contact is fits


def test_among_equals_the_one_with_the_fewest_open_conversations_is_asked(
    session: Session, conversation: Conversation
) -> None:
    busy, free = contact(session, "busy", **FITS), contact(session, "free", **FITS)
    for _ in range(2):
        handed_over(session, begun(session), busy, accepted=True, closed=False)
    handed_over(session, begun(session), free, accepted=True, closed=False)
    for _ in range(3):
        handed_over(session, begun(session), free, accepted=True, closed=True)
    found = chosen(session, conversation)
    assert found.contact is free
    assert found.best.open == 1


def test_among_complete_equals_the_choice_is_always_the_same(session: Session, conversation: Conversation) -> None:
    first = contact(session, "first", **FITS)
    contact(session, "second", **FITS)
    assert {chosen(session, conversation).contact.id for _ in range(5)} == {first.id}


def test_an_unknown_place_and_topic_fit_nobody(session: Session, conversation: Conversation) -> None:
    contact(session, "fits", **FITS)
    assert why(chosen(session, conversation, place=None, topic=None)) == (("at_work", "language"), 0)


def test_whoever_has_as_many_as_they_can_take_is_asked_after_all_others(
    session: Session, conversation: Conversation
) -> None:
    full = contact(session, "full", **FITS, capacity=1)
    other = contact(session, "other", places=["froya"])
    handed_over(session, begun(session), full, accepted=True, closed=False)
    found = chosen(session, conversation)
    assert found.contact is other
    assert [each.hindrances for each in found.considered] == [("not_at_work",), ("full",)]


def test_whoever_helped_last_is_asked_even_when_they_have_many(session: Session, conversation: Conversation) -> None:
    contact(session, "fits", **FITS)
    helped = contact(session, "helped", hours=AT_WORK, capacity=1)
    handed_over(session, conversation, helped, accepted=True, closed=True)
    handed_over(session, begun(session), helped, accepted=True, closed=False)
    assert chosen(session, conversation).contact is helped


def test_whoever_stands_in_for_the_one_who_helped_last_is_asked(session: Session, conversation: Conversation) -> None:
    contact(session, "fits", **FITS)
    helped = contact(session, "helped", hours=AT_WORK)
    stands_in = contact(session, "standsin", hours=AT_WORK)
    today = MONDAY_NOON.date()
    session.add(Absence(staff_id=helped.id, first_day=today, last_day=today, stand_in_id=stands_in.id))
    session.flush()
    session.refresh(helped)
    handed_over(session, conversation, helped, accepted=True, closed=True)
    found = chosen(session, conversation)
    assert (found.contact, found.best.reasons) == (stands_in, ("stands_in", "at_work"))


def test_when_nobody_is_at_work_the_one_who_is_back_first_is_asked_about_danger(
    session: Session, conversation: Conversation
) -> None:
    fits = contact(session, "fits", **{**FITS, "hours": AWAY})
    soon = contact(session, "soon", hours=[{"days": [0], "from": "13:00", "to": "15:00"}])
    assert chosen(session, conversation).contact is fits
    assert chosen(session, conversation, urgent=True).contact is soon


def test_whoever_was_asked_already_is_not_asked_again(session: Session, conversation: Conversation) -> None:
    first, second = contact(session, "first", **FITS), contact(session, "second")
    assert chosen(session, conversation, not_again={first.id}).contact is second
    with pytest.raises(NobodyToAsk):
        chosen(session, conversation, not_again={first.id, second.id})


def test_everybody_who_was_considered_is_named_best_first_with_the_reasons(
    session: Session, conversation: Conversation
) -> None:
    contact(session, "worse", hours=AT_WORK)
    contact(session, "best", **FITS)
    assert chosen(session, conversation).why == [
        {"name": "Best", "reasons": ["at_work", "place", "language", "topic"], "hindrances": [], "open": 0},
        {"name": "Worse", "reasons": ["at_work"], "hindrances": [], "open": 0},
    ]
