"""What was asked is answered by the statement that answers it: before the short answer, and when going on."""

import asyncio
import json

import pytest

from bot.settings import ROOT
from knowledge.library import Library
from tests.conftest import Citizen, Server

LIBRARY = Library.load()
ASKED = [
    ("nb", "mannen min tjener bra, får jeg ikke engangsstønad da", "engangsstonad", "Inntekten til partneren"),
    (
        "en",
        "employer wont pay me for the first 16 days sick, says he has no money",
        "sykepenger",
        "Betaler ikke arbeids",
    ),
    ("ar", "المدرسة قالولي خلي بنتك تترجملك بالاجتماع، عمرها ١١ سنة", "tolk", "Barn skal ikke tolke"),
    ("ti", "startlån ሓቲተ መልሲ ገና ኣይመጸን። ጽባሕ ጽቡቕ ገዛ ይሽየጥ ኣሎ፡ ክጫረት ይኽእል ዶ", "startlan", "Vent på svar fra kommunen"),
]

HELD_OUT = ROOT / "tests" / "understanding" / "heldout.jsonl"
UNSURE = 0.6
"""Danger less likely than this is answered as what it may be besides, too."""
AT_HAND = ("arbeidsavklaringspenger", "barnehage", "dagpenger", "leieboer-rettigheter", "klage-pa-vedtak", "fastlege")
"""Topics of work, money, home, rights and health; all 51 would take twenty seconds."""


def at_hand(server: Server, code: str, topic: str) -> Citizen:
    """Somebody who has been told about a topic."""
    citizen = Citizen(server, language=code)
    citizen.pick(topic)
    return citizen


def is_danger(replies: list[dict]) -> bool:
    return (replies[0]["card"] or {}).get("kind") == "crisis"


def statement(topic: str, begins: str, code: str) -> str:
    """A statement of an entry as it is read in a language."""
    found = LIBRARY.explain(topic, code).sections.values()
    return next(each.text.text for section in found for each in section if each.source.startswith(begins))


@pytest.mark.parametrize(("code", "said", "topic", "begins"), ASKED)
def test_the_statement_that_answers_comes_before_the_short_answer(
    server: Server, code: str, said: str, topic: str, begins: str
) -> None:
    reply = Citizen(server, language=code).write(said)[0]
    wanted = statement(topic, begins, code)
    assert reply["card"]["topic"] == topic
    assert wanted in reply["card"]["asked"]["statements"][0]["text"]
    assert reply["text"].index(wanted) < reply["text"].index(LIBRARY.answer(topic, code).text)


def test_on_the_page_it_stands_above_the_short_answer(server: Server) -> None:
    code, said, topic, begins = ASKED[0]
    page = server.client(follow_redirects=True)
    page.get("/", params={"lang": code, "chosen": "1"})
    shown = page.post("/say", data={"text": said, "lang": code, "chosen": "1"}).text
    asked = shown.index('class="asked"')
    assert asked < shown.index(statement(topic, begins, code), asked) < shown.index('class="text lead"', asked)


@pytest.mark.parametrize("said", ["engangsstønad", "jeg får engangsstønad"])
def test_who_only_names_a_topic_gets_the_short_answer_alone(server: Server, said: str) -> None:
    reply = Citizen(server, language="nb").write(said)[0]
    assert (reply["card"]["topic"], reply["card"]["asked"]) == ("engangsstonad", None)
    assert reply["text"] == LIBRARY.answer("engangsstonad", "nb").text


def test_a_topic_that_was_picked_gets_the_short_answer_alone(server: Server) -> None:
    assert Citizen(server, language="nb").pick("tolk")[0]["card"]["asked"] is None


@pytest.mark.parametrize(
    ("topic", "said", "begins"),
    [
        ("arbeidsavklaringspenger", "må jeg sende meldekort", "Send meldekort hver 14. dag"),
        ("dagpenger", "hva om jeg får en liten jobb 2 dager i uka", "Mange tror at det er forbudt å jobbe"),
        ("barnetrygd", "hva hvis jeg får kjæreste som flytter inn", "Si fra til Nav med en gang"),
    ],
)
def test_who_goes_on_without_naming_the_topic_is_answered_about_it(
    server: Server, topic: str, said: str, begins: str
) -> None:
    citizen = at_hand(server, "nb", topic)
    assert statement(topic, begins, "nb") in citizen.write(said)[0]["text"]


@pytest.mark.parametrize(
    ("said", "leads_to"),
    [("jeg mista jobben i dag", "dagpenger"), ("sønnen min på 4 trenger barnehageplass", "barnehage")],
)
def test_who_asks_about_something_else_is_answered_about_that(server: Server, said: str, leads_to: str) -> None:
    citizen = at_hand(server, "nb", "bostotte")
    assert citizen.write(said)[0]["card"]["topic"] == leads_to


def test_danger_is_danger_in_the_middle_of_a_conversation(server: Server) -> None:
    citizen = at_hand(server, "nb", "bostotte")
    assert citizen.write("mannen min slår meg")[0]["card"]["kind"] == "crisis"


def test_danger_that_is_not_sure_keeps_its_card_whatever_is_at_hand(server: Server) -> None:
    """Of the held-out messages of danger, those that are told least surely, with topics at hand that have nothing of it."""
    rows = [
        row for row in map(json.loads, HELD_OUT.read_text(encoding="utf-8").splitlines()) if row["label"] == "crisis"
    ]
    assistant = server.installation.assistant
    found = asyncio.run(assistant.understand_all([row["text"] for row in rows]))
    unsure = [row for row, one in zip(rows, found, strict=True) if dict(one.ranking).get("crisis", 0.0) < UNSURE]
    assert unsure
    hidden = [
        (row["text"], topic)
        for row in unsure
        if is_danger(Citizen(server, language=row["lang"]).write(row["text"]))
        for topic in AT_HAND
        if not is_danger(at_hand(server, row["lang"], topic).write(row["text"]))
    ]
    assert hidden == []


@pytest.mark.parametrize(
    ("said", "code", "topic"),
    [
        ("slett alt jeg har skrevet", "nb", "overgangsstonad"),
        ("who gets to see what I write here", "en", "barnetrygd"),
        ("what's your name", "en", "okonomisk-sosialhjelp"),
    ],
)
def test_who_asks_about_us_is_told_about_us_whatever_is_at_hand(
    server: Server, said: str, code: str, topic: str
) -> None:
    alone = Citizen(server, language=code).write(said)[0]["text"]
    assert at_hand(server, code, topic).write(said)[0]["text"] == alone


def test_what_is_not_ours_is_refused_in_the_middle_of_a_conversation(server: Server) -> None:
    citizen = at_hand(server, "nb", "bostotte")
    assert "Dette vet jeg ikke" in citizen.write("hva blir været i morgen")[0]["text"]


def test_of_a_section_that_is_asked_about_what_answers_is_told_and_all_of_it_can_be_had(server: Server) -> None:
    citizen = at_hand(server, "nb", "engangsstonad")
    (reply,) = citizen.write("når kan jeg søke, jeg er i uke 25 nå?")
    assert statement("engangsstonad", "Du kan søke før", "nb") in reply["text"]
    assert "ask_deadlines:engangsstonad" in [choice["id"] for choice in reply["choices"]]
    assert statement("engangsstonad", "Søk innen seks", "nb") in citizen.pick("ask_deadlines:engangsstonad")[0]["text"]


def test_of_a_long_section_what_answers_is_told_and_all_of_it_can_be_had(server: Server) -> None:
    citizen = at_hand(server, "nb", "dagpenger")
    (reply,) = citizen.write("hvor mye får jeg ekstra for hvert barn?")
    section = [each.text.text for each in LIBRARY.explain("dagpenger", "nb").sections["what"]]
    told = [each for each in section if each in reply["text"]]
    assert statement("dagpenger", "Du får {dagpenger.barnetillegg}", "nb") in told
    assert len(told) < len(section)
    assert reply["choices"][0]["id"] == "ask_amount:dagpenger"
    whole = citizen.pick("ask_amount:dagpenger")[0]["text"]
    assert all(each in whole for each in section)


@pytest.mark.parametrize("said", ["når må jeg søke?", "hvor mye er det?"])
def test_half_a_question_is_about_a_section_whatever_words_of_it_resemble(server: Server, said: str) -> None:
    text = at_hand(server, "nb", "engangsstonad").write(said)[0]["text"]
    name = "deadlines" if "når" in said else "what"
    wanted = [each.text.text for each in LIBRARY.explain("engangsstonad", "nb").sections[name]]
    assert all(each in text for each in wanted)


def test_each_of_two_needs_begins_with_what_was_asked_of_it(server: Server) -> None:
    said = "får jeg bostøtte når jeg bor i bokollektiv? Og hva betaler jeg for tannlegen når jeg er 22 år?"
    replies = Citizen(server, language="nb").write(said)
    asked = {reply["card"]["topic"]: reply["card"]["asked"]["statements"][0]["text"] for reply in replies}
    assert asked == {
        "bostotte": statement("bostotte", "Bor du i bokollektiv", "nb"),
        "tannhelse": statement("tannhelse", "Fra året du fyller 19", "nb"),
    }


TWO_NEEDS = "mista jobben og klarer ikke husleia"


@pytest.mark.parametrize(
    ("said", "topic", "begins"),
    [
        ("må jeg selge bilen først?", "okonomisk-sosialhjelp", "Mange tror at de må selge alt"),
        ("jeg sa opp selv, har det noe å si?", "dagpenger", "Mange tror at den som sier opp selv"),
    ],
)
def test_after_two_needs_who_goes_on_is_answered_about_either(
    server: Server, said: str, topic: str, begins: str
) -> None:
    citizen = Citizen(server, language="nb")
    citizen.write(TWO_NEEDS)
    text = citizen.write(said)[0]["text"]
    assert text.startswith(LIBRARY.title(topic, "nb"))
    assert statement(topic, begins, "nb") in text


def test_what_is_asked_about_in_general_stays_with_the_topic_at_hand(server: Server) -> None:
    citizen = Citizen(server, language="nb")
    citizen.write(TWO_NEEDS)
    first, *_ = citizen.history()[1:2]
    for said in ("hvilke papirer trenger jeg?", "hvordan søker jeg?"):
        assert citizen.write(said)[0]["text"].startswith(first["card"]["title"]["text"])


def test_who_was_refused_and_asks_how_long_is_told_how_long_they_have_to_complain(server: Server) -> None:
    citizen = at_hand(server, "nb", "okonomisk-sosialhjelp")
    to_complain = statement("okonomisk-sosialhjelp", "Er du uenig, kan du klage", "nb")
    to_apply = statement("okonomisk-sosialhjelp", "Det er ingen frist", "nb")
    assert to_apply in citizen.write("hva er søknadsfristen?")[0]["text"]
    citizen.write("jeg fikk avslag")
    text = citizen.write("hvor lenge har jeg på meg?")[0]["text"]
    assert to_complain in text
    assert to_apply not in text


def test_who_was_warned_and_asks_for_a_person_has_the_numbers_again_first(server: Server) -> None:
    citizen = Citizen(server, language="nb")
    assert is_danger(citizen.write("jeg vil ikke leve lenger"))
    first, *rest = citizen.pick("human")
    assert all(line.number in first["text"] for line in LIBRARY.crisis_help("suicide", "nb").lines)
    assert rest[-1]["text"] == "Hvor bor du?"


@pytest.mark.parametrize("said", ["hvordan søker jeg?", "hvilke papirer trenger jeg?"])
def test_who_was_refused_and_asks_something_else_is_told_that(server: Server, said: str) -> None:
    citizen = at_hand(server, "nb", "bostotte")
    citizen.write("jeg fikk avslag")
    name = "apply" if "søker" in said else "documents"
    assert LIBRARY.explain("bostotte", "nb").sections[name][0].text.text in citizen.write(said)[0]["text"]


def test_a_refusal_of_one_thing_is_not_one_of_another(server: Server) -> None:
    citizen = at_hand(server, "nb", "bostotte")
    citizen.write("jeg fikk avslag")
    citizen.pick("okonomisk-sosialhjelp")
    text = citizen.write("hva er søknadsfristen?")[0]["text"]
    assert statement("okonomisk-sosialhjelp", "Det er ingen frist", "nb") in text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("nb", "fikk nei fra nav på sosialhjelp"),
        ("en", "nav refused me social assistance"),
        ("pl", "nav odmówił mi pomocy społecznej"),
    ],
)
def test_a_refusal_of_what_is_named_is_answered_with_how_one_complains(server: Server, code: str, said: str) -> None:
    citizen = Citizen(server, language=code)
    text = "\n".join(reply["text"] for reply in citizen.write(said))
    assert statement("okonomisk-sosialhjelp", "Er du uenig, kan du klage", code) in text


def test_a_refusal_in_a_few_words_is_about_the_topic_at_hand(server: Server) -> None:
    citizen = at_hand(server, "nb", "gratis-skole")
    assert citizen.write("kommunen sa nei")[0]["text"].startswith(LIBRARY.title("gratis-skole", "nb"))


def test_who_names_again_what_cannot_wait_has_the_numbers_below_again(server: Server) -> None:
    citizen = at_hand(server, "nb", "midlertidig-bolig")
    last = citizen.write("jeg og barna trenger midlertidig bolig i natt fordi vi er på gata")[-1]
    assert "112" in last["text"]
    assert "urgent_human" in [choice["id"] for choice in last["choices"]]


@pytest.mark.parametrize(
    ("code", "refused", "until_when"),
    [
        ("nb", "nav avslo søknaden min, hva gjør jeg", "hvor lenge har jeg på meg?"),
        ("nb", "fikk nei fra nav", "hvor lenge har jeg på meg?"),
        ("nb", "fikk nei fra nav", "hvor lenge kan jeg klage?"),
        ("en", "nav refused my application", "how long do I have to complain?"),
        ("ar", "رفضوا طلبي", "لمتى فيني اعترض؟"),
    ],
)
def test_who_was_refused_something_and_asks_until_when_is_not_told_of_a_refused_complaint(
    server: Server, code: str, refused: str, until_when: str
) -> None:
    citizen = at_hand(server, code, "klage-pa-vedtak")
    sections = LIBRARY.explain("klage-pa-vedtak", code).sections
    citizen.write(refused)
    text = citizen.write(until_when)[-1]["text"]
    assert any(each.text.text in text for each in sections["deadlines"])
    assert not any(each.text.text in text for each in sections["complaint"])


def test_who_is_refused_again_is_told_of_a_refused_complaint(server: Server) -> None:
    text = at_hand(server, "nb", "klage-pa-vedtak").write("hva hvis de sier nei igjen?")[-1]["text"]
    assert LIBRARY.explain("klage-pa-vedtak", "nb").sections["complaint"][0].text.text in text
