"""What is said in languages Rettvis cannot answer in."""

import pytest

from bot.speech import speech
from bot.understanding.language import identify
from bot.unspoken import notice
from knowledge.greetings import greetings
from knowledge.languages import LANGUAGES, available, language

UNSPOKEN = sorted(greetings())


def test_a_language_that_is_spoken_has_no_greeting_of_this_kind() -> None:
    assert not set(UNSPOKEN) & set(LANGUAGES)


@pytest.mark.parametrize("code", UNSPOKEN)
def test_a_notice_names_the_languages_there_are_offers_them_and_a_human(code: str) -> None:
    said = notice(code)
    assert "{" not in said.text
    assert [choice.id for choice in said.choices] == [*(f"change_language:{each}" for each in available()), "human"]
    if greetings()[code].cannot:
        assert said.language == code
        assert all(language(each).autonym in said.text for each in available())


@pytest.mark.parametrize("code", [code for code in UNSPOKEN if greetings()[code].cannot])
def test_a_notice_is_in_the_language_it_is_for(code: str) -> None:
    found = identify(str(greetings()[code].cannot).replace("{languages}", ""))
    assert found is not None
    assert found[0] == code


def test_in_south_sami_only_the_welcome_is_said_and_the_rest_in_norwegian() -> None:
    said = notice("sma")
    assert said.text.startswith("Buerie båeteme. ")
    assert said.language == "nb"


def test_every_language_has_a_name_in_every_interface() -> None:
    for shown in available():
        assert all(speech(shown).language_name(code) for code in (*LANGUAGES, *UNSPOKEN))
