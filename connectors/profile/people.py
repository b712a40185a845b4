"""The pages under /people: administrators look after the accounts of everybody."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from bot.handoff.hours import OSLO, Plan
from bot.handoff.presentation import hours
from bot.records.tables import Staff, now
from bot.speech import Speech
from bot.staff import accounts, codes, outside, people
from bot.staff.person import Reason, Unfit, person
from connectors import rendering
from connectors.api import Here
from connectors.numbers import Id
from connectors.profile.forms import Days, Draft, Posted, text, upload
from connectors.profile.words import day_names, done_words, duty_names, field_names, reason_words
from connectors.provider import Provider
from connectors.security import csrf_token
from connectors.sign_in import hashing
from connectors.staff import Duty, voice
from connectors.words import area_names
from knowledge.languages import LANGUAGES
from knowledge.library import Library

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/people", include_in_schema=False)
Admin = Annotated[Staff, Depends(Duty("admin"))]


def _colleague(here: Here, staff_id: Id) -> Staff:
    staff = people.find(here.database, staff_id)
    if staff is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such person.")
    return staff


Colleague = Annotated[Staff, Depends(_colleague)]


@router.get("")
async def everybody(request: Request, here: Here, me: Admin) -> Response:
    """Everybody with an account."""
    s = voice(me)
    today = now().astimezone(OSLO).date()
    return rendering.page(
        request,
        "people.html",
        s,
        staff=me,
        rows=[(each, hours(Plan.of(each).shifts, s), Plan.of(each).is_away(today)) for each in _all(here)],
        duties={code: name.partition(":")[0] for code, name in duty_names(s).items()},
        places={code: place.name for code, place in here.library.places.items()},
        csrf_token=csrf_token(request),
    )


@router.get("/new")
async def form_for_new(request: Request, here: Here, me: Admin) -> Response:
    """The form for somebody new."""
    return _form(request, here, me, None, draft=Draft())


@router.post("/new")
async def add(request: Request, here: Here, me: Admin, form: Posted) -> Response:
    """Somebody new. Their password is made here and shown once, unless they only come by the provider."""
    draft = Draft.typed(form)
    password = "" if "provider_only" in form and Provider.from_environment() else accounts.random_password()
    try:
        about = person(here.library, **draft.said)
        hashed = await hashing(lambda: here.passwords.hash(password)) if password else ""
        added = people.add(here.database, draft.login, hashed, about)
    except Unfit as error:
        return _form(request, here, me, None, "about", error.reasons, draft=draft)
    log.info("an account was added", staff=added.id, by=me.id)
    return _password(request, me, added, password) if password else _kept(added, "about")


@router.get("/{staff_id}")
async def one(request: Request, here: Here, me: Admin, colleague: Colleague, done: str = "") -> Response:
    """One person's account."""
    return _form(request, here, me, colleague, done=done)


@router.post("/{staff_id}")
async def change(request: Request, here: Here, me: Admin, colleague: Colleague, form: Posted) -> Response:
    """What is said of somebody."""
    draft = Draft.typed(form)

    def do() -> None:
        people.change(here.database, colleague.id, person(here.library, **draft.said).model_dump(), by=me)

    return _tried(request, here, me, colleague, "about", do, draft=draft)


@router.post("/{staff_id}/active")
async def activate(request: Request, here: Here, me: Admin, colleague: Colleague, form: Posted) -> Response:
    """Close an account, or open it again."""
    wanted = text(form, "active") == "yes"

    def do() -> None:
        if wanted:
            people.activate(here.database, colleague.id)
        else:
            people.deactivate(here.database, colleague.id, me)
        log.info("an account was opened" if wanted else "an account was closed", staff=colleague.id, by=me.id)

    return _tried(request, here, me, colleague, "active", do, "active" if wanted else "inactive")


@router.post("/{staff_id}/password")
async def reset_password(request: Request, here: Here, me: Admin, colleague: Colleague, form: Posted) -> Response:
    """A new password for somebody who has lost theirs, shown once."""
    _not_oneself(me, colleague)
    new = await hashing(lambda: accounts.reset_password(here.database, here.passwords, colleague.id))
    log.info("a password was reset", staff=colleague.id, by=me.id)
    return _password(request, me, colleague, new)


@router.post("/{staff_id}/two-step")
async def reset_two_step(request: Request, here: Here, me: Admin, colleague: Colleague, form: Posted) -> Response:
    """Two-step verification off, for somebody who has lost their phone."""
    _not_oneself(me, colleague)
    codes.switch_off(here.database, colleague.id)
    log.info("two-step verification was reset", staff=colleague.id, by=me.id)
    return _kept(colleague, "access", "no-two-step")


@router.post("/{staff_id}/subject")
async def bind(request: Request, here: Here, me: Admin, colleague: Colleague, form: Posted) -> Response:
    """Say who somebody is at the provider, or that they are nobody there."""
    provider = Provider.from_environment()
    subject = text(form, "subject")
    kept = provider.subject(subject) if provider and subject else None

    def do() -> None:
        outside.bind(here.database, colleague.id, kept)
        log.info("an account was bound" if kept else "an account was unbound", staff=colleague.id, by=me.id)

    return _tried(request, here, me, colleague, "access", do, "bound" if kept else "unbound")


@router.post("/{staff_id}/photo")
async def change_photo(request: Request, here: Here, me: Admin, colleague: Colleague, form: Posted) -> Response:
    """A picture of somebody."""
    picture = await upload(form, "photo")
    try:
        await hashing(lambda: people.set_photo(here.database, colleague.id, picture))
    except Unfit as error:
        return _form(request, here, me, colleague, "photo", error.reasons)
    return _kept(colleague, "photo")


@router.post("/{staff_id}/photo/remove")
async def remove_photo(request: Request, here: Here, me: Admin, colleague: Colleague, form: Posted) -> Response:
    """No picture of somebody any more."""
    people.set_photo(here.database, colleague.id, None)
    return _kept(colleague, "photo", "no-photo")


@router.post("/{staff_id}/away")
async def away(request: Request, here: Here, me: Admin, colleague: Colleague, form: Posted) -> Response:
    """Days on which somebody is away, and who stands in."""
    days = Days.typed(form)

    def do() -> None:
        people.away(here.database, colleague.id, *days.read())

    return _tried(request, here, me, colleague, "away", do, days=days)


@router.post("/{staff_id}/back")
async def back(request: Request, here: Here, me: Admin, colleague: Colleague, form: Posted) -> Response:
    """Somebody is not away after all."""
    absence = text(form, "absence")
    if absence.isascii() and absence.isdigit():
        people.back(here.database, colleague.id, int(absence[:9]))
    return _kept(colleague, "away", "back")


def _all(here: Here) -> Sequence[Staff]:
    return people.everybody(here.database)


def _not_oneself(me: Staff, colleague: Staff) -> None:
    if me.id == colleague.id:
        raise HTTPException(HTTPStatus.FORBIDDEN, "Change your own sign-in under My profile.")


def _kept(colleague: Staff, section: str, done: str = "") -> Response:
    return RedirectResponse(f"/people/{colleague.id}?done={done or section}#{section}", HTTPStatus.SEE_OTHER)


def _tried(
    request: Request,
    here: Here,
    me: Staff,
    colleague: Staff,
    section: str,
    do: Callable[[], None],
    done: str = "",
    **typed: Draft | Days,
) -> Response:
    """Do it and go on, or show the form again with what was typed and why it cannot be."""
    try:
        do()
    except Unfit as error:
        return _form(request, here, me, colleague, section, error.reasons, **typed)  # type: ignore[arg-type]
    return _kept(colleague, section, done)


def _password(request: Request, me: Staff, colleague: Staff, password: str) -> Response:
    return rendering.page(
        request,
        "new_password.html",
        voice(me),
        staff=me,
        person=colleague,
        password=password,
        csrf_token=csrf_token(request),
    )


def _form(
    request: Request,
    here: Here,
    me: Staff,
    colleague: Staff | None,
    section: str = "",
    reasons: Sequence[Reason] = (),
    *,
    draft: Draft | None = None,
    days: Days | None = None,
    done: str = "",
) -> Response:
    s = voice(me)
    everybody = _all(here)
    return rendering.page(
        request,
        "colleague.html",
        s,
        HTTPStatus.UNPROCESSABLE_ENTITY if reasons else HTTPStatus.OK,
        staff=me,
        person=colleague,
        base=f"/people/{colleague.id}" if colleague else "/people/new",
        draft=draft or (Draft.of(colleague) if colleague else Draft()),
        days=days or Days(),
        section=section,
        problems=[reason_words(s, reason) for reason in reasons],
        wrong={reason.field for reason in reasons},
        done=done_words(s).get(done, ""),
        names=field_names(s),
        weekdays=day_names(s),
        duties=duty_names(s),
        languages={code: s.language_name(code) for code in LANGUAGES},
        places={code: place.name for code, place in here.library.places.items()},
        shelves=_shelves(here.library, s),
        stand_ins=people.stand_ins(here.database, colleague.id) if colleague else [],
        today=now().astimezone(OSLO).date(),
        colleagues={each.id: each.name for each in everybody},
        provider=Provider.from_environment(),
        csrf_token=csrf_token(request),
    )


def _shelves(library: Library, s: Speech) -> list[tuple[str, dict[str, str]]]:
    """The topics by area, in words."""
    shelves: dict[str, dict[str, str]] = {name: {} for name in area_names(s)}
    for code, topic in library.topics.items():
        shelves.setdefault(topic.area, {})[code] = library.title(code, s.code)
    return [(area_names(s).get(area, area), topics) for area, topics in shelves.items() if topics]
