"""The report for a council: what people lacked in a period, what has changed, and what the figures cannot tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.needs import learnings, patterns, themes
from bot.needs.patterns import Filters
from bot.needs.periods import Period
from bot.needs.themes import Theme
from bot.records.database import Database
from bot.records.tables import Learning
from bot.settings import smallest
from bot.speech import Speech, team_speech
from bot.understanding.embedding import EMBEDDER
from connectors import rendering
from connectors.learning.charts import Chart, Grid
from connectors.learning.figures import SIDE_BY_SIDE, Figures
from connectors.learning.team import Names
from connectors.learning.words import change_names
from knowledge.library import Library

LANGUAGES = ("nb", "en")
CHARTS = ("topic", "barrier", "condition", "language", "place")
_STYLE = Path(__file__).parent.parent / "static" / "style.css"


@dataclass(frozen=True)
class Report:
    """Everything a report says, in one language."""

    s: Speech
    names: Names
    period: Period
    made_on: date
    total: str
    weeks: Chart
    charts: list[Chart]
    places: Grid
    themes: list[Theme]
    changed: list[Learning]
    tried: list[Learning]
    changes: Mapping[str, str]
    smallest: int

    @classmethod
    def make(cls, database: Database, library: Library, folder: Path, period: Period, code: str) -> "Report":
        """Put it together. It takes some seconds where many texts were kept.

        Args:
            folder: the installation's own folder, for vectors.
            code: nb or en.
        """
        s = team_speech(code)
        names = Names(library, s)
        filters = Filters(since=period.first_week, until=period.last)
        with database.reading() as session:
            figures = Figures(
                lambda asked, rows, columns: patterns.table(session, library, asked, rows, columns), names, filters
            )
            words = themes.kept(session, period.first_week, period.last)
            every = learnings.every(session)
            total, weeks = figures.total(), figures.over_time()
            charts = [figures.bars(each) for each in CHARTS]
            places = figures.beside(SIDE_BY_SIDE, "place", s.gettext("What is lacking in each municipality"))
        by = themes.measure(frozenset(library.topics), folder)
        return cls(
            s=s,
            names=names,
            period=period,
            made_on=date.today(),
            themes=themes.themes(words, EMBEDDER, by, smallest()),
            changed=[
                each for each in every if each.changed_at and period.first <= each.changed_at.date() <= period.last
            ],
            tried=[each for each in every if each.state == "tried"],
            changes=change_names(s),
            smallest=smallest(),
            total=total,
            weeks=weeks,
            charts=charts,
            places=places,
        )

    def html(self) -> str:
        """A page that needs nothing beside it."""
        return rendering.fragment("learning/paper.html", self.s, style=_STYLE.read_text(encoding="utf-8"), **self.parts)

    @property
    def parts(self) -> dict[str, Any]:
        """What the templates show."""
        return {"report": self, "names": self.names}
