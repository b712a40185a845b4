"""The pages under /topics: every entry to read, link to and print, in the reader's language. No script is needed."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from bot import answers
from bot.records.tables import Conversation
from bot.speech import Speech, speech
from connectors import addresses, rendering
from connectors.api import Here
from connectors.security import same_site
from connectors.topics.api import Listed, found, related
from connectors.web.pages import Remembered, wanted
from knowledge.languages import LANGUAGES, available
from knowledge.search import LONGEST

router = APIRouter(include_in_schema=False)


@router.get("/topics")
def topics(
    request: Request, here: Here, mine: Remembered, lang: str | None = None, place: str | None = None, q: str = ""
) -> Response:
    """Every topic, shelf by shelf, or those that fit what is looked for."""
    return _overview(request, here, _speech(request, mine, lang), _place(here, mine, place), q[:LONGEST].strip())


@router.post("/topics", dependencies=[Depends(same_site)])
def search(
    request: Request,
    here: Here,
    mine: Remembered,
    lang: Annotated[str, Form()] = "",
    place: Annotated[str | None, Form()] = None,
    q: Annotated[str, Form()] = "",
) -> Response:
    """What is looked for on the page itself: the words stand in no address, and so in nobody's history."""
    return _overview(request, here, _speech(request, mine, lang), _place(here, mine, place), q[:LONGEST].strip())


@router.get("/s/{short}")
def lead(
    request: Request, here: Here, mine: Remembered, short: str, lang: str | None = None, place: str | None = None
) -> Response:
    """The same as a topic's page, under an address that does not say which. Our own pages lead here."""
    id, language = (
        addresses.topic_of(short[: addresses.LETTERS].lower(), here.library.entries),
        short[addresses.LETTERS :],
    )
    if id is None or language.lower() not in available():
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such address.")
    return topic(request, here, mine, id, lang if lang in LANGUAGES else language.lower(), place)


@router.get("/topics/{id}")
def topic(
    request: Request, here: Here, mine: Remembered, id: str, lang: str | None = None, place: str | None = None
) -> Response:
    """A whole entry; what is special where the reader lives, if the address or their conversation tells."""
    s, place = _speech(request, mine, lang), _place(here, mine, place)
    if id not in here.library.entries:
        return _overview(request, here, s, place, missing=True)
    explanation = here.library.explain(id, s.code, place)
    return rendering.page(
        request,
        "topic.html",
        s,
        reply=answers.answer(explanation, s),
        related=related(here.library, id, s),
        places=here.library.places.values(),
        place=place,
        languages=available(),
    )


def _overview(
    request: Request, here: Here, s: Speech, place: str | None, query: str = "", *, missing: bool = False
) -> Response:
    hits = found(here.library, query, s) if query else []
    return rendering.page(
        request,
        "topics.html",
        s,
        status=HTTPStatus.NOT_FOUND if missing else HTTPStatus.OK,
        query=query,
        hits=hits,
        shelves={} if hits else _shelves(found(here.library, "", s)),
        place=place,
        languages=available(),
        missing=missing,
    )


def _shelves(topics: Iterable[Listed]) -> dict[str, list[Listed]]:
    """The topics by the name of their shelf."""
    shelves: dict[str, list[Listed]] = {}
    for topic in topics:
        shelves.setdefault(topic.area_name, []).append(topic)
    return shelves


def _speech(request: Request, mine: Conversation | None, lang: str | None) -> Speech:
    """The language of the address, else of the person's conversation, else of their browser."""
    return speech(mine.language if mine and lang not in LANGUAGES else wanted(request, lang))


def _place(here: Here, mine: Conversation | None, place: str | None) -> str | None:
    """The municipality of the address, else of the person's conversation."""
    known = [each for each in (place, mine.place if mine else None) if each in here.library.places]
    return known[0] if known else None
