"""What a finished screening tells: in the order of what to do first, nothing lost, and short enough for an SMS."""

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from bot.screening.result import Item, Result, digest, result
from bot.speech import speech
from knowledge.eligibility.screening import Told
from knowledge.eligibility.telling import Sum
from knowledge.languages import LANGUAGES
from knowledge.segments import IN_GSM7, segments
from knowledge.source import read
from tests.eligibility.test_reasoning import DAY, LIBRARY, SHARED, households

HOUSEHOLDS = read(Path(__file__).parent.parent / "eligibility" / "households.yml")
ALONE: dict[str, Any] = {
    "children": [3, 7], "living": "alone", "age": 31, "status": "norwegian", "income": 240000, "situation": ["debt"],
    "work": "lost", "housing": "rent", "other_parent": "too_little", "wealth": 5000, "income_3_years": 700000,
}  # fmt: skip


FEW = settings(SHARED, max_examples=25)


def told(facts: dict[str, Any], code: str = "en", place: str | None = "trondheim", on: date = DAY) -> Result:
    return result(LIBRARY, facts, [], code, place, on)


def item(found: Result, topic: str) -> Item:
    return next(each for each in (*found.likely, *found.judged, *found.missing) if each.scheme.topic == topic)


def plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset | tuple) else value


@FEW
@given(households())
def test_danger_comes_before_what_can_be_lost_and_that_before_money_and_nothing_is_left_out(household: Told) -> None:
    facts = {name: plain(value) for name, value in household.facts.items()}
    found = told(facts)
    for items in (found.likely, found.judged, found.missing):
        ranks = [{"today": 0, "home": 1, "money": 2, None: 3}[each.urgency] for each in items]
        assert ranks == sorted(ranks)
        for one, other in pairwise(items):
            if one.urgency == other.urgency:
                waits = [99 if each.can_wait is None else each.can_wait for each in (one, other)]
                assert waits == sorted(waits)
                assert waits[0] != waits[1] or one.a_month >= other.a_month
    named = [each.scheme.topic for each in (*found.likely, *found.judged, *found.missing, *found.unlikely)]
    assert sorted(named + [each.topic for each in found.not_looked_at]) == sorted(LIBRARY.topics)
    assert found == told(dict(reversed(facts.items())))
    assert all(each.questions for each in found.missing)
    assert all(each.judges or each.exceptions for each in found.judged)
    assert all(each.unmet for each in found.unlikely)


@FEW
@given(households())
def test_nobody_is_made_to_say_what_is_not_so(household: Told) -> None:
    found = told({name: plain(value) for name, value in household.facts.items()}, "nb")
    s = speech("nb")
    asking = (
        s.gettext("I ask you to assess this:"),
        s.gettext("I ask you to assess whether there is an exception for me from this:"),
    )
    for each in (*found.likely, *found.judged, *found.missing):
        lines = each.script.norwegian
        claimed = lines[: next((at for at, line in enumerate(lines) if line in asking), None)]
        for reason in each.scheme.reasons:
            assert (f"– {reason.text.text}" in claimed) == (reason.met is True)


def test_what_is_lost_by_waiting_comes_first_and_amounts_are_laid_open() -> None:
    found = told(ALONE)
    order = [each.scheme.topic for each in found.likely]
    assert (
        order.index("dagpenger")
        < order.index("gjeldsradgivning")
        < order.index("barnehage")
        < order.index("barnetrygd")
    )
    amount = item(found, "barnetrygd").scheme.amount
    assert isinstance(amount, Sum)
    assert (amount.shown, [line.shown for line in amount.lines]) == ("6,596 kr", ["4,024 kr", "2,572 kr"])


def test_somebody_without_a_home_or_food_gets_that_first() -> None:
    found = told({**ALONE, "housing": "nowhere", "situation": ["need_now"]})
    assert {each.scheme.topic for each in found.likely[:2]} == {"nodhjelp", "midlertidig-bolig"}
    assert "I need help today." in found.likely[0].script.translated
    friends = item(told({**ALONE, "status": "asylum", "housing": "free"}), "midlertidig-bolig")
    assert "I need help today." not in friends.script.translated
    assert not friends.matters


@pytest.mark.parametrize(
    ("on", "deadline"),
    [
        (date(2026, 11, 24), date(2026, 11, 25)),
        (date(2026, 11, 25), date(2026, 11, 25)),
        (date(2026, 11, 26), date(2026, 12, 25)),
        (date(2026, 12, 31), date(2027, 1, 25)),
        (date(2026, 1, 31), date(2026, 2, 25)),
    ],
)
def test_the_next_deadline_of_a_month_is_a_date(on: date, deadline: date) -> None:
    assert item(told(ALONE, on=on), "bostotte").deadline == deadline


def test_where_somebody_has_to_judge_it_says_who_what_to_bring_and_what_can_be_considered() -> None:
    help = item(told(ALONE), "okonomisk-sosialhjelp")
    assert [reason.law for reason in help.judges] == ["Sosialtjenesteloven § 18"]
    assert help.scheme.decides.text
    assert help.scheme.bring
    sections = {section.name for section in help.card.sections}
    assert {"apply", "documents", "discretion", "local"} <= sections
    asked = "I ask for guidance, and for an answer in writing with the reasons (forvaltningsloven §§ 11, 24, 27)."
    assert help.script.translated[-1] == asked


def test_a_criterion_with_an_exception_is_not_told_as_something_to_be_judged() -> None:
    benefit = item(told(ALONE, "nb"), "overgangsstonad")
    assert [reason.text.text for reason in benefit.exceptions] == ["Du har et barn under 14 måneder."]
    assert not benefit.judges
    assert not item(told(ALONE, "nb"), "startlan").exceptions


def test_what_was_not_told_is_asked_for_in_the_readers_words() -> None:
    found = told({"children": [3], "living": "alone"}, "ar")
    question = item(found, "dagpenger").questions[0]
    assert question.question.language == "ar"


def test_what_was_left_unanswered_can_still_be_answered_where_it_matters() -> None:
    facts = {"children": [3], "living": "alone", "age": 31, "work": "lost", "status": "norwegian"}
    found = result(LIBRARY, facts, ["income", "years_in_norway"], "en", None, DAY)
    assert [each.fact for each in found.left] == ["income"]


def test_points_of_contact_are_those_of_the_place() -> None:
    def local(place: str | None) -> str:
        sections = item(told(ALONE, "nb", place), "gjeldsradgivning").card.sections
        return " ".join(line.text for part in sections if part.name == "local" for line in part.statements)

    assert "Nav Falkenborg" in local("trondheim")
    assert "Nav Hitra Frøya" in local("froya")
    assert local(None) == ""


def test_a_day_before_some_figures_were_known_has_none_in_their_place() -> None:
    what = told(ALONE, "nb", on=date(2026, 1, 31))
    assert item(what, "bostotte").card.sections


def test_nothing_told_is_never_no_rights() -> None:
    assert digest(told({}), speech("en")).startswith("May be for you")


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_digest_names_three_things_in_few_sms(code: str) -> None:
    for household in HOUSEHOLDS[::4]:
        text = digest(told(household["facts"], code), speech(code))
        assert [line[:2] for line in text.splitlines() if line[0].isdigit()] == ["1.", "2.", "3."]
        assert segments(text) <= (3 if code in IN_GSM7 else 6)


def test_what_one_pays_at_most_is_not_among_what_one_gets() -> None:
    text = digest(told(ALONE), speech("en"))
    assert "1. Unemployment benefit (dagpenger): about 14,127 kr a month" in text
    assert "at most" not in text
