"""What is said to people who write a language Rettvis does not speak: locales/greetings.yml."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from knowledge.languages import LOCALES
from knowledge.schema import Strict
from knowledge.source import KnowledgeError, Problem, problems_of, read

FILE = LOCALES / "greetings.yml"


class Greeting(Strict):
    """The few sentences there are in a language. What is missing is said in the nearest language there is."""

    hello: str | None = None
    cannot: str | None = None
    """That no answer can be given in it yet, which languages there are ({languages}), and that a person can help."""
    person: str | None = None
    """The choice of talking to a person."""


@cache
def greetings(file: Path = FILE) -> Mapping[str, Greeting]:
    """The greetings by language.

    Raises:
        KnowledgeError: the file is broken.
    """
    data = read(file)
    if not isinstance(data, dict):
        raise KnowledgeError([Problem(file, 1, "must be languages with their greetings")])
    found = {}
    for code, row in data.items():
        try:
            found[str(code)] = Greeting.model_validate(row)
        except ValidationError as error:
            raise KnowledgeError(problems_of(file, error, (code,))) from error
    return found
