"""The citizen's page at /. Every step is a form; the script only spares people the reloading."""

import uuid
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sse_starlette import ServerSentEvent

from bot import answers, no_trace
from bot.answering import Outcome
from bot.dialogue import Unusable
from bot.handoff import telling
from bot.records.tables import Conversation, Message
from bot.screening.offering import begin_choice
from bot.speech import Speech, speech, spoken
from bot.staff import people
from connectors import pace, rendering
from connectors.api import Export, Here, follow
from connectors.numbers import Id, since
from connectors.pace import TooMuch
from connectors.security import same_site
from connectors.streams import Events
from connectors.words import look_names
from knowledge.languages import LANGUAGES, available, preferred

router = APIRouter(include_in_schema=False)
COOKIE = "rettvis"
KEPT = 30 * 24 * 60 * 60
"""Seconds the browser remembers the conversation."""
FIRST = ("okonomisk-sosialhjelp", "bostotte", "barnetrygd", "gjeldsradgivning", "dagpenger", "norskopplaering")
"""Topics offered on an empty page."""


def remembered(request: Request, here: Here) -> Conversation | None:
    """The conversation this browser has, by its cookie."""
    conversation_id, _, token = request.cookies.get(COOKIE, "").partition(".")
    if not token:
        return None
    return here.dialogue.find(conversation_id, token)


Remembered = Annotated[Conversation | None, Depends(remembered)]


@router.get("/")
async def home(request: Request, here: Here, mine: Remembered, lang: str | None = None) -> Response:
    """The conversation, or the beginning of one."""
    s = speech(mine.language if mine else wanted(request, lang))
    return _page(request, here, mine, s, chosen=lang in LANGUAGES)


@router.post("/say", dependencies=[Depends(same_site)])
async def say(
    request: Request,
    here: Here,
    mine: Remembered,
    text: Annotated[str, Form()] = "",
    choice: Annotated[str | None, Form()] = None,
    line: Annotated[list[int] | None, Form()] = None,
    passed: Annotated[list[int] | None, Form()] = None,
    ticked: Annotated[list[str] | None, Form()] = None,
    agree: Annotated[bool, Form()] = False,
    summary: Annotated[int, Form()] = 0,
    client_id: Annotated[str, Form(max_length=100)] = "",
    lang: Annotated[str, Form()] = "",
    chosen: Annotated[bool, Form()] = False,
) -> Response:
    """What a person writes or picks. The answer is the page again, or a word to the script.

    `lang` is the language the page was shown in; it holds until the person writes another, or for good if `chosen`.
    `line` are the numbers of a summary's lines that could be struck, `passed` those that were left ticked.
    `ticked` are answers of a question that can have several.
    """
    token = None
    if choice and choice.startswith("ticked:"):
        choice = several(choice.removeprefix("ticked:"), ticked or [])
    if choice == "share:chosen" and mine:
        if not agree:
            s = speech(mine.language)
            reason = s.gettext("Tick that you agree, or choose not to share.")
            return _refused(request, here, mine, None, Unusable("no_consent", reason), "")
        if summary != here.dialogue.last_summary(mine):  # an older one, still open in this browser
            reason = speech(mine.language).gettext("That choice is not there any more. Write instead.")
            return _refused(request, here, mine, None, Unusable("old_summary", reason), "")
        choice = consent(line or [], passed or [])
    if mine is None:
        pace.count(request, "begin", text)
        mine, token = here.dialogue.begin("web", lang if lang in LANGUAGES else "nb", chosen=chosen)
    try:
        here.pace.message("conversation", mine.id, text)
        outcome = await here.dialogue.receive(
            mine.id, client_id or str(uuid.uuid4()), "" if choice else text, choice or None, "web"
        )
    except Unusable as error:
        return _refused(request, here, mine, token, error, text)
    except TooMuch as error:
        told = Unusable("too_much", pace.words(speech(mine.language)))
        answer = _refused(request, here, mine, token, told, text, HTTPStatus.TOO_MANY_REQUESTS)
        answer.headers["retry-after"] = str(error.wait)
        return answer
    if outcome.deleted:
        return _gone(request, outcome)
    response: Response = RedirectResponse("/#end", HTTPStatus.SEE_OTHER)
    if _by_script(request):
        response = JSONResponse({"begun": token is not None, "language": spoken(here.dialogue.language_of(mine.id))})
    return _remembered(request, response, here, mine, token)


@router.post("/language", dependencies=[Depends(same_site)])
async def change_language(request: Request, here: Here, mine: Remembered, lang: Annotated[str, Form()]) -> Response:
    """Another language, at any time; nothing is lost."""
    if lang not in available():
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    if mine is None:
        return RedirectResponse(f"/?lang={lang}", HTTPStatus.SEE_OTHER)
    here.dialogue.speak(mine.id, lang)
    return RedirectResponse("/#end", HTTPStatus.SEE_OTHER)


@router.get("/messages")
async def new_messages(here: Here, mine: Remembered, after: Id = 0) -> Response:
    """The messages after an id, as pieces of the page."""
    if mine is None:
        return HTMLResponse("")
    s = speech(mine.language)
    new = "".join(_piece(message, s) for message in here.dialogue.history(mine, after))
    here.dialogue.delivered(mine)
    return HTMLResponse(new)


@router.get("/live")
async def live(
    here: Here, mine: Remembered, after: Id = 0, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """New messages as pieces of the page, as they are said."""
    if mine is None:  # deleted before the page listened, or while it was away
        return Events(_deleted())
    start = since(last_event_id, after)
    s = speech(mine.language)

    async def pieces() -> AsyncGenerator[ServerSentEvent, None]:
        async for new in follow(here, mine, start):
            if isinstance(new, Message):
                yield ServerSentEvent(_piece(new, s), id=str(new.id), event="message")
            else:
                human = here.dialogue.human(mine)
                writes = s.gettext("{name} is writing …").format(name=human.contact.name) if new and human else ""
                yield ServerSentEvent(writes, event="typing")
        async for last in _deleted():
            yield last

    return Events(pieces())


async def _deleted() -> AsyncGenerator[ServerSentEvent, None]:
    """Tells the page that there is no such conversation any more."""
    yield ServerSentEvent("", event="gone")


@router.post("/typing", dependencies=[Depends(same_site)])
async def typing(here: Here, mine: Remembered) -> Response:
    """The person is writing just now; a contact sees it for a few seconds."""
    if mine is not None:
        here.live.types(mine.id, "citizen")
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/seen")
async def seen(request: Request, here: Here, mine: Remembered) -> Response:
    """Who of the staff has seen the conversation, and when."""
    if mine is None:
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    s = speech(mine.language)
    return rendering.page(
        request, "seen.html", s, looks=here.dialogue.seen_by(mine), names=look_names(s), languages=available(), place=""
    )


@router.get("/people/{staff_id}.jpg")
async def photo(here: Here, staff_id: Id) -> Response:
    """The picture of a contact."""
    found = people.photo(here.database, staff_id)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such picture.")
    return Response(found, media_type="image/jpeg")  # not kept by the browser: whose face it is says who helps


@router.get("/export")
async def export(here: Here, mine: Remembered) -> Response:
    """Everything that is kept of the conversation, as a file to take away."""
    if mine is None:
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    return JSONResponse(
        Export.of(here, mine).model_dump(mode="json"),
        headers={"content-disposition": 'attachment; filename="rettvis.json"'},
    )


@router.post("/delete", dependencies=[Depends(same_site)])
async def delete(here: Here, mine: Remembered) -> Response:
    """Delete the conversation and forget it in the browser too."""
    if mine is not None:
        here.dialogue.delete(mine.id)
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    response.delete_cookie(COOKIE)
    return response


def consent(lines: list[int], passed: list[int]) -> str:
    """The choice that says which lines of a summary may be passed on."""
    struck = sorted(set(lines) - set(passed))
    return "-".join(["share:except", *map(str, struck)]) if struck else "share:yes"


def several(question: str, ticked: list[str]) -> str:
    """The choice that gives a question like `fact:situation` all the answers that were ticked, or none."""
    return "-".join([question, *(each.removeprefix(f"{question}-") for each in ticked or ["none"])])


def _page(
    request: Request,
    here: Here,
    mine: Conversation | None,
    s: Speech,
    *,
    chosen: bool = False,
    error: str = "",
    draft: str = "",
) -> Response:
    said = list(here.dialogue.history(mine)) if mine else []
    handoff = here.dialogue.human(mine) if mine else None
    fleeting = mine is not None and mine.no_trace
    if mine:
        here.dialogue.delivered(mine)
    return rendering.page(
        request,
        "citizen.html",
        s,
        messages=said,
        handoff=handoff,
        in_hand=telling.choices_in_hand(s),
        waiting=telling.waiting_choices(s),
        begin=begin_choice(s),
        first=answers.topic_choices(here.library, [t for t in FIRST if t in here.library.entries], s),
        languages=available(),
        chosen=chosen,
        client_id=str(uuid.uuid4()),
        error=error,
        draft=draft,
        sms=here.gateways.number is not None,
        no_trace=fleeting,
        without_trace=no_trace.choice(s),
        while_helped=no_trace.while_helped(s, handoff) if fleeting and handoff else "",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


def _refused(
    request: Request,
    here: Here,
    mine: Conversation,
    token: str | None,
    error: Unusable,
    draft: str,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    if _by_script(request):
        response: Response = JSONResponse({"error": error.reason}, status)
    else:
        response = _page(request, here, mine, speech(mine.language), error=error.reason, draft=draft[:200])
        response.status_code = status
    return _remembered(request, response, here, mine, token)


def _gone(request: Request, outcome: Outcome) -> Response:
    if _by_script(request):
        response: Response = JSONResponse({"gone": True})
    else:
        response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    response.delete_cookie(COOKIE)
    return response


def remember(
    response: Response, mine: Conversation, token: str, *, secure: bool, lasting: bool | None = None
) -> Response:
    """Let the browser keep the conversation.

    Args:
        lasting: longer than until it is closed; unless said, what is to leave no trace is not.
    """
    lasting = not mine.no_trace if lasting is None else lasting
    response.set_cookie(
        COOKIE,
        f"{mine.id}.{token}",
        max_age=KEPT if lasting else None,
        httponly=True,
        samesite="lax",
        secure=secure,
    )
    return response


def _remembered(request: Request, response: Response, here: Here, mine: Conversation, token: str | None) -> Response:
    """Let the browser keep a conversation that is new; and one that is to leave no trace since now, no longer than the
    browser is open."""
    fleeting = here.dialogue.leaves_no_trace(mine.id)
    token = token or (request.cookies[COOKIE].partition(".")[2] if fleeting else None)
    if token is None:
        return response
    return remember(response, mine, token, secure=here.settings.secure_cookies, lasting=not fleeting)


def _piece(message: Message, s: Speech) -> str:
    return rendering.fragment("message.html", s, message=message, viewer="citizen")


def _by_script(request: Request) -> bool:
    return request.headers.get("x-requested-with") == "script"


def wanted(request: Request, lang: str | None) -> str:
    """The language asked for in the address, or the best the browser knows of."""
    if lang in LANGUAGES:
        return spoken(lang)
    return preferred(request.headers.get("accept-language", ""))
