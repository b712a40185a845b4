"""Staff as records: find, add, change, be away, have a picture."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.handoff.hours import OSLO
from bot.records.database import Database
from bot.records.tables import Absence, Handoff, Staff, now
from bot.staff import person, pictures
from bot.staff.person import Person, Reason, Unfit

LONGEST_ABSENCE = 366
"""Days that somebody can be away for at one go."""


def add(database: Database, login: str, password_hash: str, about: Person) -> Staff:
    """Add a member of staff. The password hash is empty for one who signs in at the provider only.

    Raises:
        Unfit: the log-in is taken, or is none.
    """
    login = person.login(login)
    with database.transaction() as session:
        if session.scalar(select(Staff).where(Staff.login == login)):
            raise Unfit(Reason("taken", "login", login))
        staff = Staff(login=login, password_hash=password_hash, **about.model_dump())
        session.add(staff)
    return staff


def change(database: Database, staff_id: int, about: dict[str, Any], by: Staff | None = None) -> None:
    """Change fields of a member of staff.

    Args:
        by: the administrator who does it.

    Raises:
        Unfit: they would lose their own duty of administrator, or a duty of contact with open conversations.
    """
    with database.transaction() as session:
        staff = session.get_one(Staff, staff_id)
        duties = about.get("duties", staff.duties)
        if by and by.id == staff_id and "admin" not in duties:
            raise Unfit(Reason("own_duty", "duties"))
        if "contact" in staff.duties and "contact" not in duties:
            _refuse_if_busy(session, staff_id, "duties")
        for field, value in about.items():
            setattr(staff, field, value)


def deactivate(database: Database, staff_id: int, by: Staff) -> None:
    """Somebody no longer works here: their sessions end at once, and nobody is handed to them.

    Raises:
        Unfit: it is the administrator themselves, or there are conversations that somebody else must take over first.
    """
    if by.id == staff_id:
        raise Unfit(Reason("oneself", "active"))
    with database.transaction() as session:
        _refuse_if_busy(session, staff_id, "active")
        session.get_one(Staff, staff_id).active = False


def activate(database: Database, staff_id: int) -> None:
    """Somebody works here again."""
    with database.transaction() as session:
        session.get_one(Staff, staff_id).active = True


def everybody(database: Database) -> Sequence[Staff]:
    """All staff, those who work here first."""
    with database.reading() as session:
        return session.scalars(select(Staff).order_by(Staff.active.desc(), Staff.name)).all()


def find(database: Database, staff_id: int) -> Staff | None:
    with database.reading() as session:
        return session.get(Staff, staff_id)


def named(database: Database, login: str) -> Staff:
    """Who has a log-in.

    Raises:
        Unfit: nobody has it.
    """
    with database.reading() as session:
        staff = session.scalar(select(Staff).where(Staff.login == login.strip().lower()))
    if staff is None:
        raise Unfit(Reason("nobody", "login", login))
    return staff


def stand_ins(database: Database, staff_id: int) -> list[Staff]:
    """The contacts who could stand in for somebody."""
    return [each for each in everybody(database) if _may_stand_in(each, staff_id)]


def away(database: Database, staff_id: int, first: date, last: date, stand_in_id: int | None) -> None:
    """Note days on which somebody is away, the first and the last among them.

    Raises:
        Unfit: the last day is before the first or has passed, it is too long, or the stand-in is no other active
            contact.
    """
    if last < first or (last - first).days > LONGEST_ABSENCE:
        raise Unfit(Reason("days", "last_day"))
    if last < now().astimezone(OSLO).date():
        raise Unfit(Reason("passed", "last_day"))
    with database.transaction() as session:
        stand_in = session.get(Staff, stand_in_id) if stand_in_id else None
        if stand_in_id and not (stand_in and _may_stand_in(stand_in, staff_id)):
            raise Unfit(Reason("stand_in", "stand_in"))
        session.add(Absence(staff_id=staff_id, first_day=first, last_day=last, stand_in_id=stand_in_id or None))


def back(database: Database, staff_id: int, absence_id: int) -> None:
    """Take back that somebody is away."""
    with database.transaction() as session:
        absence = session.get(Absence, absence_id)
        if absence and absence.staff_id == staff_id:
            session.delete(absence)


def set_photo(database: Database, staff_id: int, upload: bytes | None) -> None:
    """Keep a picture of somebody (bot.staff.pictures). None takes it away.

    Raises:
        Unfit: it is not a picture.
    """
    photo = pictures.square(upload) if upload is not None else None
    with database.transaction() as session:
        staff = session.get_one(Staff, staff_id)
        staff.photo, staff.has_photo = photo, photo is not None


def photo(database: Database, staff_id: int) -> bytes | None:
    """The picture of an active member of staff, as JPEG."""
    with database.reading() as session:
        return session.scalar(select(Staff.photo).where(Staff.id == staff_id, Staff.active))


def open_handoffs(session: Session, staff_id: int) -> int:
    """How many conversations are in somebody's hands or wait for them."""
    theirs = or_(Handoff.contact_id == staff_id, Handoff.owner_id == staff_id)
    query = select(func.count()).select_from(Handoff).where(Handoff.closed_at.is_(None), theirs)
    return session.scalar(query) or 0


def _refuse_if_busy(session: Session, staff_id: int, field: str) -> None:
    number = open_handoffs(session, staff_id)
    if number:
        raise Unfit(Reason("open_handoffs", field, str(number)))


def _may_stand_in(staff: Staff, for_id: int) -> bool:
    return staff.id != for_id and staff.active and "contact" in staff.duties
