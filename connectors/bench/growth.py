"""`rettvis bench growth`: what a message costs with ever more of everything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.bench import entries, length, listeners, stored, workers
from connectors.bench.growing import Found, Tell, rows

QUICK: Mapping[str, tuple[int, ...]] = {
    "length": (5, 50, 500),
    "stored": (10, 10_000),
    "entries": (51, 500),
    "listeners": (100, 500),
    "workers": (1, 2),
}
"""How far it goes unless it is told: a few minutes."""
WHOLE: Mapping[str, tuple[int, ...]] = {
    "length": length.SIZES,
    "stored": stored.SIZES,
    "entries": entries.SIZES,
    "listeners": listeners.SIZES,
    "workers": workers.SIZES,
}


@dataclass(frozen=True)
class Shared:
    """Where several workers keep things and tell each other of them: DATABASE_URL and REDIS_URL."""

    postgresql: str
    redis: str


def run(
    model: Path,
    sizes: Mapping[str, Sequence[int]],
    rounds: int = 12,
    shared: Shared | None = None,
    seconds: float = 6.0,
    tell: Tell = print,
) -> dict[str, Any]:
    """Measure.

    Args:
        model: the trained assistant.
        sizes: how many of each of QUICK's dimensions; what is not there is not measured.
        rounds: how often each size is asked, in turn with the others.
        shared: for the workers, without which they are not measured.
        seconds: how long so many workers are asked in each of three rounds.
        tell: what is being done.

    Returns:
        {"rows": [{"dimension", "size", "what", "value", "unit", "ratio", "most", "least", "at_most", "met"}]}: medians, and
        the median ratio to the first size; which ratios or values are a goal, and whether it is met.
    """
    measures: dict[str, Callable[[Sequence[int]], list[Found]]] = {
        "length": lambda some: length.measure(model, some, rounds, tell),
        "stored": lambda some: stored.measure(model, some, rounds, tell),
        "entries": lambda some: entries.measure(model, some, rounds, tell),
        "listeners": lambda some: listeners.measure(model, some, min(rounds, 3), tell),
    }
    if shared:
        where = (shared.postgresql, shared.redis)
        measures["workers"] = lambda some: workers.measure(model, some, min(rounds, 3), seconds, *where, tell)
    found = [each for name, measure in measures.items() if name in sizes for each in measure(sizes[name])]
    return {"rows": rows(found)}
