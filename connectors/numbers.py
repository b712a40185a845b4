"""Numbers that come from outside: those of rows, as far as a database counts."""

from typing import Annotated

from annotated_types import Interval

MOST = 2**31 - 1
"""The greatest number PostgreSQL's columns hold; a greater one is nobody's."""
Id = Annotated[int, Interval(ge=0, le=MOST)]
"""The number of a row in an address or a form."""


def since(last_event_id: str | None, after: int) -> int:
    """The message after which a live page goes on: what the browser says it had last, else what the address says."""
    told = last_event_id or ""
    return int(told) if told.isascii() and told.isdigit() and int(told[:20]) <= MOST else after
