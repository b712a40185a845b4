"""When a contact is at work, and what that means for how long one waits."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")


def at_work(hours: dict[str, Any], when: datetime) -> bool:
    """Whether a weekly plan covers a moment.

    Args:
        hours: {"days": [0, 1, …] with Monday as 0, "from": "09:00", "to": "15:00"}.
        when: any time with a zone.
    """
    local = when.astimezone(OSLO)
    begins, ends = time.fromisoformat(hours["from"]), time.fromisoformat(hours["to"])
    return local.weekday() in hours["days"] and begins <= local.time() < ends


def next_start(hours: dict[str, Any], when: datetime) -> datetime:
    """When the plan next begins, in Norwegian time.

    Raises:
        ValueError: the plan has no days.
    """
    local = when.astimezone(OSLO)
    begins = time.fromisoformat(hours["from"])
    for ahead in range(8):
        start = datetime.combine(local.date() + timedelta(days=ahead), begins, OSLO)
        if start.astimezone(UTC) > when.astimezone(UTC) and start.weekday() in hours["days"]:
            return start
    raise ValueError("the plan has no working days")
