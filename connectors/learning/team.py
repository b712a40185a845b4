"""What the programme team's pages share: who may open them, the language they are in, coded values in words."""

from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Annotated

from babel.dates import format_skeleton
from fastapi import Depends, Request
from fastapi.responses import Response

from bot.needs.patterns import REST, UNKNOWN
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
    _known: dict[str, dict[str, str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Of each dimension what was looked up: a page names a thousand values."""

    def __call__(self, dimension: str, code: str) -> str:
        """What a value of a dimension is called."""
        if code == REST:
            return self.s.gettext("Others together")
        if code == UNKNOWN:
            return self.s.gettext("No topic fits") if dimension in ("topic", "area") else self.s.gettext("Not known")
        if dimension in ("week", "month"):
            return format_skeleton("yMMM" if dimension == "month" else "MMMd", _day(code), locale=self.s.code)
        if dimension == "part":
            place, _, part = code.partition("/")
            unknown = self.s.gettext("not known")  # Babel does not look into f-strings
            return f"{self('place', place)}: {part or unknown}"
        return self.of(dimension).get(code, code)

    def dimension(self, dimension: str) -> str:
        """What a dimension is called."""
        return {
            "week": self.s.gettext("Week by week"),
            "month": self.s.gettext("Month by month"),
            "quarter": self.s.gettext("Quarter by quarter"),
            "year": self.s.gettext("Year by year"),
            "topic": self.s.gettext("Topic"),
            "area": self.s.gettext("Area"),
            "language": self.s.gettext("Language"),
            "place": self.s.gettext("Place"),
            "part": self.s.gettext("Part of town"),
            "barrier": self.s.gettext("What stood in the way"),
            "condition": self.s.gettext("Condition of change"),
            "moment": self.s.gettext("When it was noticed"),
            "channel": self.s.gettext("Channel"),
            "children": self.s.gettext("Are children affected?"),
        }[dimension]

    def of(self, dimension: str) -> dict[str, str]:
        """Every value of a dimension that has a name of its own."""
        if dimension not in self._known:
            self._known[dimension] = self._named(dimension)
        return self._known[dimension]

    def _named(self, dimension: str) -> dict[str, str]:
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
            case "channel":
                return {
                    "web": self.s.gettext("The web"),
                    "sms": self.s.gettext("SMS"),
                    "api": self.s.gettext("Other systems"),
                }
            case "children":
                return {"yes": self.s.gettext("Yes"), "no": self.s.gettext("No")}
            case _:
                return {}


def _day(code: str) -> date:
    """The first day of a week or month that is named as bot.needs.patterns does."""
    return date.fromisoformat(code if len(code) > 7 else f"{code}-01")


def page(
    request: Request,
    here: Here,
    me: Staff,
    template: str,
    *,
    status: int = HTTPStatus.OK,
    s: Speech | None = None,
    **context: object,
) -> Response:
    """A page of the team's, in Norwegian or English: in the first of these that its reader has, unless one is asked for."""
    s = s or team_speech(*me.languages)
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
