"""The API that channels and other programs use: /api/v1, described at /openapi.json."""

from collections.abc import AsyncIterator
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot.dialogue import LONGEST, Unusable
from bot.records import conversations
from bot.records.tables import Conversation, Message
from bot.replies import Card, Choice, Link
from connectors.installation import Installation, installation
from connectors.problems import Problem, described
from knowledge.languages import LANGUAGES

router = APIRouter(prefix="/api/v1", tags=["conversations"])
Here = Annotated[Installation, Depends(installation)]
_bearer = HTTPBearer(auto_error=False)


class Begin(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: Annotated[str | None, Field(description=f"One of {', '.join(LANGUAGES)}")] = None
    place: Annotated[str | None, Field(max_length=40)] = None


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


class Export(BaseModel):
    id: str
    channel: str
    language: str
    place: str | None
    begun: datetime
    messages: list[Said]


def conversation(
    id: str, here: Here, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Conversation:
    """The conversation in the path, if the bearer token is its own."""
    if credentials is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "no_token", "Send the conversation's token as a bearer token.")
    with here.database.transaction() as session:
        found = conversations.find(session, id, credentials.credentials)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no_conversation", "There is no such conversation with this token.")
    return found


Mine = Annotated[Conversation, Depends(conversation)]
_ERRORS = described(401, 404, 413, 422, 503)


@router.post("/conversations", status_code=HTTPStatus.CREATED, responses=described(422))
async def begin(here: Here, body: Begin) -> Begun:
    """Begin a conversation. The token is shown once."""
    if body.language is not None and body.language not in LANGUAGES:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "language", f"Languages are {', '.join(LANGUAGES)}.")
    if body.place is not None and body.place not in here.library.places:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "place", f"Places are {', '.join(here.library.places)}.")
    begun, token = here.dialogue.begin("api", body.language or "nb", chosen=bool(body.language), place=body.place)
    return Begun(id=begun.id, token=token)


@router.post("/conversations/{id}/messages", responses=_ERRORS)
async def say(here: Here, mine: Mine, body: Say) -> Replies:
    """Say something and get the replies. Repeating a client_id repeats the replies and does nothing twice."""
    try:
        outcome = await here.dialogue.receive(mine.id, body.client_id, body.text, body.choice)
    except Unusable as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.code, error.reason) from error
    return Replies(
        message=outcome.inbound, replies=[Said.of(reply) for reply in outcome.replies], deleted=outcome.deleted
    )


@router.get("/conversations/{id}/messages", responses=_ERRORS)
async def messages(here: Here, mine: Mine, after: Annotated[int, Query(ge=0)] = 0) -> list[Said]:
    """What has been said, after a message id."""
    with here.database.transaction() as session:
        return [Said.of(message) for message in conversations.history(session, mine.id, after)]


@router.get("/conversations/{id}/events", responses=_ERRORS)
async def events(
    here: Here,
    mine: Mine,
    request: Request,
    after: Annotated[int, Query(ge=0)] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    """Messages as they are said (server-sent events). Take up again with Last-Event-ID."""
    start = int(last_event_id) if last_event_id and last_event_id.isdigit() else after

    async def stream() -> AsyncIterator[ServerSentEvent]:
        async for message in follow(here, mine.id, start):
            yield ServerSentEvent(Said.of(message).model_dump_json(), id=str(message.id), event="message")

    return EventSourceResponse(stream())


@router.get("/conversations/{id}/export", responses=_ERRORS)
async def export(here: Here, mine: Mine) -> Export:
    """Everything that is kept of the conversation."""
    with here.database.transaction() as session:
        said = [Said.of(message) for message in conversations.history(session, mine.id, limit=1_000_000)]
    return Export(
        id=mine.id,
        channel=mine.channel,
        language=mine.language,
        place=mine.place,
        begun=mine.created_at,
        messages=said,
    )


@router.delete("/conversations/{id}", status_code=HTTPStatus.NO_CONTENT, responses=_ERRORS)
async def delete(here: Here, mine: Mine) -> Response:
    """Delete the conversation and all that belongs to it. Needs that were learnt from it carry no trace of it."""
    here.dialogue.delete(mine.id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def follow(here: Installation, conversation_id: str, after: int) -> AsyncIterator[Message]:
    """The messages of a conversation after an id, and then each new one as it is said, until nobody listens."""
    with here.live.listen(conversation_id) as bell:
        while True:
            bell.clear()
            with here.database.transaction() as session:
                new = conversations.history(session, conversation_id, after)
            for message in new:
                after = message.id
                yield message
            await bell.wait()
