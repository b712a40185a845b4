"""Which language a message is in, and which language it asks for."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings import ROOT
from bot.understanding.language import clearly, identify, learning, named
from bot.understanding.language.profiles import Profiles
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
    ("ckb", "چه\u200cند وه\u200cرده\u200cگرم"),
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
def test_whatever_is_written_a_language_has_a_share_of_one(text: str) -> None:
    found = identify(text)
    assert found is None or 0 <= found[1] <= 1.0001
    assert clearly(text) in (None, found and found[0])


HELD_OUT = [json.loads(line) for line in (ROOT / "tests/understanding/languages.jsonl").read_text("utf-8").splitlines()]


def share_found(rows: list[dict[str, str]]) -> float:
    found = [(identify(row["text"]) or ("", 0))[0] == row["lang"].partition("-")[0] for row in rows]
    return sum(found) / len(found)


def test_the_ten_languages_are_found_in_messages_nobody_has_chosen_settings_by() -> None:
    ours = [row for row in HELD_OUT if row["lang"] in LANGUAGES]
    assert share_found([row for row in ours if len(row["text"].split()) >= 4]) >= 0.98
    assert share_found([row for row in ours if len(row["text"].split()) < 4]) >= 0.90


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_language_is_left_behind(code: str) -> None:
    assert share_found([row for row in HELD_OUT if row["lang"] == code]) >= 0.9


@pytest.mark.parametrize("code", ["fa", "ckb"])
def test_a_language_typed_on_an_arabic_keyboard_is_found_all_the_same(code: str) -> None:
    typed = str.maketrans("یکەێۆڕڵ", "يكهيورل")
    assert (
        share_found([{**row, "text": row["text"].translate(typed)} for row in HELD_OUT if row["lang"] == code]) >= 0.9
    )


def test_other_languages_are_found_in_whole_sentences() -> None:
    others = [row for row in HELD_OUT if row["lang"] not in LANGUAGES and len(row["text"].split()) >= 4]
    assert share_found(others) >= 0.95


@pytest.mark.parametrize("current", LANGUAGES)
def test_a_conversation_hardly_ever_goes_over_to_a_language_nobody_wrote(current: str) -> None:
    moved = [(row["lang"].partition("-")[0], clearly(row["text"], current)) for row in HELD_OUT]
    wrong = [(truth, to) for truth, to in moved if to not in (None, truth, current)]
    assert len(wrong) / len(moved) <= 0.02


def test_arabic_and_persian_in_latin_letters_keep_the_language() -> None:
    rows = [row for row in HELD_OUT if row["lang"].endswith("-Latn")]
    kept = [clearly(row["text"], row["lang"].partition("-")[0]) is None for row in rows]
    assert sum(kept) / len(kept) >= 0.95


@pytest.mark.parametrize("current", LANGUAGES)
@pytest.mark.parametrize("word", ["barnehage", "NAV", "husleie", "ok", "Trondheim", "bostøtte", "help", "nei"])
def test_one_word_in_latin_letters_keeps_the_language(word: str, current: str) -> None:
    assert clearly(word, current) is None


@pytest.mark.parametrize(("word", "current"), [("سلام", "nb"), ("ሰላም", "en"), ("سلام", "ckb"), ("شكرا", "fa")])
def test_a_word_that_two_languages_have_or_of_the_same_letters_keeps_the_language(word: str, current: str) -> None:
    assert clearly(word, current) is None


@pytest.mark.parametrize(("word", "code"), [("مساعدة", "ar"), ("привіт", "uk"), ("یارمەتی", "ckb"), ("ሓገዝ", "ti")])
def test_one_word_in_letters_the_conversation_is_never_written_in_changes_it(word: str, code: str) -> None:
    assert clearly(word, "nb") == code


@pytest.mark.parametrize(
    ("current", "text"),
    [
        ("pl", "NAV husleie bostøtte"),
        ("so", "barnehage Trondheim"),
        ("nn", "søknad barnetrygd"),
        ("nb", "eg forstår"),
        ("nn", "hva koster det"),
    ],
)
def test_names_of_schemes_and_a_few_words_of_the_other_norwegian_keep_the_language(current: str, text: str) -> None:
    assert clearly(text, current) is None


def test_a_whole_sentence_of_the_other_norwegian_is_followed() -> None:
    assert clearly("Eg veit ikkje kva eg skal gjere no", "nb") == "nn"
    assert clearly("Hva gjør jeg når jeg ikke har penger?", "nn") == "nb"


def test_a_message_takes_less_than_two_milliseconds() -> None:
    identify("hei på deg")
    begun = time.process_time()
    for row in HELD_OUT:
        identify(row["text"])
    assert (time.process_time() - begun) / len(HELD_OUT) < 0.002


def test_profiles_are_learned_from_texts_kept_and_read_again(tmp_path: Path) -> None:
    texts = [(code, row["text"]) for code in LANGUAGES for row in HELD_OUT if row["lang"] == code for _ in range(60)]
    learned = learning.learn(texts)
    learned.save(tmp_path / "profiles.npz")
    again = Profiles.load(tmp_path / "profiles.npz")
    assert set(again.by_script) == {"latin", "cyrillic", "arabic", "ethiopic"}
    assert again.shared == learned.shared
    arabic = again.by_script["arabic"]
    assert arabic.languages[int(arabic.weigh(["پارەمان", "نییە"]).argmax())] == "ckb"


def test_a_language_with_too_few_texts_is_not_learned() -> None:
    with pytest.raises(learning.TooLittle, match="nb: 3 characters"):
        learning.learn([("nb", "hei")])


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
