"""The pages under /desk."""

from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot import answers
from bot.handoff.desk import DESK, Lacked
from bot.handoff.handoffs import NotAllowed
from bot.needs.vocabulary import BARRIERS, CONDITIONS, OUTCOMES
from bot.records.tables import Handoff, Staff
from connectors import rendering
from connectors.api import Here, follow
from connectors.security import check_csrf, csrf_token
from connectors.staff import Duty, voice
from connectors.words import barrier_names, condition_names, outcome_names

router = APIRouter(prefix="/desk", include_in_schema=False)
Contact = Annotated[Staff, Depends(Duty("contact"))]


@router.get("")
async def waiting(request: Request, here: Here, me: Contact) -> Response:
    """Who waits, and what is in my hands."""
    s = voice(me)
    titles = {topic: here.library.title(topic, s.code) for topic in here.library.topics}
    return rendering.page(
        request, "desk.html", s, staff=me, handoffs=here.desk.open(), titles=titles, csrf_token=csrf_token(request)
    )


@router.get("/live")
async def live(here: Here, me: Contact) -> Response:
    """Says "look again" whenever a handoff changes."""

    async def changes() -> AsyncIterator[ServerSentEvent]:
        with here.live.listen(DESK) as bell:
            while True:
                await bell.wait()
                bell.clear()
                yield ServerSentEvent("", event="changed")

    return EventSourceResponse(changes())


def handoff(handoff_id: int, here: Here, me: Contact) -> Handoff:
    """An open handoff: one that waits, or one in my hands."""
    found = here.desk.find(handoff_id)
    if found is None or found.state == "closed" or (found.state == "active" and found.contact_id != me.id):
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such conversation, or a colleague has it.")
    return found


This = Annotated[Handoff, Depends(handoff)]


@router.get("/{handoff_id}")
async def one(request: Request, here: Here, me: Contact, this: This) -> Response:
    """A conversation as far as the person has agreed to share it."""
    return _page(request, here, me, this)


@router.get("/{handoff_id}/live")
async def live_messages(
    here: Here, me: Contact, this: This, after: int = 0, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """New messages, as they are said."""
    s = voice(me)
    start = int(last_event_id) if last_event_id and last_event_id.isdigit() else after
    first = 0 if this.shares_conversation else this.first_message_id

    async def pieces() -> AsyncIterator[ServerSentEvent]:
        async for message in follow(here, this.conversation_id, max(start, first)):
            html = rendering.fragment("message.html", s, message=message, viewer="contact")
            yield ServerSentEvent(html, id=str(message.id), event="message")

    return EventSourceResponse(pieces())


@router.post("/{handoff_id}/accept", dependencies=[Depends(check_csrf)])
async def accept(here: Here, me: Contact, handoff_id: int) -> Response:
    _allowed(lambda: here.desk.accept(handoff_id, me))
    return RedirectResponse(f"/desk/{handoff_id}#end", HTTPStatus.SEE_OTHER)


@router.post("/{handoff_id}/say", dependencies=[Depends(check_csrf)])
async def say(
    request: Request, here: Here, me: Contact, handoff_id: int, text: Annotated[str, Form(max_length=10_000)] = ""
) -> Response:
    if text.strip():
        _allowed(lambda: here.desk.write(handoff_id, me, text))
    if request.headers.get("x-requested-with") == "script":
        return JSONResponse({})
    return RedirectResponse(f"/desk/{handoff_id}#end", HTTPStatus.SEE_OTHER)


@router.post("/{handoff_id}/close", dependencies=[Depends(check_csrf)])
async def close(
    request: Request,
    here: Here,
    me: Contact,
    this: This,
    outcome: Annotated[str, Form()] = "",
    barrier: Annotated[str, Form()] = "",
    conditions: Annotated[list[str] | None, Form()] = None,
    would_have_helped: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Close with what happened; what was not met must say what stood in the way."""
    s = voice(me)
    chosen = [condition for condition in conditions or [] if condition in CONDITIONS]
    if outcome not in OUTCOMES:
        return _page(request, here, me, this, error=s.gettext("Choose how it went."))
    if outcome != "met" and (barrier not in BARRIERS or not chosen):
        error = s.gettext("Say what stood in the way, and at least one of the conditions.")
        return _page(request, here, me, this, error=error)
    lacked = None if outcome == "met" else Lacked(barrier, chosen, would_have_helped.strip() or None)
    _allowed(lambda: here.desk.close(this.id, me, outcome, lacked))
    return RedirectResponse("/desk", HTTPStatus.SEE_OTHER)


def _page(request: Request, here: Here, me: Staff, this: Handoff, error: str = "") -> Response:
    s = voice(me)
    entry = here.library.entries.get(this.topic or "")
    room = here.library.explain(entry.id, s.code, this.conversation.place) if entry else None
    return rendering.page(
        request,
        "handoff.html",
        s,
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        staff=me,
        handoff=this,
        messages=here.desk.visible(this),
        title=here.library.title(this.topic, s.code) if this.topic else None,
        place=here.library.places.get(this.conversation.place or ""),
        discretion=answers.card(room, s) if room else None,
        outcomes=outcome_names(s),
        barriers=barrier_names(s),
        conditions=condition_names(s),
        error=error,
        csrf_token=csrf_token(request),
    )


def _allowed(do: Callable[[], None]) -> None:
    """Do it, or say why it cannot be done."""
    try:
        do()
    except NotAllowed as error:
        raise HTTPException(HTTPStatus.CONFLICT, str(error)) from error
