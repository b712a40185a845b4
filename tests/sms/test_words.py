"""Words of command: understood in ten languages, also when said politely, and never found in what is no command."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings import ROOT
from connectors.sms import words
from connectors.sms.words import command, number
from knowledge.languages import LANGUAGES, LOCALES
from knowledge.sms import problems, sms, sms_file
from knowledge.source import read

HELD_OUT = ROOT / "tests" / "understanding"


def lines(name: str) -> list[str]:
    return (HELD_OUT / f"{name}.jsonl").read_text("utf-8").splitlines()


STOP = {
    "nb": [
        "STOPP",
        "Stop.",
        "ikke send meg flere meldinger",
        "Hei, kan dere slutte å sende meg SMS? Takk",
        "vær så snill stopp",
        "jeg vil ikke ha flere meldinger fra dere",
        "meld meg av sms",
        "meld meg av",
    ],
    "nn": [
        "stopp",
        "ikkje send meg fleire meldingar",
        "ver så snill, slutt å sende meg dette",
        "eg vil ikkje ha fleire SMS",
    ],
    "en": [
        "stop",
        "please stop sending me this",
        "Don't text me anymore",
        "Could you stop messaging me please?",
        "unsubscribe, I dont want more sms",
        "unsubscribe",
        "I don't want to receive any more messages",
        "no more messages thanks",
    ],
    "pl": [
        "STOP",
        "proszę nie wysyłać mi więcej wiadomości",
        "Nie chcę już dostawać SMS-ów",
        "przestańcie do mnie pisać",
        "prosze nie piszcie do mnie wiecej",
    ],
    "uk": [
        "стоп",
        "Будь ласка, не надсилайте мені більше повідомлень",
        "не пишіть мені",
        "я не хочу отримувати ці повідомлення",
    ],
    "ar": [
        "توقف",
        "لا ترسلوا لي رسائل",
        "من فضلكم توقفوا عن إرسال الرسائل",
        "ما بدي رسائل",
        "أرجو عدم إرسال رسائل أخرى",
    ],
    "fa": [
        "توقف",
        "لغو",
        "لطفاً دیگر به من پیام نفرستید",
        "نمی‌خواهم دیگر پیام بگیرم",
        "دیگه پیام نفرست",
        "من این پیام‌ها را نمی‌خواهم",
    ],
    "so": ["JOOJI", "fadlan fariimo dambe ha ii soo dirin", "ma rabo fariimo", "fariimaha jooji"],
    "ti": ["ኣቋርጽ", "በጃኹም መልእኽቲ ኣይትስደዱለይ", "ካልእ መልእኽቲ ኣይደልን", "ምስዳድ መልእኽቲ ኣቋርጹ"],
    "ckb": ["وەستان", "تکایە چیتر نامەم بۆ مەنێرن", "نامەم ناوێت", "ناردنی نامە ڕابگرن"],
}
OTHERS = {
    "start": [
        "START",
        "start igjen",
        "send me messages again",
        "أرسلوا لي الرسائل من جديد",
        "СТАРТ",
        "شروع",
        "bilow",
        "ጀምር",
        "wznów",
    ],
    "help": ["HJELP", "help", "pomoc", "довідка", "مساعدة", "راهنما", "caawimo", "ሓገዝ", "یارمەتی", "info"],
    "more": ["MER", "Meir", "more please", "WIĘCEJ", "wiecej", "ще", "المزيد", "بیشتر", "dheeraad", "ተወሳኺ", "زیاتر"],
    "delete": [
        "SLETT",
        "slett alt om meg",
        "delete my data",
        "usuń rozmowę",
        "видаліть мої дані",
        "احذفوا بياناتي",
        "tirtir",
    ],
    "export": ["KOPI", "send meg en kopi, takk", "copy", "download my data", "kopia", "копію", "نسخة", "nuqul", "ቅዳሕ"],
}
NONE = [
    "når stopper barnetrygden?",
    "can they stop my benefit?",
    "my husband won't stop hitting me",
    "han stopper ikke å slå meg",
    "jeg vil slutte å drikke",
    "kan jeg få mer i sosialhjelp?",
    "hjelp meg",
    "please help me",
    "vær så snill hjelp",
    "help my child",
    "stopp han",
    "I don't want to live",
    "jeg vil ikke ha barn",
    "nav har stoppet pengene mine",
    "slett gjelden min",
    "nie chcę dziecka",
    "زوجي لا يتوقف عن ضربي",
    "لا أريد",
    "لا",
    "هل يمكن أن توقف البلدية المساعدة؟",
    "نمی‌خواهم",
    "не надсилайте мені рахунок за світло",
    "чоловік не припиняє мене бити",
    "ma rabo",
    "ninkaygu ima joojiyo garaaca",
    "ኣይደልን",
    "نامەوێت",
    "more money",
    "start a business",
    "jeg fikk ikke melding fra nav",
    "nav sender meg ikke meldinger",
    "",
    "   ",
    "?",
]


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in STOP.items() for text in texts])
def test_stop_is_understood_in_every_language_also_as_a_polite_sentence(language: str, text: str) -> None:
    assert command(text, language) == "stop"
    assert {command(text, other) for other in LANGUAGES} == {"stop"}  # whatever the conversation was held to be in


@pytest.mark.parametrize(("meant", "text"), [(name, text) for name, texts in OTHERS.items() for text in texts])
def test_the_other_commands_are_understood_too(meant: str, text: str) -> None:
    assert {command(text, code) for code in LANGUAGES} == {meant}


@pytest.mark.parametrize("text", NONE)
def test_what_is_part_of_a_question_or_of_a_life_is_no_command(text: str) -> None:
    assert {command(text, code) for code in LANGUAGES} == {None}


def test_of_all_questions_people_asked_only_those_to_delete_and_to_read_on_are_commands() -> None:
    rows = [json.loads(line) for name in ("heldout", "languages") for line in lines(name)]
    assert len(rows) > 4000
    taken = [(command(row["text"], row["lang"]), row) for row in rows]
    assert [row["text"] for found, row in taken if found in ("stop", "start", "help", "export")] == []
    assert {row.get("label") for found, row in taken if found == "more"} <= {"ask_more", None}
    assert {row.get("label") for found, row in taken if found == "delete"} <= {"delete_my_data", None}


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_word_people_are_told_to_write_is_the_command(code: str) -> None:
    for name in ("stop", "start", "help", "more", "delete", "export"):
        assert {command(sms(code).word(name), other) for other in LANGUAGES} == {name}
    assert words.more(code) == sms(code).word("more")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("form", ["{}", "{}.", "({})", " {} ", "{})"])
def test_a_choice_is_its_number_in_any_digits(code: str, form: str) -> None:
    for digits in ("123456789", "١٢٣٤٥٦٧٨٩", "۱۲۳۴۵۶۷۸۹", "፩፪፫፬፭፮፯፰፱"):
        assert [number(form.format(digit), code) for digit in digits] == list(range(1, 10))


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_choice_is_its_number_in_words_and_behind_a_word_for_number(code: str) -> None:
    rows = sms(code).numbers
    for value, names in enumerate(rows, start=1):
        for name, before in itertools.product(names, ("", f"{sms(code).before_a_number[0]} ")):
            assert number(f"{before}{name}", code) == value
    assert number(f"{sms(code).before_a_number[0]} 12", code) == 12
    named = [name for names in rows for name in names]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2 barn", "nb"),
        ("jeg har to", "nb"),
        ("to", "pl"),
        ("fire", "en"),
        ("nr", "nb"),
        ("98765432", "nb"),
        ("نه", "fa"),
        ("", "nb"),
    ],
)
def test_what_only_has_a_number_in_it_is_no_choice(text: str, code: str) -> None:
    assert number(text, code) is None


@given(st.text(), st.sampled_from(LANGUAGES))
@settings(deadline=None)
def test_nothing_people_write_is_too_much(text: str, code: str) -> None:
    assert command(text, code) in (None, "stop", "start", "help", "more", "delete", "export")
    assert number(text, code) is None or 0 <= (number(text, code) or 0) <= 99


@given(
    st.lists(
        st.sampled_from(["please", "can you", "hi", "stop", "sending", "me", "more", "messages", "takk"]), max_size=40
    )
)
@settings(deadline=None)
def test_politeness_without_end_is_read_in_no_time_and_what_is_long_is_no_command(parts: list[str]) -> None:
    text = " ".join(parts)
    assert len(text) <= 120 or command(text, "en") is None


def test_the_files_of_all_languages_have_nothing_to_mend() -> None:
    assert list(problems()) == []
    assert [code for code in LANGUAGES if not sms_file(code).is_file()] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  - stopp\n", "  - (stopp)\n", "words.stop.0: '(stopp)' could be nothing at all"),
        ("  - stopp\n", "  - stopp (nå\n", "words.stop.0: 'stopp (nå' is no phrase"),
        ("  - mer\n", "  - slett\n", "words.delete: 'slett' means more in nb"),
        ("- [to]\n", "", "numbers: Tuple should have at least 9 items"),
        ("Vanlig SMS-pris.", "Vanlig SMS-pris!", "said.price: no exclamation marks"),
        ("igjen. Skriv", "igjen. {host} Skriv", "said.started: must name nothing in braces"),
        ("igjen. Skriv", "igjen. { Skriv", "said.started: braces that cannot be filled"),
        ("ikke et menneske", "ikke et menneske" + "e" * 40, "said.introduction: 2 SMS, at most 1"),
        ("  read_on:", "  read_off:", "said.read_on: is missing"),
    ],
)
def test_what_must_be_mended_is_reported_with_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "nb" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "nb" / "LC_MESSAGES" / "messages.po").touch()
    text = sms_file("nb").read_text("utf-8")
    assert old in text
    sms_file("nb", tmp_path).write_text(text.replace(old, new, 1), "utf-8")
    found = [str(problem) for problem in problems(tmp_path)]
    assert [line for line in found if said in line and line.startswith(f"{sms_file('nb', tmp_path)}:")], found


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "so" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "so" / "LC_MESSAGES" / "messages.po").touch()
    assert [problem.message for problem in problems(tmp_path)] == ["cannot be read: No such file or directory"]


def test_no_file_claims_to_have_been_read_by_a_native_reader() -> None:
    for code in LANGUAGES:
        assert "No native reader has read this file" in sms_file(code, LOCALES).read_text("utf-8").splitlines()[0]
        assert read(sms_file(code))
