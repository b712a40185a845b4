"""Short addresses of our own: /s/ and seven letters for a topic in a language. They are made from the topic's name, so
they hold as long as the topic does, and nothing has to be kept."""

import base64
import hashlib
from collections.abc import Iterable
from http import HTTPStatus

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from connectors.api import Here
from knowledge.languages import available

router = APIRouter(include_in_schema=False)
LETTERS = 5
"""Of a topic's code: with 51 topics, two have the same once in some 26 000 installations, and a test looks."""


def code(topic: str) -> str:
    """The code of a topic: small letters and digits that a person can type."""
    return base64.b32encode(hashlib.sha256(topic.encode()).digest()).decode().lower()[:LETTERS]


def path(topic: str, language: str) -> str:
    return f"/s/{code(topic)}{language}"


def topic_of(short: str, topics: Iterable[str]) -> str | None:
    return next((topic for topic in topics if code(topic) == short), None)


@router.get("/s/{short}")
async def lead(here: Here, short: str) -> Response:
    """From the short address to the topic's page."""
    topic, language = topic_of(short[:LETTERS].lower(), here.library.entries), short[LETTERS:].lower()
    if topic is None or language not in available():
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such address.")
    return RedirectResponse(f"/topics/{topic}?lang={language}", HTTPStatus.SEE_OTHER)
