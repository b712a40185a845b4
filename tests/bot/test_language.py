"""Which language a message is in, and which language it asks for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.language import clearly, identify, named
from knowledge.languages import LANGUAGES

WRITTEN = [
    ("nb", "Jeg lurer på hvordan jeg søker om penger til barna mine"),
    ("nb", "Kan dere hjelpe meg med husleia denne måneden?"),
    ("nn", "Eg lurer på korleis eg kan søkje om pengar til borna mine"),
    ("nn", "Kva gjer eg når eg ikkje har pengar til husleiga?"),
    ("en", "How do I apply for help with the rent?"),
    ("en", "We have no money for food until Friday"),
    ("pl", "Jak mogę złożyć wniosek o zasiłek na dzieci?"),
    ("pl", "Nie mam pieniędzy na czynsz w tym miesiącu"),
    ("uk", "Як мені подати заяву на допомогу на дітей?"),
    ("uk", "У нас немає грошей на їжу"),
    ("ar", "كيف يمكنني التقديم على مساعدة للأطفال؟"),
    ("ar", "ليس لدينا مال للطعام حتى يوم الجمعة"),
    ("fa", "چگونه می‌توانم برای کمک هزینه فرزندان درخواست بدهم؟"),
    ("fa", "ما پول کافی برای غذا نداریم"),
    ("so", "Sideen u codsan karaa lacagta carruurta ee bisha?"),
    ("so", "Ma haysanno lacag aan cunto ku iibsanno"),
    ("ti", "ንቆልዑ ሓገዝ ብኸመይ ክሓትት እኽእል?"),
    ("ti", "ገንዘብ ንመግቢ የብልናን"),
    ("ckb", "چۆن دەتوانم داوای یارمەتی بۆ منداڵەکانم بکەم؟"),
    ("ckb", "پارەمان نییە بۆ خواردن لەم هەفتەیە و پێویستمان بە یارمەتییە"),
]


def test_there_is_a_sentence_of_every_language() -> None:
    assert {code for code, _ in WRITTEN} == set(LANGUAGES)


@pytest.mark.parametrize(("code", "text"), WRITTEN)
def test_a_sentence_is_identified_and_clear_enough_to_answer_in(code: str, text: str) -> None:
    found = identify(text)
    assert found is not None
    assert found[0] == code
    assert 0.5 < found[1] <= 1.0
    assert clearly(text) == code


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "🙂🙂", "👍🏽", "12345", "😀 42 !", "٤٢", "?!", "a", "+47 91 23 45 67"]
)
def test_without_letters_there_is_nothing_to_go_by(text: str) -> None:
    assert identify(text) is None
    assert clearly(text) is None


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "how do I apply for overgangsstønad"),
        ("en", "do you know how much the barnetrygd is for us"),
        ("ar", "كيف أقدم طلب barnetrygd"),
        ("uk", "як подати заяву на bostøtte"),
    ],
)
def test_the_norwegian_name_of_a_scheme_does_not_make_a_question_norwegian(code: str, text: str) -> None:
    assert clearly(text) == code


@pytest.mark.parametrize("text", ["barnetrygd", "AAP", "bostøtte Trondheim"])
def test_a_word_or_two_in_latin_letters_are_not_clear_enough_to_change_language(text: str) -> None:
    assert clearly(text) is None


@settings(deadline=None)
@given(st.text(max_size=200))
def test_whatever_is_written_a_language_is_one_of_ours_with_a_share_of_one(text: str) -> None:
    found = identify(text)
    assert found is None or (found[0] in LANGUAGES and 0 <= found[1] <= 1.0001)
    assert clearly(text) in (None, found and found[0])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("nb", "snakk norsk"),
        ("nb", "kan du skrive bokmål?"),
        ("nb", "Norwegian, please"),
        ("nn", "på nynorsk, takk"),
        ("nn", "kan du skrive norsk nynorsk?"),
        ("en", "Can we speak English?"),
        ("en", "engelsk takk"),
        ("en", "الإنجليزية"),
        ("pl", "czy możemy po polsku?"),
        ("pl", "in Polish please"),
        ("uk", "можна українською?"),
        ("uk", "Ukrainian"),
        ("ar", "kan vi snakke arabisk?"),
        ("ar", "ممكن نحكي عربي"),
        ("ar", "بالعربي من فضلك"),
        ("fa", "لطفا فارسی"),
        ("fa", "dari takk"),
        ("so", "fadlan soomaali"),
        ("so", "AF-SOOMAALI"),
        ("ti", "ትግርኛ በጃኹም"),
        ("ti", "tigrinja"),
        ("ckb", "کوردی تکایە"),
        ("ckb", "in Kurdish"),
    ],
)
def test_the_language_that_is_asked_for_is_found(code: str, text: str) -> None:
    assert named(text) == code


def test_whoever_does_not_speak_norwegian_gets_the_language_they_name_instead() -> None:
    assert named("jeg snakker ikke norsk, kan vi ta det på arabisk?") == "ar"


@pytest.mark.parametrize("text", ["", "🙂", "42", "jeg trenger penger", "I need help"])
def test_a_text_that_names_no_language_asks_for_none(text: str) -> None:
    assert named(text) is None
