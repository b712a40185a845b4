"""Add an example to the files that editors write. Nothing else in a file changes: not its order, not a comment.

Only where the new line belongs is read from YAML; the line itself is put into the text. A library that reads and writes
the whole file (ruamel.yaml) would break and quote its long lines anew.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

from bot.understanding import examples, questions
from knowledge.source import KnowledgeError, Problem, read

_Loader = yaml.CSafeLoader


class TaughtOtherwise(Exception):
    """The sentence is an example of something else already: `label`."""

    def __init__(self, label: str) -> None:
        self.label = label
        super().__init__(label)


def languages(folder: Path = examples.FOLDER) -> tuple[str, ...]:
    """The languages there are examples in."""
    return tuple(sorted({file.parent.name for file in folder.glob("*/*.yml")}))


def add(folder: Path, language: str, label: str, words: str) -> Path | None:
    """Add a sentence as a situation of its own, after the others of its label.

    Args:
        label: a topic or another label, with its kind where it is danger (crisis.violence).

    Returns:
        The file that was written; None where the sentence stands there already.

    Raises:
        TaughtOtherwise: it stands under another label.
        KnowledgeError: the label has no file, or the file is not as `bot.understanding.examples` says.
    """
    words = " ".join(words.split())
    taught = label_of(folder, language, words)
    if taught == label:
        return None
    if taught is not None:
        raise TaughtOtherwise(taught)
    file = folder / language / _shelf(folder, language, label)
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    after = with_situation(before, label, words)
    if not _adds_only(before, after, label, words):
        raise KnowledgeError([Problem(file, 1, f"{label}: a situation cannot be added, its list has another form")])
    partial = file.with_suffix(".yml.part")
    partial.write_text(after, encoding="utf-8")
    partial.replace(file)
    return file


def label_of(folder: Path, language: str, words: str) -> str | None:
    """What a sentence is an example of in a language, however it is spaced and with capitals or not; None if of nothing.
    What a statement of an entry answers is an example too.

    Raises:
        KnowledgeError: a file is not as `bot.understanding.questions` says.
    """
    wanted = _same(words)
    for file in sorted((folder / language).glob("*.yml")):
        for label, situations in (read(file) or {}).items():
            if any(_same(text) == wanted for situation in situations or () for text in situation):
                return str(label)
    asked = questions.examples(frozenset(file.stem for file in questions.FOLDER.glob("*.yml")))
    return next((each.label for each in asked if each.language == language and _same(each.text) == wanted), None)


def with_situation(text: str, label: str, words: str) -> str:
    """The text of an example file with one more situation, of one sentence, after the others of its label."""
    quoted = yaml.safe_dump(words, default_style='"', allow_unicode=True, width=sys.maxsize).strip()
    lines = text.split("\n")
    found = next((value for key, value in _pairs(text) if key.value == label), None)
    if found is None:
        end = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{end}{label}:\n- [{quoted}]\n"
    last = _last(found)
    at = last.end_mark.line + 1
    # what is not written on one line ends where the next thing begins
    at -= last.end_mark.column == 0 and last.end_mark.line > last.start_mark.line
    return "\n".join([*lines[:at], f"{' ' * found.start_mark.column}- [{quoted}]", *lines[at:]])


def _adds_only(before: str, after: str, label: str, words: str) -> bool:
    """Whether what is read from a file is the same as before and the one sentence more."""
    try:
        wanted, found = _content(before), _content(after)
    except yaml.YAMLError:
        return False
    return found == wanted | {label: [*(wanted.get(label) or ()), [words]]}


def _content(text: str) -> dict[str, Any]:
    return yaml.load(text, Loader=_Loader) or {}  # noqa: S506 (a safe loader)


def _pairs(text: str) -> list[tuple[yaml.Node, yaml.Node]]:
    root = yaml.compose(text, Loader=_Loader)
    return root.value if isinstance(root, yaml.MappingNode) else []


def _last(node: yaml.Node) -> yaml.Node:
    """The last thing of a list that is written line by line: its own end is where the next begins, after comments."""
    while isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        node = node.value[-1]
    return node


def _shelf(folder: Path, language: str, label: str) -> str:
    """The file a label stands in: in that language, or else in any."""
    files = sorted(folder.glob("*/*.yml"), key=lambda file: (file.parent.name != language, file))
    for file in files:
        if label in (read(file) or {}):
            return file.name
    raise KnowledgeError([Problem(folder, 1, f"{label}: no file has examples of it")])


def _same(text: str) -> str:
    return " ".join(text.split()).casefold()
