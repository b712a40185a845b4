"""What would be passed on to a contact, line by line, and what the person agreed to.

The lines that the person was shown are kept with the message that showed them; what is passed on is taken from there, so
that it can only be what they saw.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from sqlalchemy.orm import Session

from bot.records import conversations
from bot.records.tables import Conversation, Message
from bot.replies import Kind, OfferCard, Reply, SharedLine
from bot.screening import telling
from bot.screening.records import household_of
from bot.speech import Speech, speech
from knowledge.folding import fold
from knowledge.languages import available
from knowledge.library import Library

MOST_MESSAGES = 30
"""The last messages that are offered to be passed on; older ones stay with the person."""
EVERYTHING, NOTHING, EXCEPT = "yes", "no", "except"


def lines(
    session: Session, library: Library, conversation: Conversation, place: str | None, s: Speech
) -> tuple[SharedLine, ...]:
    """Everything that could be passed on: language, place, topics talked about, the household, what the person wrote.

    Args:
        place: where they live, when it has been said but not yet kept.
    """
    said = conversations.latest(session, conversation.id, 1_000)
    found: list[tuple[Kind, str, tuple[str, ...]]] = []
    name = s.language_name(conversation.language)
    found.append(("language", s.gettext("Language: {language}").format(language=name), (conversation.language,)))
    lives = library.places.get(place or conversation.place or "")
    if lives:
        found.append(("place", s.gettext("Lives in {place}").format(place=lives.name), (lives.id,)))
    topics = topics_in(said)
    if topics:
        titles = s.join([library.title(topic, s.code) for topic in topics])
        found.append(("topics", s.gettext("We have talked about: {topics}").format(topics=titles), topics))
    household = household_of(session, conversation.id)
    if household:
        found += [("screening", text, codes) for text, codes in telling.shared(library, household, s, date.today())]
    typed = [message for message in said if message.author == "citizen" and not message.choice]
    found += [("message", message.text, ()) for message in typed[-MOST_MESSAGES:]]
    return tuple(
        SharedLine(number=number, kind=kind, text=text, value=value)
        for number, (kind, text, value) in enumerate(found, 1)
    )


def topics_in(messages: Sequence[Message]) -> tuple[str, ...]:
    """The topics that were answered, in the order they came up."""
    cards = [(message.body or {}).get("card") or {} for message in messages]
    return tuple(dict.fromkeys(card["topic"] for card in cards if card.get("kind") == "answer"))


def agreed(session: Session, conversation_id: str, consent: str) -> list[SharedLine]:
    """The lines the person agreed to pass on.

    Args:
        consent: EVERYTHING, NOTHING, or `except-2-5`: all but those lines of the summary they were shown last.
    """
    message = last_shown(session, conversation_id)
    shown = Reply.model_validate(message.body).card if message else None
    if not isinstance(shown, OfferCard):
        return []
    struck = {int(number) for number in consent.split("-")[1:] if number.isdecimal()}
    if consent == NOTHING:
        struck = {line.number for line in shown.lines}
    return [line for line in shown.lines if line.fixed or line.number not in struck]


def last_shown(session: Session, conversation_id: str) -> Message | None:
    """The message that last showed a summary."""
    for message in reversed(conversations.latest(session, conversation_id, 30)):
        if ((message.body or {}).get("card") or {}).get("kind") == "offer":
            return message
    return None


def struck(text: str, card: OfferCard) -> str | None:
    """The consent that a typed answer like "without 2 and 4" gives; None when it is something else."""
    words = fold(text).split()
    if not words or words[0] not in _without():
        return None
    numbers = sorted({int(number) for number in re.findall(r"\d+", " ".join(words[1:]))})
    known = {line.number for line in card.lines if not line.fixed}
    if not numbers or not set(numbers) <= known:
        return None
    return "-".join([EXCEPT, *map(str, numbers)])


@cache
def _without() -> frozenset[str]:
    """The word that begins an answer like "without 2", in every language there is."""
    # Translators: words with which a reader would begin "without 2 and 4", separated by commas.
    return frozenset(fold(word) for code in available() for word in speech(code).gettext("without,not").split(","))
