"""Short addresses of our own: /s/ and seven letters for a topic in a language. They are made from the topic's name, so
they hold as long as the topic does, and nothing has to be kept.

They say nothing of the topic: what was opened stands in a browser's history, which others may read, and an SMS is short.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from urllib.parse import urlencode

_TOPIC = re.compile(r"/topics/(?P<topic>[a-z-]+)(?:\?lang=(?P<language>[a-z]+))?")
LETTERS = 5
"""Of a topic's code: with 51 topics, two have the same once in some 26 000 installations, and a test looks."""


def code(topic: str) -> str:
    """The code of a topic: small letters and digits that a person can type."""
    return base64.b32encode(hashlib.sha256(topic.encode()).digest()).decode().lower()[:LETTERS]


def path(topic: str, language: str) -> str:
    return f"/s/{code(topic)}{language}"


def page(topic: str, language: str, place: str | None = None) -> str:
    """Where our pages lead to: a topic's page, or that of all topics if there is none."""
    if topic:
        return path(topic, language) + (f"?{urlencode({'place': place})}" if place else "")
    return f"/topics?{urlencode({'lang': language, **({'place': place} if place else {})})}"


def anchor(topic: str) -> str:
    """The name of a topic's part of a page: it stands in the address too."""
    return f"t{code(topic)}"


def ours(url: str, language: str) -> str:
    """A link of a message; one to a topic's page leads there without saying which it is."""
    found = _TOPIC.fullmatch(url)
    return page(found["topic"], found["language"] or language) if found else url


def topic_of(short: str, topics: Iterable[str]) -> str | None:
    return next((topic for topic in topics if code(topic) == short), None)
