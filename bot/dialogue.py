"""The one door: a message comes in, replies that fit any channel come out, and nothing is lost in between.

A message is stored before anything is done about it (bot.answering); one that was not answered is answered at the next
start if the program dies.
"""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import answers, no_trace
from bot.answering import Answering, Outcome
from bot.assistant.engine import Assistant
from bot.handoff import citizen, handoffs, summary
from bot.handoff.desk import DESK
from bot.kept import Kept, kept
from bot.phones import passages
from bot.records import conversations
from bot.records.access import access_own, looks_at
from bot.records.database import Database
from bot.records.tables import Conversation, Handoff, Look, Message, now
from bot.screening.household import Household
from bot.screening.records import CHOICES, household_of
from bot.screening.telling import title_of
from bot.screening.words import command
from bot.settings import Keeping, Patience
from bot.speech import speech
from bot.understanding.reading.reading import plan
from knowledge.library import Library

LONGEST = 4_000
"""Characters of one message; more is refused with a reason."""

_CHOICE = re.compile(r"^([a-z][a-z_0-9-]*)(?::([a-z0-9][a-z0-9_-]*))?$")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Unusable(Exception):
    """A message that cannot be taken as it is. `reason` is said to the person in their language."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(code)


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
        self._assistant = assistant
        self._library = library
        self._heard = heard
        rules = patience or Patience(), keeping or Keeping()
        self._answering = Answering(database, library, assistant, heard, self.deleted, *rules)
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
        return await self._answering.answer(inbound)

    def _store(
        self, conversation_id: str, client_id: str, text: str, choice: str | None, channel: str | None
    ) -> tuple[Message, bool]:
        with self._database.transaction() as session:
            conversation = session.get_one(Conversation, conversation_id)
            text = self._usable(text, choice, conversation.language)
            if channel:
                conversation.channel = channel
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
            await self._answering.answer(inbound)
        return len(waiting)

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
