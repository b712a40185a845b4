"""One's own data in every language, on both channels: to see, to take away, to delete; and what a phone gives away."""

import re
from datetime import timedelta

import pytest
import time_machine

from bot.records.tables import Conversation, Handoff, Line, Promise, now
from bot.speech import speech
from connectors.sms.text import plain
from connectors.web.pages import COOKIE
from knowledge.languages import LANGUAGES, language
from knowledge.sms import sms
from tests.conftest import Server, StaffMember
from tests.journeys.test_programme import learning_about
from tests.sms import conftest
from tests.sms.conftest import settled
from tests.sms.test_phone import asks_for_a_person, conversation, handoff

ASKED = {
    "nb": "Hvor mye får jeg i barnetrygd?",
    "nn": "Kor mykje får eg i barnetrygd?",
    "en": "How much child benefit do I get?",
    "pl": "Ile wynosi zasiłek na dziecko?",
    "uk": "Скільки я отримаю допомоги на дитину?",
    "ar": "كم أحصل من إعانة الأطفال؟",
    "fa": "چقدر کمک‌هزینه فرزند می‌گیرم؟",
    "so": "Imisa ayaan ka helayaa lacagta carruurta?",
    "ti": "ናይ ቆልዑ ደገፍ ክንደይ እረክብ?",
    "ckb": "چەند یارمەتیی منداڵ وەردەگرم؟",
}
DELETE = {
    "nb": "slett alt om meg",
    "nn": "slett samtalen",
    "en": "delete my data",
    "pl": "usuń rozmowę",
    "uk": "видаліть мої дані",
    "ar": "احذف المحادثة",
    "fa": "گفتگو را حذف کن",
    "so": "tirtir wadahadalka",
    "ti": "ዝርርብ ደምስስ",
    "ckb": "گفتوگۆکە بسڕەوە",
}


def speaks(server: Server, phone: conftest.Phone, code: str) -> Conversation:
    """Somebody who has written in a language by SMS, and is answered in it."""
    phone.write(ASKED[code])
    mine = conversation(server, phone)
    assert mine is not None
    server.installation.dialogue.speak(mine.id, code)  # so that a short word is not held to be another language
    return mine


@pytest.mark.parametrize("code", LANGUAGES)
def test_by_sms_what_is_kept_is_taken_away_and_deleted_in_ones_own_language(
    sms_server: Server, phone: conftest.Phone, code: str
) -> None:
    mine = speaks(sms_server, phone, code)
    told = phone.write(sms(code).word("export"))
    assert told.startswith(plain(sms(code).say("export")))
    link = re.search(r"/c/[\w-]+", told)
    assert link
    browser = sms_server.client(follow_redirects=True)
    assert browser.get(link.group()).status_code == 200  # a phone that looks what is behind the link uses nothing up
    assert speech(code).gettext("Save the conversation") in browser.post(link.group()).text
    assert browser.get("/export").json()["messages"][0]["text"] == ASKED[code]
    assert browser.get("/export").json()["phone"] == phone.number
    assert plain(speech(code).gettext("The conversation is deleted.")) in phone.write(sms(code).word("delete"))
    assert not sms_server.installation.dialogue.is_there(mine.id)
    assert phone.write(sms(code).word("export")) in {plain(sms(each).say("nothing")) for each in LANGUAGES}


@pytest.mark.parametrize("code", LANGUAGES)
def test_by_sms_deleting_is_understood_in_a_sentence_and_asked_about_in_ones_own_language(
    sms_server: Server, phone: conftest.Phone, code: str
) -> None:
    mine = speaks(sms_server, phone, code)
    answer = phone.write(DELETE[code])
    if sms_server.installation.dialogue.is_there(mine.id):  # more than two words: what cannot be undone is asked about
        assert plain(speech(code).gettext("Delete this conversation")) in answer
        settled(sms_server, phone.number)
        answer = phone.write("1")
    assert plain(speech(code).gettext("The conversation is deleted.")) in answer
    assert not sms_server.installation.dialogue.is_there(mine.id)


@pytest.mark.parametrize("code", LANGUAGES)
def test_on_the_page_what_is_kept_is_taken_away_and_deleted_in_ones_own_language(sms_server: Server, code: str) -> None:
    browser = sms_server.client(follow_redirects=True)
    browser.post("/say", data={"text": ASKED[code], "lang": code, "chosen": "1"})
    page, s = browser.get("/").text, speech(code)
    assert f'<html lang="{code}" dir="{language(code).direction}">' in page
    for offered in ("Save the conversation", "Who has seen this", "Delete the conversation"):
        assert s.gettext(offered) in page
    assert browser.get("/export").json()["messages"][0]["text"] == ASKED[code]
    browser.post("/say", data={"text": DELETE[code]})
    assert s.gettext("Delete this conversation") in browser.get("/").text
    mine = browser.cookies[COOKIE].partition(".")[0]
    browser.post("/say", data={"choice": "delete_conversation:yes"})
    assert COOKIE not in browser.cookies
    assert not sms_server.installation.dialogue.is_there(mine)


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_answer_about_danger_asks_to_delete_the_sms(sms_server: Server, phone: conftest.Phone, code: str) -> None:
    mine = speaks(sms_server, phone, code)
    phone.write("Samboeren min slår meg")
    sms_server.installation.dialogue.speak(mine.id, code)
    shown = phone.texts()[-1]
    assert "112" in shown
    erase = {plain(sms(each).say("erase")) for each in LANGUAGES}
    assert not any(each in shown for each in erase)  # on the locked screen it would say that there is something to hide
    settled(sms_server, phone.number)
    told = phone.write("1")
    assert any(each in told for each in erase), told


def test_no_trace_cannot_be_had_by_sms_and_it_says_what_can(sms_server: Server, phone: conftest.Phone) -> None:
    phone.write("hei")
    answer = phone.write("ingen spor")
    assert "SMS blir liggende på telefonen" in answer
    assert "SLETT" in answer
    mine = conversation(sms_server, phone)
    assert mine is not None
    assert not mine.no_trace


def lets_the_phone_lie(server: Server, phone: conftest.Phone) -> None:
    """The person has not had the phone in hand for an hour, as far as anybody knows."""
    with server.installation.database.transaction() as session:
        mine = conversation(server, phone)
        assert mine is not None
        session.get_one(Line, mine.id).phone.wrote_at = now() - timedelta(hours=1)


def about(server: Server, phone: conftest.Phone, topic: str | None, *, urgent: bool = False) -> None:
    with server.installation.database.transaction() as session:
        here = session.get_one(Handoff, handoff(server, phone).id)
        here.topic, here.urgent = topic, urgent


@pytest.mark.parametrize(("topic", "urgent"), [("vold-og-krisesenter", False), ("barnevern", False), (None, True)])
def test_a_contact_who_writes_about_danger_when_the_phone_may_be_with_others_is_not_shown_unasked(
    sms_server: Server, phone: conftest.Phone, topic: str | None, urgent: bool
) -> None:
    with time_machine.travel(now().replace(hour=12, minute=0), tick=True):  # no quiet hours
        contact = asks_for_a_person(sms_server, phone)
        about(sms_server, phone, topic, urgent=urgent)
        lets_the_phone_lie(sms_server, phone)
        here = handoff(sms_server, phone)
        contact.post(f"/desk/{here.id}/say", text="Krisesenteret har plass til deg")
        assert phone.next() == plain(sms("nb").say("waiting"))
        settled(sms_server, phone.number)
        assert phone.write("1").endswith(": Krisesenteret har plass til deg")
        contact.post(f"/desk/{here.id}/say", text="Ring når du kan")
        assert phone.next().endswith(": Ring når du kan")  # now they have the phone in hand


def test_a_contact_who_writes_about_money_is_shown_at_once(sms_server: Server, phone: conftest.Phone) -> None:
    with time_machine.travel(now().replace(hour=12, minute=0), tick=True):
        contact = asks_for_a_person(sms_server, phone)
        about(sms_server, phone, "bostotte")
        lets_the_phone_lie(sms_server, phone)
        contact.post(f"/desk/{handoff(sms_server, phone).id}/say", text="Søknaden er sendt")
        assert phone.next().endswith(": Søknaden er sendt")


def test_word_of_a_change_about_violence_waits_until_it_is_asked_for(sms_server: Server, phone: conftest.Phone) -> None:
    phone.write("hei")
    mine = conversation(sms_server, phone)
    assert mine is not None
    with sms_server.installation.database.transaction() as session:
        session.add(Promise(conversation_id=mine.id, topic="vold-og-krisesenter"))
    programme = StaffMember(sms_server, "programme")
    path = learning_about(sms_server, programme, "vold-og-krisesenter")
    programme.post(f"{path}/change", kind="entry", words="Skrevet om", topic="vold-og-krisesenter")
    programme.post(f"{path}/tell", text_nb="Krisesenteret har fått flere plasser.")
    assert phone.next() == plain(sms("nb").say("waiting"))
    settled(sms_server, phone.number)
    assert "Krisesenteret har fått flere plasser." in phone.write("1")
