"""What an action has asked for, done in the turn's transaction (bot.effects says what there is to ask for)."""

from sqlalchemy.orm import Session

from bot.effects import (
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
from bot.handoff import handoffs, summary, telling
from bot.needs import candidates, needs
from bot.records import conversations
from bot.records.tables import Conversation, Message, now
from bot.screening.records import forget, keep
from bot.settings import Patience
from bot.speech import speech
from knowledge.library import Library


class Effects:
    """Brings effects about.

    Args:
        patience: how long a contact who is asked has.
    """

    def __init__(self, library: Library, patience: Patience) -> None:
        self._library = library
        self._patience = patience

    def bring_about(self, session: Session, conversation: Conversation, inbound: Message, effect: Effect) -> None:
        """Do what was asked for because of a message. Deleting a conversation is not done here: it ends the turn."""
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
                    conversation.pending_message_id = _meant(session, inbound, effect.moment)
            case RecordCandidate():
                moment = "corrected" if effect.corrected else "picked"
                code = conversation.language
                candidate = candidates.record(session, effect.topic, effect.offered, code, moment=moment)
                conversation.pending_candidate_id = candidate.id
                conversation.pending_message_id = _meant(session, inbound, moment)
            case KeepWords():
                _keep_words(session, conversation)
                let_go(conversation)
            case ForgetWords():
                let_go(conversation)
            case SetLanguage():
                conversation.language, conversation.language_chosen = effect.language, True
            case SetPlace():
                conversation.place = effect.place
            case KeepHousehold():
                keep(session, conversation.id, effect.household)
            case ForgetHousehold():
                forget(session, conversation.id, but=inbound.id)


def let_go(conversation: Conversation) -> None:
    """End the only link between a conversation and what was recorded of it without identity."""
    if conversation.pending_need_id or conversation.pending_candidate_id:
        conversation.pending_need_id = conversation.pending_candidate_id = None


def _keep_words(session: Session, conversation: Conversation) -> None:
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


def _meant(session: Session, inbound: Message, moment: str) -> int | None:
    """The message whose words say what was needed: the last typed one. "It did not help" is about the one before, and
    so is what is picked after "that is not what I meant"."""
    typed = conversations.typed(session, inbound.conversation_id, 20)
    before = [message for message in typed if message != inbound.id] if moment == "not_helped" else typed
    before = before[:-1] if moment == "corrected" else before
    return next(reversed(before or typed), None)
