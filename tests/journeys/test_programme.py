"""The programme team at work: figures, the review loop to the end, themes, the report and the export."""

import csv
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from bot.needs import needs, patterns
from bot.needs.patterns import REST, Filters
from bot.needs.periods import Period
from bot.records.database import Database
from bot.records.tables import Need
from bot.settings import ROOT, Settings
from bot.speech import team_speech
from connectors import demo_needs
from connectors.cli import app
from connectors.learning import export
from connectors.learning.figures import SIDE_BY_SIDE, Figures
from connectors.learning.team import Names
from knowledge.library import Library
from tests.conftest import Citizen, Server, StaffMember, serving


@pytest.fixture(scope="module")
def server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what is lacking in other tests decides what may be shown."""
    yield from serving(replace(settings, database_url=f"sqlite:///{tmp_path_factory.mktemp('own') / 'own.sqlite3'}"))


def lacked(server: Server, times: int, **what: object) -> None:
    with server.installation.database.transaction() as session:
        for _ in range(times):
            needs.record(
                session,
                **{
                    "moment": "not_helped",
                    "barrier": "refused",
                    "topic": "startlan",
                    "language": "nb",
                    "place": "froya",
                    "channel": "web",
                    **what,
                },  # type: ignore[arg-type]
            )


def row_of(page: str, topic: str) -> str:
    """The line of a topic on the page of patterns."""
    found = [row for row in page.split("<tr>") if f'/learning?topic={topic}"' in row]
    assert len(found) == 1, f"{topic}: {len(found)}"
    return found[0]


def learning_about(server: Server, programme: StaffMember, topic: str) -> str:
    """The address of a learning about new needs of a topic."""
    lacked(server, 40, topic="tannhelse")  # so that what is rare elsewhere has something to be put together with
    lacked(server, 60, topic=topic)
    programme.post("/learning/patterns/read", topic=topic)
    pattern = re.search(r"new\?pattern=(\d+)", row_of(programme.get("/learning/patterns").text, topic))
    assert pattern
    note = {"sees": "Banks and the municipality send people to each other", "condition": "practices"}
    begun = programme.post(
        "/learning/learnings", pattern=pattern[1], **note, owner="Husbanken Trondheim", tries="One form for both"
    )
    assert begun.status_code == 200, begun.text
    return begun.url.path


def test_a_pattern_goes_from_new_to_told_and_every_step_has_a_name(server: Server, programme: StaffMember) -> None:
    lacked(server, 60)
    assert "Ny" in row_of(programme.get("/learning/patterns").text, "startlan")
    path = learning_about(server, programme, "startlan")
    page = programme.get(path).text
    assert "Banks and the municipality send people to each other" in page
    assert "Husbanken Trondheim" in page
    changed = programme.post(f"{path}/change", kind="entry", words="The entry says where to begin", topic="startlan")
    assert 'href="/topics/startlan"' in changed.text
    told = programme.post(f"{path}/tell", text_nb="Nå står det hvor du skal begynne.", text_en="")
    assert told.status_code == 200
    assert "Nå står det hvor du skal begynne." in told.text
    assert told.text.count("Programleder (demo)") >= 6
    assert 'name="kind"' not in told.text
    assert "/tell" not in told.text


def test_what_happens_again_after_people_were_told_is_new_again(server: Server, programme: StaffMember) -> None:
    path = learning_about(server, programme, "sfo")
    programme.post(f"{path}/change", kind="practice", words="We come to them")
    programme.post(f"{path}/tell", text_en="We come to you now.")
    assert "fått beskjed" in row_of(programme.get("/learning/patterns").text, "sfo")
    lacked(server, 5, topic="sfo")
    row = row_of(programme.get("/learning/patterns").text, "sfo")
    assert "Ny" in row
    assert path in row


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("change", {"kind": "practice", "words": " "}),
        ("change", {"kind": "entry", "words": "x", "topic": "no-such-topic"}),
        ("note", {"sees": "", "condition": "practices", "owner": "x", "tries": "x"}),
        ("tell", {"text_nb": "For tidlig"}),
        ("unlink", {"pattern": 1}),
        ("link", {"pattern": 999_999}),
    ],
)
def test_what_is_missing_or_too_early_is_said_and_changes_nothing(
    server: Server, programme: StaffMember, what: str, form: dict[str, object]
) -> None:
    path = learning_about(server, programme, "arbeidsavklaringspenger")
    before = programme.get(path).text
    refused = programme.post(f"{path}/{what}", **form)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert programme.get(path).text == before
    programme.post(f"{path}/change", kind="practice", words="done")
    programme.post(f"{path}/tell", text_nb="Ferdig.")  # so that the next case begins with a new one


def wants_to_hear(server: Server, language: str) -> Citizen:
    """Somebody whom an answer about child benefit did not help, who wants to hear if that changes."""
    citizen = Citizen(server, language=language)
    citizen.write("How much child benefit do I get for two kids?")
    citizen.pick("not_helped")
    last = citizen.pick("keep_words:no")[-1]
    assert "tell_change:barnetrygd" in [choice["id"] for choice in last["choices"]]
    citizen.pick("tell_change:barnetrygd")
    return citizen


def test_who_wanted_to_hear_is_told_once_in_their_language_and_nobody_else(
    server: Server, programme: StaffMember
) -> None:
    english, somali, nynorsk = (wants_to_hear(server, language) for language in ("en", "so", "nn"))
    silent, deleted = Citizen(server, language="en"), wants_to_hear(server, "en")
    silent.write("How much child benefit do I get for two kids?")
    deleted.request("DELETE")
    before = {each.id: len(each.history()) for each in (english, somali, nynorsk, silent)}
    path = learning_about(server, programme, "barnetrygd")
    programme.post(f"{path}/change", kind="entry", words="The entry says how long it takes", topic="barnetrygd")
    told = programme.post(
        f"{path}/tell", text_nb="Nå står det hvor lang tid det tar.", text_en="Now it says how long it takes."
    )
    assert told.status_code == 200
    new = {each.id: each.history()[before[each.id] :] for each in (english, somali, nynorsk, silent)}
    assert [len(new[each.id]) for each in (english, somali, nynorsk, silent)] == [1, 1, 1, 0]
    assert "Now it says how long it takes." in new[english.id][0]["text"]
    assert "Now it says how long it takes." in new[somali.id][0]["text"]
    assert "Ingiriis" in new[somali.id][0]["text"]
    assert "Nå står det hvor lang tid det tar." in new[nynorsk.id][0]["text"]
    assert {message["author"] for messages in new.values() for message in messages} == {"system"}
    assert "benefit" not in new[english.id][0]["text"].replace("Now it says how long it takes.", "")
    (choice,) = new[english.id][0]["choices"]
    assert "child benefit" in english.pick(choice["id"])[0]["text"].casefold()
    page = told.text + programme.get("/learning/learnings").text + programme.get("/learning/patterns").text
    assert not any(each.id in page for each in (english, somali, nynorsk))
    programme.post(f"{path}/tell", text_nb="En gang til.")
    assert len(somali.history()) == before[somali.id] + 1


def test_what_was_typed_is_still_there_when_something_is_missing(server: Server, programme: StaffMember) -> None:
    path = learning_about(server, programme, "dagpenger")
    refused = programme.post(f"{path}/change", kind="entry", words="A long text that took time", topic="")
    assert "A long text that took time" in refused.text


def test_only_the_programme_team_sees_it_and_forms_need_its_session(server: Server, ingrid: StaffMember) -> None:
    for path in ("", "/patterns", "/learnings", "/themes", "/report", "/report.pdf"):
        assert ingrid.get(f"/learning{path}").status_code == 403
    assert ingrid.post("/learning/patterns/read", topic="startlan").status_code == 403
    stranger = server.client().get("/learning/patterns")
    assert stranger.headers["location"].startswith("/sign-in")
    member = StaffMember(server, "programme")
    member.csrf = "another"
    assert member.post("/learning/patterns/read", topic="startlan").status_code == 403


def test_a_pattern_that_may_not_be_shown_cannot_be_read(server: Server, programme: StaffMember) -> None:
    refused = programme.post("/learning/patterns/read", topic="kontantstotte")
    assert refused.status_code == 422
    assert "topic=kontantstotte" not in refused.text


def test_there_is_no_such_learning(programme: StaffMember) -> None:
    assert programme.get("/learning/learnings/999999").status_code == 404
    assert programme.get("/learning/learnings/new?pattern=999999").status_code == 404


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An installation of its own with the needs of the demo."""
    folder = tmp_path_factory.mktemp("seeded")
    (folder / "vectors.npz").symlink_to(ROOT / "var" / "vectors.npz")
    patch = pytest.MonkeyPatch()
    patch.setenv("RETTVIS_VAR", str(folder))
    patch.setenv("DATABASE_URL", f"sqlite:///{folder / 'rettvis.sqlite3'}")
    database = Database(Settings.from_environment().database_url)
    database.migrate()
    demo_needs.load(database)
    yield database
    database.close()
    patch.undo()


def run(*command: str) -> str:
    result = CliRunner().invoke(app, ["needs", *command])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_needs_of_the_demo_are_made_once(seeded: Database) -> None:
    query = select(func.count()).select_from(Need)
    with seeded.reading() as session:
        before = session.scalar(query) or 0
    demo_needs.load(seeded)
    with seeded.reading() as session:
        assert session.scalar(query) == before > 500


@pytest.mark.parametrize("written", ["2026", "2026Q4"])
def test_every_figure_of_the_export_is_one_that_may_be_shown(seeded: Database, tmp_path: Path, written: str) -> None:
    year = Period.parse(written)
    run("export", "--period", written, "--out", str(tmp_path))
    with (tmp_path / "needs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    library = Library.load()
    shown: dict[tuple[str, str], patterns.Table] = {}
    with seeded.reading() as session:
        for row in rows:
            asked = row["dimension"], row["other_dimension"]
            if asked not in shown:
                filters = Filters(since=year.first_week, until=year.last)
                shown[asked] = patterns.table(session, library, filters, asked[0], asked[1] or None)
            allowed = shown[asked].cells[row["value"], row["other_value"]]
            assert row["needs"] == ("" if allowed is None else str(allowed))
            assert allowed is None or allowed == 0 or allowed >= 5
    assert len(rows) == sum(len(table.cells) for table in shown.values())
    kept = json.loads((tmp_path / "needs.json").read_text(encoding="utf-8"))
    assert [{**row, "needs": str(row["needs"] if row["needs"] is not None else "")} for row in kept["figures"]] == rows


def test_the_export_describes_each_of_its_columns(seeded: Database, tmp_path: Path) -> None:
    run("export", "--period", "2026", "--out", str(tmp_path / "new" / "folder"))
    package = json.loads((tmp_path / "new" / "folder" / "datapackage.json").read_text(encoding="utf-8"))
    (resource,) = package["resources"]
    with (tmp_path / "new" / "folder" / resource["path"]).open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert [field["name"] for field in resource["schema"]["fields"]] == header
    assert all(field["description"] for field in resource["schema"]["fields"])
    assert sorted(each.name for each in (tmp_path / "new" / "folder").iterdir()) == sorted(export.FILES)


@pytest.mark.parametrize(("language", "heading"), [("nb", "Hva disse tallene ikke kan si"), ("en", "cannot tell")])
def test_a_report_as_a_page_that_needs_nothing_beside_it(
    seeded: Database, tmp_path: Path, language: str, heading: str
) -> None:
    file = tmp_path / "report.html"
    run("report", "--period", "2026", "--language", language, "--out", str(file))
    page = file.read_text(encoding="utf-8")
    assert f'<html lang="{language}"' in page
    assert heading in page
    assert "briller" in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "<link" not in page


def test_every_figure_in_the_report_may_be_shown(seeded: Database, tmp_path: Path) -> None:
    run("report", "--period", "2026", "--out", str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    year = Period.parse("2026")
    allowed = {0}
    with seeded.reading() as session:
        beside = [(each, "place") for each in SIDE_BY_SIDE]
        for rows, columns in [*((each, None) for each in patterns.DIMENSIONS), *beside]:
            filters = Filters(since=year.first_week, until=year.last)
            allowed |= set(patterns.table(session, Library.load(), filters, rows, columns).cells.values()) - {None}
    figures = [int(found) for found in re.findall(r'<td class="figure">(\d+)', page)]
    assert len(figures) > 30
    assert set(figures) <= allowed
    assert all(figure == 0 or figure >= 5 for figure in figures)


@pytest.mark.usefixtures("pango")
def test_a_report_as_pdf(seeded: Database, tmp_path: Path) -> None:
    run("report", "--period", "2026", "--out", str(tmp_path / "report.pdf"))
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--period", "last year", "--out", "x.html"), "2026Q4"),
        (("--period", "2026", "--out", "x.doc"), ".pdf or .html"),
        (("--period", "2026", "--language", "ar", "--out", "x.html"), "nb, en"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(option: tuple[str, ...], words: str) -> None:
    result = CliRunner().invoke(app, ["needs", "report", *option])
    assert result.exit_code == 2
    assert words in result.output


def test_what_is_too_rare_to_be_told_is_not_told_as_nothing() -> None:
    table = patterns.Table(
        rows=("answered", REST),
        columns=("so",),
        cells={("answered", "so"): 40, (REST, "so"): 5},
        row_totals={"answered": 40, REST: 5},
        column_totals={"so": 45},
        total=45,
        k=5,
    )
    figures = Figures(lambda *_: table, Names(Library.load(), team_speech("en")), Filters())
    grid = figures.shares("messages", "", {"answered": "Answered", "refused": "Refused"}, table)
    assert [cell.label for cell in grid.rows[0].cells] == ["89% (40)", "not shown"]


def test_what_values_are_called_is_looked_up_once_for_a_page() -> None:
    names = Names(Library.load(), team_speech("en"))

    def calls() -> int:
        called: list[str] = []
        sys.setprofile(lambda _frame, kind, _argument: called.append(kind))
        try:
            assert names("topic", "bostotte") == "Housing allowance (bostøtte)"
            assert names("language", "so") == "Somali"
        finally:
            sys.setprofile(None)
        return len(called)

    assert calls() > 10 * calls()


def test_what_was_missing_in_a_language_five_times_last_week_stands_first(
    server: Server, programme: StaffMember
) -> None:
    last_week = date.today() - timedelta(weeks=1)
    lacked(server, 5, topic="leieboer-rettigheter", language="so", today=last_week)
    lacked(server, 4, topic="leieboer-rettigheter", language="fa", today=last_week)
    page = programme.get("/learning").text
    table = page[page.index('id="signals"') : page.index("</section>")]
    rows = [row for row in table.split("<tr>") if "?topic=leieboer-rettigheter" in row]
    assert len(rows) == 1
    assert "somali" in rows[0]
    assert rows[0].count("5 eller mer") == 2
