"""What loading, messages and pages cost with more entries than there are: copies of ours under other names.

The trained model knows the topics there are, and no training was made with thousands. So what is measured of a message is
all that looks at entries (names, reading, explaining), but not a classifier of thousands of topics.
"""

import asyncio
import re
import shutil
import tempfile
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import yaml

from bot.dialogue import Dialogue
from bot.settings import Settings
from bot.understanding.reading.names import Names
from connectors.app import create_app
from connectors.bench.growing import Found, Tell, Texts, in_turn, say, work
from connectors.installation import Installation
from knowledge.library import FOLDER, Library
from knowledge.search import index

DIMENSION = "entries"
SIZES = (51, 500, 5_000)
KEY = "a key for measurements only, of 32+ characters"
PAGES = ("/topics", "/topics/bostotte", "/topics?q=bolig", "/api/v1/topics")
LISTS = ("/topics", "/api/v1/topics")
"""Pages that show every entry; they are as long as there are entries."""


def measure(model: Path, sizes: Sequence[int], rounds: int, tell: Tell) -> list[Found]:
    """Once for each size: loading, memory, reading the names, the index of words. Then messages and pages in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "models").symlink_to(model.parent.resolve())
        here = Installation.start(Settings(f"sqlite:///{folder / 'entries.sqlite3'}", folder, KEY, False, False))
        try:
            return asyncio.run(_measure(here, folder, sizes, rounds, tell))
        finally:
            here.close()


async def _measure(here: Installation, folder: Path, sizes: Sequence[int], rounds: int, tell: Tell) -> list[Found]:
    found: dict[tuple[int, str], Found] = {}
    apps = {}

    def add(size: int, what: str, value: float, unit: str = "CPU ms") -> None:
        goal = round(size / sizes[0], 1) if what not in _LINEAR else None
        found.setdefault((size, what), Found(DIMENSION, size, what, unit, most=goal)).values.append(value)

    for size in sizes:
        tell(f"entries: loading {size}")
        copies = copied(folder / str(size), size)
        library, took, memory = await _loaded(copies)
        add(size, "load", took)
        add(size, "memory", memory, "kB")
        add(size, "names", await work(partial(_done, partial(Names.of, library))))
        add(size, "index of words", await work(partial(_done, partial(index, library, "nb"))))
        apps[size] = _app(here, library)
    texts = Texts()
    for _, dialogue in apps.values():  # what is done at a first message, is done
        await say(dialogue, dialogue.begin("bench", "nb")[0].id, "Hva er barnetrygd?")
    tell("entries: measuring")
    for turn in range(rounds):
        texts.next_round()
        for size, (app, dialogue) in in_turn(apps.items(), turn):
            conversation, text = dialogue.begin("bench", "nb")[0].id, texts()
            add(size, "a message", await work(partial(say, dialogue, conversation, text)))
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=600) as client:
                for page in PAGES:
                    add(size, page, await work(partial(_opened, client, page)))
    return list(found.values())


_LINEAR = ("load", "memory", "names", "index of words", *LISTS)
"""What is as much as there is, and has no goal: work that is done once, and pages that show all."""


def _app(here: Installation, library: Library) -> tuple[Any, Dialogue]:
    dialogue = Dialogue(here.database, library, here.assistant)
    app = create_app(here.settings)
    app.state.installation = replace(here, library=library, dialogue=dialogue)
    return app, dialogue


async def _loaded(folder: Path) -> tuple[Library, float, float]:
    """The library, milliseconds of processor time, and kB; the memory is counted the second time, for that takes time."""
    took = await work(partial(_done, partial(Library.load, folder, strict=False)))
    tracemalloc.start()
    library = Library.load(folder, strict=False)
    assert not library.left_out, library.left_out[0]
    memory = tracemalloc.get_traced_memory()[0] / 1024
    tracemalloc.stop()
    return library, took, memory


async def _done(do: Any) -> None:
    do()


async def _opened(client: httpx.AsyncClient, page: str) -> None:
    (await client.get(page)).raise_for_status()


def copied(folder: Path, size: int) -> Path:
    """A folder of knowledge with so many entries: ours first, and then copies with names and titles of their own."""
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "README.md"))
    file = folder / "topics.yml"
    known = yaml.safe_load(file.read_text(encoding="utf-8"))
    ours = list(known["topics"])
    for number in range(len(ours), size):
        topic = ours[number % len(ours)]
        name = f"{topic['id']}-{_letters(number // len(ours))}"
        known["topics"].append({**topic, "id": name})
        source = (folder / "entitlements" / f"{topic['id']}.yml").read_text(encoding="utf-8")
        (folder / "entitlements" / f"{name}.yml").write_text(_renamed(source, name), encoding="utf-8")
    file.write_text(yaml.safe_dump(known, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def _renamed(source: str, name: str) -> str:
    """An entry under another name, with a title and everyday words of its own."""
    own = name.rpartition("-")[2]
    source = re.sub(r"(?m)^id: .*$", f"id: {name}", source, count=1)
    source = re.sub(r"(?m)^title: (\S.*)$", rf"title: \1 {name}", source, count=1)
    words = re.search(r"(?ms)^words:\n.*?^(?=\S)", source)
    if words is None:
        return source
    return source.replace(words[0], re.sub(r"(\w)(?=[\"']?\s*[,\]])", rf"\1{own}", words[0]), 1)


def _letters(number: int) -> str:
    """A number in letters, for topics have no figures in their names."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
