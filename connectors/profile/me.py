"""The pages under /me: what everybody sees and changes of their own."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.handoff.hours import OSLO, Plan
from bot.handoff.presentation import clock, hours
from bot.records.tables import Staff, now
from bot.staff import accounts, people
from bot.staff.accounts import Locked, Refused
from bot.staff.person import WAYS, Reason, Unfit, corrected
from connectors import rendering
from connectors.api import Here
from connectors.profile.forms import Days, Draft, Posted, text, upload
from connectors.profile.words import day_names, done_words, field_names, reason_words
from connectors.provider import Provider
from connectors.security import csrf_token
from connectors.sign_in import hashing
from connectors.staff import enter, settled, voice

router = APIRouter(prefix="/me", include_in_schema=False)
Me = Annotated[Staff, Depends(settled)]


@router.get("")
async def profile(request: Request, here: Here, me: Me, done: str = "") -> Response:
    """Everything about oneself."""
    return _page(request, here, me, done=done)


@router.post("/hours")
async def change_hours(request: Request, here: Here, me: Me, form: Posted) -> Response:
    """Working hours, usual answer time and capacity."""
    numbers = ("usual_minutes", "capacity")
    draft = Draft.of(me).but(Draft.typed(form), *numbers, rows=True)
    try:
        people.change(
            here.database, me.id, corrected(me, hours=draft.hours, **{name: draft.texts[name] for name in numbers})
        )
    except Unfit as error:
        return _page(request, here, me, "hours", error.reasons, draft=draft)
    return _kept("hours")


@router.post("/notify")
async def change_notify(request: Request, here: Here, me: Me, form: Posted) -> Response:
    """Where one wants to be told that a person waits."""
    draft = Draft.of(me).but(Draft.typed(form), *WAYS)
    try:
        people.change(here.database, me.id, corrected(me, notify=draft.notify))
    except Unfit as error:
        return _page(request, here, me, "notify", error.reasons, draft=draft)
    return _kept("notify")


@router.post("/photo")
async def change_photo(request: Request, here: Here, me: Me, form: Posted) -> Response:
    """A picture, seen by the residents one helps."""
    picture = await upload(form, "photo")
    try:
        await hashing(lambda: people.set_photo(here.database, me.id, picture))
    except Unfit as error:
        return _page(request, here, me, "photo", error.reasons)
    return _kept("photo")


@router.post("/photo/remove")
async def remove_photo(request: Request, here: Here, me: Me, form: Posted) -> Response:
    """No picture any more."""
    people.set_photo(here.database, me.id, None)
    return _kept("photo", "no-photo")


@router.post("/away")
async def go_away(request: Request, here: Here, me: Me, form: Posted) -> Response:
    """Days on which one is away, and who stands in."""
    days = Days.typed(form)
    try:
        people.away(here.database, me.id, *days.read())
    except Unfit as error:
        return _page(request, here, me, "away", error.reasons, days=days)
    return _kept("away")


@router.post("/back")
async def come_back(request: Request, here: Here, me: Me, form: Posted) -> Response:
    """Not away after all."""
    absence = text(form, "absence")
    if absence.isascii() and absence.isdigit():
        people.back(here.database, me.id, int(absence[:9]))
    return _kept("away", "back")


@router.post("/password")
async def change_password(request: Request, here: Here, me: Me, form: Posted) -> Response:
    """Another password. This session goes on, all others end."""
    s = voice(me)
    old, new, again = (str(form.get(name, "")) for name in ("old", "new", "again"))
    if new != again:
        return _page(request, here, me, "password", words=s.gettext("The two new passwords are not the same."))
    try:
        changed = await hashing(lambda: accounts.change_password(here.database, here.passwords, me, old[:500], new))
    except Unfit as error:
        return _page(request, here, me, "password", error.reasons)
    except Locked as locked:
        error_words = s.gettext("There were too many wrong tries. Try again after {time}.")
        return _page(request, here, me, "password", words=error_words.format(time=clock(locked.until, s)))
    except Refused:
        return _page(request, here, me, "password", words=s.gettext("This is not your password."))
    enter(request, changed, by=request.session.get("by", "password"))
    return _kept("password")


def _kept(section: str, done: str = "") -> Response:
    return RedirectResponse(f"/me?done={done or section}#{section}", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    here: Here,
    me: Staff,
    section: str = "",
    reasons: Sequence[Reason] = (),
    *,
    words: str = "",
    draft: Draft | None = None,
    days: Days | None = None,
    done: str = "",
) -> Response:
    s = voice(me)
    problems = [words] if words else [reason_words(s, reason) for reason in reasons]
    return rendering.page(
        request,
        "me.html",
        s,
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=me,
        person=me,
        base="/me",
        draft=draft or Draft.of(me),
        days=days or Days(),
        section=section,
        problems=problems,
        wrong={reason.field for reason in reasons},
        done=done_words(s).get(done, ""),
        names=field_names(s),
        weekdays=day_names(s),
        hours=hours(Plan.of(me).shifts, s),
        places=[here.library.places[code].name for code in me.places if code in here.library.places],
        topics=[here.library.title(code, s.code) for code in me.topics if code in here.library.topics],
        stand_ins=people.stand_ins(here.database, me.id),
        today=now().astimezone(OSLO).date(),
        colleagues={each.id: each.name for each in people.everybody(here.database)},
        provider=Provider.from_environment(),
        csrf_token=csrf_token(request),
    )
