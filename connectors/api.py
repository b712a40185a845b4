"""The API that channels and other programs use: /api/v1, described at /openapi.json."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sse_starlette import ServerSentEvent

from bot.dialogue import LONGEST, Unusable
from bot.records.tables import Conversation, Handoff, Look, Message, Move
from bot.replies import Card, Choice, Link, SharedLine
from connectors import pace
from connectors.installation import Installation, installation
from connectors.numbers import Id, since
from connectors.pace import TooMuch
from connectors.problems import A_BODY, Problem, described
from connectors.streams import Events
from knowledge.languages import LANGUAGES

router = APIRouter(prefix="/api/v1", tags=["conversations"])
Here = Annotated[Installation, Depends(installation)]
_bearer = HTTPBearer(auto_error=False)


class Begin(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: Annotated[str | None, Field(description=f"One of {', '.join(LANGUAGES)}")] = None
    place: Annotated[str | None, Field(max_length=40)] = None
    no_trace: Annotated[
        bool, Field(description="Delete it soon after its last message; see RETTVIS_NO_TRACE_MINUTES")
    ] = False


class Begun(BaseModel):
    id: str
    token: str


class Say(BaseModel):
    """A message: what was typed, or the id of a choice that was picked."""

    model_config = ConfigDict(extra="forbid")

    client_id: Annotated[str, Field(min_length=1, max_length=100, description="The channel's own id of the message")]
    text: Annotated[str, Field(max_length=10 * LONGEST)] = ""
    choice: Annotated[str | None, Field(max_length=100)] = None

    @model_validator(mode="after")
    def _text_or_choice(self) -> "Say":
        if self.choice is not None and self.text:
            raise ValueError("give text or choice, not both")
        return self


class Said(BaseModel):
    """One message of a conversation. `author` is citizen, bot, contact or system."""

    id: int
    author: str
    author_name: str | None
    at: datetime
    client_id: str | None
    text: str
    choice: str | None
    language: str | None
    choices: list[Choice]
    links: list[Link]
    card: Card | None

    @classmethod
    def of(cls, message: Message) -> "Said":
        body: dict[str, Any] = message.body or {}
        return cls(
            id=message.id,
            author=message.author,
            author_name=message.author_name,
            at=message.created_at,
            client_id=message.client_id,
            text=message.text,
            choice=message.choice,
            language=body.get("language"),
            choices=body.get("choices", []),
            links=body.get("links", []),
            card=body.get("card"),
        )


class Replies(BaseModel):
    """`message` is the id the message got; `replies` is empty while a person has the conversation in hand."""

    message: int
    replies: list[Said]
    deleted: bool = False


class Seen(BaseModel):
    """Somebody on the staff saw the conversation or did something with it."""

    at: datetime
    name: str
    role: str
    what: str

    @classmethod
    def of(cls, look: Look) -> "Seen":
        return cls(at=look.at, name=look.name, role=look.role, what=look.what)


class Note(BaseModel):
    """A note between those who help."""

    at: datetime
    name: str
    text: str


class Reminded(BaseModel):
    """What a contact wanted to be reminded of."""

    due: datetime
    text: str


class Step(BaseModel):
    """One step of a handoff."""

    at: datetime
    state: str
    by: str
    contact: str | None
    reason: str | None


class Helped(BaseModel):
    """What is kept of one time a person was asked for."""

    id: int
    state: str
    urgent: bool
    topic: str | None
    contact: str
    shared: list[SharedLine]
    hopes: str | None
    strengths: str | None
    reach: str
    phone: str | None
    requested: datetime
    accepted: datetime | None
    closed: datetime | None
    outcome: str | None
    helpers: list[str]
    steps: list[Step]

    @classmethod
    def of(cls, handoff: Handoff, moves: Sequence[Move]) -> "Helped":
        return cls(
            id=handoff.id,
            state=handoff.state,
            urgent=handoff.urgent,
            topic=handoff.topic,
            contact=handoff.contact.name,
            shared=[SharedLine.model_validate(line) for line in handoff.shared],
            hopes=handoff.hopes,
            strengths=handoff.strengths,
            reach=handoff.reach,
            phone=handoff.phone,
            requested=handoff.requested_at,
            accepted=handoff.accepted_at,
            closed=handoff.closed_at,
            outcome=handoff.outcome,
            helpers=[helper.staff.name for helper in handoff.helpers],
            steps=[
                Step(at=each.at, state=each.state, by=each.by, contact=each.contact, reason=each.reason)
                for each in moves
                if each.handoff_id == handoff.id
            ],
        )


class Told(BaseModel):
    """What was told of a household; `skipped` is what was not answered. See `POST /screenings`."""

    facts: dict[str, Any]
    skipped: list[str]


class WithWhom(BaseModel):
    """`state` is bot while no person is wanted; `name` and `role` are of who has it in hand or is asked."""

    state: str
    name: str | None = None
    role: str | None = None
    in_hand: bool = False

    @classmethod
    def of(cls, handoff: Handoff | None) -> "WithWhom":
        if handoff is None:
            return cls(state="bot")
        who = handoff.owner or handoff.contact
        return cls(state=handoff.state, name=who.name, role=who.role, in_hand=handoff.in_hand)


class Export(BaseModel):
    id: str
    channel: str
    language: str
    place: str | None
    begun: datetime
    no_trace: bool
    phone: str | None
    messages: list[Said]
    handoffs: list[Helped]
    notes: list[Note]
    looks: list[Seen]
    household: Told | None
    tell_me_about: list[str]
    reminders: list[Reminded]

    @classmethod
    def of(cls, here: Installation, mine: Conversation) -> "Export":
        kept = here.dialogue.kept(mine)
        return cls(
            id=mine.id,
            channel=mine.channel,
            language=mine.language,
            place=mine.place,
            begun=mine.created_at,
            no_trace=mine.no_trace,
            phone=kept.phone,
            messages=[Said.of(message) for message in kept.messages],
            handoffs=[Helped.of(handoff, kept.moves) for handoff in kept.handoffs],
            notes=[Note(at=note.at, name=note.staff.name, text=note.text) for note in kept.notes],
            looks=[Seen.of(look) for look in kept.looks],
            household=Told(facts=kept.household.facts, skipped=list(kept.household.skipped))
            if kept.household
            else None,
            tell_me_about=[each.topic for each in kept.promises],
            reminders=[Reminded(due=each.due_at, text=each.text) for each in kept.reminders],
        )


def conversation(
    id: str, here: Here, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Conversation:
    """The conversation in the path, if the bearer token is its own."""
    if credentials is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "no_token", "Send the conversation's token as a bearer token.")
    found = here.dialogue.find(id, credentials.credentials)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no_conversation", "There is no such conversation with this token.")
    return found


Mine = Annotated[Conversation, Depends(conversation)]
_ERRORS = described(401, 404, 422)


@router.post("/conversations", status_code=HTTPStatus.CREATED, responses=described(*A_BODY))
async def begin(request: Request, here: Here, body: Begin) -> Begun:
    """Begin a conversation. The token is shown once."""
    if body.language is not None and body.language not in LANGUAGES:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "language", f"Languages are {', '.join(LANGUAGES)}.")
    if body.place is not None and body.place not in here.library.places:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "place", f"Places are {', '.join(here.library.places)}.")
    pace.count(request, "begin")
    begun, token = here.dialogue.begin(
        "api", body.language or "nb", chosen=bool(body.language), place=body.place, no_trace=body.no_trace
    )
    return Begun(id=begun.id, token=token)


@router.post("/conversations/{id}/messages", responses=described(401, 404, *A_BODY), response_model=Replies)
async def say(request: Request, here: Here, mine: Mine, body: Say) -> Replies | Response:
    """Say something and get the replies. Repeating a client_id repeats the replies and does nothing twice."""
    try:
        here.pace.message("conversation", mine.id, body.text)
    except TooMuch as error:
        return pace.refusal(request, error, mine.language)
    try:
        outcome = await here.dialogue.receive(mine.id, body.client_id, body.text, body.choice)
    except Unusable as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.code, error.reason) from error
    return Replies(
        message=outcome.inbound, replies=[Said.of(reply) for reply in outcome.replies], deleted=outcome.deleted
    )


@router.get("/conversations/{id}/messages", responses=_ERRORS)
async def messages(here: Here, mine: Mine, after: Id = 0) -> list[Said]:
    """What has been said, after a message id."""
    found = [Said.of(message) for message in here.dialogue.history(mine, after)]
    here.dialogue.delivered(mine)
    return found


@router.get("/conversations/{id}/events", responses=_ERRORS)
async def events(
    here: Here,
    mine: Mine,
    request: Request,
    after: Id = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Events:
    """Messages as they are said (server-sent events). Take up again with Last-Event-ID."""
    start = since(last_event_id, after)

    async def stream() -> AsyncGenerator[ServerSentEvent, None]:
        async for message in follow(here, mine, start):
            if isinstance(message, Message):
                yield ServerSentEvent(Said.of(message).model_dump_json(), id=str(message.id), event="message")

    return Events(stream())


@router.get("/conversations/{id}/export", responses=_ERRORS)
async def export(here: Here, mine: Mine) -> Export:
    """Everything that is kept of the conversation, and who of the staff has seen it."""
    return Export.of(here, mine)


@router.get("/conversations/{id}/looks", responses=_ERRORS)
async def looks(here: Here, mine: Mine) -> list[Seen]:
    """Which members of staff have seen the conversation or done something with it, and when."""
    return [Seen.of(look) for look in here.dialogue.seen_by(mine)]


@router.get("/conversations/{id}/contact", responses=_ERRORS)
async def contact(here: Here, mine: Mine) -> WithWhom:
    """Who has the conversation in hand, or is asked to take it."""
    return WithWhom.of(here.dialogue.human(mine))


@router.post("/conversations/{id}/typing", status_code=HTTPStatus.NO_CONTENT, responses=_ERRORS)
async def typing(here: Here, mine: Mine) -> Response:
    """The person is writing just now; a contact sees it for a few seconds."""
    here.live.types(mine.id, "citizen")
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.delete("/conversations/{id}", status_code=HTTPStatus.NO_CONTENT, responses=_ERRORS)
async def delete(here: Here, mine: Mine) -> Response:
    """Delete the conversation and all that belongs to it. Needs that were learnt from it carry no trace of it."""
    here.dialogue.delete(mine.id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def follow(here: Installation, mine: Conversation, after: int) -> AsyncIterator[Message | bool]:
    """The messages of a person's own conversation after an id, and then each new one as it is said, until nobody listens
    or it is deleted.

    Between them, whether the contact is writing just now, each time that changes.
    """
    with here.live.listen(mine.id, "citizen") as bell:
        writes = False
        while True:
            bell.clear()
            for message in here.dialogue.history(mine, after):
                after = message.id
                yield message
            here.dialogue.delivered(mine)
            if here.live.typing(mine.id, "contact") != writes:
                writes = not writes
                yield writes
            if not here.dialogue.is_there(mine.id):
                return
            await bell.wait(1.0 if writes else None)
