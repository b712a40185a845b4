"""What the programme team's pages share: who may open them, the language they are in, coded values in words."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from bot.records.tables import Staff
from bot.speech import Speech, team_speech
from connectors import rendering
from connectors.api import Here
from connectors.security import csrf_token
from connectors.staff import Duty
from connectors.words import area_names, barrier_names, condition_names, moment_names
from knowledge.greetings import greetings
from knowledge.languages import LANGUAGES
from knowledge.library import Library

Programme = Annotated[Staff, Depends(Duty("programme"))]


@dataclass(frozen=True)
class Names:
    """Coded values of needs in words."""

    library: Library
    s: Speech

    def __call__(self, dimension: str, code: str) -> str:
        """What a value of a dimension is called; empty means not known."""
        if not code:
            return self.s.gettext("No topic fits") if dimension == "topic" else self.s.gettext("Not known")
        return self.of(dimension).get(code, code)

    def of(self, dimension: str) -> dict[str, str]:
        """Every value of a dimension that has a name of its own."""
        match dimension:
            case "topic":
                return {topic: self.library.title(topic, self.s.code) for topic in self.library.topics}
            case "area":
                return area_names(self.s)
            case "language":
                return {code: self.s.language_name(code) for code in (*LANGUAGES, *greetings())}
            case "place":
                places = {place.id: place.name for place in self.library.places.values()}
                return {**places, "elsewhere": self.s.gettext("Another place")}
            case "barrier":
                return barrier_names(self.s)
            case "condition":
                return condition_names(self.s)
            case "moment":
                return moment_names(self.s)
            case _:
                return {}



def page(
    request: Request, here: Here, me: Staff, template: str, *, status: int = HTTPStatus.OK, **context: object
) -> Response:
    """A page of the team's, in Norwegian or English."""
    s = team_speech(*me.languages)
    return rendering.page(
        request,
        f"learning/{template}",
        s,
        status,
        staff=me,
        names=Names(here.library, s),
        csrf_token=csrf_token(request),
        **context,
    )
