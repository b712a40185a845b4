"""Twelve weeks of invented needs, so that /learning can be tried before anybody has lacked anything."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.needs import needs, pulse, service
from bot.records.database import Database
from bot.records.tables import week_of

FILE = Path(__file__).parent / "demo_needs.yml"
WEEKS = 12
"""Whole weeks before the one of today."""


def load(database: Database, today: date | None = None) -> None:
    """Record them, unless there are needs already. The same every time, but for the dates."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    chance = random.Random(0)  # noqa: S311 (nothing secret)
    first = week_of(today or date.today()) - timedelta(weeks=WEEKS)
    weeks = [first + timedelta(weeks=number) for number in range(WEEKS)]
    with database.transaction() as session:
        if needs.any_recorded(session):
            return
        for week in weeks:
            for kind in data["needs"]:
                what = {key: value for key, value in kind.items() if key not in ("weekly", "last_week")}
                for _ in range(_times(chance, kind, week == weeks[-1])):
                    needs.record(session, **what, today=week)
            for kind in data["pulse"]:
                what = {key: value for key, value in kind.items() if key != "weekly"}
                for _ in range(_times(chance, kind, False)):
                    pulse.record(session, **what, today=week)
            for kind in data["service"]:
                for language, often in data["languages"].items():
                    for _ in range(_times(chance, {"weekly": often * kind["in_ten"] / 10}, False)):
                        service.record(session, kind["kind"], language=language, channel="web", today=week)
        for number, said in enumerate(data["words"]):
            need = needs.record(
                session,
                moment="no_answer",
                barrier="no_scheme",
                topic=None,
                language=said["language"],
                place=said["place"],
                channel="web",
                today=weeks[number % WEEKS],
            )
            needs.keep_words(session, need.id, said["text"])


def _times(chance: random.Random, kind: dict[str, Any], last: bool) -> int:
    """About as many as are usual in a week."""
    if last and "last_week" in kind:
        return int(kind["last_week"])
    return max(0, round(chance.gauss(kind["weekly"], kind["weekly"] / 2)))
