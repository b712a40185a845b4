"""Working hours as one writes them on a command line: `mon-fri 08:00-15:30`."""

import re
from datetime import time

from bot.handoff.hours import Shift

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
USUAL = "mon-fri 08:00-15:30"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SHIFT = re.compile(rf"(?:(?P<days>[a-z,-]+) )?(?P<begins>{_TIME})-(?P<ends>{_TIME})(?P<holidays> holidays)?")


def parse(text: str) -> Shift:
    """Read hours such as `mon-fri 08:00-15:30`, `mon,wed 09:00-12:00` or `mon-sun 00:00-00:00 holidays`.

    Without days they are those from Monday to Friday. An end that is not after the beginning is on the next day;
    `holidays` says that they hold on public holidays too.

    Raises:
        ValueError: they are written in another way.
    """
    found = _SHIFT.fullmatch(" ".join(text.lower().split()))
    if not found:
        raise ValueError(f"{text!r} is not written as {USUAL!r}")
    days = {day for part in (found["days"] or "mon-fri").split(",") for day in _days(part)}
    return Shift(
        days=tuple(sorted(days)),
        begins=time.fromisoformat(found["begins"]),
        ends=time.fromisoformat(found["ends"]),
        holidays=bool(found["holidays"]),
    )


def written(shift: Shift) -> str:
    """The same the other way: what `parse` reads."""
    days = ",".join(DAYS[day] for day in shift.days)
    if shift.days == tuple(range(shift.days[0], shift.days[-1] + 1)) and len(shift.days) > 1:
        days = f"{DAYS[shift.days[0]]}-{DAYS[shift.days[-1]]}"
    return f"{days} {shift.begins:%H:%M}-{shift.ends:%H:%M}{' holidays' if shift.holidays else ''}"


def _days(part: str) -> range:
    first, dash, last = part.partition("-")
    last = last if dash else first
    if first not in DAYS or last not in DAYS or DAYS.index(last) < DAYS.index(first):
        raise ValueError(f"{part!r} is not a day or a run of days; the days are {', '.join(DAYS)}")
    return range(DAYS.index(first), DAYS.index(last) + 1)
