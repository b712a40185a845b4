"""Who has read which translation as a native reader, and whether that still holds: locales/<language>/reviews.yml.

    barnetrygd:
      by: Amina Ali
      role: interpreter
      on: 2026-11-28
      source: 1f3a5c7e9b2d   # of the Norwegian texts that were read against

What is not named there is a draft. When the source has changed since, the mark does not hold any more.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError

from knowledge.languages import LOCALES
from knowledge.schema import Strict
from knowledge.source import KnowledgeError, Problem, problems_of, read

MESSAGES = "messages"
"""The name the interface goes by, beside the names of entries and places."""

State = Literal["source", "missing", "draft", "reviewed", "stale"]
"""`source`: it is written in this language. `missing`: nothing is translated. `draft`: no native reader has read it.
`reviewed`: one has, and it has not changed since. `stale`: the source has changed since it was translated or read."""


class Review(Strict):
    """A native reader's signature under a translation."""

    by: Annotated[str, Field(min_length=1, pattern=r"\S")]
    role: str | None = None
    on: date
    source: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]


@dataclass(frozen=True)
class Reading:
    """The state of one translation. `review` is the signature that holds, else None."""

    state: State
    review: Review | None = None


def reviews_file(code: str, root: Path = LOCALES) -> Path:
    return root / code / "reviews.yml"


def source_hash(texts: Iterable[str]) -> str:
    """A short name for the version of some source texts."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:12]


def read_reviews(file: Path) -> dict[str, Review]:
    """The signatures of a file; none when there is no file.

    Raises:
        KnowledgeError: with every signature that has another form than the one above.
    """
    if not file.is_file():
        return {}
    data = read(file) or {}
    if not isinstance(data, dict):
        raise KnowledgeError([Problem(file, 1, "must be names of entries with their signatures")])
    found, problems = {}, []
    for name, row in data.items():
        try:
            found[str(name)] = Review.model_validate(row)
        except ValidationError as error:
            problems += problems_of(file, error, (name,))
    if problems:
        raise KnowledgeError(problems)
    return found


@cache
def reviews(code: str, root: Path = LOCALES) -> Mapping[str, Review]:
    """The signatures of a language.

    Raises:
        KnowledgeError: the file is broken.
    """
    return read_reviews(reviews_file(code, root))


def write_reviews(code: str, signed: Mapping[str, Review], root: Path = LOCALES) -> None:
    """Keep the signatures of a language, whole or not at all; what is asked afterwards sees them."""
    file = reviews_file(code, root)
    rows = {name: signed[name].model_dump(exclude_none=True) for name in sorted(signed)}
    partial = file.with_suffix(".yml.tmp")
    partial.write_text(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False), encoding="utf-8")
    os.replace(partial, file)
    reviews.cache_clear()


def reading(review: Review | None, source: str, translated: int, of: int) -> Reading:
    """The state of a translation.

    Args:
        review: its signature, if any.
        source: the version of the source texts now.
        translated: how many of them have a translation that is up to date, and
        of: how many there are.
    """
    if translated == 0:
        return Reading("missing")
    if translated < of or (review and review.source != source):
        return Reading("stale")
    return Reading("reviewed", review) if review else Reading("draft")
