"""Households in the database: kept in the turn's transaction, and forgotten with every message that told of them."""

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.orm import Session

from bot.records import conversations
from bot.records.tables import HouseholdRow, Message
from bot.screening.household import Household

ANSWERS = "answer"
"""What a typed answer counts as: a choice of this name with the fact, so that it is found again."""
_NAMES = ("screen", "fact", "pass_over", "why", "correct", ANSWERS)
CHOICES = frozenset(_NAMES) - {ANSWERS}
"""The names of the choices of a screening, before the colon."""
_FIELDS = ("facts", "skipped", "stage", "open", "misses", "resting")
_OF = select(*(getattr(HouseholdRow, name) for name in _FIELDS)).where(
    HouseholdRow.conversation_id == bindparam("conversation_id")
)


def household_of(session: Session, conversation_id: str) -> Household | None:
    """What was told in a conversation; None when no screening was begun, or it was forgotten."""
    row = session.execute(_OF, {"conversation_id": conversation_id}).mappings().first()
    return Household.model_validate(dict(row)) if row else None


def keep(session: Session, conversation_id: str, household: Household) -> None:
    """Keep what a household has told."""
    row = session.get(HouseholdRow, conversation_id)
    if row is None:
        row = HouseholdRow(conversation_id=conversation_id)
        session.add(row)
    for name, value in household.model_dump(mode="json").items():
        setattr(row, name, value)
    session.flush()


def forget(session: Session, conversation_id: str, but: int) -> None:
    """Forget a household: the facts, every message that told one, and what the bot said to it.

    What a contact was shown stays with the contact; in what was offered to be shown, the lines about it are taken out.

    Args:
        but: the id of the message that asks for it, which stays.
    """
    session.execute(delete(HouseholdRow).where(HouseholdRow.conversation_id == conversation_id))
    mine = Message.conversation_id == conversation_id
    told = or_(*(Message.choice.like(f"{name}:%") for name in _NAMES))
    ids = list(session.scalars(select(Message.id).where(mine, Message.author == "citizen", told, Message.id != but)))
    session.execute(delete(Message).where(mine, or_(Message.id.in_(ids), Message.reply_to.in_(ids))))
    for message in conversations.history(session, conversation_id, limit=1_000_000):
        card = (message.body or {}).get("card") or {}
        if card.get("kind") == "offer" and any(line["kind"] == "screening" for line in card["lines"]):
            _without_screening(message)
    session.flush()


def _without_screening(message: Message) -> None:
    assert message.body
    card = message.body["card"]
    gone = [line for line in card["lines"] if line["kind"] == "screening"]
    left = [line for line in card["lines"] if line["kind"] != "screening"]
    for line in gone:
        message.text = message.text.replace(f"\n{line['number']}. {line['text']}", "")
    message.body = {**message.body, "text": message.text, "card": {**card, "lines": left}}
