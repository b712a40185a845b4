"""A copy of the real knowledge folder to change one thing in, with an empty locales folder beside it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from hypothesis import settings

from knowledge.check import Report, check
from knowledge.languages import po_file
from knowledge.library import FOLDER, Library
from knowledge.source import Problem

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ENTRY = "entitlements/barnetrygd.yml"
RATES = "parameters/prove.yml"


@dataclass(frozen=True)
class Workshop:
    """What an editor works in."""

    folder: Path
    locales: Path

    def replace(self, file: str, old: str, new: str) -> None:
        """Change the one place in a file where `old` stands first."""
        text = self.text(file)
        assert old in text, f"{old!r} is not in {file}"
        self.write(file, text.replace(old, new, 1))

    def add(self, file: str, more: str) -> None:
        self.write(file, self.text(file) + more)

    def say(self, sentence: str) -> None:
        """Put a sentence first among those who can get child benefit."""
        self.replace(ENTRY, "who:\n", f"who:\n- {sentence}\n")

    def write(self, file: str, content: str | bytes) -> None:
        (self.folder / file).write_bytes(content.encode() if isinstance(content, str) else content)

    def text(self, file: str) -> str:
        return (self.folder / file).read_text(encoding="utf-8")

    def line(self, file: str, begins: str) -> int:
        """The number of the first line that begins so."""
        lines = self.text(file).splitlines()
        return next(number for number, line in enumerate(lines, 1) if line.startswith(begins))

    def load(self) -> Library:
        return Library.load(self.folder, self.locales)

    def check(self, today: date | None = None) -> Report:
        return check(self.folder, self.locales, today)

    def problems(self, today: date | None = None) -> list[str]:
        """What must be mended, with the files named as in the folder."""
        return [self.shown(problem) for problem in self.check(today).problems]

    def shown(self, problem: Problem) -> str:
        root = self.folder if problem.file.is_relative_to(self.folder) else self.locales
        return f"{problem.file.relative_to(root)}:{problem.line}: {problem.message}"

    def po(self, code: str, text: str | bytes, domain: str = "knowledge") -> Path:
        """Write a catalogue as a translator's editor would."""
        po = po_file(code, domain, self.locales)
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_bytes(text.encode() if isinstance(text, str) else text)
        return po

    def translate(self, code: str, translation: Callable[[str, str], str | None]) -> Path:
        """Translate every sentence that `translation(context, source)` has something for."""
        catalog = Catalog(locale=code, charset="utf-8", fuzzy=False)
        for context, source, _ in self.load().translatable():
            catalog.add(source, translation(context, source) or "", context=context)
        po = self.po(code, "")
        with po.open("wb") as target:
            write_po(target, catalog)
        return po


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    folder, locales = tmp_path / "knowledge", tmp_path / "locales"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    locales.mkdir()
    return Workshop(folder, locales)


@pytest.fixture(scope="session")
def library() -> Library:
    """The real library."""
    return Library.load()
