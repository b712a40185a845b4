"""What comes in from phones: kept once for each id of a gateway's, put together, taken in the order it came."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.phones import phones
from bot.records.tables import Incoming, Phone

PARTS_WAIT = timedelta(minutes=2)
"""For so long after the last part that came, the missing parts of a message are waited for."""


@dataclass(frozen=True)
class Part:
    """A message as a gateway brings it, or a part of one.

    Args:
        id: the gateway's own.
        number: of the phone, in international form.
        reference: what the parts of a message have in common; None for a whole one.
    """

    id: str
    number: str
    text: str
    reference: int | None = None
    part: int = 1
    parts: int = 1


@dataclass(frozen=True)
class Whole:
    """A whole message, or what has come of it."""

    ids: tuple[int, ...]
    phone_id: int
    text: str
    conversation_id: str | None
    """Where it was taken into before the program last stopped."""


def keep(session: Session, gateway: str, part: Part, when: datetime) -> bool:
    """Keep what came. Returns False when the gateway has brought it before."""
    same = select(Incoming.id).where(
        Incoming.gateway == gateway, Incoming.gateway_id == part.id, Incoming.part == part.part
    )
    if session.scalar(same) is not None:
        return False
    phone = phones.phone(session, part.number, gateway)
    phone.wrote_at = when
    session.add(
        Incoming(
            gateway=gateway,
            gateway_id=part.id,
            phone_id=phone.id,
            text=part.text,
            reference=part.reference,
            part=part.part,
            parts=part.parts,
            came_at=when,
        )
    )
    session.flush()
    return True


def waiting(session: Session, when: datetime, limit: int = 200) -> list[Whole]:
    """The oldest whole message of each phone that has one, oldest first."""
    query = select(Incoming).where(Incoming.done_at.is_(None)).order_by(Incoming.id).limit(limit)
    groups: dict[tuple[object, ...], list[Incoming]] = {}
    for each in session.scalars(query):
        key = (each.phone_id, each.reference, each.parts) if each.reference is not None else (each.id,)
        groups.setdefault(key, []).append(each)
    first: dict[int, Whole] = {}
    for found in groups.values():
        complete = len({each.part for each in found}) >= found[0].parts
        if complete or when - max(each.came_at for each in found) > PARTS_WAIT:
            first.setdefault(found[0].phone_id, _whole(found))
    return list(first.values())


def _whole(found: list[Incoming]) -> Whole:
    ordered = {each.part: each for each in sorted(found, key=lambda each: each.part)}.values()
    return Whole(
        tuple(each.id for each in found),
        found[0].phone_id,
        "".join(each.text or "" for each in ordered),
        found[0].conversation_id,
    )


def is_done(session: Session, whole: Whole) -> bool:
    """Whether it has been taken meanwhile, by another process. The phone is locked until the transaction ends."""
    session.get(Phone, whole.phone_id, with_for_update={"key_share": True})
    first = session.get(Incoming, whole.ids[0])
    return first is None or first.done_at is not None


def taken_into(session: Session, whole: Whole, conversation_id: str) -> None:
    """Remember where it belongs, before it is answered."""
    for each in _rows(session, whole):
        each.conversation_id = conversation_id


def done(session: Session, whole: Whole, when: datetime) -> None:
    """It has been dealt with. The conversation keeps what was written; here only its id is, for a while."""
    for each in _rows(session, whole):
        each.done_at, each.text = when, None


def _rows(session: Session, whole: Whole) -> list[Incoming]:
    return [found for each in whole.ids if (found := session.get(Incoming, each))]
