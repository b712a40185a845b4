"""One phone that has written, in the transaction in which its message is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.phones import inbox, lines, outbox, passages, phones
from bot.phones.inbox import Whole
from bot.records.tables import Conversation, Outgoing, Phone
from bot.speech import spoken
from bot.understanding import language


@dataclass
class Caller:
    """What can be done for a phone that has written. `conversation` is the one it writes in, if there is one."""

    session: Session
    whole: Whole
    phone: Phone
    conversation: Conversation | None
    when: datetime

    @classmethod
    def of(cls, session: Session, whole: Whole, when: datetime) -> "Caller | None":
        """None when another process has taken the message meanwhile."""
        if inbox.is_done(session, whole):
            return None
        phone = session.get_one(Phone, whole.phone_id)
        return cls(session, whole, phone, lines.current(session, phone), when)

    @property
    def language(self) -> str:
        """What to answer in: that of the conversation, or of the message, if that is clear; one of those there are."""
        if self.conversation:
            return spoken(self.conversation.language)
        return spoken(language.clearly(self.whole.text, self.phone.language) or self.phone.language)

    @property
    def gone(self) -> bool:
        """Whether the message was taken into a conversation that has been deleted since: nothing is left to answer."""
        into = self.whole.conversation_id
        return into is not None and (self.conversation is None or self.conversation.id != into)

    @property
    def shown(self) -> Outgoing | None:
        """The page that stands last on the phone."""
        return outbox.last_sent(self.session, self.phone)

    def tell(self, text: str) -> None:
        outbox.queue_text(self.session, self.phone, text)

    def stop(self, confirmation: str) -> None:
        """Nothing more is sent, but that it was heard, once."""
        if phones.stop(self.session, self.phone, self.when):
            outbox.queue_text(self.session, self.phone, confirmation, always=True)

    def start(self, confirmation: str) -> None:
        phones.start(self.phone)
        self.tell(confirmation)

    def arrive(self, code: str) -> bool:
        """Take over a conversation from the web by its code. Returns whether the code held."""
        return lines.arrive(self.session, self.phone, code, self.when)

    def code_for_web(self) -> str | None:
        """A code that opens the conversation on the web."""
        return passages.make(self.session, self.conversation, "web", self.when) if self.conversation else None

    def delete_all(self) -> Sequence[str]:
        """Delete all that is kept of this phone's conversations. Returns their ids."""
        return lines.remove_all(self.session, self.phone)

    def read_on(self, shown: Outgoing) -> None:
        outbox.next_page(self.session, shown)

    def into_conversation(self) -> Conversation:
        """The conversation the message belongs in, begun if need be; remembered before it is answered."""
        self.conversation = self.conversation or lines.begin(self.session, self.phone, self.whole.text, self.when)
        inbox.taken_into(self.session, self.whole, self.conversation.id)
        return self.conversation

    def done(self) -> None:
        inbox.done(self.session, self.whole, self.when)
