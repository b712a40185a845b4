"""The one door: a message comes in, replies that fit any channel come out, and nothing is lost in between.

A message is stored before anything is done about it. Its answer, what the answer brings about, and the state of the
dialogue are then committed in one transaction; until then the message counts as waiting, and is answered at the next
start if the program dies. While a person has the conversation in hand, the bot is silent.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from bot import answers, no_trace, own_data, switches, unspoken
from bot.actions.base import Services, provided
from bot.assistant.engine import Assistant, Turn
from bot.effects import (
    DeleteConversation,
    Effect,
    ForgetHousehold,
    ForgetWords,
    KeepHousehold,
    KeepWords,
    RecordCandidate,
    RecordNeed,
    RequestContact,
    SetLanguage,
    SetPlace,
)
from bot.handoff import citizen, handoffs, summary, telling
from bot.handoff.desk import DESK
from bot.kept import Kept, kept
from bot.needs import candidates, needs, promises, service
from bot.phones import outbox, passages
from bot.picking import picked
from bot.records import conversations
from bot.records.access import access_own, looks_at
from bot.records.database import Database, collided, unavailable
from bot.records.tables import Conversation, Handoff, Look, Message, now
from bot.replies import OfferCard, Reply
from bot.screening import turns
from bot.screening.household import Household
from bot.screening.records import CHOICES, forget, household_of, keep
from bot.screening.telling import title_of
from bot.screening.words import command
from bot.settings import Keeping, Patience
from bot.speech import speech
from bot.understanding import language
from bot.understanding.reading.reading import Reading, plan
from bot.whereabouts import whereabouts
from knowledge.library import Library

log = structlog.get_logger(__name__)

SURELY = 0.6
"""How likely danger is at which a contact who reads along is rung: scraps of a talk are easily taken for it."""
TRIES = 3
"""How often a turn is begun that others disturb."""
LONGEST = 4_000
"""Characters of one message; more is refused with a reason."""

_CHOICE = re.compile(r"^([a-z][a-z_0-9-]*)(?::([a-z0-9][a-z0-9_-]*))?$")
_COMMAND = re.compile(r"^/([a-z_]+)")
"""A choice, as the assistant is given it."""
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Unusable(Exception):
    """A message that cannot be taken as it is. `reason` is said to the person in their language."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(code)


@dataclass
class Outcome:
    """What came of a message. After `deleted` the replies are not kept anywhere."""

    inbound: int
    replies: list[Message] = field(default_factory=list)
    deleted: bool = False


class Dialogue:
    """Takes messages in and gives answers back.

    Args:
        heard: called with a conversation's id whenever something new stands in it (live listeners).
        patience: how long a contact who is asked has.
        keeping: how long what is kept is kept; people are told so.
    """

    def __init__(
        self,
        database: Database,
        library: Library,
        assistant: Assistant,
        heard: Callable[[str], None] = lambda _: None,
        patience: Patience | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        self._database = database
        self._patience = patience or Patience()
        self._keeping = keeping or Keeping()
        self._assistant = assistant
        self._library = library
        self._heard = heard
        self._services = Services(library, database)
        # what is read from files now, is not read while the first person waits
        plan("", library)
        command("", "nb")

    def begin(
        self, channel: str, code: str, *, chosen: bool = False, place: str | None = None, no_trace: bool = False
    ) -> tuple[Conversation, str]:
        """A new conversation and its token.

        Args:
            code: the language to begin in; `chosen` says that the person asked for it, or else what they write decides.
            no_trace: nothing of it is to stay (bot.no_trace).
        """
        with self._database.transaction() as session:
            begun = conversations.begin(session, channel=channel, language=code, chosen=chosen, place=place)
            begun[0].no_trace = no_trace
            return begun

    def find(self, conversation_id: str, token: str) -> Conversation | None:
        """A person's own conversation, by its token."""
        with self._database.reading() as session:
            return access_own(session, conversation_id, token)

    def language_of(self, conversation_id: str) -> str:
        """The language the conversation is in now."""
        with self._database.reading() as session:
            return session.get_one(Conversation, conversation_id).language

    def leaves_no_trace(self, conversation_id: str) -> bool:
        """Whether nothing of a conversation is to stay."""
        with self._database.reading() as session:
            found = session.get(Conversation, conversation_id)
            return found is not None and found.no_trace

    def is_there(self, conversation_id: str) -> bool:
        """Whether a conversation has not been deleted."""
        with self._database.reading() as session:
            return session.get(Conversation, conversation_id) is not None

    def history(self, mine: Conversation, after: int = 0, limit: int = 1_000) -> Sequence[Message]:
        """What was said in a person's own conversation, after a message id."""
        with self._database.reading() as session:
            return conversations.history(session, mine.id, after, limit)

    def last_summary(self, mine: Conversation) -> int | None:
        """The id of the message that last showed what would be passed on to a contact."""
        with self._database.reading() as session:
            found = summary.last_shown(session, mine.id)
            return found.id if found else None

    def human(self, mine: Conversation) -> Handoff | None:
        """The handoff of a person's own conversation that is open, if any."""
        with self._database.reading() as session:
            return handoffs.open_handoff(session, mine.id)

    def household(self, mine: Conversation) -> Household | None:
        """What was told of a household in a person's own conversation, if anything."""
        with self._database.reading() as session:
            return household_of(session, mine.id)

    def delivered(self, mine: Conversation) -> None:
        """The person's channel has fetched everything that stands in the conversation."""
        with self._database.reading() as session:
            if not conversations.undelivered(session, mine.id):
                return
        with self._database.transaction() as session:
            conversations.delivered(session, mine.id, now())
        self._heard(mine.id)

    def seen_by(self, mine: Conversation) -> Sequence[Look]:
        """Which members of staff have seen a person's own conversation or done something with it."""
        with self._database.reading() as session:
            return looks_at(session, mine)

    def kept(self, mine: Conversation) -> Kept:
        """Everything that is kept of a conversation, for its own person."""
        with self._database.reading() as session:
            return kept(session, mine)

    async def receive(
        self,
        conversation_id: str,
        client_id: str,
        text: str = "",
        choice: str | None = None,
        channel: str | None = None,
    ) -> Outcome:
        """Take a message in and answer it. The same `client_id` again gives the same answer again.

        Args:
            conversation_id: an existing conversation.
            client_id: the channel's own id of the message.
            text: what was typed; or
            choice: the id of a choice that was picked.
            channel: where the person writes now, if they may have moved; the answer goes there.

        Raises:
            Unusable: empty, too long, not text, or a choice there is not. Nothing is stored.
        """
        try:
            inbound, new = self._store(conversation_id, client_id, text, choice, channel)
        except IntegrityError:  # the same message came twice at once, to two processes: the other one has stored it
            inbound, new = self._store(conversation_id, client_id, text, choice, channel)
        if new:
            self._heard(conversation_id)
        return await self._answer(inbound)

    def _store(
        self, conversation_id: str, client_id: str, text: str, choice: str | None, channel: str | None
    ) -> tuple[Message, bool]:
        with self._database.transaction() as session:
            conversation = session.get_one(Conversation, conversation_id)
            text = self._usable(text, choice, conversation.language)
            conversation.channel = channel or conversation.channel
            if choice:
                text = self._title_of(session, conversation, choice)
            return conversations.store_inbound(session, conversation_id, client_id, text, choice)

    def speak(self, conversation_id: str, code: str) -> None:
        """The person has chosen a language."""
        with self._database.transaction() as session:
            conversation = session.get_one(Conversation, conversation_id)
            conversation.language, conversation.language_chosen = code, True

    def code_for_sms(self, mine: Conversation) -> str:
        """A code that, sent by SMS, lets a person's own conversation go on there."""
        with self._database.transaction() as session:
            return passages.make(session, mine, "sms", now())

    def may_continue(self, code: str) -> str | None:
        """The language of the conversation that a code opens on the web; None when it holds no more."""
        with self._database.reading() as session:
            found = passages.leads_to(session, code, "web", now())
            return found.language if found else None

    def code_to_come_back(self, mine: Conversation) -> str:
        """A code that opens a person's own conversation in any browser, once."""
        with self._database.transaction() as session:
            return passages.make(session, mine, "back", now())

    def continue_on_web(self, code: str, to: str = "web") -> tuple[Conversation, str] | None:
        """The conversation of a code, with a new token; None when the code holds no more.

        Args:
            to: web for a code that was sent to its phone, back for one the person has kept.
        """
        with self._database.transaction() as session:
            conversation = passages.use(session, code, to, now())
            if conversation is None:
                return None
            conversation.channel = "web"
            return conversation, conversations.new_token(conversation)

    def leave(self, mine: Conversation, *, delete: bool = False) -> None:
        """The person has left their device in a hurry: the token that may still be on it opens nothing any more.

        Args:
            delete: they want it deleted too. What is to leave no trace is, unless somebody helps them just now.
        """
        with self._database.transaction() as session:
            kept = session.get(Conversation, mine.id)
            if kept is None:
                return
            delete = delete or (kept.no_trace and handoffs.open_handoff(session, mine.id) is None)
            if not delete:
                conversations.new_token(kept)
        if delete:
            self.delete(mine.id)

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation and everything kept of it."""
        with self._database.transaction() as session:
            conversations.remove(session, conversation_id)
        self.deleted(conversation_id)

    def deleted(self, conversation_id: str) -> None:
        """A conversation has been deleted: nothing of it is left in memory, and whoever looks at it is told."""
        self._assistant.forget(conversation_id)
        self._database.scrub()
        self._heard(conversation_id)
        self._heard(DESK)

    async def answer_waiting(self, longer_than: timedelta | None = None) -> int:
        """Answer what was stored but not answered, for whoever was to answer has died: at a start all of it, later what has
        waited for so long. Returns how many there were."""
        with self._database.reading() as session:
            waiting = conversations.unanswered(session, now() if longer_than else None, longer_than or timedelta())
        for inbound in waiting:
            await self._answer(inbound)
        return len(waiting)

    async def _answer(self, inbound: Message) -> Outcome:
        written = _payload(inbound, None)
        if not inbound.choice:
            await self._assistant.prepare(written)
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
            if conversations.is_answered(session, inbound.id):
                return True, False
            conversation = session.get_one(Conversation, inbound.conversation_id)
            handoff = handoffs.open_handoff(session, conversation.id)
            return False, bool(conversation.pending_question or (handoff and handoff.in_hand))

    async def _shows_danger(self, text: str) -> bool:
        """Whether words that the bot does not answer show danger: a contact must be rung."""
        (label, share), *_ = (await self._assistant.understand(text)).ranking
        return label == "crisis" and share >= SURELY

    async def _turn(self, stored: Message, danger: bool, reading: Reading | None) -> Outcome:
        with self._database.transaction() as session:
            # locked, so that nobody takes over in the middle of an answer, and two processes never answer the same
            conversation = session.get(Conversation, stored.conversation_id, with_for_update={"key_share": True})
            inbound = session.get(Message, stored.id)
            if conversation is None or inbound is None:
                return Outcome(stored.id, deleted=True)
            if not inbound.awaiting:
                return Outcome(inbound.id, self._replies_to(session, inbound))
            inbound.awaiting = False
            handoff = handoffs.open_handoff(session, conversation.id)
            inbound.handoff_id = handoff.id if handoff else None
            if no_trace.is_wanted(inbound):
                _let_go(conversation)
                reply = no_trace.begin(conversation, handoff, self._keeping)
                return Outcome(inbound.id, [self._system(session, inbound, reply)])
            offer = conversations.last_offer(session, conversation.id, inbound.id) if inbound.choice is None else None
            if self._is_for_a_person(session, conversation, inbound, handoff, offer, danger):
                return Outcome(stored.id, self._replies_to(session, stored))
            choice = _chosen(inbound, offer)
            if choice is None:
                self._follow_language(conversation, inbound.text)
            off = frozenset(each.what for each in switches.are_off(session))
            if switches.silences(off, conversation, choice.partition(":")[0] if choice else None):
                reply = switches.numbers(self._library, conversation, off)
                within = handoff.id if handoff else None
                said = conversations.say(session, conversation.id, reply, reply_to=inbound.id, handoff_id=within)
                return Outcome(inbound.id, [said])
            turn = await self._answered(session, conversation, inbound, choice, handoff, reading, off)
            outcome = self._commit_to_records(session, conversation, inbound, handoff, turn)
        if outcome.deleted:
            self.deleted(inbound.conversation_id)
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
        offer: Message | None,
        danger: bool,
    ) -> bool:
        """Whether it was a choice of the handoff, an answer to a question of it, or words to the contact: no bot then."""
        newest = conversations.newest(session, conversation.id)
        turn = citizen.Turn(session, conversation, inbound, handoff, self._patience)
        choice = inbound.choice
        if choice is None:
            in_hand = handoff is not None and handoff.in_hand
            if offer and (not in_hand or conversations.is_last(session, offer, before=inbound.id)):
                picks = picked(inbound.text, Reply.model_validate(offer.body).choices)
                choice = picks if picks and picks.partition(":")[0] in citizen.CHOICES else None
        name, _, turn.value = (choice or "").partition(":")
        if choice == "delete_conversation:yes":
            return False
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
            _let_go(conversation)  # the question about the words was not answered: the link ends
        for effect in turn.effects:
            if isinstance(effect, DeleteConversation):
                outbox.farewell(session, conversation.id, [reply.text for reply in turn.replies])
                conversations.remove(session, conversation.id)
                spoken = [_unkept(conversation.id, reply) for reply in turn.replies]
                return Outcome(inbound.id, spoken, deleted=True)
            self._do(session, conversation, inbound, effect)
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

    def _do(self, session: Session, conversation: Conversation, inbound: Message, effect: Effect) -> None:
        match effect:
            case RequestContact():
                before = handoffs.open_handoff(session, conversation.id)
                everything = summary.lines(session, self._library, conversation, None, speech(conversation.language))
                agreed = summary.agreed(session, conversation.id, effect.consent)
                handoff = handoffs.request(
                    session,
                    conversation,
                    topic=effect.topic,
                    urgent=effect.urgent,
                    shared=[each for each in everything if each.kind != "screening"] if effect.urgent else agreed,
                    contact_id=effect.contact,
                    patience=self._patience,
                )
                inbound.handoff_id = handoff.id
                if before and effect.urgent:  # it was open already: who is rung now, the system says
                    telling.asked_next(session, handoff, None, handoffs.standing_offer(handoff), now())
            case RecordNeed():
                need = needs.record(
                    session,
                    moment=effect.moment,
                    barrier=effect.barrier,
                    topic=effect.topic,
                    language=effect.language or conversation.language,
                    place=conversation.place,
                    channel=conversation.channel,
                    children=effect.children,
                )
                if effect.moment != "screening":  # there nobody is asked whether their words may be kept
                    conversation.pending_need_id = need.id
                    conversation.pending_message_id = self._meant(session, inbound, effect.moment)
            case RecordCandidate():
                moment = "corrected" if effect.corrected else "picked"
                code = conversation.language
                candidate = candidates.record(session, effect.topic, effect.offered, code, moment=moment)
                conversation.pending_candidate_id = candidate.id
                conversation.pending_message_id = self._meant(session, inbound, moment)
            case KeepWords():
                self._keep_words(session, conversation)
                _let_go(conversation)
            case ForgetWords():
                _let_go(conversation)
            case SetLanguage():
                conversation.language, conversation.language_chosen = effect.language, True
            case SetPlace():
                conversation.place = effect.place
            case KeepHousehold():
                keep(session, conversation.id, effect.household)
            case ForgetHousehold():
                forget(session, conversation.id, but=inbound.id)

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

    def _keep_words(self, session: Session, conversation: Conversation) -> None:
        if not conversation.pending_message_id:
            return
        words = session.get_one(Message, conversation.pending_message_id).text
        names = handoffs.names(session, conversation.id)
        candidate = conversation.pending_candidate_id
        if conversation.pending_need_id:
            need = needs.keep_words(session, conversation.pending_need_id, words, names)
            if candidate is None and need.barrier != "language":  # what was lacking then is a language, not an example
                answered = [need.topic] if need.topic else []
                candidate = candidates.record(session, None, answered, need.language, moment=need.moment).id
        if candidate:
            candidates.keep_words(session, candidate, words, names)

    def _meant(self, session: Session, inbound: Message, moment: str) -> int | None:
        """The message whose words say what was needed: the last typed one. "It did not help" is about the one before, and
        so is what is picked after "that is not what I meant"."""
        typed = [
            message.id
            for message in conversations.latest(session, inbound.conversation_id, 20)
            if message.author == "citizen" and not message.choice
        ]
        before = [message for message in typed if message != inbound.id] if moment == "not_helped" else typed
        before = before[:-1] if moment == "corrected" else before
        return next(reversed(before or typed), None)

    def _usable(self, text: str, choice: str | None, code: str) -> str:
        s = speech(code)
        if choice is not None:
            match = _CHOICE.match(choice)
            if not match or match[1] not in self._assistant.intents | citizen.CHOICES | CHOICES | {no_trace.CHOICE}:
                raise Unusable("unknown_choice", s.gettext("That choice is not there any more. Write instead."))
            return text
        if _INVISIBLE.search(text):
            raise Unusable("not_text", s.gettext("I can only read text. Write it in words."))
        if len(text) > LONGEST:
            raise Unusable("too_long", s.gettext("That is too long for me. Write it a little shorter."))
        if not text.strip():
            raise Unusable("empty", s.gettext("There was nothing in the message. Write what you need help with."))
        return text.strip()

    def _title_of(self, session: Session, conversation: Conversation, choice: str) -> str:
        """What stood on the choice, so that the conversation can be read afterwards."""
        for message in reversed(conversations.latest(session, conversation.id, 20)):
            for offered in (message.body or {}).get("choices", ()):
                if offered["id"] == choice:
                    return str(offered["title"])
        s = speech(conversation.language)
        if choice == no_trace.CHOICE:
            return no_trace.choice(s).title
        title = title_of(self._library, choice, s)
        if title:
            return title
        if choice in self._library.topics:
            return self._library.title(choice, s.code)
        return answers.a_person(s).title if choice == "human" else answers.a_list(s).title

    def _follow_language(self, conversation: Conversation, text: str) -> None:
        """Answer in the language a person writes, unless they chose one."""
        if conversation.language_chosen:
            return
        conversation.language = language.clearly(text, conversation.language) or conversation.language

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


def _chosen(inbound: Message, offer: Message | None) -> str | None:
    """The choice that was picked, by a button or in words; None for words that pick none of what was last offered."""
    if inbound.choice is not None:
        return inbound.choice
    reply = Reply.model_validate(offer.body) if offer else None
    choice = picked(inbound.text, reply.choices if reply else ())
    if choice is None and reply and isinstance(reply.card, OfferCard):
        consent = summary.struck(inbound.text, reply.card)
        choice = f"share:{consent}" if consent else None
    return choice or (own_data.CHOICE if own_data.asked(inbound.text) else None)


def _payload(inbound: Message, choice: str | None) -> str:
    """What the assistant is given: a choice as its intent, or the text as it was written."""
    if choice is None:
        return inbound.text.lstrip("/").strip() or "?"  # a typed "/human" is text, never a command
    name, _, value = choice.partition(":")
    return f'/{name}{{"value": "{value}"}}' if value else f"/{name}"


def _let_go(conversation: Conversation) -> None:
    """End the only link between a conversation and what was recorded of it without identity."""
    conversation.pending_need_id = conversation.pending_candidate_id = None


def _unkept(conversation_id: str, reply: Reply) -> Message:
    body: dict[str, Any] = reply.model_dump(mode="json")
    return Message(id=0, conversation_id=conversation_id, author="bot", text=reply.text, body=body, created_at=now())
