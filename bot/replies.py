"""What the bot says, before any channel has given it a form."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Choice(Part):
    """Something the person can pick. `id` says what it means, e.g. "barnetrygd" or "place:froya"; it never expires."""

    id: str
    title: str


class Statement(Part):
    """A sentence of an answer. `language` is that of the text when it is not the reader's; `note` says how sure it is."""

    text: str
    language: str
    note: str | None = None


class Section(Part):
    name: str
    heading: str
    statements: tuple[Statement, ...]


class Link(Part):
    """`language` is that of the title, where it is known."""

    title: str
    url: str
    language: str | None = None


class AnswerCard(Part):
    """A curated answer in full: what it builds on, when it was checked, and what is not certain."""

    kind: Literal["answer"] = "answer"
    topic: str
    title: Statement
    answer: Statement
    asked: Section | None = None
    """The statements that answer just what was asked; they stand in `sections` too."""
    sections: tuple[Section, ...]
    links: tuple[Link, ...]
    law: tuple[Link, ...]
    authority: str
    checked: str
    """When it was last checked, by whom, and that no expert has reviewed it where that is so."""
    notes: tuple[str, ...] = ()
    """What the reader should know: figures' date, draft translation, parts in Norwegian."""
    brief: bool = False
    """One of several answers at once: nothing but the answer itself is unfolded."""
    original: Link | None = None
    """The page with the Norwegian text, on this host, where no native reader has read the translation."""


class ContactCard(Part):
    """The person a conversation would go, or has gone, to."""

    kind: Literal["contact"] = "contact"
    id: int
    name: str
    role: str
    office: str
    languages: tuple[str, ...]
    hours: str
    photo: str | None = None
    """The address of a picture, on this host."""
    wait: str
    """When they usually answer, in words."""
    interpreter: str | None = None


Kind = Literal["language", "place", "topics", "screening", "message"]


class SharedLine(Part):
    """One line of what would be passed on to a contact. `value` is what stands behind a fact: codes, for the desk."""

    number: int
    kind: Kind
    text: str
    value: tuple[str, ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether it cannot be struck: without the language nobody could answer."""
        return self.kind == "language"


class OfferCard(Part):
    """Who it would be, and exactly what they would see."""

    kind: Literal["offer"] = "offer"
    message: str
    """What to say above the lines; the reply's text has both."""
    contact: ContactCard
    lines: tuple[SharedLine, ...]


class CrisisLine(Part):
    name: str
    number: str
    hours: str
    url: str
    writing: str = ""
    """How to reach it for who cannot speak, and when; empty where there is no such way."""


class CrisisCard(Part):
    """Whom to call now, the first one first."""

    kind: Literal["crisis"] = "crisis"
    message: str
    """What to say before the numbers; the reply's text has both."""
    lines: tuple[CrisisLine, ...]
    about: str = ""
    """The kind of danger (knowledge/crisis.yml)."""


class QuestionCard(Part):
    """A question of a screening, or what was understood of the answers. The choices of the reply are its answers."""

    kind: Literal["question"] = "question"
    message: str
    """What to say where ways are shown; the reply's text also says which words to write for them."""
    several: bool = False
    """Whether any number of the choices, or none, can be picked together."""
    ways: tuple[Choice, ...] = ()
    """What can be done instead of answering. They have no numbers: a number may be the answer."""


class ScreenedCard(Part):
    """What a screening has come to."""

    kind: Literal["screened"] = "screened"
    listed: int
    """How many of the choices stand in the text, with their numbers."""
    code: str | None = None
    """A code that opens the conversation on the web once, where the person writes by SMS."""


Card = Annotated[
    AnswerCard | ContactCard | OfferCard | CrisisCard | QuestionCard | ScreenedCard, Field(discriminator="kind")
]


class Reply(Part):
    """One thing the bot says: a text that stands alone (it is the SMS), with what a richer channel can add."""

    text: str
    language: str
    choices: tuple[Choice, ...] = ()
    links: tuple[Link, ...] = ()
    card: Card | None = None
    answers: bool = False
    """It says what an entry says about what was asked, without the whole entry on a card."""
    discreet: bool = False
    """It comes unasked, and is not to stand on a screen that others may see: by SMS, it waits until it is asked for."""
