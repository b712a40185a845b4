"""What a topic, an entry, a parameter, a place and a crisis line must look like (see README.md of this folder)."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, model_validator

Confidence = Literal["verified", "partly", "recalled"]
"""How sure we are: seen in a source, seen in part or in a second-hand source, or only remembered."""

SECTIONS = (
    "who",
    "what",
    "apply",
    "documents",
    "deadlines",
    "processing",
    "complaint",
    "discretion",
    "family",
    "misunderstandings",
)
"""The parts of an entry below its first answer, in the order they are shown."""

Text = Annotated[str, Field(min_length=1)]
Url = HttpUrl
Seen = Annotated[str, BeforeValidator(lambda value: value.isoformat() if isinstance(value, date) else value)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Topic(Strict):
    """A subject people ask about. Its id never changes once published."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    area: str
    level: Literal["national", "municipal", "both"]
    urgency: Literal["today", "home", "money"] | None = None
    """Why it is answered before other things that are asked for in the same message."""
    covers: Text


class Item(Strict):
    """One statement of an entry. `confidence` is set when it is less sure than the entry as a whole."""

    text: Text
    via: Literal["digital", "paper", "phone", "in_person"] | None = None
    confidence: Confidence | None = None


def _item(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


Items = tuple[Annotated[Item, BeforeValidator(_item)], ...]


class Law(Strict):
    name: Text
    section: str = ""
    url: Url


class Link(Strict):
    text: Text
    url: Url
    purpose: Literal["read", "apply", "complain"] = Field("read", alias="for")


class Source(Strict):
    """Where an editor saw the facts, and when."""

    url: Text
    seen: Seen
    note: str = ""


class Checked(Strict):
    on: date
    by: Text
    confidence: Confidence


class ExpertReview(Strict):
    by: Text
    on: date


class Criterion(Strict):
    """One thing a scheme asks of a household, in words and as a condition (see eligibility/language.py).

    Without `when` somebody has to judge it. Where it is not met but the exception may apply, likewise. `use` names a
    criterion of household.yml instead of text and condition. `law` is a name of the entry's laws, with the section.
    """

    text: Text | None = None
    when: Text | None = None
    use: Text | None = None
    exception: Text | None = Field(None, alias="except")
    law: Text
    confidence: Confidence | None = None

    @model_validator(mode="after")
    def _text_or_use(self) -> "Criterion":
        if bool(self.text) == bool(self.use) or (self.use and self.when):
            raise ValueError("needs text (and when, unless somebody has to judge), or use")
        return self


class Step(Strict):
    """One line of a reckoning. Later lines and the total can name it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    text: Text
    value: Text = Field(alias="is")
    unit: Literal["nok", "percent", "number"] = "nok"


class Reckoning(Strict):
    """How much a scheme pays, or is at most paid for it (`pays`): lines, and the expression that gives the whole."""

    way: Literal["gets", "pays"] = "gets"
    per: Literal["month", "year", "day", "once"]
    steps: tuple[Step, ...]
    total: Text
    note: Text | None = None


class Eligibility(Strict):
    """What a scheme asks of a household, and what it pays."""

    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    amount: Reckoning | None = None
    can_wait: Annotated[int, Field(ge=0)] | None = None
    """Whole months one can wait before asking without losing anything; the entry's `deadlines` say it in words."""
    by_day: Annotated[int, Field(ge=1, le=28)] | None = None
    """The day of each month by which it is asked for."""

    def texts(self) -> list[str]:
        """Every sentence to translate; criteria of household.yml stand there."""
        found = [criterion.text for criterion in self.criteria if criterion.text]
        if self.amount:
            found += [step.text for step in self.amount.steps] + ([self.amount.note] if self.amount.note else [])
        return list(dict.fromkeys(found))


class Entry(Strict):
    """What Rettvis knows about one topic, in Norwegian bokmål.

    `words` are what people say instead of the office's name, by language ("blindehund" for førerhund).
    """

    id: str
    title: Text
    words: dict[str, tuple[Text, ...]] = {}
    answer: Text
    who: Items = ()
    what: Items = ()
    apply: Items = ()
    documents: Items = ()
    deadlines: Items = ()
    processing: Items = ()
    complaint: Items = ()
    discretion: Items = ()
    family: Items = ()
    misunderstandings: Items = ()
    related: tuple[str, ...] = ()
    authority: Text
    law: tuple[Law, ...] = ()
    eligibility: Eligibility | None = None
    links: Annotated[tuple[Link, ...], Field(min_length=1)]
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    checked: Checked
    expert_review: ExpertReview | None
    owner: Text
    review_by: date

    def section(self, name: str) -> tuple[Item, ...]:
        items: tuple[Item, ...] = getattr(self, name)
        return items

    def texts(self) -> list[tuple[str, str]]:
        """Every sentence to translate, as (field, text), in reading order."""
        found = [("title", self.title), ("answer", self.answer)]
        found += [(name, item.text) for name in SECTIONS for item in self.section(name)]
        found += [("authority", self.authority)]
        found += [("links", link.text) for link in self.links]
        found += [("eligibility", text) for text in (self.eligibility.texts() if self.eligibility else ())]
        return found


class DatedValue(Strict):
    value: Decimal
    valid_from: date
    reference: Text
    seen: Seen = ""
    confidence: Confidence


class Multiple(Strict):
    parameter: str
    factor: Decimal


class Parameter(Strict):
    """A rate or limit that changes with time (the OpenFisca way: value, valid_from, reference)."""

    description: Text
    unit: Literal["nok", "percent", "number"]
    period: Literal["month", "year", "week", "day", "hour", "once"] | None = None
    changes: Literal["yearly", "rarely"] = "yearly"
    values: tuple[DatedValue, ...] = ()
    multiple_of: Multiple | None = None
    reference: str = ""
    confidence: Confidence = "verified"

    @model_validator(mode="after")
    def _values_or_multiple(self) -> "Parameter":
        if bool(self.values) == bool(self.multiple_of):
            raise ValueError("needs either values with valid_from, or multiple_of")
        dates = [value.valid_from for value in self.values]
        if dates != sorted(set(dates)):
            raise ValueError("values must stand in the order of their valid_from, each date once")
        return self


class Point(Strict):
    """A place or phone where people get help."""

    id: str
    kind: Literal[
        "nav", "municipality", "crisis_centre", "legal_aid", "volunteer_centre", "housing", "health", "children"
    ]
    name: Text
    phone: str | None = None
    address: str | None = None
    hours: str | None = None
    url: Url | None = None
    confidence: Confidence
    topics: tuple[str, ...] = ()


class LocalNote(Strict):
    """What is special in one municipality for one topic."""

    text: Text
    confidence: Confidence
    source: str = ""


class Place(Strict):
    """A municipality that uses Rettvis."""

    id: str
    name: Text
    municipality_number: Annotated[str, Field(pattern=r"^\d{4}$")]
    website: Url
    also: tuple[Text, ...] = ()
    """The name as it is written in other letters, to be told when somebody says where they live."""
    parts: tuple[Text, ...] = ()
    """The parts of town, as people there call them; empty where it is not told apart."""
    points: tuple[Point, ...] = ()
    notes: dict[str, tuple[LocalNote, ...]] = {}
    sources: tuple[Source, ...] = ()


class Open(Strict):
    """Hours of some days of the week; 00:00 to 00:00 is day and night."""

    days: Annotated[tuple[Annotated[int, Field(ge=0, le=6)], ...], Field(min_length=1)]
    """Monday is 0."""
    begins: Annotated[time, Field(alias="from")]
    ends: Annotated[time, Field(alias="to")]


class Writing(Strict):
    """A way to reach a line for who cannot speak: the chat on its page, and a number for SMS where it has one."""

    sms: str | None = None
    hours: Annotated[tuple[Open, ...], Field(min_length=1)]


class CrisisLine(Strict):
    """A number to call. `number` is what is dialled."""

    id: str
    name: Text
    number: Text
    hours: str = ""
    writing: Writing | None = None
    url: Url
    confidence: Confidence


class CrisisKind(Strict):
    """A kind of acute danger: what to say first, and which lines to give, the first one first."""

    id: Literal["violence", "suicide", "child", "medical", "fire"]
    message: Text
    lines: Annotated[tuple[str, ...], Field(min_length=1)]
    topic: str | None = None
    """What is talked about when somebody asks on: the topic whose entry says more."""


class Crisis(Strict):
    lines: tuple[CrisisLine, ...]
    kinds: tuple[CrisisKind, ...]

    @model_validator(mode="after")
    def _lines_exist(self) -> "Crisis":
        known = {line.id for line in self.lines}
        for kind in self.kinds:
            for missing in set(kind.lines) - known:
                raise ValueError(f"{kind.id} names the line {missing!r}, which is not listed")
        return self
