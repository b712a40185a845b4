"""What people said becomes what the assistant learns from: decided by an editor, tried out, and only then live."""

import asyncio
import html
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
import yaml

from bot.assistant import teaching, training
from bot.assistant.engine import Assistant
from bot.needs import candidates
from bot.records.database import Database
from bot.records.tables import Candidate
from bot.settings import ROOT, Settings
from bot.speech import speech
from bot.understanding import examples
from connectors import demo
from connectors.curate.examples import refusal
from knowledge.library import Library
from tests.conftest import TLS, Citizen, Server, StaffMember

T = TypeVar("T")
KEY = "a key for tests only, of 32+ characters"
GOOD = "hvor søker jeg om penger til ungene, sånn månedlig"
PATIENCE = 900
TOPICS = frozenset(Library.load(strict=False).topics)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few of the real examples in two languages: quick to learn, and the test's own to change."""
    folder = tmp_path_factory.mktemp("examples")
    for file in (*examples.FOLDER.glob("nb/*.yml"), *examples.FOLDER.glob("en/*.yml")):
        (folder / file.parent.name).mkdir(exist_ok=True)
        shelf = {
            label: [each[:2] for each in situations[:5]]
            for label, situations in yaml.safe_load(file.read_text()).items()
        }
        lines = (f"{label}:\n" + "".join(f"- {line(each)}\n" for each in some) for label, some in shelf.items())
        (folder / file.parent.name / file.name).write_text("# a comment\n" + "".join(lines))
    return folder


def line(sentences: list[str]) -> str:
    return yaml.safe_dump(sentences, default_flow_style=True, allow_unicode=True, width=100_000).strip()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, few: Path) -> Settings:
    folder = tmp_path_factory.mktemp("small-installation")
    with suppress(FileNotFoundError):
        shutil.copyfile(ROOT / "var" / "vectors.npz", folder / "vectors.npz")
    made = Settings(f"sqlite:///{folder / 'rettvis.sqlite3'}", folder, KEY, True, False, examples=few)
    training.ensure(made.models, few)
    return made


@pytest.fixture(scope="module")
def small(settings: Settings) -> Iterator[Server]:
    """A server whose assistant has learned a few examples only."""
    database = Database(settings.database_url)
    database.migrate()
    demo.load(database)
    database.close()
    server = Server(settings).start()
    yield server
    server.stop()


@pytest.fixture
def editor(small: Server) -> StaffMember:
    return StaffMember(small, "redaktor")


def keep(server: Server, words: str, *, topic: str | None = "barnetrygd", language: str = "nb") -> int:
    """Words that somebody has agreed to, as the dialogue keeps them."""
    with server.installation.database.transaction() as session:
        found = candidates.record(session, topic, ["sfo", "barnetrygd"], language)
        candidates.keep_words(session, found.id, words)
        return found.id


def kept(server: Server, id: int) -> Candidate:
    with server.installation.database.reading() as session:
        return session.get_one(Candidate, id)


def decide(editor: StaffMember, id: int, do: str = "accept", **form: str) -> httpx.Response:
    whole = {"do": do, "words": GOOD, "language": "nb", "label": "barnetrygd", "theme": "", **form}
    return editor.post(f"/curate/examples/{id}", **whole)


def section(page: str, id: int) -> str:
    return html.unescape(page.split(f'id="c{id}"')[1].split("</section>")[0])


def test_the_pages_are_for_editors_only(small: Server) -> None:
    for path in ("/curate/examples", "/curate/examples/batch", "/curate/examples/topics"):
        assert small.client().get(path).headers["location"].startswith("/sign-in")
        assert StaffMember(small, "ingrid").get(path).status_code == 403


def test_an_editor_sees_masked_words_with_what_was_offered_and_chosen(small: Server, editor: StaffMember) -> None:
    id = keep(small, "jeg heter Kari Moe, ungene trenger penger, ring 91 23 45 67")
    shown = re.sub(r"[\u2068\u2069]", "", section(editor.get("/curate/examples").text, id))
    assert "jeg heter [name], ungene trenger penger, ring [phone]" in shown
    titles = [small.installation.library.title(topic, "nb") for topic in ("sfo", "barnetrygd")]
    assert all(title in shown for title in titles)
    assert '<option value="barnetrygd" selected>' in shown
    assert decide(editor, id, "reject").status_code == 200
    assert kept(small, id).words is None


def test_the_words_of_one_language_can_be_shown_alone(small: Server, editor: StaffMember) -> None:
    norwegian, english = keep(small, "om noe på norsk"), keep(small, "about something else", language="en")
    page = editor.get("/curate/examples?language=en").text
    assert f'id="c{english}"' in page
    assert f'id="c{norwegian}"' not in page
    for id in (norwegian, english):
        decide(editor, id, "reject")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"words": "mannen min slår meg"}, "danger"),
        ({"words": "mannen min slår meg", "label": "out_of_scope"}, "danger"),
        ({"words": "jeg vil dø", "do": "collect", "theme": "sorg"}, "danger"),
        ({"words": "  "}, "empty"),
        ({"words": "lang " * 100}, "long"),
        ({"label": ""}, "label"),
        ({"label": "greet"}, "label"),
        ({"language": "de"}, "language"),
        ({"language": ""}, "language"),
        ({"do": "collect"}, "theme"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words_and_nothing_is_decided(
    small: Server, editor: StaffMember, form: dict[str, str], why: str
) -> None:
    id = keep(small, "noe som ikke ble forstått")
    answer = decide(editor, id, **form)
    assert answer.status_code == 422
    said = re.findall(r'role="alert"[^>]*>([^<]+)<', section(answer.text, id))
    assert said == [refusal(why, speech("nb"))]
    assert kept(small, id).state == "new"
    decide(editor, id, "reject")


def test_a_sentence_is_not_an_example_of_two_things(small: Server, editor: StaffMember) -> None:
    known = examples.load(TOPICS, small.installation.settings.examples)
    taught = next(each.text for each in known if (each.label, each.language) == ("sfo", "nb"))
    id = keep(small, taught)
    assert decide(editor, id, words=taught).status_code == 422
    assert decide(editor, id, words=taught, label="sfo").status_code == 200
    editor.post(f"/curate/examples/{id}/back")
    decide(editor, id, "reject")


def test_danger_may_become_an_example_of_danger(small: Server, editor: StaffMember) -> None:
    id = keep(small, "mannen min slår meg hver kveld nå")
    assert decide(editor, id, words="mannen min slår meg hver kveld nå", label="crisis.violence").status_code == 200
    assert (kept(small, id).state, kept(small, id).topic) == ("accepted", "crisis.violence")
    editor.post(f"/curate/examples/{id}/back")
    assert kept(small, id).state == "new"
    decide(editor, id, "reject")


def test_two_editors_do_not_decide_on_one(small: Server, editor: StaffMember) -> None:
    id = keep(small, "ungene våre")
    decide(editor, id, "reject")
    answer = decide(editor, id)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert kept(small, id).state == "rejected"


def test_a_form_from_elsewhere_is_refused(small: Server, editor: StaffMember) -> None:
    id = keep(small, "noe fra ei anna side")
    editor.csrf = "guessed"
    assert decide(editor, id).status_code == 403
    for what in ("try", "take", "drop"):
        assert editor.post(f"/curate/examples/batch/{what}").status_code == 403
    assert kept(small, id).state == "new"


def test_words_are_collected_for_a_new_topic_and_given_out_when_there_are_five(
    small: Server, editor: StaffMember
) -> None:
    said = [f"hvem passer hunden min når jeg er på sykehus {number}" for number in range(5)]
    address = "/curate/examples/topics/export?theme=hundehold"
    for number, words in enumerate(said):
        assert editor.get(address).status_code == 404, f"{number} are too few"
        decide(editor, keep(small, words, topic=None), "collect", words=words, theme="hundehold")
    page = editor.get("/curate/examples/topics").text
    assert all(words in page for words in said)
    given = editor.get(address)
    assert yaml.safe_load(given.text) == {"hundehold": {"nb": [[words] for words in said]}}


def test_a_batch_is_tried_out_and_goes_live_only_when_what_gets_worse_is_confirmed(
    small: Server, editor: StaffMember
) -> None:
    here = small.installation
    files = {file: file.read_text() for file in here.settings.examples.glob("*/*.yml")}
    wrong = ours_not_learned(here.settings.examples, here.assistant)
    batch = [keep(small, GOOD), *(keep(small, text, topic=None) for text in wrong)]
    assert decide(editor, batch[0]).status_code == 200
    for id, text in zip(batch[1:], wrong, strict=True):
        assert decide(editor, id, words=text, label="out_of_scope").status_code == 200
    assert GOOD in editor.get("/curate/examples/batch").text

    before = here.assistant.model
    Conversations(small).run(lambda: tried_out(editor))
    page = editor.get("/curate/examples/batch").text
    assert "<table>" in page
    assert here.assistant.model == before
    assert {file: file.read_text() for file in files} == files, "nothing is written before it goes live"

    refused = editor.post("/curate/examples/batch/take")
    assert refused.status_code == 422
    assert here.assistant.model == before
    assert 'name="confirmed"' in refused.text

    taken = Conversations(small).run(lambda: editor.post("/curate/examples/batch/take", confirmed="1"))
    assert taken.status_code == 200
    assert here.assistant.model != before
    assert here.assistant.model == training.trained(here.settings.models, here.settings.examples)
    assert list(here.settings.models.glob("*.tar.gz")) == [here.assistant.model]
    for file, was in files.items():
        new = file.read_text().split("\n")
        old = iter(new)
        assert all(each in old for each in was.split("\n")), "every line is still there, in its order"
    assert teaching.label_of(here.settings.examples, "nb", GOOD) == "barnetrygd"
    assert {(kept(small, id).state, kept(small, id).words) for id in batch} == {("learned", None)}
    assert small.client().get("/readyz").json()["model"] == here.assistant.model.name


def ours_not_learned(few: Path, assistant: Assistant, number: int = 30) -> list[str]:
    """Questions about money that the small assistant has not learned: taught as not ours, they make it worse. What it takes
    for danger, having learned so little, an editor may not call that."""
    known = {each.text for each in examples.load(TOPICS, few)}
    found = [each for each in examples.load(TOPICS) if each.label == "okonomisk-sosialhjelp" and each.language == "nb"]
    texts = [each.text for each in found if each.text not in known and 20 < len(each.text) < 120]
    understood = asyncio.run(assistant.understand_all(texts))
    return [text for text, what in zip(texts, understood, strict=True) if what.label != "crisis"][:number]


class Conversations:
    """People who go on writing while something else happens. Every one of their messages is answered."""

    def __init__(self, server: Server, number: int = 4) -> None:
        self._people = [Citizen(server, language="nb") for _ in range(number)]
        self._over = threading.Event()

    def run(self, what: Callable[[], T]) -> T:
        with ThreadPoolExecutor(len(self._people)) as pool:
            written = [pool.submit(self._write, person) for person in self._people]
            try:
                time.sleep(1)
                return what()
            finally:
                self._over.set()
                assert all(each.result() > 0 for each in written)

    def _write(self, person: Citizen) -> int:
        number = 0
        while not self._over.is_set():
            number += 1
            assert person.write(f"hvor mye får vi i barnetrygd for {number} unger"), "a message without an answer"
            time.sleep(1.1)  # no more than may be written in a minute
        said = person.history()
        assert [each["author"] for each in said if each["author"] == "citizen"] == ["citizen"] * number
        assert not any("gikk galt" in each["text"] for each in said)
        return number


def tried_out(editor: StaffMember) -> None:
    """Begin to try out, and wait until it is done."""
    begun = editor.post("/curate/examples/batch/try")
    assert begun.status_code == 200
    assert 'action="/curate/examples/batch/take"' not in begun.text
    assert editor.post("/curate/examples/batch/try").status_code == 422, "one at a time"
    assert editor.post("/curate/examples/batch/take", confirmed="1").status_code == 422, "not before it is done"
    end = time.monotonic() + PATIENCE
    while 'action="/curate/examples/batch/take"' not in editor.get("/curate/examples/batch").text:
        page = editor.get("/curate/examples/batch").text
        assert 'role="alert"' not in page, page
        assert time.monotonic() < end
        time.sleep(0.5)


def test_a_running_server_takes_over_what_was_trained_when_it_is_told_to(settings: Settings, tmp_path: Path) -> None:
    own, models = tmp_path / "examples", tmp_path / "models"
    shutil.copytree(settings.examples, own)
    models.mkdir()
    trained = training.trained(settings.models, settings.examples)
    assert trained is not None
    shutil.copyfile(trained, models / trained.name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "RETTVIS_VAR": str(tmp_path),
        "RETTVIS_EXAMPLES": str(own),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'own.sqlite3'}",
        "SECRET_KEY": KEY,
    }
    command = [sys.executable, "-c", "from connectors.cli import main; main()", "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        assert answering(port, trained.name)
        assert teaching.add(own, "nb", "barnetrygd", "penger for ungene hver måned, hvordan da") is not None
        newer = models / training.name_of(training.fingerprint(own))
        shutil.copyfile(trained, newer)  # learned or not: it is the name that says what it was learned from
        server.send_signal(signal.SIGHUP)
        assert answering(port, newer.name)
        assert server.poll() is None
    finally:
        server.terminate()
        server.wait(30)


def answering(port: int, model: str) -> bool:
    """Whether the server says, before patience ends, that this model answers."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        with suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/readyz", verify=TLS).json().get("model") == model:
                return True
        time.sleep(0.3)
    return False
