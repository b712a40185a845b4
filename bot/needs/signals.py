"""What was lacking often enough lately to be said at once: rent, in Somali, last week, five times or more.

The figures (bot.needs.patterns) put rare values together until nothing small is left. With many topics that are each
lacking now and then, one topic in one language in one week is then hardly ever told apart, which is just what somebody
could do something about on Monday. A signal says no figure, only the step that a group has reached, beginning with the
smallest figure that is shown.

So there is nothing to subtract: what is left of a known total beside a group of 5 to 9 lies somewhere in a range of five,
which always holds 0 or a figure that may be shown, or both. That a group is missing here says that it has not reached k,
as in any table that leaves out what is small. Only topics and languages are told apart, of which there are dozens: with
two or three values, "none of them has k" would give the figures away. And only weeks that are over, so that nobody sees
a step being reached. What these rules hold up against is tried out in tests/bot/test_signals.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from bot.needs.columns import columns
from bot.needs.patterns import UNKNOWN
from bot.records.tables import week_of
from bot.settings import smallest

WEEKS = 4
"""How many weeks "lately" is."""
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200)
"""How many times the smallest figure a step is. Each is at least that figure wide."""


@dataclass(frozen=True)
class Signal:
    """A topic that was lacking in a language. Each number is the step that was reached; None for none."""

    topic: str
    language: str
    last_week: int | None
    lately: int | None


def signals(session: Session, today: date, k: int | None = None) -> Sequence[Signal]:
    """Topics, by language, of which there were at least k needs last week or in the last four weeks that are over.

    The order is that of the steps, then of the names: it tells no more than they do.

    Args:
        k: the smallest figure that is shown; never below what the installation says.
    """
    k = max(k or 0, smallest())
    this_week = week_of(today)
    needs = columns(session)
    counts = needs.counts(("time", "topic", "language"))
    ago = np.array([(this_week - week).days // 7 for week in needs.values["time"]], dtype=np.int64)
    last, lately = counts[ago == 1].sum(axis=0), counts[(ago >= 1) & (ago <= WEEKS)].sum(axis=0)
    topics, languages = needs.values["topic"], needs.values["language"]
    found = [
        Signal(topics[each] or UNKNOWN, languages[other], step(int(last[each, other]), k), step(number, k))
        for each, other in np.argwhere(lately >= k).tolist()
        if (number := int(lately[each, other]))
    ]
    return sorted(found, key=lambda each: (-(each.last_week or 0), -(each.lately or 0), each.topic, each.language))


def step(number: int, k: int) -> int | None:
    """The greatest step that a number has reached; None below k."""
    return max((k * times for times in _STEPS if number >= k * times), default=None)
