"""Conversations of which no trace is to stay: for people whose phone somebody else looks at.

The device keeps nothing that outlives the tab (connectors.web), and here the conversation is deleted when the person
leaves, or soon after its last message (bot.records.retention). While a contact has it in hand, or is asked to, it stays:
somebody who asked for help is not to lose it. Then it is deleted once that has ended; "delete everything and leave" does
not wait for it.
"""

import re
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.phones.phones import CHANNEL as BY_SMS
from bot.records.tables import Conversation, Handoff, Message
from bot.replies import Choice, Reply
from bot.settings import Keeping
from bot.speech import Speech, speech, spoken
from knowledge.folding import fold
from knowledge.languages import available
from knowledge.sms import Phrases, message, sms
from knowledge.source import KnowledgeError, problems_of, read

CHOICE = "no_trace"
FILE = Path(__file__).with_name("no_trace.yml")
_PHRASES: TypeAdapter[dict[str, Phrases]] = TypeAdapter(dict[str, Phrases])
_LONGEST = 120
"""Characters of a message beyond which it asks for something else."""


def choice(s: Speech) -> Choice:
    """The choice that nothing of it stays on the device."""
    return Choice(id=CHOICE, title=s.gettext("Leave no trace on this device"))


def is_wanted(inbound: Message) -> bool:
    """Whether a person's message asks for it: by the choice, or by words that say that and nothing else."""
    return inbound.choice == CHOICE or (inbound.choice is None and asked(inbound.text))


def asked(text: str) -> bool:
    """Whether words ask that no trace stays, in any language."""
    folded = f"{fold(text)} "
    return len(text) <= _LONGEST and any(form.fullmatch(folded) for form in _forms())


def begin(conversation: Conversation, handoff: Handoff | None, keeping: Keeping) -> Reply:
    """From now on nothing of a conversation is to stay. Says what that means, and what it cannot do.

    Args:
        handoff: the one that is open, if any.
    """
    s = speech(conversation.language)
    if conversation.channel == BY_SMS:
        text = s.gettext("SMS stay on the phone until you delete them there. Send {word} to delete what is kept here.")
        return Reply(text=s.fill(text, word=sms(spoken(s.code)).word("delete")), language=s.code)
    conversation.no_trace = True
    minutes = round(keeping.no_trace.total_seconds() / 60)
    said = [
        s.fill(
            s.gettext(
                "This device forgets the conversation when you leave or close the browser. We delete it when you leave, or "
                "{minutes} minutes after the last message."
            ),
            minutes=minutes,
        ),
        s.gettext("The browser's history can still show that this page was open."),
    ]
    if handoff:
        said.append(while_helped(s, handoff))
    return Reply(text="\n".join(said), language=s.code)


def while_helped(s: Speech, handoff: Handoff) -> str:
    """What becomes of it while somebody helps or is asked to."""
    text = s.gettext(
        "While {name} helps you, {name} keeps what you share, also when you leave. It is deleted when the help ends. "
        "“Delete everything and leave” deletes it at once."
    )
    return s.fill(text, name=(handoff.owner or handoff.contact).name)


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """The messages that ask for it, in every language there is.

    Raises:
        KnowledgeError: the file is broken.
    """
    try:
        phrases = _PHRASES.validate_python(read(FILE))
    except ValidationError as error:
        raise KnowledgeError(problems_of(FILE, error)) from error
    return tuple(
        message([fold(choice(speech(code)).title), *phrases.get(code, ())], sms(code).polite) for code in available()
    )
