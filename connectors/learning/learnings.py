"""The pages of the review loop: a learning, what is tried, what has changed, and telling people of it."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from bot.needs import learnings
from bot.needs.learnings import Change, NotAllowed, Note, Unfit
from bot.records.tables import Staff
from bot.speech import team_speech
from connectors.api import Here
from connectors.learning.team import Programme, page
from connectors.learning.words import change_names, missing_words, refusal_words, state_names, step_names
from connectors.numbers import Id
from connectors.security import check_csrf
from connectors.sms.outbound import OUT
from knowledge.languages import LANGUAGES

router = APIRouter(prefix="/learning/learnings", include_in_schema=False)
LONGEST = 4_000
Long = Annotated[str, Form(max_length=LONGEST)]
Short = Annotated[str, Form(max_length=200)]
_FORM = [Depends(check_csrf)]
_NOTHING: Mapping[str, str] = {}


def _note(sees: Long = "", condition: Short = "", owner: Short = "", tries: Long = "") -> Mapping[str, str]:
    return {"sees": sees, "condition": condition, "owner": owner, "tries": tries}


async def _texts(request: Request) -> Mapping[str, str]:
    """What is to be told, by language."""
    form = await request.form()
    return {code: str(form.get(f"text_{code}", ""))[:LONGEST] for code in LANGUAGES}


Typed = Annotated[Mapping[str, str], Depends(_note)]
Texts = Annotated[Mapping[str, str], Depends(_texts)]
Pattern = Annotated[Id, Form()]


@router.get("")
def every(request: Request, here: Here, me: Programme) -> Response:
    """Every learning, by how far it has come."""
    with here.database.reading() as session:
        found = learnings.every(session)
    groups = {state: [each for each in found if each.state == state] for state in ("tried", "changed", "told")}
    s = team_speech(*me.languages)
    return page(request, here, me, "learnings.html", groups=groups, states=state_names(s))


@router.get("/new")
def new(request: Request, here: Here, me: Programme, pattern: Id) -> Response:
    """The form for a learning about a pattern."""
    return _form(request, here, me, pattern, {"owner": me.name})


@router.post("", dependencies=_FORM)
def begin(request: Request, here: Here, me: Programme, typed: Typed, pattern: Pattern) -> Response:
    """Write a learning about a pattern."""
    try:
        with here.database.transaction() as session:
            learning = learnings.begin(session, me, pattern, Note(**typed))
    except (NotAllowed, Unfit) as error:
        return _form(request, here, me, pattern, typed, error)
    return _to(learning.id)


@router.get("/{learning_id}")
def one(request: Request, here: Here, me: Programme, learning_id: Id) -> Response:
    """A learning: the note, its patterns, what has been done, and what can be done next."""
    return _page(request, here, me, learning_id)


@router.post("/{learning_id}/note", dependencies=_FORM)
def rewrite(request: Request, here: Here, me: Programme, learning_id: Id, typed: Typed) -> Response:
    """Write the note anew."""
    return _do(
        request,
        here,
        me,
        learning_id,
        lambda session: learnings.rewrite(session, me, learning_id, Note(**typed)),
        typed,
    )


@router.post("/{learning_id}/link", dependencies=_FORM)
def link(request: Request, here: Here, me: Programme, learning_id: Id, pattern: Pattern) -> Response:
    """Add a pattern."""
    return _do(request, here, me, learning_id, lambda session: learnings.link(session, me, learning_id, pattern))


@router.post("/{learning_id}/unlink", dependencies=_FORM)
def unlink(request: Request, here: Here, me: Programme, learning_id: Id, pattern: Pattern) -> Response:
    """Take a pattern out."""
    return _do(request, here, me, learning_id, lambda session: learnings.unlink(session, me, learning_id, pattern))


@router.post("/{learning_id}/change", dependencies=_FORM)
def change(
    request: Request,
    here: Here,
    me: Programme,
    learning_id: Id,
    kind: Short = "",
    words: Long = "",
    topic: Short = "",
) -> Response:
    """Say what has changed."""
    about = topic if topic in here.library.topics else None

    def made(session: Any) -> None:
        learnings.change(session, me, learning_id, Change(kind, words, about))

    return _do(request, here, me, learning_id, made, {"kind": kind, "words": words, "topic": topic})


@router.post("/{learning_id}/tell", dependencies=_FORM)
def tell(request: Request, here: Here, me: Programme, learning_id: Id, texts: Texts) -> Response:
    """Tell those who have asked for it."""
    told: list[str] = []

    def telling(session: Any) -> None:
        told.extend(learnings.tell(session, me, learning_id, texts))

    answer = _do(request, here, me, learning_id, telling, texts)
    for conversation in told:
        here.live.heard(conversation)
    here.live.heard(OUT)
    return answer


def _do(
    request: Request,
    here: Here,
    me: Staff,
    learning_id: Id,
    do: Callable[[Any], None],
    typed: Mapping[str, str] = _NOTHING,
) -> Response:
    """Do it whole and go on, or say why it cannot be done, with what was typed."""
    try:
        with here.database.transaction() as session:
            do(session)
    except (NotAllowed, Unfit) as error:
        return _page(request, here, me, learning_id, typed, error)
    return _to(learning_id)


def _form(
    request: Request,
    here: Here,
    me: Staff,
    pattern_id: int,
    typed: Mapping[str, str],
    error: NotAllowed | Unfit | None = None,
) -> Response:
    with here.database.reading() as session:
        pattern = learnings.pattern(session, pattern_id)
    if pattern is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such pattern.")
    reason = _reason(me, error)
    return page(request, here, me, "new.html", status=_status(reason), pattern=pattern, typed=typed, reason=reason)


def _page(
    request: Request,
    here: Here,
    me: Staff,
    learning_id: Id,
    typed: Mapping[str, str] = _NOTHING,
    error: NotAllowed | Unfit | None = None,
) -> Response:
    with here.database.reading() as session:
        learning = learnings.one(session, learning_id)
        if learning is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such learning.")
        steps, others = learnings.steps(session, learning), learnings.only_read(session)
    s = team_speech(*me.languages)
    reason = _reason(me, error)
    return page(
        request,
        here,
        me,
        "learning.html",
        status=_status(reason),
        learning=learning,
        steps=steps,
        others=others,
        typed=typed,
        reason=reason,
        states=state_names(s),
        step_names=step_names(s),
        changes=change_names(s),
        languages=LANGUAGES,
    )


def _reason(me: Staff, error: NotAllowed | Unfit | None) -> str:
    s = team_speech(*me.languages)
    if isinstance(error, Unfit):
        return missing_words(s, error.field)
    return refusal_words(s, error.code) if error else ""


def _status(reason: str) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if reason else HTTPStatus.OK


def _to(learning_id: Id) -> Response:
    return RedirectResponse(f"/learning/learnings/{learning_id}", HTTPStatus.SEE_OTHER)
