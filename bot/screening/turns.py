"""A message of a conversation, seen from its screening: whether it belongs there, and what stays open after another answer.

What parses as an answer is one. What does not, and is surely about something else, is for the assistant, and the screening
rests; else the question is asked again. Danger is never an answer, because an answer has no word that is not part of one.
"""

from datetime import date

from bot.assistant.engine import Assistant, Turn
from bot.effects import DeleteConversation, ForgetHousehold, KeepHousehold
from bot.picking import yes_and_no
from bot.records.tables import Conversation, Message
from bot.screening.household import Household
from bot.screening.offering import offered
from bot.screening.records import ANSWERS, CHOICES
from bot.screening.talk import Step, Talk
from bot.screening.telling import QUESTION_MARKS
from bot.speech import speech
from bot.understanding.labels import FOLLOW_UPS
from bot.understanding.reading.reading import Reading
from knowledge.folding import fold
from knowledge.library import Library

SURELY, SURELY_SHORT = 0.5, 0.8
"""How likely something else must be, where an answer was expected; and where it is neither a question nor long."""
SHORT = 5
"""Words up to which a message is short."""
_ELSEWHERE = frozenset({"human", "change_language", "delete_my_data", "not_helped", "who_are_you"})


async def take(
    library: Library,
    assistant: Assistant,
    conversation: Conversation,
    inbound: Message,
    household: Household | None,
    choice: str | None,
    reading: Reading | None,
) -> Turn | None:
    """What the screening says to a message; None when it is not for it.

    Args:
        household: what was told in the conversation so far.
        choice: what was picked, by a button or in words.
        reading: what was typed, part by part.
    """
    talk = _talk(library, conversation)
    asked = household.open if household else None
    if choice is not None:
        step = talk.pick(household, choice) if choice.partition(":")[0] in CHOICES else None
    else:
        step = talk.write(household, inbound.text)
        if step is None and household and household.stage != "done" and not household.resting:
            elsewhere = await _is_about_something_else(assistant, library, inbound.text, reading)
            step = None if elsewhere else talk.miss(household)
    if step is None:
        return None
    if inbound.choice is None:
        inbound.choice = f"{ANSWERS}:{asked or 'household'}"
    return _turn(step)


def after(library: Library, conversation: Conversation, household: Household | None, turn: Turn) -> None:
    """The assistant has answered: the screening rests, and the way back to it, or into it, is offered."""
    if any(isinstance(effect, DeleteConversation) for effect in turn.effects):
        return
    turn.replies = offered(library, speech(conversation.language), household, turn.replies)
    if household and household.stage != "done":
        turn.effects.append(KeepHousehold(household=household.rests()))


def _talk(library: Library, conversation: Conversation) -> Talk:
    return Talk(library, speech(conversation.language), conversation.place, date.today())


def _turn(step: Step) -> Turn:
    kept = KeepHousehold(household=step.household) if step.household else ForgetHousehold()
    return Turn(list(step.replies), [*step.effects, kept])


async def _is_about_something_else(assistant: Assistant, library: Library, text: str, reading: Reading | None) -> bool:
    if fold(text) in frozenset().union(*yes_and_no()):
        return False  # to a question that has another answer: nothing is understood of such a word alone
    label, share = (await assistant.understand(text)).ranking[0]
    if label == "crisis" or (reading and any(part.names for part in reading.parts)):
        return True
    if len(text.split()) <= SHORT and not any(mark in text for mark in QUESTION_MARKS):
        return share >= SURELY_SHORT and (label in library.topics or label in _ELSEWHERE)
    return share >= SURELY and (label in library.topics or label in _ELSEWHERE or label in FOLLOW_UPS)
