"""The topics as JSON, for the systems of municipalities: /api/v1/topics."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from bot import answers
from bot.replies import AnswerCard, Statement
from bot.speech import Speech, speech
from connectors.api import Here
from connectors.problems import Problem, described
from connectors.words import area_names
from knowledge.languages import LANGUAGES
from knowledge.library import Library
from knowledge.schema import Checked, ExpertReview
from knowledge.search import LONGEST, search

router = APIRouter(prefix="/api/v1/topics", tags=["topics"])


class Named(BaseModel):
    """A topic by its name."""

    id: str
    title: Statement
    page: Annotated[str, Field(description="Where people read it, on this host")]


class Listed(Named):
    """A topic as it stands on a shelf: `level` says who decides, national, municipal or both."""

    area: str
    area_name: str
    level: str
    answer: Statement


class Topics(BaseModel):
    """`language` is the one answered in: the one asked for, or the nearest there is."""

    language: str
    topics: list[Listed]


class Topic(Listed):
    """A whole entry. `card` is what a conversation shows; `translated` is false where parts are in Norwegian."""

    language: str
    place: str | None
    card: AnswerCard
    related: list[Named]
    checked: Checked
    expert_review: ExpertReview | None
    rates_from: date | None
    translated: bool


def reader(
    lang: Annotated[str, Query(description=f"One of {', '.join(LANGUAGES)}")] = "nb",
) -> Speech:
    """How to speak to the reader of a language.

    Raises:
        Problem: it is not a language of Rettvis.
    """
    if lang not in LANGUAGES:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "language", f"Languages are {', '.join(LANGUAGES)}.")
    return speech(lang)


Reader = Annotated[Speech, Depends(reader)]


@router.get("", responses=described(422))
def topics(here: Here, s: Reader, q: Annotated[str, Query(max_length=LONGEST)] = "") -> Topics:
    """The topics a query may mean, the likeliest first; all of them, shelf by shelf, without a query."""
    return Topics(language=s.code, topics=found(here.library, q, s))


@router.get("/{id}", responses=described(404, 422))
def topic(id: str, here: Here, s: Reader, place: str | None = None) -> Topic:
    """All there is to say about a topic, with what is special in a municipality."""
    library = here.library
    if id not in library.entries:
        raise Problem(HTTPStatus.NOT_FOUND, "no_topic", "There is no such topic. See /api/v1/topics.")
    if place is not None and place not in library.places:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "place", f"Places are {', '.join(library.places)}.")
    explanation = library.explain(id, s.code, place)
    return Topic(
        **listed(library, id, s).model_dump(),
        language=s.code,
        place=place,
        card=answers.card(explanation, s),
        related=related(library, id, s),
        checked=explanation.checked,
        expert_review=explanation.expert_review,
        rates_from=explanation.rates_from,
        translated=explanation.translated,
    )


def found(library: Library, query: str, s: Speech) -> list[Listed]:
    """The topics a query may mean."""
    return [listed(library, topic, s) for topic in search(library, query, s.code)]


def related(library: Library, topic: str, s: Speech) -> list[Named]:
    """The topics that an entry names beside itself."""
    return [listed(library, each, s) for each in library.entries[topic].related if each in library.entries]


def listed(library: Library, topic: str, s: Speech) -> Listed:
    """A topic with its name and first answer."""
    explanation, about = library.explain(topic, s.code), library.topics[topic]
    return Listed(
        id=topic,
        title=Statement(text=explanation.title.text, language=explanation.title.language),
        page=f"/topics/{topic}?lang={s.code}",
        area=about.area,
        area_name=area_names(s).get(about.area, library.areas[about.area]),
        level=about.level,
        answer=Statement(text=explanation.answer.text, language=explanation.answer.language),
    )
