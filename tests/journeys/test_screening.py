"""A household screened in one call, on the command line and by the API: nothing is stored, nothing is decided."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from knowledge.languages import LANGUAGES
from tests.conftest import Server
from tests.journeys.test_bad_input import is_a_problem
from tests.journeys.test_cli import rettvis, surroundings  # noqa: F401 (fixtures)

FACTS: dict[str, Any] = {
    "children": [2, 7],
    "living": "alone",
    "age": 31,
    "status": "norwegian",
    "other_parent": "pays",
}
DAY = "2026-11-28"


@pytest.fixture
def api(server: Server) -> httpx.Client:
    return server.client()


def screened(api: httpx.Client, **body: Any) -> dict[str, Any]:
    answer = api.post("/api/v1/screenings", json={"on": DAY, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def result(found: dict[str, Any], topic: str) -> dict[str, Any]:
    return next(each for each in found["results"] if each["topic"] == topic)


def test_facts_in_results_out_with_reasons_amount_and_who_decides(api: httpx.Client) -> None:
    benefit = result(screened(api, facts=FACTS), "barnetrygd")
    assert benefit["outcome"] == "likely"
    assert benefit["amount"]["value"] == 6596
    assert [line["value"] for line in benefit["amount"]["lines"]] == [4024, 2572]
    assert benefit["amount"]["rates_from"] == "2026-02-01"
    assert benefit["decides"]["text"] == "Nav (staten)"
    reason = benefit["reasons"][0]
    assert (reason["met"], reason["because"], reason["law"]) == (True, ["children"], "Barnetrygdloven § 2")


def test_rates_are_those_of_the_day_asked_about(api: httpx.Client) -> None:
    facts = {**FACTS, "living": "other_parent"}
    assert result(screened(api, facts=facts, on="2026-01-31"), "barnetrygd")["amount"]["value"] == 2 * 1968
    assert result(screened(api, facts=facts, on="2026-02-01"), "barnetrygd")["amount"]["value"] == 2 * 2012


def test_what_cannot_be_judged_says_who_decides_and_what_to_bring(api: httpx.Client) -> None:
    help = result(screened(api, facts=FACTS), "okonomisk-sosialhjelp")
    assert help["outcome"] == "unknown"
    assert help["missing"] == []
    assert [reason["met"] for reason in help["reasons"]] == [True, True, None]
    assert help["decides"]["text"]
    assert help["bring"]


def test_topics_without_rules_are_named_and_every_topic_is_in_one_place_only(api: httpx.Client, server: Server) -> None:
    found = screened(api, facts=FACTS)
    named = [each["topic"] for each in (*found["results"], *found["not_looked_at"])]
    assert sorted(named) == sorted(server.installation.library.topics)
    assert found["not_looked_at"]


def test_answering_each_question_ends_with_nothing_left_to_ask(api: httpx.Client) -> None:
    everything = {**FACTS, "situation": [], "work": "lost", "housing": "rent", "income": 240000, "earned": True}
    told: dict[str, Any] = {}
    while question := screened(api, facts=told)["next"]:
        assert question["fact"] not in told
        assert question["question"]["text"]
        assert question["concerns"]
        told[question["fact"]] = everything[question["fact"]]
    assert 5 <= len(told) <= 10


def test_a_skipped_question_is_not_asked_again(api: httpx.Client) -> None:
    first = screened(api)["next"]["fact"]
    assert screened(api, skipped=[first])["next"]["fact"] != first


def test_facts_that_mean_nothing_beside_the_others_are_named(api: httpx.Client) -> None:
    assert screened(api, facts={"living": "alone", "partner_income": 900000})["unused"] == ["partner_income"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_is_answered(api: httpx.Client, code: str) -> None:
    found = screened(api, facts=FACTS, language=code)
    assert found["language"] == code
    assert result(found, "barnetrygd")["title"]["language"] == code


@pytest.mark.parametrize(
    "facts",
    [
        {"age": -1},
        {"age": "old"},
        {"age": True},
        {"age": "NaN"},
        {"children": [3.5]},
        {"children": [-1]},
        {"children": 3},
        {"living": "on the moon"},
        {"situation": ["pregnant", "rich"]},
        {"shoe_size": 43},
        {"children": [0], "youngest_months": 14},
    ],
)
def test_facts_that_cannot_be_are_refused_and_named_but_not_repeated(api: httpx.Client, facts: dict[str, Any]) -> None:
    answer = api.post("/api/v1/screenings", json={"facts": facts})
    assert is_a_problem(answer, 422, "facts")
    assert [error["where"][-1] for error in answer.json()["errors"]] == [list(facts)[-1]]
    assert "moon" not in answer.text


def test_another_form_or_language_is_a_problem(api: httpx.Client) -> None:
    assert is_a_problem(api.post("/api/v1/screenings", json={"facts": [1]}), 422, "invalid")
    assert is_a_problem(api.post("/api/v1/screenings", json={"language": "xx"}), 422, "language")
    assert is_a_problem(api.post("/api/v1/screenings", json={"name": "Kari"}), 422, "invalid")


def test_the_command_says_the_same_as_the_api(api: httpx.Client, rettvis: Any, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "facts.yml"
    file.write_text(
        "children: [2, 7]\nliving: alone\nage: 31\nstatus: norwegian\nother_parent: pays\n", encoding="utf-8"
    )
    done = rettvis("screen", "--facts", str(file), "--lang", "en", "--on", DAY, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == screened(api, facts=FACTS, language="en")
    shown = rettvis("screen", "--facts", str(file), "--lang", "en", "--on", DAY).stdout
    assert "Child benefit (barnetrygd): about 6,596 kr a month" in " ".join(shown.split())
    assert "Likely is no decision" in shown


def test_the_command_names_the_line_of_a_fact_it_cannot_use(rettvis: Any, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "facts.yml"
    file.write_text("age: 31\nliving: castle\n", encoding="utf-8")
    done = rettvis("screen", "--facts", str(file))
    assert done.returncode == 1
    assert f"{file}:2: living: must be one of alone" in done.stderr
