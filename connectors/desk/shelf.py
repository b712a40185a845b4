"""What a contact can put into an answer with one click: curated texts in the resident's language, beside their own."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot import answers
from bot.replies import AnswerCard, Section
from bot.speech import Speech
from knowledge.library import Library


@dataclass(frozen=True)
class Text:
    """One text of an entry. `theirs` is what the resident would read, in `language`; `ours` what the contact reads."""

    id: str
    theirs: str
    language: str
    ours: str


@dataclass(frozen=True)
class Part:
    name: str
    heading: str
    texts: tuple[Text, ...]


@dataclass(frozen=True)
class Shelf:
    """An entry, to be read by the contact and passed on to the resident piece by piece."""

    topic: str
    title: str
    parts: tuple[Part, ...]
    card: AnswerCard
    """The entry in the contact's language, with its law and how sure it is."""

    @classmethod
    def of(cls, library: Library, topic: str, theirs: Speech, ours: Speech, place: str | None) -> "Shelf | None":
        """The shelf of a topic; None where there is no entry."""
        if topic not in library.entries:
            return None
        read = answers.card(library.explain(topic, ours.code, place), ours)
        sent = answers.card(library.explain(topic, theirs.code, place), theirs)
        first = Text("answer.0", sent.answer.text, sent.answer.language, read.answer.text)
        parts = [Part("answer", ours.gettext("In short"), (first,))]
        parts += [
            Part(section.name, section.heading, tuple(_texts(section, other)))
            for section, other in zip(read.sections, sent.sections, strict=True)
        ]
        return cls(topic, read.title.text, tuple(parts), read)

    def text(self, id: str) -> str | None:
        """The resident's side of one of the texts."""
        return next((text.theirs for part in self.parts for text in part.texts if text.id == id), None)

    @property
    def discretion(self) -> Section | None:
        """Where the law leaves room, and what one can ask for."""
        return next((section for section in self.card.sections if section.name == "discretion"), None)


def _texts(ours: Section, theirs: Section) -> Iterator[Text]:
    for number, (read, sent) in enumerate(zip(ours.statements, theirs.statements, strict=True)):
        yield Text(f"{ours.name}.{number}", sent.text, sent.language, read.text)


def phrases(theirs: Speech, ours: Speech, name: str) -> tuple[Text, ...]:
    """What one says in most conversations, in the resident's language."""
    pairs = zip(_sentences(theirs, name), _sentences(ours, name), strict=True)
    return tuple(Text(f"phrase.{n}", sent, theirs.code, read) for n, (sent, read) in enumerate(pairs))


def _sentences(s: Speech, name: str) -> list[str]:
    return [
        s.gettext("Hello. My name is {name}. I have read what you shared.").format(name=name),
        s.gettext("I do not write your language. The texts I send you here are translated. We can get an interpreter."),
        s.gettext("Would you like to talk with me on the phone, with an interpreter? It is free."),
        s.gettext("When does it suit you to talk?"),
        s.gettext("I have to look into this. I will write to you again."),
        s.gettext("Can you tell me a little more?"),
        s.gettext("Is there anything else that is urgent for you or your children?"),
        s.gettext("I will help you to apply."),
    ]
