"""What each owner of entries has to look at: reviews that are due, old figures, broken sources, what is not confirmed."""

from dataclasses import dataclass
from datetime import date, timedelta

from connectors.links import Pages, marked
from knowledge.check import CHECKED_WITHIN
from knowledge.library import PLACEHOLDER, Library
from knowledge.schema import Entry

SOON = timedelta(days=30)
"""A review this near is listed too."""


@dataclass(frozen=True, order=True)
class Due:
    """Something for an owner to look at; the lower `urgency`, the sooner."""

    urgency: int
    owner: str
    topic: str
    why: str


def due(library: Library, pages: Pages, today: date | None = None) -> list[Due]:
    """Everything there is to look at, most urgent first.

    Args:
        pages: what `knowledge links` saw of the sources.
    """
    today = today or date.today()
    found = [
        Due(urgency, entry.owner, entry.id, why)
        for entry in library.entries.values()
        for urgency, why in _reasons(library, entry, today)
    ]
    found += [Due(page.urgency, page.owner, page.topic, page.why) for page in marked(library, pages)]
    return sorted(found)


def _reasons(library: Library, entry: Entry, today: date) -> list[tuple[int, str]]:
    found = []
    if entry.review_by <= today:
        found.append((1, f"was due for review on {entry.review_by}"))
    elif entry.review_by <= today + SOON:
        found.append((2, f"is due for review on {entry.review_by}"))
    if (today - entry.checked.on).days > CHECKED_WITHIN:
        found.append((1, f"was last checked on {entry.checked.on}"))
    named = {name for _, text in entry.texts() for name in PLACEHOLDER.findall(text)}
    for name in sorted(named):
        parameter = library.parameters[name]
        since = library.rate(name, today)[1]
        if parameter.changes == "yearly" and (today - since).days > 366:
            found.append((2, f"{name} is from {since}: is there a new rate?"))
    if entry.checked.confidence != "verified":
        found.append((3, f"is only {entry.checked.confidence}"))
    if entry.expert_review is None:
        found.append((4, "no expert has reviewed it"))
    return found
