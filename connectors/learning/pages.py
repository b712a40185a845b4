"""The pages under /learning: patterns, never persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.needs import patterns, pulse, review, service, signals
from bot.needs.learnings import Unfit
from bot.needs.patterns import UNKNOWN, Filters
from bot.needs.periods import Period
from bot.records.tables import Staff
from bot.settings import smallest
from bot.speech import team_speech
from connectors.api import Here
from connectors.learning.figures import SIDE_BY_SIDE, Figures
from connectors.learning.team import Names, Programme, page
from connectors.learning.words import missing_words, service_names, state_names
from connectors.security import check_csrf

router = APIRouter(prefix="/learning", include_in_schema=False)
FILTERED = ("area", "topic", "language", "place", "barrier", "condition", "channel", "moment", "children")
CHARTS = ("topic", "area", "barrier", "condition", "language", "place", "part", "moment", "channel", "children")
NOT_KNOWN = "-"
"""How an address says that something is not known; nothing there means that anything will do."""


@dataclass(frozen=True)
class Choice:
    """A filter of the page: what can be chosen, and what is."""

    id: str
    name: str
    values: Sequence[tuple[str, str]]
    chosen: str


@router.get("")
def overview(request: Request, here: Here, me: Programme) -> Response:
    """What people lack: over time, by everything there is to know, and side by side."""
    names = Names(here.library, team_speech(*me.languages))
    asked = {key: request.query_params.get(key, "") for key in ("period", *FILTERED)}
    choices = [_periods(names, asked["period"]), *(_choice(names, each, asked[each]) for each in FILTERED)]
    chosen = {choice.id: choice.chosen for choice in choices if choice.chosen}
    filters = _filters(chosen)

    def link(dimension: str, code: str) -> str | None:
        if dimension not in FILTERED or dimension in chosen:
            return None
        return "/learning?" + urlencode({**chosen, dimension: code or NOT_KNOWN})

    with here.database.reading() as session:
        figures = Figures(
            lambda asked, rows, columns: patterns.table(session, here.library, asked, rows, columns),
            names,
            filters,
            link,
        )
        return page(
            request,
            here,
            me,
            "overview.html",
            filters=choices,
            smallest=smallest(),
            signals=signals.signals(session, date.today()),
            total=figures.total(),
            time=figures.over_time(),
            charts=figures.known(*(each for each in CHARTS if each not in chosen)),
            chosen=chosen,
            pulses=[
                figures.answers(question, pulse.results(session, here.library, question, _of_anybody(filters)))
                for question in pulse.QUESTIONS
            ],
            parity=[
                figures.shares(
                    id,
                    heading,
                    kinds,
                    service.results(session, here.library, _of_a_language(filters), kinds=list(kinds)),
                )
                for id, (heading, kinds) in service_names(names.s).items()
            ],
            places=figures.beside(SIDE_BY_SIDE, "place", names.s.gettext("What is lacking in each municipality")),
        )


@router.get("/patterns")
def to_read(request: Request, here: Here, me: Programme) -> Response:
    """Every pattern that may be shown, and how far it has come."""
    return _patterns(request, here, me)


@router.post("/patterns/read", dependencies=[Depends(check_csrf)])
def read(
    request: Request,
    here: Here,
    me: Programme,
    topic: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Somebody has read a pattern."""
    try:
        with here.database.transaction() as session:
            review.read(session, here.library, me, topic)
    except Unfit as error:
        return _patterns(request, here, me, missing_words(team_speech(*me.languages), error.field))
    return RedirectResponse("/learning/patterns", HTTPStatus.SEE_OTHER)


def _patterns(request: Request, here: Here, me: Staff, reason: str = "") -> Response:
    with here.database.reading() as session:
        rows = review.to_review(session, here.library)
    return page(
        request,
        here,
        me,
        "patterns.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if reason else HTTPStatus.OK,
        rows=rows,
        states=state_names(team_speech(*me.languages)),
        reason=reason,
        smallest=smallest(),
    )


def quarters() -> list[str]:
    """This quarter, the three before it, this year and the last."""
    today = date.today()
    found = [Period.quarter_of(today)]
    for _ in range(3):
        found.append(Period.quarter_of(found[-1].first - timedelta(days=1)))
    return [*(each.name for each in found), str(today.year), str(today.year - 1)]


def _periods(names: Names, asked: str) -> Choice:
    s = names.s
    values = [("", s.gettext("Always")), *((name, name) for name in quarters())]
    return Choice("period", s.gettext("When"), values, asked if asked in dict(values) else "")


def _choice(names: Names, dimension: str, asked: str) -> Choice:
    values = [("", names.s.gettext("All")), *names.of(dimension).items(), (NOT_KNOWN, names(dimension, UNKNOWN))]
    return Choice(dimension, names.dimension(dimension), values, asked if asked in dict(values) else "")


def _filters(chosen: Mapping[str, str]) -> Filters:
    values: dict[str, Any] = {
        key: UNKNOWN if value == NOT_KNOWN else value for key, value in chosen.items() if key in FILTERED
    }
    found = replace(Filters(), **values)
    if "period" not in chosen:
        return found
    period = Period.parse(chosen["period"])
    return replace(found, since=period.first_week, until=period.last)


def _of_anybody(filters: Filters) -> Filters:
    """The same period, language, place and channel: all that is kept of answers to the two questions."""
    return Filters(
        filters.since, filters.until, language=filters.language, place=filters.place, channel=filters.channel
    )


def _of_a_language(filters: Filters) -> Filters:
    """The same period, language and channel: all that is kept of how people were served."""
    return Filters(filters.since, filters.until, language=filters.language, channel=filters.channel)
