"""What a message asks for besides its first subject: several things, not this one, what one has already."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.labels import FOLLOW_UPS
from bot.understanding.reading.asked import asked
from bot.understanding.reading.names import names
from bot.understanding.reading.phrases import Phrases, phrases
from bot.understanding.reading.reading import MOST_TO_UNDERSTAND, Part, Ranking, Reading, apart_from, plan
from knowledge.languages import LANGUAGES
from knowledge.library import Library
from knowledge.source import KnowledgeError

LIBRARY = Library.load()
TOPICS = sorted(LIBRARY.topics)
LABELS = [*TOPICS, *FOLLOW_UPS, "out_of_scope", "not_helped"]
KINDS = ["already", "has", "besides", "more", "not_about", "misunderstood"]


@st.composite
def rankings(draw: st.DrawFn) -> Ranking:
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=5, unique=True))
    shares = sorted(draw(st.lists(st.floats(0.01, 1), min_size=len(labels), max_size=len(labels))), reverse=True)
    return tuple((label, share / sum(shares)) for label, share in zip(labels, shares, strict=True))


parts = st.builds(
    Part,
    text=st.sampled_from(["one", "two words", "this is a longer part of it"]),
    names=st.lists(st.sampled_from(TOPICS), max_size=2, unique=True).map(tuple),
    says=st.frozensets(st.sampled_from(KINDS), max_size=2),
    ranking=rankings(),
)
readings = st.lists(parts, max_size=4).map(lambda found: Reading(parts=tuple(found)))


@given(rankings(), readings, st.sampled_from([None, *TOPICS]), st.lists(st.sampled_from(TOPICS), max_size=3))
def test_what_is_refused_is_answered_only_when_it_is_named(
    whole: Ranking, reading: Reading, at_hand: str | None, aside: list[str]
) -> None:
    found = asked(whole, reading, TOPICS, at_hand, aside)
    assert not set(found.topics) & ({*aside, *found.has} - set(found.named))
    assert not set(found.topics) & set(found.not_about)
    assert len(set(found.topics)) == len(found.topics)
    assert set(found.topics) <= set(TOPICS)
    assert set(found.sections) <= set(FOLLOW_UPS.values())


@pytest.mark.parametrize(
    ("sounds_like", "topics"),
    [("ask_family", ("bostotte",)), ("out_of_scope", ()), ("not_helped", ()), ("human", ())],
)
def test_a_topic_that_is_named_is_asked_about_where_it_only_sounds_like_a_follow_up(
    sounds_like: str, topics: tuple[str, ...]
) -> None:
    whole = ((sounds_like, 0.55), ("bostotte", 0.4))
    part = Part(text="and what about housing allowance", names=("bostotte",), ranking=whole)
    assert asked(whole, Reading(parts=(part,)), TOPICS, "barnetrygd").topics == topics


@given(rankings())
def test_a_message_of_one_plain_part_is_about_what_the_whole_is_about(whole: Ranking) -> None:
    found = asked(whole, Reading(parts=(Part(text="plain words"),)), TOPICS)
    assert found.topics == ((whole[0][0],) if whole[0][0] in TOPICS else ())
    assert (found.has, found.not_about) == ((), ())


@settings(deadline=None)
@given(st.text(max_size=400))
def test_however_long_a_message_only_few_parts_are_understood_by_themselves(text: str) -> None:
    assert len(plan(text, LIBRARY).texts) <= MOST_TO_UNDERSTAND


ALREADY = {
    "nb": "jeg får allerede bostøtte",
    "nn": "eg får allereie bustøtte",
    "en": "I already get housing allowance",
    "pl": "już dostaję dodatek mieszkaniowy",
    "uk": "я вже отримую допомогу на житло",
    "ar": "أنا أحصل بالفعل على بدل السكن",
    "fa": "من الان می‌گیرم",
    "so": "horay u helaa kaalmada guriga",
    "ti": "ድሮ እረክብ እየ",
    "ckb": "ئێستا وەردەگرم",
}
MORE = {
    "nb": "det er ikke nok, hva annet kan jeg få",
    "nn": "det er ikkje nok, kva anna kan eg få",
    "en": "it is not enough, what else is there",
    "pl": "to nie wystarcza, co jeszcze mi przysługuje",
    "uk": "цього не вистачає, що ще можна отримати",
    "ar": "هذا لا يكفي، ماذا أيضا",
    "fa": "کافی نیست، دیگر چه کمکی هست",
    "so": "kuma filna, maxaa kale oo aan heli karaa",
    "ti": "እኹል ኣይኮነን፡ ካልእ ሓገዝ ኣሎ ዶ",
    "ckb": "بەش ناکات، چی تر هەیە",
}
NOT_ABOUT = {
    "nb": "det gjelder ikke barnehage",
    "nn": "det gjeld ikkje barnehage",
    "en": "not about kindergarten",
    "pl": "nie chodzi o przedszkole",
    "uk": "не про садочок",
    "ar": "ليس عن الروضة",
    "fa": "منظورم مهدکودک نیست",
    "so": "kuma saabsana xannaanada",
    "ti": "ብዛዕባ መዋእለ ህጻናት ኣይኮነን",
    "ckb": "مەبەستم باخچە نییە",
}
MISUNDERSTOOD = {
    "nb": "nei, det var ikke det jeg mente",
    "nn": "nei, det var ikkje det eg meinte",
    "en": "no, that's not what I meant",
    "pl": "nie, nie o to mi chodziło",
    "uk": "ні, я не це мала на увазі",
    "ar": "لا، ليس هذا ما قصدته",
    "fa": "نه، منظورم این نبود",
    "so": "maya, taas ulama jeedin",
    "ti": "ኣይኮነን፡ ከምኡ ማለተይ ኣይነበረን",
    "ckb": "نەخێر، مەبەستم ئەوە نەبوو",
}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param(kind, text, id=f"{kind}-{code}")
        for kind, texts in (
            ("already", ALREADY),
            ("more", MORE),
            ("not_about", NOT_ABOUT),
            ("misunderstood", MISUNDERSTOOD),
        )
        for code, text in texts.items()
    ],
)
def test_it_is_recognised_in_every_language(kind: str, said: str) -> None:
    assert kind in phrases().said(said)


@pytest.mark.parametrize(
    "said",
    [
        "ikke råd til husleia",
        "ikkje råd til straumen",
        "not able to pay the rent",
        "nie mam na czynsz",
        "не можу заплатити за квартиру",
        "مو قادر ادفع الايجار هالشهر",
        "مو عارفة وين اقدم",
        "مش قادر أدفع الإيجار",
        "نمی‌توانم کرایه بدهم",
        "ma awoodo kirada",
        "ክራይ ክኸፍል ኣይከኣልኩን",
        "ناتوانم کرێ بدەم",
    ],
)
def test_what_one_cannot_do_is_not_taken_for_what_is_not_meant(said: str) -> None:
    assert not phrases().said(said)


def test_every_language_has_a_file_of_phrases() -> None:
    assert set(phrases().joining) == set(LANGUAGES)


@pytest.mark.parametrize(
    "said",
    [
        "jeg har ikke fått barnetrygd ennå",
        "jeg vet ikke om jeg har rett til bostøtte",
        "eg har ikkje fått svar enno",
        "I don't have child benefit yet",
        "I have not got the money yet",
        "jeszcze nie dostałam zasiłku",
        "я ще не отримую допомогу",
        "لم أحصل على إعانة الأطفال بعد",
        "هنوز کمک هزینه نگرفته‌ام",
        "weli ma helin lacagta carruurta",
        "ገና ገንዘብ ህጻናት ኣይረኸብኩን",
        "هێشتا پارەی منداڵم وەرنەگرتووە",
        "hvordan søker jeg barnetrygd",
    ],
)
def test_what_one_does_not_have_yet_is_not_taken_for_what_one_has(said: str) -> None:
    assert not phrases().said(said) & {"already", "besides", "not_about", "misunderstood"}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("hvor mye er barnetrygden", ("barnetrygd",)),
        ("BOSTØTTE og sfo?", ("bostotte", "sfo")),
        ("Child benefit", ("barnetrygd",)),
        ("barnebidraget kommer ikke", ("barnebidrag",)),
        ("vi vil bidra", ("bidra",)),
        ("bidragene til saken", ()),
    ],
)
def test_a_topic_is_named_with_the_endings_of_the_language(said: str, named: tuple[str, ...]) -> None:
    assert names(LIBRARY).in_text(said) == named


def test_what_is_said_about_a_named_topic_is_what_is_left() -> None:
    assert names(LIBRARY).without("Hvor mye er barnetrygden for to barn?") == "hvor mye er for to barn"


def test_an_editor_is_told_where_a_file_of_phrases_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "nb.yml").write_text("and: [og]\nalredy: [har alt]\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"nb.yml:2: 'alredy' is not a kind of phrase"):
        Phrases.load(tmp_path)
    (tmp_path / "nb.yml").write_text("and: og\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"nb.yml:1: and: must be a list of phrases"):
        Phrases.load(tmp_path)


BARNETRYGD = (("barnetrygd", 0.9), ("kontantstotte", 0.06))


def test_what_one_has_and_wants_more_than_is_not_asked_for() -> None:
    reading = plan("I already get barnetrygd, what else?", LIBRARY, "en").reading({})
    assert asked(BARNETRYGD, reading, TOPICS).has == ("barnetrygd",)
    assert asked(BARNETRYGD, reading, TOPICS).topics == ()


def test_a_question_about_what_one_has_is_about_it() -> None:
    reading = plan("I already get barnetrygd, does the money stop when my son moves to his father?", LIBRARY, "en")
    assert asked(BARNETRYGD, reading.reading({}), TOPICS).topics == ("barnetrygd",)


def test_who_corrects_the_bot_and_names_what_they_mean_means_that() -> None:
    reading = plan("No, I meant the after-school programme, SFO", LIBRARY, "en")
    understood = reading.reading({"SFO": (("sfo", 0.95),), reading.parts[0].text: (("introduksjonsprogram", 0.9),)})
    both = (("sfo", 0.5), ("introduksjonsprogram", 0.45))
    assert asked(both, understood, TOPICS).topics == ("sfo",)


def test_who_corrects_the_bot_and_names_nothing_is_understood_by_what_they_say() -> None:
    reading = plan("No, I meant help with the rent", LIBRARY, "en").reading({})
    assert asked((("bostotte", 0.9), ("okonomisk-sosialhjelp", 0.06)), reading, TOPICS).topics == ("bostotte",)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("hello i lost my job", "i lost my job"),
        ("Hei! God dag, jeg trenger hjelp", "jeg trenger hjelp"),
        ("السلام عليكم، خسرت شغلي", "خسرت شغلي"),
        ("hello there", ""),
        ("good morning rettvis", ""),
        ("i lost my job", ""),
        ("", ""),
    ],
)
def test_a_greeting_is_told_from_what_follows_it(said: str, left: str) -> None:
    assert phrases().without_greeting(said) == left


def test_what_is_nearly_a_need_of_its_own_is_perhaps_asked_for() -> None:
    whole = (("gjeldsradgivning", 0.99), ("stromstotte", 0.003))
    power = Part(text="the power bill was 6400", ranking=(("stromstotte", 0.6), ("out_of_scope", 0.2)))
    loans = Part(text="now there are letters about two loans", ranking=whole)
    found = asked(whole, Reading(parts=(power, loans)), TOPICS)
    assert found.topics == ("gjeldsradgivning",)
    assert found.perhaps == ("stromstotte",)


@given(rankings(), readings)
def test_what_is_perhaps_asked_for_is_not_answered(whole: Ranking, reading: Reading) -> None:
    found = asked(whole, reading, TOPICS)
    assert not set(found.perhaps) & {*found.topics, *found.has, *found.not_about}


@given(rankings(), st.sampled_from(["crisis", *LABELS]))
def test_a_ranking_apart_from_a_label_keeps_its_order_and_its_sum(ranking: Ranking, label: str) -> None:
    left = apart_from(label, ranking)
    assert [name for name, _ in left] == [name for name, _ in ranking if name != label]
    assert not left or sum(share for _, share in left) == pytest.approx(1)


@pytest.mark.parametrize(
    "said",
    [
        "ikke bostøtte, jeg mente strømstøtte",
        "not bostøtte, i meant strømstøtte",
        "не bostøtte, я про strømstøtte",
        "مو bostøtte، اقصد strømstøtte",
        "bostøtte maaha, strømstøtte ayaan u jeeday",
    ],
)
def test_not_with_a_name_and_nothing_else_is_not_about_it(said: str) -> None:
    first, second = plan(said, LIBRARY).parts
    assert ("not_about" in first.says, first.names) == (True, ("bostotte",))
    assert ("not_about" in second.says, second.names) == (False, ("stromstotte",))
