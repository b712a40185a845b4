"""A household is gone through on any phone: numbers pick, figures answer, and the result opens on the web once."""

import re

import pytest
from sqlalchemy import select

from bot.phones.numbers import keyed_hash
from bot.records.tables import Line, Phone
from bot.screening.records import household_of
from bot.screening.words import word
from bot.speech import speech
from tests.conftest import Server
from tests.journeys.test_screening_talk import ANSWERS, WISHES
from tests.screening.test_answers import LIBRARY
from tests.sms import conftest
from tests.sms.conftest import settled


def household(server: Server, phone: conftest.Phone):
    with server.installation.database.reading() as session:
        of = select(Line.conversation_id).join(Phone).where(Phone.hash == keyed_hash(phone.number))
        found = household_of(session, session.scalars(of).one())
    assert found
    return found


def answer(server: Server, phone: conftest.Phone) -> None:
    phone.bring(str(ANSWERS[household(server, phone).open or "place"]))
    settled(server, phone.number)


@pytest.mark.parametrize("language", ["nb", "ar", "so"])
def test_from_the_wish_to_the_result_and_a_link_that_opens_it_once(
    sms_server: Server, phone: conftest.Phone, language: str
) -> None:
    phone.write(WISHES[language])
    for _ in range(20):
        if household(sms_server, phone).stage != "asking":
            break
        answer(sms_server, phone)
    phone.bring(speech(language).gettext("yes,ok,sure").split(",")[0])
    settled(sms_server, phone.number)
    last = phone.texts()[-1]
    assert household(sms_server, phone).stage == "done"
    assert f"1. {LIBRARY.title('nodhjelp', language)}" in re.sub("[\u2066-\u2069]", "", last)
    assert not re.search(r"\n1\. .*\n(.*\n)*1\. ", last), "no two things have the same number"
    facts = household(sms_server, phone).facts
    assert facts["children"] == [2, 7]
    if "/c/" not in last:  # the end of a long text is asked for
        phone.bring({"nb": "mer", "ar": "المزيد", "so": "sii wad"}[language])
        settled(sms_server, phone.number)
        last = phone.texts()[-1]
    path = re.findall(r"(/c/[\w-]+)", last)[0]
    browser = sms_server.client(follow_redirects=True)
    assert browser.get(path).status_code == 200
    assert 'href="/result"' in browser.post(path).text
    assert sms_server.client().get(path).status_code == 410


def test_a_figure_is_an_answer_and_no_choice(sms_server: Server, phone: conftest.Phone) -> None:
    phone.write(WISHES["nb"])
    answer(sms_server, phone)
    assert household(sms_server, phone).open == "children"
    phone.bring("1")
    settled(sms_server, phone.number)
    assert household(sms_server, phone).facts == {"children": [1]}


def test_pause_is_no_stop(sms_server: Server, phone: conftest.Phone) -> None:
    phone.write(WISHES["fa"])
    settled(sms_server, phone.number)
    phone.bring(word("pause", "fa"))
    settled(sms_server, phone.number)
    assert household(sms_server, phone).resting
    phone.bring("1")
    settled(sms_server, phone.number)
    assert not household(sms_server, phone).resting
