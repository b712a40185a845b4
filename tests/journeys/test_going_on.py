"""What goes on about the topic at hand, and what must not be taken for that: danger, requests to us, what is not ours."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot import switches
from bot.settings import Settings
from knowledge.library import Library
from tests.conftest import Citizen, Server, serving

LIBRARY = Library.load()
AT_HAND = ("bostotte", "barnehage", "kommunal-bolig")


def at_hand(server: Server, code: str, topic: str) -> Citizen:
    citizen = Citizen(server, language=code)
    citizen.pick(topic)
    return citizen


def cards(replies: list[dict]) -> list[str]:
    return [reply["card"]["kind"] for reply in replies if reply["card"]]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("nb", "jeg klarer ikke leve mer"),
        ("nb", "faren deres banker ungene"),
        ("nn", "eg orkar ikkje leve meir"),
        ("en", "he slaps the children hard"),
        ("en", "i dont want to be alive"),
        ("pl", "mąż mnie szarpie jak wypije"),
        ("pl", "juz mi sie nie chce zyc"),
        ("uk", "чоловік кидається на мене з кулаками"),
        ("ar", "جوزي بيضربني"),
        ("fa", "شوهرم تهدیدم میکنه"),
        ("fa", "دیگه نمیخوام زنده باشم"),
        ("fa", "باباشون بچه‌ها رو کتک میزنه"),
        ("so", "ninkaygu wuu i garaacaa"),
        ("ckb", "مێردەکەم هەڕەشەم لێ دەکات"),
        ("ckb", "نامەوێ بژیم"),
        ("ti", "ሰብኣየይ የፈራርሓኒ"),
        ("ti", "ካብ ሎሚ ንድሓር ክነብር ኣይደልን"),
    ],
)
def test_danger_said_briefly_in_the_middle_of_an_ordinary_talk_gets_its_numbers(
    server: Server, code: str, said: str
) -> None:
    for topic in AT_HAND:
        assert cards(at_hand(server, code, topic).write(said))[:1] == ["crisis"], topic


def test_after_a_warning_danger_is_not_taken_for_going_on(server: Server) -> None:
    citizen = Citizen(server, language="nb")
    assert cards(citizen.write("mannen min slår meg")) == ["crisis"]
    replies = citizen.write("han står utenfor døra nå")
    assert any("112" in reply["text"] for reply in replies)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("nb", "kan noen ringe meg?"),
        ("en", "can I talk to a person"),
        ("ar", "أريد التحدث مع شخص"),
        ("so", "waxaan rabaa inaan qof la hadlo"),
    ],
)
def test_who_asks_for_a_person_is_led_to_one_whatever_is_at_hand(server: Server, code: str, said: str) -> None:
    for topic in (*AT_HAND, "psykisk-helse", "pleiepenger-omsorgspenger"):
        replies = at_hand(server, code, topic).write(said)
        offered = [choice["id"] for choice in replies[-1]["choices"]]
        assert any(each.startswith(("place:", "share:")) for each in offered), topic


@pytest.mark.parametrize("code", ["nb", "en", "ar", "so"])
def test_who_wants_everything_deleted_is_asked_whether_whatever_is_at_hand(server: Server, code: str) -> None:
    said = {"nb": "slett alt om meg", "en": "delete my data", "ar": "احذف بياناتي", "so": "tirtir xogtayda"}[code]
    for topic in AT_HAND:
        replies = at_hand(server, code, topic).write(said)
        assert "delete_conversation:yes" in [choice["id"] for choice in replies[-1]["choices"]], topic


@pytest.mark.parametrize(
    ("code", "said", "answers"),
    [
        ("nb", "må jeg anmelde han først?", "Mange tror at de må anmelde"),
        ("en", "do i have to report him first", "Mange tror at de må anmelde"),
        ("en", "what does it cost to stay there", "Et trygt sted å bo"),
        ("uk", "а скільки там коштує жити", "Et trygt sted å bo"),
    ],
)
def test_who_asks_on_about_violence_is_answered_and_has_the_numbers_below(
    server: Server, code: str, said: str, answers: str
) -> None:
    explanation = LIBRARY.explain("vold-og-krisesenter", code)
    told = [
        each.text.text for part in explanation.sections.values() for each in part if each.source.startswith(answers)
    ]
    replies = at_hand(server, code, "vold-og-krisesenter").write(said)
    assert told[0] in "".join(reply["text"] for reply in replies)
    assert "112" in replies[-1]["text"]
    assert "urgent_human" in [choice["id"] for choice in replies[-1]["choices"]]


def test_after_danger_that_is_not_sure_the_talk_goes_on_about_what_it_was_about(server: Server) -> None:
    citizen = at_hand(server, "nb", "bostotte")
    assert cards(citizen.write("mannen min slo meg før, men vi er skilt nå"))[:1] == ["crisis"]
    assert LIBRARY.title("bostotte", "nb") in citizen.write("hvor mye kan jeg få?")[0]["text"]


@pytest.mark.parametrize("said", ["?", ".", "42", "…", "😀"])
def test_what_says_nothing_gets_no_statement(server: Server, said: str) -> None:
    citizen = at_hand(server, "nb", "bostotte")
    assert "Om det du skrev" not in "".join(reply["text"] for reply in citizen.write(said))


def test_that_it_goes_on_is_nothing_one_can_pick(server: Server) -> None:
    for choice in ("ask_on", "ask_on:bostotte"):
        answer = Citizen(server, language="nb").send(choice=choice)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:rettvis:problem:unknown_choice")


@pytest.fixture(scope="module")
def own(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, for what is switched off here."""
    folder = tmp_path_factory.mktemp("switched-off")
    yield from serving(replace(settings, database_url=f"sqlite:///{folder / 'own.sqlite3'}"))


def test_about_a_topic_that_was_switched_off_nobody_goes_on(own: Server) -> None:
    citizen = at_hand(own, "nb", "tannhelse")
    here = own.installation
    switches.turn(here.database, here.library, "topic:tannhelse", off=True, reason="a test", by="a test")
    for said in ("nei", "kan jeg være anonym", "hva om jeg har dårlig råd"):
        text = "".join(reply["text"] for reply in citizen.write(said))
        assert "gikk galt" not in text
        assert LIBRARY.title("tannhelse", "nb") not in text


def test_who_names_another_topic_is_answered_about_that_first(server: Server) -> None:
    citizen = at_hand(server, "nb", "uforetrygd")
    first, *_ = citizen.write("nei æ mente AAP. kor mykje får man på det")
    assert first["card"]["topic"] == "arbeidsavklaringspenger"
    assert "AAP" in citizen.write("hvor lenge kan man få det?")[0]["text"].partition("\n")[0]
