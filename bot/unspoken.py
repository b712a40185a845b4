"""When a person writes a language Rettvis cannot answer in: say so in that language, offer those there are and a human."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot import answers
from bot.needs import needs
from bot.records import conversations
from bot.records.tables import Conversation
from bot.replies import AnswerCard, Choice, OfferCard, Reply
from bot.speech import speech, spoken, understands
from knowledge.greetings import Greeting, greetings
from knowledge.languages import available, language


def admit(session: Session, conversation: Conversation, replies: Sequence[Reply]) -> list[Reply]:
    """What to say after the replies of a turn, once in a conversation; nothing where the language is spoken here.

    The need is written down. The last message is the one whose choices a typed word picks from, so this repeats those of
    the message before: in danger, the way to a person stays the first. A question about what may be shared is not
    interrupted; then it is said the next time.
    """
    code = conversation.language
    if understands(code, spoken(code)) or not replies or any(isinstance(each.card, OfferCard) for each in replies):
        return []
    said = notice(code, *replies[-1].choices)
    if any(each.text == said.text for each in replies) or conversations.said(session, conversation.id, said.text):
        return []
    needs.record(
        session,
        moment="no_answer",
        barrier="language",
        topic=next((each.card.topic for each in replies if isinstance(each.card, AnswerCard)), None),
        language=code,
        place=conversation.place,
        channel=conversation.channel,
    )
    return [said]


def notice(code: str, *first: Choice) -> Reply:
    """That there is no answering in a language yet, with what there is instead.

    Args:
        code: the language the person writes.
        first: choices that must stay open, before those of a language.
    """
    s = speech(code)
    greeting = greetings().get(code, Greeting())
    if greeting.cannot:
        text, shown_in = greeting.cannot.format(languages=_by_own_names()), code
    else:
        cannot = s.gettext("I cannot answer in {language} yet. A person can, with an interpreter. It is free.")
        which = s.gettext("Which language do you want?")
        text, shown_in = f"{s.fill(cannot, language=s.language_name(code))} {which}", s.code
    if greeting.hello:
        text = f"{greeting.hello}. {text}"
    person = Choice(id="human", title=greeting.person) if greeting.person else answers.a_person(s)
    offered = {choice.id: choice for choice in (*first, *languages(), person)}
    return Reply(text=text, language=shown_in, choices=tuple(offered.values()))


def languages() -> tuple[Choice, ...]:
    """Every language there is, to choose from."""
    return tuple(Choice(id=f"change_language:{code}", title=language(code).autonym) for code in available())


def _by_own_names() -> str:
    """The languages by their own names, each in its own direction."""
    return ", ".join(f"\u2068{language(each).autonym}\u2069" for each in available())
