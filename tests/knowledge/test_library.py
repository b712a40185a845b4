"""The library: rates by date, texts in the reader's language, places, and what a broken file says."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.library import CrisisHelp, Explanation, Library, Text
from knowledge.schema import Crisis, Parameter
from knowledge.source import KnowledgeError
from tests.knowledge.conftest import ENTRY, RATES, Workshop

RATE_FILE = """\
prove.sats:
  description: A rate with three dates
  unit: nok
  period: month
  values:
  - {value: 1000, valid_from: 2024-01-01, reference: a law, confidence: verified}
  - {value: 1500.5, valid_from: 2025-05-01, reference: a law, confidence: partly}
  - {value: 2000, valid_from: 2099-01-01, reference: a law, confidence: verified}
prove.halv:
  description: Half of it
  unit: nok
  multiple_of: {parameter: prove.sats, factor: 0.5}
prove.usikker:
  description: Six times it, remembered
  unit: nok
  multiple_of: {parameter: prove.sats, factor: 6}
  confidence: recalled
prove.andel:
  description: A share
  unit: percent
  values:
  - {value: 62.4, valid_from: 2025-01-01, reference: a law, confidence: verified}
"""
NEW_PLACE = """\
id: orland
name: Ørland
municipality_number: '5057'
website: https://www.orland.kommune.no
points:
- {id: nav-orland, kind: nav, name: Nav Ørland, phone: 55 55 33 33, confidence: verified, topics: [barnetrygd, nodhjelp]}
- {id: orland-bibliotek, kind: municipality, name: Ørland bibliotek, confidence: partly, topics: [barnetrygd]}
- {id: orland-helsestasjon, kind: health, name: Helsestasjonen, confidence: partly, topics: [helsestasjon]}
notes:
  barnetrygd:
  - {text: På Ørland hjelper biblioteket deg med skjemaet., confidence: partly}
  - {text: Ring først., confidence: verified}
"""


SHORT_ENTRY = """\
id: barnetrygd
title: Barnetrygd
answer: Du får {prove.sats}, eller {prove.andel}.
authority: Nav
links:
- {text: Les mer, url: "https://www.nav.no/barnetrygd"}
sources:
- {url: "https://www.nav.no/barnetrygd", seen: 2026-11-23}
checked: {on: 2026-11-23, by: Redaksjonen, confidence: verified}
expert_review: null
owner: Redaksjonen
review_by: 2027-02-01
"""


@pytest.fixture
def rates(workshop: Workshop) -> Workshop:
    """A workshop with rates of its own, named in the child benefit entry."""
    workshop.write(RATES, RATE_FILE)
    workshop.say("Du får {prove.sats}, eller {prove.andel} av {prove.halv}.")
    return workshop


def first(explanation: Explanation) -> Text:
    """The sentence that tests put first."""
    return explanation.sections["who"][0].text


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def problems(workshop: Workshop) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        workshop.load()
    return [workshop.shown(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2024, 1, 1), (Decimal(1000), date(2024, 1, 1), "verified")),
        (date(2025, 4, 30), (Decimal(1000), date(2024, 1, 1), "verified")),
        (date(2025, 5, 1), (Decimal("1500.5"), date(2025, 5, 1), "partly")),
        (date(2098, 12, 31), (Decimal("1500.5"), date(2025, 5, 1), "partly")),
        (date(2099, 1, 1), (Decimal(2000), date(2099, 1, 1), "verified")),
    ],
)
def test_a_rate_is_the_newest_that_holds_on_the_day(
    rates: Workshop, on: date, expected: tuple[Decimal, date, str]
) -> None:
    assert rates.load().rate("prove.sats", on) == expected


@pytest.mark.parametrize("name", ["prove.sats", "prove.halv"])
def test_before_its_first_date_a_rate_has_no_value(rates: Workshop, name: str) -> None:
    with pytest.raises(KeyError, match=r"prove\.sats has no value on 2023-12-31"):
        rates.load().rate(name, date(2023, 12, 31))


def test_a_rate_nobody_has_entered_has_no_value(rates: Workshop) -> None:
    with pytest.raises(KeyError, match=r"prove\.ukjent"):
        rates.load().rate("prove.ukjent", date(2026, 1, 1))


def test_a_multiple_follows_its_base_by_itself(rates: Workshop) -> None:
    library = rates.load()
    assert library.rate("prove.halv", date(2024, 6, 1)) == (Decimal(500), date(2024, 1, 1), "verified")
    assert library.rate("prove.halv", date(2099, 6, 1)) == (Decimal(1000), date(2099, 1, 1), "verified")


def test_a_multiple_is_never_surer_than_its_base_or_itself(rates: Workshop) -> None:
    library = rates.load()
    assert library.rate("prove.halv", date(2026, 1, 1))[2] == "partly"
    assert library.rate("prove.usikker", date(2024, 6, 1))[2] == "recalled"


amounts = st.decimals(0, 1_000_000, places=2)
days = st.dates(date(2000, 1, 1), date(2060, 1, 1))


def dated(rows: list[tuple[date, Decimal]]) -> Parameter:
    values = [{"value": value, "valid_from": on, "reference": "x", "confidence": "verified"} for on, value in rows]
    return Parameter.model_validate({"description": "x", "unit": "nok", "values": values})


def library_of(**parameters: Parameter) -> Library:
    named = {f"p.{name}": parameter for name, parameter in parameters.items()}
    return Library({}, {}, {}, named, {}, Crisis(lines=(), kinds=()))


@given(rows=st.dictionaries(days, amounts, min_size=1, max_size=6), on=days)
def test_on_any_day_a_rate_is_the_last_begun_or_none(rows: dict[date, Decimal], on: date) -> None:
    library = library_of(rate=dated(sorted(rows.items())))
    begun = [since for since in rows if since <= on]
    if begun:
        assert library.rate("p.rate", on)[:2] == (rows[max(begun)], max(begun))
    else:
        with pytest.raises(KeyError):
            library.rate("p.rate", on)


@given(since=st.lists(days, min_size=1, max_size=5))
def test_dates_are_accepted_exactly_when_each_is_later_than_the_one_before(since: list[date]) -> None:
    rows = [(on, Decimal(1)) for on in since]
    if all(later - earlier >= timedelta(days=1) for earlier, later in pairwise(since)):
        assert [value.valid_from for value in dated(rows).values] == since
    else:
        with pytest.raises(ValidationError, match="in the order of their valid_from"):
            dated(rows)


@given(value=amounts, factor=st.decimals(0, 100, places=2))
def test_a_multiple_is_its_base_times_its_factor(value: Decimal, factor: Decimal) -> None:
    multiple = Parameter.model_validate(
        {"description": "x", "unit": "nok", "multiple_of": {"parameter": "p.base", "factor": factor}}
    )
    library = library_of(base=dated([(date(2020, 1, 1), value)]), multiple=multiple)
    assert library.rate("p.multiple", date(2020, 1, 1))[0] == value * factor


def test_figures_are_filled_in_as_the_reader_writes_them(rates: Workshop) -> None:
    library = rates.load()
    text, on = "{prove.sats} / {prove.andel}", date(2026, 1, 1)
    assert plain(library.fill(text, "nb", on)) == "1 501 kr / 62,4 %"
    assert plain(library.fill(text, "en", on)) == "1,501 kr / 62.4%"
    assert "1,501" in library.fill(text, "ar", on)
    assert "kr" not in library.fill(text, "ar", on)


def test_a_text_without_figures_is_left_alone(rates: Workshop) -> None:
    text = "Ring 55 55 33 33 {name} {} {Ikke.dette}"
    assert rates.load().fill(text, "nb", date(2026, 1, 1)) == text


def test_an_answer_uses_the_rates_of_the_day_and_says_from_when_they_hold(rates: Workshop) -> None:
    rates.write(ENTRY, SHORT_ENTRY)
    library = rates.load()
    early = library.explain("barnetrygd", "nb", on=date(2025, 2, 1))
    late = library.explain("barnetrygd", "nb", on=date(2099, 2, 1))
    assert (plain(early.answer.text), early.rates_from) == ("Du får 1 000 kr, eller 62,4 %.", date(2025, 1, 1))
    assert (plain(late.answer.text), late.rates_from) == ("Du får 2 000 kr, eller 62,4 %.", date(2099, 1, 1))


def test_an_entry_without_figures_has_no_date_of_rates(library: Library) -> None:
    without = next(entry for entry in library.entries.values() if not any("{" in text for _, text in entry.texts()))
    assert library.explain(without.id, "nb").rates_from is None


def in_english(context: str, source: str) -> str:
    return f"English: {source}"


def test_a_translated_entry_is_shown_in_the_readers_language_with_its_figures(rates: Workshop) -> None:
    rates.translate("en", in_english)
    explanation = rates.load().explain("barnetrygd", "en", on=date(2026, 11, 1))
    assert first(explanation) == Text("English: Du får 1,501 kr, eller 62.4% av 750 kr.", "en")
    assert explanation.title == Text("English: Barnetrygd", "en")
    assert (explanation.language, explanation.translated) == ("en", True)


def test_a_missing_translation_is_shown_in_norwegian_and_says_so(rates: Workshop) -> None:
    rates.translate("en", lambda context, source: None if "{prove.sats}" in source else in_english(context, source))
    explanation = rates.load().explain("barnetrygd", "en", on=date(2026, 11, 1))
    assert first(explanation).language == "nb"
    assert plain(first(explanation).text) == "Du får 1 501 kr, eller 62,4 % av 750 kr."
    assert explanation.answer.language == "en"
    assert not explanation.translated


def test_a_stale_translation_is_not_shown(rates: Workshop) -> None:
    rates.translate("en", in_english)
    rates.replace(ENTRY, "Du får {prove.sats}, eller", "Du får {prove.sats} nå, eller")
    explanation = rates.load().explain("barnetrygd", "en", on=date(2026, 11, 1))
    assert first(explanation).language == "nb"
    assert not explanation.translated


def test_a_fuzzy_translation_is_not_shown(rates: Workshop) -> None:
    po = rates.translate("en", in_english)
    text = po.read_text(encoding="utf-8")
    mark = 'msgctxt "barnetrygd.title"'
    assert mark in text
    po.write_text(text.replace(mark, f"#, fuzzy\n{mark}"), encoding="utf-8")
    explanation = rates.load().explain("barnetrygd", "en", on=date(2026, 11, 1))
    assert explanation.title == Text("Barnetrygd", "nb")
    assert not explanation.translated


def test_a_language_without_a_catalogue_is_answered_in_norwegian_and_says_so(workshop: Workshop) -> None:
    explanation = workshop.load().explain("barnetrygd", "so")
    assert {explanation.title.language, explanation.answer.language} == {"nb"}
    assert not explanation.translated


def test_norwegian_needs_no_translation(workshop: Workshop) -> None:
    assert workshop.load().explain("barnetrygd", "nb").translated


def test_a_topic_without_an_entry_is_called_what_it_covers_and_cannot_be_explained(workshop: Workshop) -> None:
    (workshop.folder / ENTRY).unlink()
    library = workshop.load()
    assert library.title("barnetrygd", "nb") == library.topics["barnetrygd"].covers
    with pytest.raises(KeyError, match="barnetrygd"):
        library.explain("barnetrygd", "nb")


def test_a_title_is_given_in_the_readers_language(workshop: Workshop) -> None:
    workshop.translate("en", in_english)
    library = workshop.load()
    assert (library.title("barnetrygd", "en"), library.title("barnetrygd", "nb")) == (
        "English: Barnetrygd",
        "Barnetrygd",
    )


def test_a_fourth_municipality_is_one_file(workshop: Workshop) -> None:
    workshop.write("places/orland.yml", NEW_PLACE)
    assert workshop.problems() == []
    library = workshop.load()
    assert set(library.places) == {"trondheim", "froya", "naeroysund", "orland"}
    explanation = library.explain("barnetrygd", "nb", place="orland")
    assert [(note.text.text, note.confidence) for note in explanation.local] == [
        ("På Ørland hjelper biblioteket deg med skjemaet.", "partly"),
        ("Ring først.", "verified"),
    ]
    assert [point.id for point in explanation.points] == ["nav-orland", "orland-bibliotek"]
    assert [point.id for point in library.explain("nodhjelp", "nb", place="orland").points] == ["nav-orland"]


def test_what_is_local_is_only_shown_to_those_who_live_there(workshop: Workshop) -> None:
    workshop.write("places/orland.yml", NEW_PLACE)
    library = workshop.load()
    for place in (None, "", "froya", "oslo"):
        explanation = library.explain("barnetrygd", "nb", place=place)
        assert "Ørland" not in "".join(note.text.text for note in explanation.local)
        assert not any("orland" in point.id for point in explanation.points)


def test_the_notes_of_a_municipality_are_translated_like_entries(workshop: Workshop) -> None:
    workshop.write("places/orland.yml", NEW_PLACE)
    workshop.translate("en", in_english)
    explanation = workshop.load().explain("barnetrygd", "en", place="orland")
    assert explanation.local[1].text == Text("English: Ring først.", "en")


def test_a_crisis_gets_its_message_and_its_lines_in_their_order(workshop: Workshop) -> None:
    workshop.translate("en", in_english)
    library = workshop.load()
    kind = library.crisis.kinds[0]
    shown = library.crisis_help(kind.id, "en")
    assert isinstance(shown, CrisisHelp)
    assert shown.message == Text(f"English: {kind.message}", "en")
    assert tuple(line.id for line in shown.lines) == kind.lines


def test_an_unknown_kind_of_crisis_is_an_error(library: Library) -> None:
    with pytest.raises(KeyError):
        library.crisis_help("weather", "nb")


def test_every_sentence_to_translate_has_a_context_and_a_file(workshop: Workshop) -> None:
    workshop.write("places/orland.yml", NEW_PLACE)
    found = workshop.load().translatable()
    assert ("barnetrygd.title", "Barnetrygd", "knowledge/entitlements/barnetrygd.yml") in found
    assert ("orland.barnetrygd", "Ring først.", "knowledge/places/orland.yml") in found
    assert {"crisis.violence", "crisis.suicide", "crisis.child", "crisis.medical", "crisis.fire"} <= {
        context for context, _, _ in found
    }


def test_an_entry_with_a_missing_field_is_reported_with_file_and_line(workshop: Workshop) -> None:
    workshop.replace(ENTRY, "owner: ", "expert_review_note: ")
    assert problems(workshop) == [
        f"{ENTRY}:1: owner: is missing",
        f"{ENTRY}:{workshop.line(ENTRY, 'expert_review_note')}: expert_review_note: Extra inputs are not permitted",
    ]


def test_every_broken_file_is_reported_at_once(workshop: Workshop) -> None:
    workshop.write("entitlements/sfo.yml", "id: sfo\ntitle: [")
    workshop.write("places/froya.yml", "id: froya\n")
    workshop.write(RATES, "prove.sats: {description: x, unit: euro, values: []}\n")
    files = {problem.split(":")[0] for problem in problems(workshop)}
    assert files == {"entitlements/sfo.yml", "places/froya.yml", RATES}


ORDER = "prove.sats: values must stand in the order of their valid_from, each date once"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("valid_from: 2025-05-01, ", "", 7, "prove.sats.values.1.valid_from: is missing"),
        ("valid_from: 2025-05-01", "valid_from: 2023-05-01", 1, ORDER),
        ("valid_from: 2025-05-01", "valid_from: 2024-01-01", 1, ORDER),
        (
            "valid_from: 2025-05-01",
            "valid_from: snart",
            7,
            "prove.sats.values.1.valid_from: Input should be a valid date",
        ),
        ("value: 1500.5", "value: mye", 7, "prove.sats.values.1.value: Input should be a valid decimal"),
        ("unit: nok", "unit: euro", 3, "prove.sats.unit: Input should be 'nok', 'percent' or 'number'"),
    ],
)
def test_a_rate_that_is_not_as_it_must_be_is_reported_where_it_stands(
    rates: Workshop, old: str, new: str, line: int, message: str
) -> None:
    rates.replace(RATES, old, new)
    (problem,) = problems(rates)
    assert problem.startswith(f"{RATES}:{line}: {message}")


def test_a_service_leaves_out_a_broken_entry_and_says_why(workshop: Workshop) -> None:
    workshop.write("entitlements/sfo.yml", "id: sfo\ntitle: [")
    workshop.say("Du får {prove.ukjent}.")
    whole = Library.load()
    library = Library.load(workshop.folder, workshop.locales, strict=False)
    assert set(whole.entries) - set(library.entries) == {"sfo", "barnetrygd"}
    assert [problem.file.name for problem in library.left_out] == ["barnetrygd.yml", "sfo.yml"]
    assert "prove.ukjent" in library.left_out[0].message


def test_a_service_leaves_nothing_out_when_all_is_well(workshop: Workshop) -> None:
    library = Library.load(workshop.folder, workshop.locales, strict=False)
    assert (set(library.entries), library.left_out) == (set(workshop.load().entries), ())


@pytest.mark.parametrize("file", ["topics.yml", "crisis.yml"])
def test_a_service_does_not_start_without_its_topics_or_its_crisis_lines(workshop: Workshop, file: str) -> None:
    workshop.write(file, "a: [")
    with pytest.raises(KnowledgeError, match=file):
        Library.load(workshop.folder, workshop.locales, strict=False)


def test_a_rate_with_both_values_and_a_multiple_or_neither_is_refused(rates: Workshop) -> None:
    rates.replace(RATES, "  multiple_of: {parameter: prove.sats, factor: 0.5}\n", "")
    assert problems(rates) == [f"{RATES}:9: prove.halv: needs either values with valid_from, or multiple_of"]


def test_a_rate_is_named_after_its_file(workshop: Workshop) -> None:
    workshop.write(RATES, RATE_FILE.replace("prove.andel", "annet.andel"))
    assert problems(workshop) == [f"{RATES}:1: annet.andel: must start with 'prove' and a full stop"]


def test_an_entry_is_named_after_its_file(workshop: Workshop) -> None:
    workshop.replace(ENTRY, "id: barnetrygd\n", "id: sfo\n")
    assert problems(workshop) == [f"{ENTRY}:1: id: is 'sfo', but the file is named 'barnetrygd'"]


def test_a_crisis_that_names_a_line_which_is_not_listed_is_refused(workshop: Workshop) -> None:
    workshop.replace("crisis.yml", "lines: [brann,", "lines: [ukjent,")
    (problem,) = problems(workshop)
    assert problem.startswith("crisis.yml:")
    assert "'ukjent', which is not listed" in problem


def test_a_knowledge_folder_that_is_not_there_is_an_error_and_not_an_empty_library(workshop: Workshop) -> None:
    with pytest.raises(KnowledgeError, match=r"topics\.yml:1: cannot be read"):
        Library.load(workshop.folder / "none", workshop.locales)
