"""Staff whom the municipality's own OpenID Connect provider knows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.database import Database
from bot.records.tables import Staff
from bot.staff.person import Reason, Unfit


class Stranger(Exception):
    """Nobody here is bound to who the provider says this is. Nobody is ever created from outside."""


def recognise(database: Database, subject: str, email: str | None) -> Staff:
    """Who somebody is that signed in at the provider.

    The first time they are known by an e-mail address, if exactly one account that is not bound yet has it as its user
    name; from then on by the subject only.

    Args:
        subject: issuer and subject, as `Staff.subject` keeps them.
        email: the address, if the provider has verified it.

    Raises:
        Stranger: it is nobody who works here.
    """
    with database.transaction() as session:
        staff = session.scalar(select(Staff).where(Staff.subject == subject))
        if staff is None and email:
            staff = _by_email(session, email.strip().lower())
            if staff:
                staff.subject = subject
        if staff is None or not staff.active:
            raise Stranger
    return staff


def bind(database: Database, staff_id: int, subject: str | None) -> None:
    """Say who somebody is at the provider (issuer and subject), or, with None, that they are nobody there.

    Raises:
        Unfit: somebody else is bound to it, or it is too long.
    """
    if subject and len(subject) > 400:
        raise Unfit(Reason("form", "subject"))
    with database.transaction() as session:
        holder = session.scalar(select(Staff).where(Staff.subject == subject)) if subject else None
        if holder and holder.id != staff_id:
            raise Unfit(Reason("bound", "subject", holder.name))
        session.get_one(Staff, staff_id).subject = subject


def _by_email(session: Session, email: str) -> Staff | None:
    """By the log-in only: the address for notices is one's own to change, and would let anybody be somebody else."""
    return session.scalar(select(Staff).where(Staff.active, Staff.subject.is_(None), Staff.login == email))
