"""What a message leads to: a person it is passed on to, or what the bot says and does about it.

Its answer, what the answer brings about, and the state of the dialogue are committed in one transaction; until then the
message counts as waiting. While a person has the conversation in hand, the bot is silent.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from bot import answers, no_trace, own_data, switches, unspoken
from bot.actions.base import Services, provided
from bot.assistant.engine import Assistant, Turn
from bot.bringing_about import Effects, let_go
from bot.effects import (
    DeleteConversation,
    ForgetWords,
    KeepWords,
    RequestContact,
)
from bot.handoff import citizen, handoffs, summary
from bot.handoff.desk import DESK
from bot.needs import promises, service
from bot.phones import outbox, passages
from bot.picking import PLACE, picked
from bot.records import conversations
from bot.records.database import Database, collided, unavailable
from bot.records.tables import Conversation, Handoff, Message, now
from bot.replies import OfferCard, Reply
from bot.screening import turns
from bot.screening.records import household_of
from bot.settings import Keeping, Patience
from bot.speech import speech
from bot.understanding import language
from bot.understanding.reading.reading import Reading
from bot.whereabouts import whereabouts
from knowledge.library import Library

log = structlog.get_logger(__name__)

SURELY = 0.5
"""How likely danger is at which a contact who reads along is rung: scraps of a talk are easily taken for it. As likely as
this it can be where it is said to be over: "he beat me last year and stands outside now" rings."""
TRIES = 3
"""How often a turn is begun that others disturb."""


@dataclass
class Outcome:
    """What came of a message. After `deleted` the replies are not kept anywhere."""

    inbound: int
    replies: list[Message] = field(default_factory=list)
    deleted: bool = False


@dataclass(frozen=True)
class _Offer:
    """What was last said to the person, and which of its choices their typed message picks."""

    message: Message
    reply: Reply
    picks: str | None

    @classmethod
    def before(cls, session: Session, inbound: Message, library: Library) -> "_Offer | None":
        message = conversations.last_offer(session, inbound.conversation_id, inbound.id)
        if message is None:
            return None
        reply = Reply.model_validate(message.body)
        also = {f"{PLACE}{place.id}": place.also for place in library.places.values()}
        return cls(message, reply, picked(inbound.text, reply.choices, also))


class Answering:
    """Answers messages that are stored.

    Args:
        heard: called with a conversation's id, or DESK, when something new stands there.
        gone: called with the id of a conversation that a person has deleted.
    """

    def __init__(
        self,
        database: Database,
        library: Library,
        assistant: Assistant,
        heard: Callable[[str], None],
        gone: Callable[[str], None],
        patience: Patience,
        keeping: Keeping,
    ) -> None:
        self._database = database
        self._library = library
        self._assistant = assistant
        self._heard = heard
        self._gone = gone
        self._patience = patience
        self._keeping = keeping
        self._services = Services(library, database, assistant.statements)
        self._effects = Effects(library, patience)

    async def answer(self, inbound: Message) -> Outcome:
        """The answer, which is committed when it is given; the same again where there was one already.

        Raises:
            sqlalchemy.exc.DBAPIError: the database is not there; the message goes on waiting.
        """
        written = _payload(inbound, None)
        async with self._assistant.one_at_a_time(inbound.conversation_id):
            try:
                answered, silent = self._stands(inbound)
                if answered:
                    return await self._turn(inbound, False, None)
                danger, reading = False, None
                if not inbound.choice and silent:
                    danger = await self._shows_danger(written)
                elif not inbound.choice:
                    reading = await self._assistant.read(written, self._library)
                outcome = await self._turn_again(inbound, danger, reading)
            except Exception as error:
                # what it knows of the turn may not stand in the records
                self._assistant.forget(inbound.conversation_id)
                if unavailable(error):  # the message waits, and is answered once the database can
                    raise
                # Said to the person, logged for us; the conversation goes on.
                # Only the kind of error and where: its message, and what stood in variables, may be what was written.
                log.error("turn failed", message=inbound.id, error=type(error).__name__, where=whereabouts(error))
                outcome = self._apologise(inbound.id)
        self._heard(inbound.conversation_id)
        self._heard(DESK)
        return outcome

    async def _turn_again(self, inbound: Message, danger: bool, reading: Reading | None) -> Outcome:
        """The turn; once more where a contact or the clock has changed the handoff at the same moment."""
        for _ in range(TRIES - 1):
            try:
                return await self._turn(inbound, danger, reading)
            except (StaleDataError, DBAPIError) as error:
                if isinstance(error, DBAPIError) and not collided(error):
                    raise
                self._assistant.forget(inbound.conversation_id)
        return await self._turn(inbound, danger, reading)

    def _stands(self, inbound: Message) -> tuple[bool, bool]:
        """Whether another process has answered meanwhile, so that nothing is to be understood, and whether what is typed
        now is not meant for the bot."""
        with self._database.reading() as session:
            awaits, silent = conversations.stands(session, inbound.id)
            return not awaits, silent

    async def _shows_danger(self, text: str) -> bool:
        """Whether words that the bot does not answer show danger: a contact must be rung."""
        (label, share), *_ = (await self._assistant.understand(text)).ranking
        return label == "crisis" and share >= SURELY

    async def _turn(self, stored: Message, danger: bool, reading: Reading | None) -> Outcome:
        with self._database.transaction() as session:
            # locked, so that nobody takes over in the middle of an answer, and two processes never answer the same
            conversation = conversations.locked(session, stored.conversation_id)
            inbound = conversations.take(session, stored.id)
            if conversation is None or inbound is None:
                deleted = session.get(Message, stored.id) is None
                return Outcome(stored.id, [] if deleted else self._replies_to(session, stored), deleted)
            handoff = handoffs.open_handoff(session, conversation.id)
            if handoff:  # what is set, even to what it was, makes the session look for changes at every statement
                inbound.handoff_id = handoff.id
            if no_trace.is_wanted(inbound):
                let_go(conversation)
                reply = no_trace.begin(conversation, handoff, self._keeping)
                return Outcome(inbound.id, [self._system(session, inbound, reply)])
            offer = _Offer.before(session, inbound, self._library) if inbound.choice is None else None
            if self._is_for_a_person(session, conversation, inbound, handoff, offer, danger):
                return Outcome(stored.id, self._replies_to(session, stored))
            choice = _chosen(inbound, offer)
            if choice is None:
                self._follow_language(conversation, inbound.text)
            off = switches.off(session)
            if switches.silences(off, conversation, choice.partition(":")[0] if choice else None):
                reply = switches.numbers(self._library, conversation, off)
                within = handoff.id if handoff else None
                said = conversations.say(session, conversation.id, reply, reply_to=inbound.id, handoff_id=within)
                return Outcome(inbound.id, [said])
            turn = await self._answered(session, conversation, inbound, choice, handoff, reading, off)
            outcome = self._commit_to_records(session, conversation, inbound, handoff, turn)
        if outcome.deleted:
            self._gone(inbound.conversation_id)
        return outcome

    async def _answered(
        self,
        session: Session,
        conversation: Conversation,
        inbound: Message,
        choice: str | None,
        handoff: Handoff | None,
        reading: Reading | None,
        off: frozenset[str],
    ) -> Turn:
        """What the bot says: as part of a screening, or by the assistant. Topics that are off are not known to it."""
        library = switches.without(self._library, off)
        with provided(replace(self._services, library=library)):
            household = household_of(session, conversation.id)
            turn = await turns.take(library, self._assistant, conversation, inbound, household, choice, reading)
            if turn is not None:
                return turn
            facts = {
                "language": conversation.language,
                "place": conversation.place,
                "waits_for": handoff.contact.name if handoff else None,
                "reading": reading.model_dump(mode="json") if reading else None,
            }
            turn = await self._assistant.answer(session, conversation.id, _payload(inbound, choice), facts)
        turns.after(library, conversation, household, turn)
        return turn

    def _is_for_a_person(
        self,
        session: Session,
        conversation: Conversation,
        inbound: Message,
        handoff: Handoff | None,
        offer: _Offer | None,
        danger: bool,
    ) -> bool:
        """Whether it was a choice of the handoff, an answer to a question of it, or words to the contact: no bot then."""
        turn = citizen.Turn(session, conversation, inbound, handoff, self._patience)
        choice = inbound.choice
        if choice is None:
            in_hand = handoff is not None and handoff.in_hand
            if offer and offer.picks and offer.picks.partition(":")[0] in citizen.CHOICES:
                last = not in_hand or conversations.is_last(session, offer.message, before=inbound.id)
                choice = offer.picks if last else None
        name, _, turn.value = (choice or "").partition(":")
        if choice == "delete_conversation:yes":
            return False
        # where there is neither, nothing is taken
        newest = conversations.newest(session, conversation.id) if choice or handoff else 0
        taken = citizen.takes_choice(turn, name) if choice else citizen.takes_text(turn, danger)
        if choice and not taken and handoff and handoff.in_hand:  # a choice of the bot's, picked while it is silent
            handoffs.citizen_wrote(session, handoff, turn.when)
            taken = True
        if taken:
            conversations.answers_to(session, conversation.id, inbound.id, since=newest)
        return taken

    def _commit_to_records(
        self, session: Session, conversation: Conversation, inbound: Message, handoff: Handoff | None, turn: Turn
    ) -> Outcome:
        answered, need = (
            any(isinstance(each, KeepWords | ForgetWords) for each in turn.effects),
            conversation.pending_need_id,
        )
        if not answered:
            let_go(conversation)  # the question about the words was not answered: the link ends
        for effect in turn.effects:
            if isinstance(effect, DeleteConversation):
                outbox.farewell(session, conversation.id, [reply.text for reply in turn.replies])
                conversations.remove(session, conversation.id)
                spoken = [_unkept(conversation.id, reply) for reply in turn.replies]
                return Outcome(inbound.id, spoken, deleted=True)
            self._effects.bring_about(session, conversation, inbound, effect)
        if answered:
            turn.replies = promises.offered(session, need, turn.replies, speech(conversation.language))
        served = service.kind_of(turn.replies, turn.effects, frozenset(self._library.topics))
        if served:
            service.record(session, served, language=conversation.language, channel=conversation.channel)
        turn.replies += unspoken.admit(session, conversation, turn.replies)
        turn.replies = [passages.linked(session, conversation, reply, now()) for reply in turn.replies]
        if any(isinstance(each, RequestContact) for each in turn.effects):
            handoff = handoffs.open_handoff(session, conversation.id)
        within = handoff.id if handoff else None
        said = [
            conversations.say(session, conversation.id, reply, reply_to=inbound.id, handoff_id=within)
            for reply in turn.replies
        ]
        return Outcome(inbound.id, said)

    def _system(self, session: Session, inbound: Message, reply: Reply) -> Message:
        """Answer a message by the system, which speaks also while a person has the conversation in hand."""
        return conversations.say(
            session,
            inbound.conversation_id,
            reply,
            author="system",
            reply_to=inbound.id,
            handoff_id=inbound.handoff_id,
        )

    def _follow_language(self, conversation: Conversation, text: str) -> None:
        """Answer in the language a person writes, unless they chose one."""
        if conversation.language_chosen:
            return
        code = language.clearly(text, conversation.language)
        if code not in (None, conversation.language):
            conversation.language = code

    def _replies_to(self, session: Session, inbound: Message) -> list[Message]:
        after = conversations.history(session, inbound.conversation_id, inbound.id)
        return [message for message in after if message.reply_to == inbound.id]

    def _apologise(self, inbound_id: int) -> Outcome:
        """A turn that failed: the person is told by the bot, or, where a contact has it in hand, the contact gets it."""
        with self._database.transaction() as session:
            inbound = session.get_one(Message, inbound_id)
            inbound.awaiting = False
            handoff = handoffs.open_handoff(session, inbound.conversation_id)
            inbound.handoff_id = handoff.id if handoff else None
            if handoff and handoff.in_hand:
                handoffs.citizen_wrote(session, handoff, now())
                return Outcome(inbound_id)
            s = speech(session.get_one(Conversation, inbound.conversation_id).language)
            text = s.gettext("Something went wrong with me. Your message is kept. Write again, or talk to a person.")
            reply = Reply(text=text, language=s.code, choices=(answers.a_person(s),))
            said = conversations.say(
                session, inbound.conversation_id, reply, reply_to=inbound_id, handoff_id=inbound.handoff_id
            )
            return Outcome(inbound_id, [said])


def _chosen(inbound: Message, offer: _Offer | None) -> str | None:
    """The choice that was picked, by a button or in words; None for words that pick none of what was last offered."""
    if inbound.choice is not None:
        return inbound.choice
    choice = offer.picks if offer else None
    if choice is None and offer and isinstance(offer.reply.card, OfferCard):
        consent = summary.struck(inbound.text, offer.reply.card)
        choice = f"share:{consent}" if consent else None
    return choice or (own_data.CHOICE if own_data.asked(inbound.text) else None)


def _payload(inbound: Message, choice: str | None) -> str:
    """What the assistant is given: a choice as its intent, or the text as it was written."""
    if choice is None:
        return inbound.text.lstrip("/").strip() or "?"  # a typed "/human" is text, never a command
    name, _, value = choice.partition(":")
    return f'/{name}{{"value": "{value}"}}' if value else f"/{name}"


def _unkept(conversation_id: str, reply: Reply) -> Message:
    body: dict[str, Any] = reply.model_dump(mode="json")
    return Message(id=0, conversation_id=conversation_id, author="bot", text=reply.text, body=body, created_at=now())
