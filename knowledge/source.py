"""Read the YAML files that editors write, and say file and line when something is wrong."""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError


@dataclass(frozen=True, order=True)
class Problem:
    """Something an editor must mend: where it is and what it is."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class KnowledgeError(Exception):
    """The knowledge files cannot be used as they are. `problems` says why, place by place."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class _Loader(yaml.CSafeLoader):
    """Safe YAML that refuses a key written twice (plain YAML silently keeps the last)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is written twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


# YAML 1.1 reads "on", "no" and "yes" as booleans: a Norwegian editor means the words. As in YAML 1.2, only true and false.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read(file: Path) -> Any:
    """The content of a YAML file.

    Raises:
        KnowledgeError: the file is missing, is not UTF-8, or is not YAML.
    """
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader)
    except OSError as error:
        raise KnowledgeError([Problem(file, 1, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise KnowledgeError([Problem(file, 1, "is not UTF-8 text")]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise KnowledgeError([Problem(file, line, error.problem or "is not valid YAML")]) from error
    except Exception as error:  # what reads a date that no calendar has, or an odd tag, raises what it likes
        raise KnowledgeError([Problem(file, 1, f"is not valid YAML: {error}")]) from error


def line_of(file: Path, path: tuple[str | int, ...]) -> int:
    """The line on which the value at `path` (keys and list positions) stands; the nearest parent's if it is missing."""
    node = yaml.compose(file.read_text(encoding="utf-8"), Loader=_Loader)
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def problems_of(file: Path, error: ValidationError, prefix: tuple[str | int, ...] = ()) -> list[Problem]:
    """A schema error as problems with the line each value stands on."""
    found = []
    for detail in error.errors():
        path = prefix + tuple(detail["loc"])
        name = ".".join(str(step) for step in path) or "file"
        message = "is missing" if detail["type"] == "missing" else detail["msg"].removeprefix("Value error, ")
        found.append(Problem(file, line_of(file, path), f"{name}: {message}"))
    return found
