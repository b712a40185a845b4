"""The pages under /curate/examples: what people said becomes what the assistant learns from, if an editor says so."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

import yaml
from babel.numbers import format_percent
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from bot.answers import a_person
from bot.assistant import teaching
from bot.assistant.rehearsal import FIGURES, LIMIT, CannotRehearse, New, Rehearsal, Row
from bot.needs import candidates
from bot.needs.candidates import AlreadyDecided
from bot.records.tables import Staff
from bot.speech import Speech
from bot.understanding.labels import CRISIS_KINDS
from connectors import rendering
from connectors.api import Here
from connectors.curate.editing import Refused
from connectors.curate.pages import Editor
from connectors.numbers import Id
from connectors.security import check_csrf, csrf_token
from connectors.staff import voice
from connectors.words import moment_names
from knowledge.library import Library
from knowledge.source import KnowledgeError

router = APIRouter(prefix="/curate/examples", include_in_schema=False)
OURS_NOT = "out_of_scope"
LONGEST = 400
"""Characters of an example: longer ones tell a whole life, and teach little."""
HERE = "/curate/examples"


@dataclass(frozen=True)
class Decision:
    """What an editor has made of a candidate."""

    id: int
    do: Literal["accept", "collect", "reject"]
    words: str
    language: str
    label: str
    theme: str


@router.get("")
def overview(request: Request, here: Here, me: Editor, language: str = "") -> Response:
    """What waits for an editor."""
    return _overview(request, here, me, language)


@router.get("/batch")
def batch(request: Request, here: Here, me: Editor, learned: bool = False) -> Response:
    """What is accepted and not learned yet, and what trying it out has shown."""
    return _batch(request, here, me, learned=learned)


@router.post("/batch/try", dependencies=[Depends(check_csrf)])
def try_out(request: Request, here: Here, me: Editor) -> Response:
    """Try out what is accepted, beside the running assistant."""
    with here.database.reading() as session:
        accepted = [
            New(each.id, each.words or "", each.topic or "", each.language) for each in candidates.batch(session)
        ]
    try:
        Rehearsal(here.settings).begin(accepted)
    except CannotRehearse as error:
        if error.why == "nothing_new":  # the files had it all: they were written, and then the program died
            with here.database.transaction() as session:
                candidates.learned(session, [each.id for each in accepted])
            return _to_batch("?learned=1")
        return _batch(request, here, me, error.why)
    except teaching.TaughtOtherwise as error:
        return _batch(request, here, me, "taught", error.label)
    except KnowledgeError as error:
        return _batch(request, here, me, "broken", str(error.problems[0]))
    return _to_batch()


@router.post("/batch/take", dependencies=[Depends(check_csrf)])
async def take_over(request: Request, here: Here, me: Editor, confirmed: Annotated[bool, Form()] = False) -> Response:
    """What was tried out becomes what answers: the files are written, and this server takes the new model."""
    rehearsal = Rehearsal(here.settings)
    learned = [each.id for each in rehearsal.batch]
    try:
        if not confirmed and any(any(row.lower()) for row in rehearsal.result):
            raise CannotRehearse("worse")
        with here.database.reading() as session:
            if not {*learned} <= {each.id for each in candidates.batch(session)}:
                raise CannotRehearse("changed")
        await asyncio.to_thread(rehearsal.take_over)
    except CannotRehearse as error:
        return _batch(request, here, me, error.why)
    except OSError:
        return _batch(request, here, me, "unwritable")
    await here.renew()
    with here.database.transaction() as session:
        candidates.learned(session, learned)
    return _to_batch("?learned=1")


@router.post("/batch/drop", dependencies=[Depends(check_csrf)])
def drop(request: Request, here: Here, me: Editor) -> Response:
    """Forget what trying out has shown; what is accepted still waits."""
    try:
        Rehearsal(here.settings).drop()
    except CannotRehearse as error:
        return _batch(request, here, me, error.why)
    return _to_batch()


@router.get("/topics")
def new_topics(request: Request, here: Here, me: Editor) -> Response:
    """What is collected for topics there are not yet."""
    s = voice(me)
    with here.database.reading() as session:
        found = candidates.collected(session)
    return rendering.page(
        request,
        "curate_topics.html",
        s,
        staff=me,
        csrf_token=csrf_token(request),
        topics=found,
        enough=here.settings.smallest,
    )


@router.get("/topics/export")
def export(here: Here, me: Editor, theme: str) -> Response:
    """The words collected for a topic, as example files have them, for whoever writes the entry. Not of fewer than five."""
    with here.database.reading() as session:
        found = candidates.collected(session).get(theme, [])
    if len(found) < here.settings.smallest:
        raise HTTPException(HTTPStatus.NOT_FOUND, "Not enough is collected under that name.")
    by_language: dict[str, list[list[str]]] = {}
    for each in found:
        by_language.setdefault(each.language, []).append([each.words or ""])
    text = yaml.safe_dump({theme: dict(sorted(by_language.items()))}, allow_unicode=True, width=1_000, sort_keys=False)
    return Response(
        text,
        media_type="application/yaml",
        headers={"content-disposition": 'attachment; filename="new-topic.yml"', "cache-control": "no-store"},
    )


@router.post("/{id}/back", dependencies=[Depends(check_csrf)])
def put_back(request: Request, here: Here, me: Editor, id: Id) -> Response:
    """Think again about one that is accepted or collected."""
    with here.database.transaction() as session:
        try:
            candidates.put_back(session, id)
        except AlreadyDecided as error:
            raise HTTPException(HTTPStatus.CONFLICT, "It is learned already.") from error
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


def _decision(
    id: Id,
    do: Annotated[Literal["accept", "collect", "reject"], Form()],
    words: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "",
    label: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
) -> Decision:
    return Decision(id, do, " ".join(words.split()), language, label, " ".join(theme.split()))


@router.post("/{id}", dependencies=[Depends(check_csrf)])
async def decide(
    request: Request, here: Here, me: Editor, decided: Annotated[Decision, Depends(_decision)]
) -> Response:
    """An example of a topic, of nothing of ours, of a topic there is not yet, or nothing."""
    try:
        if decided.do != "reject":
            await _check(here, decided)
        with here.database.transaction() as session:
            match decided.do:
                case "accept":
                    candidates.accept(
                        session, decided.id, words=decided.words, topic=decided.label, language=decided.language
                    )
                case "collect":
                    candidates.collect(session, decided.id, decided.theme, decided.words)
                case "reject":
                    candidates.reject(session, decided.id)
    except AlreadyDecided:
        return _overview(request, here, me, "", decided, "decided")
    except Refused as error:
        return _overview(request, here, me, "", decided, error.reasons[0])
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


async def _check(here: Here, decided: Decision) -> None:
    """Whether a decision can be kept.

    Raises:
        Refused: empty, long, danger (words of danger, and no label of danger), language, label, taught or theme.
    """
    if not decided.words:
        raise Refused("empty")
    if len(decided.words) > LONGEST:
        raise Refused("long")
    is_danger = decided.do == "accept" and decided.label.startswith("crisis.")
    if not is_danger and (await here.assistant.understand(decided.words)).label == "crisis":
        raise Refused("danger")
    if decided.do == "collect":
        if not decided.theme:
            raise Refused("theme")
        return
    if decided.language not in teaching.languages(here.settings.examples):
        raise Refused("language")
    if decided.label not in _labels(here.library):
        raise Refused("label")
    taught = await asyncio.to_thread(teaching.label_of, here.settings.examples, decided.language, decided.words)
    if taught not in (None, decided.label):
        raise Refused("taught")


def _overview(
    request: Request, here: Here, me: Staff, language: str, draft: Decision | None = None, reason: str = ""
) -> Response:
    s = voice(me)
    with here.database.reading() as session:
        rows = candidates.waiting(session, language or None)
        waiting, accepted = candidates.languages_waiting(session), len(candidates.batch(session))
    taught, names = teaching.languages(here.settings.examples), _names(here.library, s)
    return rendering.page(
        request,
        "curate_examples.html",
        s,
        HTTPStatus.UNPROCESSABLE_ENTITY if reason else HTTPStatus.OK,
        staff=me,
        csrf_token=csrf_token(request),
        rows=rows,
        chosen=language,
        waiting=waiting,
        accepted=accepted,
        taught=taught,
        labels=_choices(here.library, s),
        names=names,
        believed=lambda row: s.join([names.get(label, label) for label in row.offered]),
        moments=_moments(s),
        draft=draft,
        reason=refusal(reason, s) if reason else "",
        lost=reason and draft and draft.id not in {row.id for row in rows},
    )


def _batch(
    request: Request, here: Here, me: Staff, reason: str = "", detail: str = "", *, learned: bool = False
) -> Response:
    s, rehearsal = voice(me), Rehearsal(here.settings)
    with here.database.reading() as session:
        accepted = candidates.batch(session)
    names = _names(here.library, s)
    return rendering.page(
        request,
        "curate_batch.html",
        s,
        HTTPStatus.UNPROCESSABLE_ENTITY if reason else HTTPStatus.OK,
        staff=me,
        csrf_token=csrf_token(request),
        accepted=accepted,
        names=names,
        state=rehearsal.state,
        tried=len(rehearsal.batch),
        rows=rehearsal.result,
        worse=_worse(rehearsal.result, s),
        figures=_figures(s),
        language_name=_language_name,
        percent=lambda share: _percent(share, s),
        minutes=LIMIT // 60,
        log=rehearsal.log.name,
        learned=learned,
        reason=refusal(reason, s, names.get(detail, detail)) if reason else "",
    )


def _to_batch(query: str = "") -> Response:
    return RedirectResponse(f"{HERE}/batch{query}", HTTPStatus.SEE_OTHER)


def _labels(library: Library) -> set[str]:
    """What an editor may make an example of."""
    return {*library.topics, OURS_NOT, "human", *(f"crisis.{kind}" for kind in CRISIS_KINDS)}


def _names(library: Library, s: Speech) -> dict[str, str]:
    """What examples are of, in words."""
    return {**{topic: library.title(topic, s.code) for topic in library.topics}, **_beside_topics(s)}


def _beside_topics(s: Speech) -> dict[str, str]:
    return {
        OURS_NOT: s.gettext("Nothing of ours"),
        "human": a_person(s).title,
        "crisis.violence": s.gettext("Danger: violence"),
        "crisis.suicide": s.gettext("Danger: suicide"),
        "crisis.child": s.gettext("Danger: a child"),
        "crisis.medical": s.gettext("Danger: illness or injury"),
        "crisis.fire": s.gettext("Danger: fire"),
    }


def _choices(library: Library, s: Speech) -> Sequence[tuple[str, str]]:
    """The topics by name, then what is no topic."""
    topics = sorted(((topic, library.title(topic, s.code)) for topic in library.topics), key=lambda pair: pair[1])
    return [*topics, *_beside_topics(s).items()]


def _moments(s: Speech) -> Mapping[str, str]:
    """How the words came to be kept."""
    return {
        **moment_names(s),
        "picked": s.gettext("It was unclear, and the person chose"),
        "corrected": s.gettext("It was misunderstood, and the person chose"),
    }


def _figures(s: Speech) -> dict[str, str]:
    """What is compared, in words."""
    words = {
        "top_1": s.gettext("First guess right"),
        "crisis_recall": s.gettext("Danger found"),
        "out_of_scope_recall": s.gettext("Other subjects refused"),
        "false_rejections": s.gettext("Our own questions refused"),
    }
    return {name: words[name] for name in FIGURES}


def _worse(rows: Sequence[Row], s: Speech) -> list[str]:
    """What gets worse, in words, all languages together first."""
    names = _figures(s)
    text = s.gettext("{language}: {figure} goes from {before} to {after}.")
    return [
        s.fill(
            text,
            language=_language_name(row.language, s),
            figure=names[name],
            before=_percent(row.before[name], s),
            after=_percent(row.after[name], s),
        )
        for row in rows
        for name in row.lower()
    ]


def _language_name(code: str, s: Speech) -> str:
    return s.gettext("All languages") if code == "all" else s.language_name(code)


def _percent(share: float | None, s: Speech) -> str:
    return "–" if share is None else format_percent(share, "#,##0.00%", locale=s.code)


def refusal(code: str, s: Speech, detail: str = "") -> str:
    """Why something was refused, in words."""
    words = {
        "empty": s.gettext("There is no text."),
        "long": s.gettext("This is too long for an example. Keep the part that says what it is about."),
        "danger": s.gettext(
            "These words may mean acute danger. They can only become an example of danger, or be rejected. "
            "If they are surely no danger, ask whoever runs the installation to add them to the file by hand."
        ),
        "language": s.gettext("There are no examples in that language. Choose another, or reject it."),
        "label": s.gettext("Choose what it is an example of."),
        "taught": s.gettext("This sentence is an example of something else already."),
        "theme": s.gettext("Give the new topic a name."),
        "decided": s.gettext("Another editor has decided on this one."),
        "running": s.gettext("Examples are being tried out. Wait until that is done."),
        "unwritable": s.gettext("The example files cannot be written. Tell whoever runs the installation."),
        "changed": s.gettext("The example files or the accepted examples have changed since. Try it out again."),
        "worse": s.gettext("Something gets worse. Read what, and confirm it."),
        "broken": s.gettext("An example file is broken: {where}"),
    }
    return s.fill(words[code], where=detail) if code == "broken" else words[code]
