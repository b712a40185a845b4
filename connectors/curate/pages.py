"""The pages under /curate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from bot.answers import headings
from bot.records.tables import Staff
from bot.speech import Speech
from connectors import catalogues, rendering
from connectors.api import Here
from connectors.curate import editing
from connectors.curate.editing import Refused
from connectors.security import check_csrf, csrf_token
from connectors.staff import Duty, voice
from knowledge.library import Library
from knowledge.wording import dearest

router = APIRouter(prefix="/curate", include_in_schema=False)
Editor = Annotated[Staff, Depends(Duty("editor"))]


def _language(code: str) -> str:
    if code not in editing.languages():
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is nothing to correct in that language.")
    return code


def _name(here: Here, name: str) -> str:
    if name not in here.library.sources:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such entry.")
    return name


Code = Annotated[str, Depends(_language)]
Name = Annotated[str, Depends(_name)]


@router.get("")
def overview(request: Request, here: Here, me: Editor) -> Response:
    """How far each language is."""
    s = voice(me)
    rows = catalogues.status(here.library, here.library.locales)
    return _page(request, "curate.html", s, me, rows=rows, editable=editing.languages())


@router.get("/{code}")
def entries(request: Request, here: Here, me: Editor, code: Code) -> Response:
    """Every entry in a language, with whether somebody has read it."""
    s = voice(me)
    rows = [(name, _title(here.library, name, s), here.library.reading(name, code)) for name in here.library.sources]
    return _page(request, "curate_language.html", s, me, code=code, rows=rows, states=_states(s))


@router.get("/{code}/{name}")
def entry(request: Request, here: Here, me: Editor, code: Code, name: Name) -> Response:
    """An entry beside its source, text by text."""
    return _entry(request, here, me, code, name)


@dataclass(frozen=True)
class Draft:
    """What an editor has written and is not kept; without a number, a signature."""

    number: int | None = None
    text: str = ""
    was: str = ""
    reasons: Sequence[str] = ()
    price: int | None = None


def _draft(
    here: Here,
    name: Name,
    number: Annotated[int, Form(ge=0)],
    text: Annotated[str, Form()] = "",
    was: Annotated[str, Form()] = "",
) -> Draft:
    if number >= len(here.library.sources[name]):
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such text.")
    return Draft(number, text, was)


Drafted = Annotated[Draft, Depends(_draft)]


@router.post("/{code}/{name}", dependencies=[Depends(check_csrf)])
def correct(request: Request, here: Here, me: Editor, code: Code, name: Name, draft: Drafted) -> Response:
    """Another translation of one text."""
    try:
        editing.correct(here.library, code, name, draft.number or 0, draft.text, draft.was)
    except Refused as error:
        return _entry(request, here, me, code, name, replace(draft, reasons=_reasons(error, voice(me))))
    return RedirectResponse(f"/curate/{code}/{name}#t{draft.number}", HTTPStatus.SEE_OTHER)


@router.post("/{code}/{name}/cost", dependencies=[Depends(check_csrf)])
def cost(request: Request, here: Here, me: Editor, code: Code, name: Name, draft: Drafted) -> Response:
    """How many SMS another translation would take. Nothing is kept."""
    try:
        price = editing.cost(here.library, code, name, draft.number or 0, draft.text)
    except Refused as error:
        return _entry(request, here, me, code, name, replace(draft, reasons=_reasons(error, voice(me))))
    return _entry(request, here, me, code, name, replace(draft, price=price))


@router.post("/{code}/{name}/sign", dependencies=[Depends(check_csrf)])
def sign(
    request: Request, here: Here, me: Editor, code: Code, name: Name, read: Annotated[bool, Form()] = False
) -> Response:
    """The signature of a native reader."""
    try:
        if not read:
            raise Refused("unread")
        editing.sign(here.library, code, name, me.name, me.role)
    except Refused as error:
        return _entry(request, here, me, code, name, Draft(reasons=_reasons(error, voice(me))))
    return RedirectResponse(f"/curate/{code}/{name}#signature", HTTPStatus.SEE_OTHER)


def _entry(request: Request, here: Here, me: Staff, code: str, name: str, draft: Draft | None = None) -> Response:
    s = voice(me)
    return _page(
        request,
        "curate_entry.html",
        s,
        me,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if draft and draft.reasons else HTTPStatus.OK,
        code=code,
        owner=name,
        title=_title(here.library, name, s),
        fields=editing.fields(here.library, code, name),
        field_names=_field_names(here.library, name, s),
        reading=here.library.reading(name, code),
        states=_states(s),
        draft=draft,
        dearest=dearest(code),
    )


def _page(request: Request, template: str, s: Speech, me: Staff, *, status: int = 200, **context: object) -> Response:
    return rendering.page(request, template, s, status, staff=me, csrf_token=csrf_token(request), **context)


def _title(library: Library, name: str, s: Speech) -> str:
    if name in library.entries:
        return library.title(name, s.code)
    if name in library.places:
        return library.places[name].name
    return {"crisis": s.gettext("Acute danger"), "household": s.gettext("Questions about a household")}[name]


def _field_names(library: Library, name: str, s: Speech) -> dict[str, str]:
    """What the parts of an entry are called; those of a place are topics."""
    if name not in library.entries:
        return {topic: library.title(topic, s.code) for topic in library.topics}
    return {
        **headings(s),
        "title": s.gettext("Title"),
        "answer": s.gettext("First answer"),
        "authority": s.gettext("Who decides"),
        "links": s.gettext("Link"),
        "eligibility": s.gettext("Conditions and amounts"),
    }


def _states(s: Speech) -> dict[str, str]:
    return {
        "missing": s.gettext("Not translated"),
        "draft": s.gettext("Draft: no native reader has read it"),
        "reviewed": s.gettext("Read by a native reader"),
        "stale": s.gettext("The Norwegian text has changed since"),
    }


def _reasons(error: Refused, s: Speech) -> list[str]:
    """Why something was refused, in words."""
    words = {
        "empty": s.gettext("There is no text."),
        "changed": s.gettext("Somebody else has changed this text meanwhile. Here is what stands there now."),
        "untranslated": s.gettext("Not everything is translated. Nobody can have read it all."),
        "unread": s.gettext("Tick that you have read it."),
        "the figures differ from the source": s.gettext(
            "The names in braces must be the same as in the Norwegian text."
        ),
        "braces that are no figure": s.gettext("There is a brace that belongs to no figure."),
        "an amount is typed; name a parameter instead": s.gettext(
            "An amount is typed. Use the name in braces, as the Norwegian text does."
        ),
    }
    too_long = s.gettext("The first answer is too long: {length}.")
    return [words.get(reason) or too_long.format(length=reason.partition(",")[0]) for reason in error.reasons]
