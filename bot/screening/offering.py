"""The way into a screening, and back to it, beside answers about something else."""

from collections.abc import Sequence

from bot.replies import AnswerCard, Choice, Reply
from bot.screening.household import Household
from bot.speech import Speech
from knowledge.library import Library

_ABOUT_MONEY = frozenset({"money", "work", "family", "housing"})
"""Areas of topics after which going through it all is offered."""
_NO_OFFER = ("cancel", "share", "place", "urgent_human", "delete_conversation")
"""Choices that a way to something else must not stand beside."""


def begin_choice(s: Speech) -> Choice:
    """The way in."""
    return Choice(id="screen:begin", title=s.gettext("What can my family be entitled to?"))


def on_choice(s: Speech) -> Choice:
    """The way back."""
    return Choice(id="screen:on", title=s.gettext("Go on with the questions"))


def offered(library: Library, s: Speech, household: Household | None, replies: Sequence[Reply]) -> list[Reply]:
    """Replies about something else, with a way (back) to the questions; never beside danger or another question."""
    if not replies or (replies[-1].card and replies[-1].card.kind in ("crisis", "offer")):
        return list(replies)
    *before, last = replies
    if any(choice.id.partition(":")[0] in _NO_OFFER for choice in last.choices):
        return list(replies)
    if household and household.stage != "done":
        way = on_choice(s)
    elif household is None and _is_about_money(library, replies):
        way = begin_choice(s)
    else:
        return list(replies)
    return [*before, last.model_copy(update={"choices": (*last.choices, way)})]


def _is_about_money(library: Library, replies: Sequence[Reply]) -> bool:
    """Whether the answer is about a scheme that a household can be held against, or nothing was asked yet."""
    cards = [reply.card for reply in replies if isinstance(reply.card, AnswerCard)]
    nothing_yet = any(choice.id == "topics" for choice in replies[-1].choices)
    areas = {library.topics[card.topic].area for card in cards if card.topic in library.rules}
    return nothing_yet or not areas.isdisjoint(_ABOUT_MONEY)
