"""The same journeys on the page and by SMS come to the same: what is said, what is offered, and what is kept of it.

A step is what somebody writes, or the number of a choice: a button there, a figure here. A journey of a new kind belongs in
JOURNEYS too.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from bot.phones.numbers import keyed_hash
from bot.records.tables import Conversation, Handoff, Line, Message, Need, Phone, Pulse
from tests.conftest import Citizen, Server, StaffMember
from tests.sms import conftest
from tests.sms.conftest import Wire, settled

Step = str | int


@dataclass(frozen=True)
class Desk:
    """A step of the contact's: one of the forms of the handoff's page."""

    what: str
    form: tuple[tuple[str, str], ...] = ()


JOURNEYS: dict[str, list[Step | Desk]] = {
    "an answer and what follows": ["Hvor mye får jeg i barnetrygd?", 2, 1, "hvor har du det fra?"],
    "it did not help, with words": ["Hvor mye får jeg i barnetrygd?", 3, 1, 1],
    "another language": ["hei", "bytt språk", 3, "How much is child benefit?"],
    "written in another language": ["كم أحصل من إعانة الأطفال؟"],
    "danger, and a person at once": [
        "Samboeren min slår meg",
        "ja",
        Desk("accept"),
        Desk("close", (("outcome", "met"),)),
    ],
    "a person, to the end": [
        "Hvor mye får jeg i barnetrygd?",
        "Jeg vil snakke med et menneske",
        3,
        1,
        Desk("accept"),
        "Hei, jeg lurer på noe",
        Desk("say", (("text", "Spør i vei"),)),
        "2",
        Desk("close", (("outcome", "met"),)),
        1,
        2,
    ],
    "a person, in the end not": ["Jeg vil snakke med et menneske", 3, 2, 4],
    "a screening, to the end": [
        "Hva har vi rett på?",
        3,
        "2 og 7",
        "34",
        "1 6",
        "hvorfor",
        "jeg vil ikke svare",
        "hva er barnetrygd?",
        5,
        "hopp over",
        "hopp over",
        "hopp over",
        "hopp over",
        "hopp over",
        "hopp over",
        "hopp over",
        "hopp over",
        "vis svarene mine",
        1,
        1,
    ],
    "deletion": ["Hvor mye får jeg i barnetrygd?", "Kan du slette alt jeg har skrevet?", 1],
}


def outcome(server: Server, conversation_id: str) -> list[object]:
    """What is kept of a conversation, but for names and times."""
    with server.installation.database.reading() as session:
        conversation = session.get(Conversation, conversation_id)
        of = Message.conversation_id == conversation_id
        said = [_message(each) for each in session.scalars(select(Message).where(of).order_by(Message.id))]
        handoffs = session.scalars(select(Handoff).where(Handoff.conversation_id == conversation_id))
        kept = [(each.state, each.outcome, each.urgent, [line["kind"] for line in each.shared]) for each in handoffs]
        return [conversation.language if conversation else "deleted", said, kept]


def _message(message: Message) -> tuple[object, ...]:
    body = message.body or {}
    card = body.get("card") or {}
    about_a_person = card.get("kind") in ("contact", "offer") or message.author == "system" or message.handoff_id
    return (
        message.author,
        None if about_a_person and message.author != "citizen" else message.text,
        [choice["id"].partition("-")[0] for choice in body.get("choices", ())],
        card.get("kind"),
        card.get("topic"),
    )


def counted(server: Server) -> tuple[int, int]:
    """Needs and answers to the pulse, of everybody."""
    with server.installation.database.reading() as session:
        needs = session.scalar(select(func.count()).select_from(Need))
        return needs or 0, session.scalar(select(func.sum(Pulse.number))) or 0


def contact_step(server: Server, conversation_id: str, step: Desk) -> None:
    with server.installation.database.reading() as session:
        of = select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.closed_at.is_(None))
        handoff = session.scalars(of).one()
        login = handoff.owner.login if handoff.owner else handoff.contact.login
    StaffMember(server, login).post(f"/desk/{handoff.id}/{step.what}", **dict(step.form))


def on_the_page(server: Server, steps: list[Step | Desk]) -> list[object]:
    citizen = Citizen(server)

    def take(step: Step) -> None:
        if isinstance(step, str):
            citizen.write(step)
            return
        offered = next(each for each in reversed(citizen.history()) if each["author"] in ("bot", "system"))
        citizen.pick(offered["choices"][step - 1]["id"])

    _go(server, steps, citizen.id, take)
    return outcome(server, citizen.id)


def by_sms(server: Server, wire: Wire, steps: list[Step | Desk]) -> list[object]:
    phone = conftest.Phone(server, wire)
    conversation_id = ""

    def take(step: Step) -> None:
        nonlocal conversation_id
        phone.bring(str(step))
        settled(server, phone.number)
        with server.installation.database.reading() as session:
            of = select(Line.conversation_id).join(Phone).where(Phone.hash == keyed_hash(phone.number))
            conversation_id = session.scalar(of) or conversation_id

    for step in steps:
        if isinstance(step, Desk):
            contact_step(server, conversation_id, step)
            settled(server, phone.number)
        else:
            take(step)
    return outcome(server, conversation_id)


def _go(server: Server, steps: list[Step | Desk], conversation_id: str, take: Callable[[Step], None]) -> None:
    for step in steps:
        if isinstance(step, Desk):
            contact_step(server, conversation_id, step)
        else:
            take(step)


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_comes_to_the_same_on_the_page_and_by_sms(sms_server: Server, wire: Wire, name: str) -> None:
    before = counted(sms_server)
    page = on_the_page(sms_server, JOURNEYS[name])
    between = counted(sms_server)
    sms = by_sms(sms_server, wire, JOURNEYS[name])
    after = counted(sms_server)
    assert sms == page
    assert page[1] or name == "deletion"
    assert [b - a for a, b in zip(before, between, strict=True)] == [b - a for a, b in zip(between, after, strict=True)]
