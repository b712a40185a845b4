"""Acute danger that is said in plain words is found whatever else happens, and lawns may be mown in peace."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.understanding import examples
from bot.understanding.components import PERHAPS, RANKING, Safety
from bot.understanding.labels import CRISIS_KINDS
from bot.understanding.reading.going_on import GOING_ON
from bot.understanding.safety import FILE, Safeguard
from knowledge.folding import fold
from knowledge.library import Library
from knowledge.source import KnowledgeError, read

TYPED_IN_OTHER_WAYS = (
    str.upper,
    str.title,
    lambda text: f"  {text}!!! ",
    lambda text: text.replace(" ", "\n"),
    lambda text: f"hei, {text}, hva gjør jeg?",
)


@pytest.fixture(scope="module")
def safeguard() -> Safeguard:
    return Safeguard.load()


PLAIN = [
    ("violence", "mannen min slår meg"),
    ("violence", "Han truer meg med kniv"),
    ("violence", "jeg ble voldtatt i natt"),
    ("violence", "my husband often beats me"),
    ("violence", "My boyfriend, when drunk, hits me"),
    ("violence", "he said he is going to kill me"),
    ("violence", "زوجي يضربني"),
    ("violence", "زوجي كل يوم يضربني امام اولادي"),
    ("violence", "يهددني بالقتل"),
    ("suicide", "jeg vil ikke leve lenger"),
    ("suicide", "Jeg tenker på å ta livet mitt"),
    ("suicide", "i want to die"),
    ("suicide", "I don't want to live anymore"),
    ("suicide", "أريد أن أموت"),
    ("suicide", "أفكّر في الانتحار"),
    ("suicide", "jeg har så vondt i ryggen at jeg tar livet av meg"),
    ("suicide", "kolega mówi, że się powiesi"),
    ("suicide", "друг каже що накладе на себе руки"),
    ("violence", "jeg låser meg inne på badet når han kommer hjem full"),
    ("child", "faren slår barna våre"),
    ("child", "my ex hits the kids"),
    ("child", "هو يضرب الأطفال"),
    ("medical", "sønnen min puster ikke"),
    ("medical", "She can't breathe"),
    ("medical", "ابي فاقد الوعي"),
    ("fire", "det brenner i huset"),
    ("fire", "our house is on fire"),
    ("fire", "البيت يحترق"),
]
HARMLESS = [
    "naboen slår plenen klokka sju om morgenen",
    "mannen min slår plenen på lørdager",
    "ryggen tar livet av meg når jeg står i kassa",
    "pranie się powiesi na balkonie",
    "hvem slår plenen for gamle mennesker?",
    "jeg må slå plenen",
    "de slår av strømmen hvis vi ikke betaler",
    "er det gratis førstehjelpskurs her?",
    "my son wants to see suicide squad",
    "how do I kill the process that hangs",
    "jeg har ikke penger til mat",
    "can I get help with the rent",
    "this is killing the mood",
    "اريد ان اسأل عن اعانة الاطفال",
    "كيف اطلب المساعدة في الايجار",
    "",
    "🙂",
]


@pytest.mark.parametrize(("kind", "text"), PLAIN)
def test_danger_in_plain_words_is_found_with_its_kind(safeguard: Safeguard, kind: str, text: str) -> None:
    assert safeguard.kind(text) == kind


@pytest.mark.parametrize(("kind", "text"), PLAIN)
@pytest.mark.parametrize("written", TYPED_IN_OTHER_WAYS)
def test_danger_is_found_however_it_is_typed(safeguard: Safeguard, kind: str, text: str, written: object) -> None:
    assert callable(written)
    assert safeguard.kind(written(text)) == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_raise_no_alarm(safeguard: Safeguard, text: str) -> None:
    assert safeguard.kind(text) is None


@pytest.mark.parametrize("text", ["han slår plenen og så slår han meg", "jeg slår plenen mens huset brenner"])
def test_harmless_words_do_not_hide_the_danger_beside_them(safeguard: Safeguard, text: str) -> None:
    assert safeguard.kind(text) is not None


@pytest.mark.parametrize("text", ["xhan slår meg", "han slår megx", "the gas leakage insurance", "suicidesquadron"])
def test_a_phrase_is_found_only_as_whole_words(safeguard: Safeguard, text: str) -> None:
    assert safeguard.kind(text) is None


def phrases() -> list[tuple[str, str]]:
    return [(kind, text) for kind in CRISIS_KINDS for texts in read(FILE)[kind].values() for text in texts]


def spoken(phrase: str) -> str:
    """A phrase of the file as somebody would write it."""
    return phrase.replace("*", "").replace("... ", "virkelig ")


def test_every_phrase_of_the_file_is_found(safeguard: Safeguard) -> None:
    assert [text for _, text in phrases() if safeguard.kind(f"hei {spoken(text)} i dag") is None] == []


def test_every_kind_has_phrases_in_norwegian_english_and_arabic() -> None:
    kinds = read(FILE)
    assert all({"nb", "en", "ar"} <= kinds[kind].keys() for kind in CRISIS_KINDS)


def test_no_ordinary_example_question_raises_the_alarm(safeguard: Safeguard) -> None:
    ordinary = [each for each in examples.load(frozenset(Library.load().topics)) if each.label != "crisis"]
    assert len(ordinary) > 1_000
    assert [each.text for each in ordinary if safeguard.kind(each.text)] == []


def broken(folder: Path, content: str) -> KnowledgeError:
    file = folder / "safety.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError) as raised:
        Safeguard.load(file)
    assert raised.value.problems[0].file == file
    return raised.value


def test_an_unknown_kind_of_danger_is_reported_with_file_and_line(tmp_path: Path) -> None:
    error = broken(tmp_path, "violence:\n  nb:\n  - han slår meg\nboredom:\n  nb:\n  - kjeder meg\n")
    assert str(error) == f"{tmp_path / 'safety.yml'}:4: 'boredom' is not a kind of danger"


def test_a_kind_that_stands_twice_is_reported_with_its_line(tmp_path: Path) -> None:
    error = broken(tmp_path, "fire:\n  nb: [det brenner]\nfire:\n  nb: [huset brenner]\n")
    assert (error.problems[0].line, error.problems[0].message) == (3, "'fire' is written twice")


def test_a_file_that_is_not_yaml_is_reported_with_its_line(tmp_path: Path) -> None:
    assert broken(tmp_path, "fire:\n  nb: [det brenner\nmedical: {}\n").problems[0].line > 1


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="cannot be read"):
        Safeguard.load(tmp_path / "none.yml")


@settings(deadline=None)
@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(st.text())
def test_what_is_folded_is_words_with_one_space_between(text: str) -> None:
    words = fold(text).split(" ") if fold(text) else []
    assert all(word and all(character.isalnum() for character in word) for word in words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jeg ER Her", "jeg er her"),
        ("a\u030a", "å"),
        ("éàü", "eau"),
        ("أريد", "اريد"),
        ("إلى", "الي"),
        ("مساعدة", "مساعده"),
        ("مُسَاعَدَة", "مساعده"),
        ("مســاعدة", "مساعده"),
        ("don't", "don t"),
    ],
)
def test_ways_of_writing_the_same_are_folded_into_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("pair", [("lån", "lan"), ("før", "for"), ("næring", "naring")])
def test_norwegian_letters_are_letters_of_their_own(pair: tuple[str, str]) -> None:
    assert fold(pair[0]) != fold(pair[1])


@pytest.mark.parametrize(("learnt", "found"), [(0.2, 0.2), (0.9, PERHAPS)])
def test_what_is_over_is_no_likelier_danger_than_was_learned(learnt: float, found: float) -> None:
    said = {
        TEXT: "my father died last year and left me the house",
        INTENT: {"name": "crisis", "confidence": learnt},
        RANKING: [{"name": "crisis", "confidence": learnt}, {"name": "familievern", "confidence": 1 - learnt}],
        ENTITIES: [{"entity": "kind", "value": "medical"}],
        GOING_ON: 0.3,
    }
    (message,) = Safety().process([Message(data=said)])
    assert (message.get(INTENT)["confidence"], message.get(GOING_ON)) == (found, 0.3)
