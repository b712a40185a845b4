"""Rasa's graph of components, run one after the other."""

from functools import cache
from graphlib import TopologicalSorter
from typing import Any, TypeVar

from rasa.engine.runner.dask import DaskGraphRunner

Component = TypeVar("Component")


class InOrder(DaskGraphRunner):  # type: ignore[misc]  # Rasa's classes are untyped for mypy
    """Upstream's runner without dask, which at every step makes the graph anew and starts a scheduler with a pool to
    run a handful of nodes in one thread.

    Args:
        runner: one that has loaded its components.
    """

    def __init__(self, runner: DaskGraphRunner) -> None:
        self._graph_schema = runner._graph_schema
        self._instantiated_nodes = runner._instantiated_nodes
        self._steps = cache(self._found_steps)

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """What the target nodes give.

        Args:
            inputs: by the name of the placeholder they stand for.
            targets: names of nodes; those of the graph where none is given.
        """
        wanted = tuple(targets or self._graph_schema.target_names)
        found = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._steps(wanted):
            found[name] = self._instantiated_nodes[name](*(found.get(each, each) for each in needs))
        return {name: found[name][1] for name in wanted}

    def component(self, kind: type[Component]) -> Component:
        """The component of a kind that there is one of, as it is when it processes messages.

        Raises:
            LookupError: there is none.
        """
        found = (node._component for node in self._instantiated_nodes.values() if isinstance(node._component, kind))
        component = next(found, None)
        if component is None:
            raise LookupError(f"no {kind.__name__} in the model")
        return component

    def _found_steps(self, targets: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        """The nodes that these targets need, each after those it needs itself."""
        nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
        needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
        return [(name, needs[name]) for name in TopologicalSorter(needs).static_order() if name in needs]
