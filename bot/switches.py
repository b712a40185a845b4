"""The off switch: everything, the bot, one language, one topic or one channel, with the reason kept.

What is off stands in the database and is asked for at every message, so that all processes obey at once. People then get
the numbers and the places they can turn to; contacts go on writing with those they have in hand. While only the bot or a
language is off, a person can still ask for a contact.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import answers
from bot.records.database import Database
from bot.records.tables import Conversation, Switch
from bot.replies import Reply
from bot.speech import speech
from knowledge.languages import LANGUAGES
from knowledge.library import Library

CHANNELS = ("web", "sms", "api")
STILL_HEARD = frozenset({"human", "urgent_human", "place", "share", "cancel"})
"""Choices on the way to a person."""
ALWAYS_HEARD = frozenset({"delete_my_data", "delete_conversation"})
"""Deleting is everybody's right."""
LONGEST_REASON = 500
_LAST = select(func.max(Switch.id)).group_by(Switch.what)
_OFF = select(Switch.what).where(Switch.id.in_(_LAST), Switch.off)


class Unknown(ValueError):
    """There is no such switch, or the reason is missing or too long."""


def names(library: Library) -> list[str]:
    """Everything that can be turned off."""
    return [
        "all",
        "bot",
        *(f"channel:{name}" for name in CHANNELS),
        *(f"language:{code}" for code in LANGUAGES),
        *(f"topic:{topic}" for topic in library.topics),
    ]


def turn(database: Database, library: Library, what: str, *, off: bool, reason: str, by: str) -> None:
    """Turn something off, or on again. It is kept who did it and why.

    Raises:
        Unknown: there is no such switch, or no reason of at most LONGEST_REASON characters.
    """
    if what not in names(library):
        raise Unknown(what)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise Unknown("reason")
    with database.transaction() as session:
        session.add(Switch(what=what, off=off, reason=reason.strip(), by=by))


def are_off(session: Session) -> Sequence[Switch]:
    """What is off now, each by the last row of it."""
    return session.scalars(select(Switch).where(Switch.id.in_(_LAST), Switch.off).order_by(Switch.id)).all()


def off(session: Session) -> frozenset[str]:
    """The names of what is off now."""
    return frozenset(session.scalars(_OFF))


def history(session: Session) -> Sequence[Switch]:
    """All that was ever turned off or on, the newest first."""
    return session.scalars(select(Switch).order_by(Switch.id.desc())).all()


def silences(off: frozenset[str], conversation: Conversation, choice: str | None) -> bool:
    """Whether what a person says is not answered by the bot now.

    Args:
        off: what is turned off.
        choice: the name of the choice it is, or None for words.
    """
    if choice in ALWAYS_HEARD:
        return False
    if off & {"all", f"channel:{conversation.channel}"}:
        return True
    return choice not in STILL_HEARD and bool(off & {"bot", f"language:{conversation.language}"})


def without(library: Library, off: frozenset[str]) -> Library:
    """A library without the entries of the topics that are off: what is asked about them goes to a person."""
    entries = {topic: entry for topic, entry in library.entries.items() if f"topic:{topic}" not in off}
    return library if len(entries) == len(library.entries) else replace(library, entries=entries)


def numbers(library: Library, conversation: Conversation, off: frozenset[str]) -> Reply:
    """Whom a person can turn to while the bot does not answer."""
    s = speech(conversation.language)
    place = library.places.get(conversation.place or "")
    points = [f"{each.phone} – {each.name}" for each in (place.points if place else ()) if each.phone]
    lines = (
        s.gettext("Rettvis does not answer right now. These can help you:"),
        "55 55 33 33 – Nav",
        *(each for each in points if not each.startswith("55 55 33 33")),
        answers.in_danger(s),
    )
    to_a_person = () if off & {"all", f"channel:{conversation.channel}"} else (answers.a_person(s),)
    return Reply(text="\n".join(lines), language=s.code, choices=to_a_person)
