"""The pages under /learning: patterns, never persons."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.needs import needs, patterns, pulse
from bot.needs.patterns import Filters
from bot.records.tables import Staff
from bot.settings import smallest
from bot.speech import Speech
from connectors import rendering
from connectors.api import Here
from connectors.security import csrf_token
from connectors.staff import Duty, voice
from connectors.words import barrier_names, condition_names, moment_names, pulse_answers, pulse_questions
from knowledge.greetings import greetings
from knowledge.languages import LANGUAGES
from knowledge.library import Library

router = APIRouter(prefix="/learning", include_in_schema=False)
Programme = Annotated[Staff, Depends(Duty("programme"))]


@router.get("")
async def overview(request: Request, here: Here, me: Programme) -> Response:
    """What people lacked: counts by topic, language, place, barrier and condition, and the newest needs."""
    s = voice(me)
    names = _names(here.library, s)
    with here.database.reading() as session:
        tables = [
            (heading, patterns.table(session, here.library, Filters(), dimension))
            for dimension, heading in _headings(s).items()
        ]
        rows = needs.latest(session, here.library)
        pulses = [(question, pulse.results(session, here.library, question)) for question in pulse.QUESTIONS]
    return rendering.page(
        request,
        "learning.html",
        s,
        staff=me,
        tables=tables,
        rows=rows,
        pulses=pulses,
        questions=pulse_questions(s),
        answers=pulse_answers(s),
        names=names,
        smallest=smallest(),
        csrf_token=csrf_token(request),
    )


def _headings(s: Speech) -> dict[str, str]:
    return {
        "topic": s.gettext("Topic"),
        "language": s.gettext("Language"),
        "place": s.gettext("Place"),
        "barrier": s.gettext("What stood in the way"),
        "condition": s.gettext("Conditions of change"),
        "moment": s.gettext("When it was noticed"),
    }


def _names(library: Library, s: Speech) -> dict[str, str]:
    """Every coded value in words."""
    named = {topic: library.title(topic, s.code) for topic in library.topics}
    named |= {place.id: place.name for place in library.places.values()}
    named |= {code: s.language_name(code) for code in (*LANGUAGES, *greetings())}
    named |= {**barrier_names(s), **condition_names(s), **moment_names(s)}
    named[patterns.REST] = s.fill(s.gettext("under {number}"), number=smallest())
    return named | {"": s.gettext("Not known"), "elsewhere": s.gettext("Another place")}
