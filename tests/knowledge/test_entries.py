"""What must hold for every entry, place and crisis message. The cases come from the content: a new file gets them free."""

from collections.abc import Iterator
from datetime import date

import pytest

from knowledge.languages import SOURCE, available
from knowledge.library import FOLDER, Explanation, Library, Text
from knowledge.source import read
from knowledge.wording import dearest, price

SHOWN_IN = available()
TRANSLATED_TO = tuple(code for code in SHOWN_IN if code != SOURCE)
ENTRIES = sorted(file.stem for file in (FOLDER / "entitlements").glob("*.yml"))
PLACES = sorted(file.stem for file in (FOLDER / "places").glob("*.yml"))
KINDS = [kind["id"] for kind in read(FOLDER / "crisis.yml")["kinds"]]

every_entry = pytest.mark.parametrize("topic", ENTRIES)
every_place = pytest.mark.parametrize("place", PLACES)
every_kind = pytest.mark.parametrize("kind", KINDS)
shown_in = pytest.mark.parametrize("code", SHOWN_IN)
translated_to = pytest.mark.parametrize("code", TRANSLATED_TO)


def texts(explanation: Explanation) -> Iterator[Text]:
    """Everything of an explanation that is read."""
    yield from (explanation.title, explanation.answer, explanation.authority)
    yield from (statement.text for part in explanation.sections.values() for statement in part)
    yield from (statement.text for statement in explanation.local)
    yield from (link.text for link in explanation.links)


@every_entry
@shown_in
def test_an_entry_is_rendered_whole_with_its_figures_filled_in(library: Library, topic: str, code: str) -> None:
    shown = list(texts(library.explain(topic, code)))
    assert [text.text for text in shown if "{" in text.text or "}" in text.text] == []
    assert [text for text in shown if not text.text.strip()] == []


@every_entry
@shown_in
def test_a_first_answer_fits_in_two_text_messages_or_three_short_ones(library: Library, topic: str, code: str) -> None:
    assert price(library.answer(topic, code).text) <= dearest(code) <= 3


@every_entry
@translated_to
def test_an_entry_is_completely_translated(library: Library, topic: str, code: str) -> None:
    explanation = library.explain(topic, code)
    assert [text.text for text in texts(explanation) if text.language != code] == []
    assert explanation.translated


@every_entry
@pytest.mark.parametrize("section", ["discretion", "family"])
def test_what_can_be_asked_for_and_what_it_means_for_the_family_is_said_or_left_out_but_never_blank(
    library: Library, topic: str, section: str
) -> None:
    statements = library.entries[topic].section(section)
    assert (section in library.explain(topic, "nb").sections) is bool(statements)
    assert all(item.text.strip() for item in statements)


@every_entry
def test_an_entry_says_who_can_get_it_what_they_get_and_how_to_ask(library: Library, topic: str) -> None:
    assert {"who", "what", "apply"} <= set(library.explain(topic, "nb").sections)


@every_entry
def test_every_official_link_and_law_is_https(library: Library, topic: str) -> None:
    entry = library.entries[topic]
    addresses = [str(found.url) for found in (*entry.links, *entry.law)]
    assert entry.links
    assert [address for address in addresses if not address.startswith("https://")] == []


@every_entry
def test_an_entry_is_reviewed_again_after_it_was_checked(library: Library, topic: str) -> None:
    entry = library.entries[topic]
    assert entry.checked.on < entry.review_by
    assert entry.expert_review is None or entry.expert_review.on <= entry.review_by


@every_entry
def test_what_an_entry_is_related_to_exists_and_is_something_else(library: Library, topic: str) -> None:
    related = library.entries[topic].related
    assert set(related) <= set(library.entries)
    assert len(set(related) - {topic}) == len(related)


@every_entry
def test_an_entry_belongs_to_a_topic_on_a_shelf(library: Library, topic: str) -> None:
    assert library.topics[topic].area in library.areas


@every_entry
def test_the_figures_of_an_entry_say_from_when_they_hold(library: Library, topic: str) -> None:
    since = library.explain(topic, "nb").rates_from
    named = any("{" in text for _, text in library.entries[topic].texts())
    assert (since is not None) is named
    assert since is None or since <= date.today()


@every_place
@shown_in
def test_what_is_local_is_rendered_whole_in_every_language(library: Library, place: str, code: str) -> None:
    expected = {code} if code in TRANSLATED_TO else {"nb"}
    for topic in library.places[place].notes:
        local = library.explain(topic, code, place).local
        assert len(local) == len(library.places[place].notes[topic])
        assert [note.text.text for note in local if "{" in note.text.text or not note.text.text.strip()] == []
        assert {note.text.language for note in local} <= expected


@every_place
def test_every_contact_point_is_shown_for_its_topics(library: Library, place: str) -> None:
    for point in library.places[place].points:
        for topic in point.topics:
            assert point in library.explain(topic, "nb", place).points


@every_kind
@shown_in
def test_a_crisis_message_is_in_the_readers_language_and_as_short_as_a_first_answer(
    library: Library, kind: str, code: str
) -> None:
    message = library.crisis_help(kind, code).message
    assert message.language == code
    assert message.text.strip()
    assert "{" not in message.text
    assert price(message.text) <= dearest(code)


@every_kind
def test_the_lines_of_a_crisis_are_verified_and_have_an_https_page(library: Library, kind: str) -> None:
    lines = library.crisis_help(kind, "nb").lines
    assert lines
    assert {line.confidence for line in lines} == {"verified"}
    assert all(str(line.url).startswith("https://") for line in lines)


def test_every_topic_has_an_entry(library: Library) -> None:
    assert set(library.topics) == set(ENTRIES)
