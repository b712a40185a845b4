"""The pages under /desk."""

from collections.abc import AsyncGenerator, Callable
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Header, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sse_starlette import ServerSentEvent

from bot.handoff.desk import DESK, Lacked, NoAccess, View
from bot.handoff.handoffs import NotAllowed
from bot.handoff.hours import OSLO
from bot.needs.vocabulary import BARRIERS, CHILDREN, CONDITIONS, OUTCOMES
from bot.records.tables import Staff
from bot.screening.telling import in_words
from bot.speech import speech, spoken, understands
from connectors import rendering
from connectors.api import Here
from connectors.desk.shelf import Shelf, phrases
from connectors.numbers import Id, since
from connectors.security import check_csrf, csrf_token
from connectors.sms.outbound import OUT
from connectors.staff import Duty, voice
from connectors.streams import Events
from connectors.words import (
    barrier_names,
    children_names,
    condition_names,
    outcome_names,
    reason_names,
    refusal_words,
    state_names,
)

router = APIRouter(prefix="/desk", include_in_schema=False)
Contact = Annotated[Staff, Depends(Duty("contact"))]
Words = Annotated[str, Form(max_length=10_000)]
_FORM = [Depends(check_csrf)]


@router.get("")
async def waiting(request: Request, here: Here, me: Contact) -> Response:
    """Who waits, who is in my hands, whom I help, and what I wanted to be reminded of."""
    s = voice(me)
    return rendering.page(
        request,
        "desk.html",
        s,
        staff=me,
        lists=here.desk.lists(me),
        titles={topic: here.library.title(topic, s.code) for topic in here.library.topics},
        states=state_names(s),
        reasons=reason_names(s),
        letters=here.desk.dead_letters(me),
        csrf_token=csrf_token(request),
    )


@router.post("/sms/{outgoing_id}/again", dependencies=_FORM)
async def send_again(here: Here, me: Contact, outgoing_id: Id) -> Response:
    """Try an SMS that did not arrive once more."""
    here.desk.send_again(outgoing_id)
    here.live.heard(OUT)
    return _to(None)


@router.get("/live")
async def live(here: Here, me: Contact) -> Response:
    """Says "look again" whenever a handoff changes."""

    async def changes() -> AsyncGenerator[ServerSentEvent, None]:
        with here.live.listen(DESK) as bell:
            while True:
                await bell.wait()
                bell.clear()
                yield ServerSentEvent("", event="changed")

    return Events(changes())


@router.get("/{handoff_id}")
async def one(
    request: Request, here: Here, me: Contact, handoff_id: Id, topic: str | None = None, insert: str | None = None
) -> Response:
    """A conversation as far as the person has agreed to share it.

    `topic` is what the shelf of curated texts stands open at; `insert` names one that is put into the answer.
    """
    return _page(request, here, me, handoff_id, topic=topic, insert=insert)


@router.get("/{handoff_id}/live")
async def live_messages(
    here: Here, me: Contact, handoff_id: Id, after: Id = 0, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """New messages as they are said, who is there, and how far what was written has come."""
    s = voice(me)
    start = since(last_event_id, after)
    conversation = _seen(lambda: here.desk.view(handoff_id, me)).handoff.conversation_id

    async def pieces() -> AsyncGenerator[ServerSentEvent, None]:
        newest, told, reached = start, None, 0
        with here.live.listen(conversation, "contact") as bell:
            while True:
                bell.clear()
                try:
                    new = here.desk.messages(handoff_id, me, newest)
                except NoAccess:  # handed on, ended or deleted meanwhile
                    yield ServerSentEvent("", event="gone")
                    return
                for message in new:
                    newest = message.id
                    html = rendering.fragment("message.html", s, message=message, viewer="contact")
                    yield ServerSentEvent(html, id=str(message.id), event="message")
                if (now_reached := here.desk.delivered_to(handoff_id)) != reached:
                    reached = now_reached
                    yield ServerSentEvent(str(reached), event="delivered")
                writes = here.live.typing(conversation, "citizen")
                state = _state(here, s, handoff_id, conversation, writes)
                if state != told:
                    told = state
                    yield ServerSentEvent(state, event="typing")
                await bell.wait(1.0 if writes else None)

    return Events(pieces())


@router.post("/{handoff_id}/typing", dependencies=_FORM)
async def typing(here: Here, me: Contact, handoff_id: Id) -> Response:
    """The contact is writing just now."""
    conversation = here.desk.owned(handoff_id, me)
    if conversation:
        here.live.types(conversation, "contact")
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/{handoff_id}/accept", dependencies=_FORM)
async def accept(request: Request, here: Here, me: Contact, handoff_id: Id) -> Response:
    return _done(request, me, handoff_id, lambda: here.desk.accept(handoff_id, me))


@router.post("/{handoff_id}/decline", dependencies=_FORM)
async def decline(request: Request, here: Here, me: Contact, handoff_id: Id) -> Response:
    return _done(request, me, None, lambda: here.desk.decline(handoff_id, me))


@router.post("/{handoff_id}/say", dependencies=_FORM)
async def say(
    request: Request,
    here: Here,
    me: Contact,
    handoff_id: Id,
    text: Words = "",
    client_id: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Write to the person. Sent again with the same client_id, it is said once."""
    if text.strip():
        refused = _refused(request, me, lambda: here.desk.write(handoff_id, me, text, client_id or None))
        if refused:
            return refused
        here.live.heard(OUT)
    if _by_script(request):
        return JSONResponse({})
    return _to(handoff_id)


@router.post("/{handoff_id}/hand-on", dependencies=_FORM)
async def hand_on(
    request: Request,
    here: Here,
    me: Contact,
    handoff_id: Id,
    to: Annotated[Id, Form()] = 0,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Propose another contact; the person sees the reason and decides."""
    if not to or to == me.id or not reason.strip():
        error = voice(me).gettext("Choose a colleague, and write the reason. The resident will read it.")
        return _page(request, here, me, handoff_id, error=error)
    return _done(request, me, handoff_id, lambda: here.desk.hand_on(handoff_id, me, to, reason))


@router.post("/{handoff_id}/keep", dependencies=_FORM)
async def keep(request: Request, here: Here, me: Contact, handoff_id: Id) -> Response:
    return _done(request, me, handoff_id, lambda: here.desk.keep(handoff_id, me))


@router.post("/{handoff_id}/helper", dependencies=_FORM)
async def helper(request: Request, here: Here, me: Contact, handoff_id: Id, who: Annotated[Id, Form()] = 0) -> Response:
    """Ask the person whether a colleague may read along."""
    return _done(request, me, handoff_id, lambda: here.desk.ask_helper(handoff_id, me, who))


@router.post("/{handoff_id}/note", dependencies=_FORM)
async def note(request: Request, here: Here, me: Contact, handoff_id: Id, text: Words = "") -> Response:
    if not text.strip():
        return _to(handoff_id)
    return _done(request, me, handoff_id, lambda: here.desk.note(handoff_id, me, text))


@router.post("/{handoff_id}/remind", dependencies=_FORM)
async def remind(
    request: Request,
    here: Here,
    me: Contact,
    handoff_id: Id,
    text: Annotated[str, Form(max_length=500)] = "",
    at: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Be reminded at a time of day in Norway."""
    return _with_time(request, here, me, handoff_id, at, lambda when: here.desk.remind(handoff_id, me, text, when))


@router.post("/{handoff_id}/done", dependencies=_FORM)
async def done(request: Request, here: Here, me: Contact, handoff_id: Id, id: Annotated[Id, Form()] = 0) -> Response:
    return _done(request, me, handoff_id, lambda: here.desk.done(handoff_id, me, id))


@router.post("/{handoff_id}/interpreter", dependencies=_FORM)
async def interpreter(
    request: Request, here: Here, me: Contact, handoff_id: Id, at: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """An interpreter is booked; the person is told when for."""
    return _with_time(request, here, me, handoff_id, at, lambda when: here.desk.book_interpreter(handoff_id, me, when))


@router.post("/{handoff_id}/phone", dependencies=_FORM)
async def phone(request: Request, here: Here, me: Contact, handoff_id: Id) -> Response:
    """Show the number the person wants to be called on; the person can see that it was opened."""
    opened: list[str | None] = []
    refused = _refused(request, me, lambda: opened.append(here.desk.phone(handoff_id, me)))
    return refused or _page(request, here, me, handoff_id, phone=opened[0])


@router.post("/{handoff_id}/close", dependencies=_FORM)
async def close(
    request: Request,
    here: Here,
    me: Contact,
    handoff_id: Id,
    outcome: Annotated[str, Form()] = "",
    topic: Annotated[str, Form()] = "",
    theme: Annotated[str, Form(max_length=200)] = "",
    barrier: Annotated[str, Form()] = "",
    conditions: Annotated[list[str] | None, Form()] = None,
    would_have_helped: Annotated[str, Form(max_length=2_000)] = "",
    children: Annotated[str, Form()] = "",
    part: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Close with what happened; what was not met must say what it was and what stood in the way."""
    s = voice(me)
    chosen = [condition for condition in conditions or [] if condition in CONDITIONS]
    about = topic if topic in here.library.topics else None
    if outcome not in OUTCOMES:
        return _page(request, here, me, handoff_id, error=s.gettext("Choose how it went."))
    if outcome != "met" and (barrier not in BARRIERS or not chosen or not (about or theme.strip())):
        error = s.gettext("Say what was needed, what stood in the way, and at least one of the conditions.")
        return _page(request, here, me, handoff_id, error=error)
    lacked = Lacked(
        barrier,
        chosen,
        would_have_helped.strip() or None,
        about,
        theme.strip() or None,
        children if children in CHILDREN else None,
        part if any(part in place.parts for place in here.library.places.values()) else None,
    )
    met = outcome == "met"
    return _done(request, me, None, lambda: here.desk.close(handoff_id, me, outcome, None if met else lacked))


def _page(
    request: Request,
    here: Here,
    me: Staff,
    handoff_id: Id,
    *,
    topic: str | None = None,
    insert: str | None = None,
    error: str = "",
    phone: str | None = None,
) -> Response:
    s = voice(me)
    view = _seen(lambda: here.desk.view(handoff_id, me))
    theirs = speech(view.handoff.conversation.language)
    open_at = topic if topic in here.library.entries else next(iter(view.topics), None)
    shelf = Shelf.of(here.library, open_at, theirs, s, view.place) if open_at else None
    return rendering.page(
        request,
        "handoff.html",
        s,
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        staff=me,
        view=view,
        handoff=view.handoff,
        household=lambda codes: in_words(here.library, codes, s, date.today()),
        titles={code: here.library.title(code, s.code) for code in here.library.topics},
        places=here.library.places,
        theirs=theirs,
        shelf=shelf,
        rooms=[found for code in view.topics if (found := Shelf.of(here.library, code, s, s, view.place))],
        phrases=phrases(theirs, s, me.name),
        draft=(shelf.text(insert) if shelf and insert else "") or "",
        interpreter=_interpreter(here, view, me),
        outcomes=outcome_names(s),
        barriers=barrier_names(s),
        conditions=condition_names(s),
        children=children_names(s),
        states=state_names(s),
        reasons=reason_names(s),
        phone=phone,
        error=error,
        csrf_token=csrf_token(request),
    )


def _interpreter(here: Here, view: View, me: Staff) -> dict[str, Any] | None:
    """Which interpreter is needed, and where the law and the register are; None when the two share a language."""
    conversation = view.handoff.conversation
    if understands(conversation.language, *me.languages):
        return None
    s = voice(me)
    entry = here.library.explain("tolk", s.code, view.place) if "tolk" in here.library.entries else None
    return {
        "language": s.language_name(conversation.language),
        "answered_in": s.language_name(spoken(conversation.language)),
        "law": [f"{law.name} {law.section or ''}".strip() for law in entry.law] if entry else [],
        "links": entry.links if entry else (),
        "at": view.handoff.interpreter_at,
    }


def _state(here: Here, s: Any, handoff_id: Id, conversation: str, writes: bool) -> str:
    """One line on who is there and how far what was written has come, for the desk."""
    if writes:
        return str(s.gettext("The resident is writing …"))
    if here.desk.by_sms(handoff_id):
        return str(s.gettext("The resident writes by SMS."))
    if here.live.present(conversation, "citizen"):
        return str(s.gettext("The resident has the page open."))
    return str(s.gettext("The resident does not have the page open. They see it when they come back."))


def _with_time(
    request: Request, here: Here, me: Staff, handoff_id: Id, at: str, do: Callable[[datetime], None]
) -> Response:
    """Do something at a time of day in Norway, as a form's `datetime-local` gives it."""
    try:
        when = datetime.fromisoformat(at).replace(tzinfo=OSLO)
        return _done(request, me, handoff_id, lambda: do(when))
    except ValueError:
        error = voice(me).gettext("Give a day and a time to come.")
        return _page(request, here, me, handoff_id, error=error)


def _seen(look: Callable[[], View]) -> View:
    try:
        return look()
    except NoAccess as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such conversation, or a colleague has it.") from error


def _done(request: Request, me: Staff, handoff_id: Id | None, do: Callable[[], None]) -> Response:
    """Do it and go on, or say why it cannot be done."""
    return _refused(request, me, do) or _to(handoff_id)


def _refused(request: Request, me: Staff, do: Callable[[], None]) -> Response | None:
    """None when it is done; else a page, or a word to the script, that says why it cannot be."""
    s = voice(me)
    try:
        do()
    except NotAllowed as error:
        reason = refusal_words(s, error.code, error.name)
        if _by_script(request):
            return JSONResponse({"error": reason}, HTTPStatus.CONFLICT)
        return rendering.page(
            request, "refused.html", s, HTTPStatus.CONFLICT, staff=me, reason=reason, csrf_token=csrf_token(request)
        )
    return None


def _to(handoff_id: Id | None) -> Response:
    return RedirectResponse(f"/desk/{handoff_id}#end" if handoff_id else "/desk", HTTPStatus.SEE_OTHER)


def _by_script(request: Request) -> bool:
    return request.headers.get("x-requested-with") == "script"
