"""What stands in an SMS: the text, its choices as a numbered list, our own page for more, cut into pages to read on."""

from urllib.parse import urlsplit

from bot.phones.discretion import discreet
from bot.records.tables import Message
from bot.replies import AnswerCard, CrisisCard, OfferCard, Reply, ScreenedCard
from bot.speech import spoken
from connectors import addresses
from connectors.sms import manners, text
from knowledge.sms import sms

PAGE: dict[text.Encoding, int] = {"gsm7": 2, "ucs2": 3}
"""SMS a page of an answer takes at most."""


def pages(message: Message, address: str, *, late: bool = False) -> list[str]:
    """A message of the bot, the system or a contact, as pages; the first is sent, the others are asked for.

    Where others may see the phone, the first says only that there is an answer. What a contact writes, what must be seen
    whole before somebody agrees to it, and what to do in danger are never cut.

    Args:
        address: of this installation.
        late: it was held up, so that somebody else may have the phone by now.
    """
    reply = Reply.model_validate(message.body)
    whole = text.plain(_whole(message, reply, address))
    code = spoken(reply.language)
    if message.author == "contact" or isinstance(reply.card, OfferCard | CrisisCard):
        found = [whole]
    else:
        found = text.pages(whole, PAGE[text.encoding(whole)], text.plain(sms(code).say("read_on")))
    return [*_neutral(reply, code, late), *found]


def is_neutral(message: Message, page: int) -> bool:
    """Whether a page only says that there is an answer, which "1" opens."""
    return page == 0 and bool(_neutral(Reply.model_validate(message.body), "en", True))


def introduced(body: str, language: str, address: str) -> str:
    """The first text a phone gets: who this is comes first."""
    return f"{manners.introduction(spoken(language), urlsplit(address).netloc)}\n\n{body}"


def _whole(message: Message, reply: Reply, address: str) -> str:
    said = reply.text
    if isinstance(reply.card, OfferCard):  # two lists with the same numbers would be one too many
        for line in reply.card.lines:
            said = said.replace(f"\n{line.number}. {line.text}", f"\n({line.number}) {line.text}")
    lines = [f"{message.author_name}: {said}" if message.author == "contact" else said]
    if _is_about_danger(reply):  # the number first; of several pages, each may be the last that is read
        erase = sms(spoken(reply.language)).say("erase")
        lines = [said, erase] if isinstance(reply.card, CrisisCard) else [erase, said]
    listed = reply.card.listed if isinstance(reply.card, ScreenedCard) else 0
    lines += [f"{number}. {choice.title}" for number, choice in enumerate(reply.choices, 1) if number > listed]
    if isinstance(reply.card, AnswerCard):
        lines.append(address + addresses.path(reply.card.topic, spoken(reply.language)))
    if isinstance(reply.card, ScreenedCard) and reply.card.code:
        lines.append(f"{address}/c/{reply.card.code}")
    return "\n".join(lines)


def _is_about_danger(reply: Reply) -> bool:
    """Whether the answer names what nobody else may see on this phone."""
    match reply.card:
        case AnswerCard(topic=about) | CrisisCard(about=about):
            return discreet(about)
    return False


def _neutral(reply: Reply, language: str, late: bool) -> list[str]:
    if reply.discreet:
        return [manners.neutral(language)]
    match reply.card:
        case AnswerCard(topic=topic) if discreet(topic):
            return [manners.neutral(language)]
        case CrisisCard(about=kind, lines=lines) if discreet(kind):
            return [manners.neutral(language, None if late else lines[0].number)]
    return []
