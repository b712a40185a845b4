"""A household screened in one call: facts in, results out, nothing stored."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from connectors.api import Here
from connectors.problems import A_BODY, described, problem
from connectors.topics.api import reader
from knowledge.eligibility.telling import Misfits, Screening, screening
from knowledge.languages import LANGUAGES

router = APIRouter(prefix="/api/v1", tags=["screenings"])


class Facts(BaseModel):
    """What a household tells. Everything may be left out; what was not told is unknown, never assumed."""

    model_config = ConfigDict(extra="forbid")

    facts: Annotated[
        dict[str, Any],
        Field(
            description="By fact: true or false, a number, an amount in kroner, one of its values, a list of its values, "
            "or the ages of the children in whole years. The answer asks for one fact at a time, with its values",
            examples=[{"children": [2, 7], "living": "alone", "age": 31}],
        ),
    ] = {}
    skipped: Annotated[list[str], Field(description="Facts that shall not be asked for", max_length=100)] = []
    language: Annotated[str, Field(description=f"One of {', '.join(LANGUAGES)}")] = "nb"
    on: Annotated[date | None, Field(description="The day whose rates apply; today when left out")] = None


@router.post("/screenings", responses=described(*A_BODY), response_model=Screening)
def screen(here: Here, body: Facts) -> Screening | Response:
    """What a household is likely to be entitled to, why, how much, and the question that can still change the most.

    Never a decision: each result says who decides. Nothing of it is stored.
    """
    reader(body.language)
    try:
        return screening(here.library, body.facts, body.language, body.on, body.skipped)
    except Misfits as error:
        return unusable(error)


def unusable(error: Misfits) -> Response:
    """Which facts cannot be used, and why. What was told is not repeated."""
    places = [{"where": ["body", "facts", misfit.fact], "why": misfit.why} for misfit in error.misfits]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "facts", "Some of the facts cannot be used.", errors=places)
