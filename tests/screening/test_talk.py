"""Whatever people answer, skip, correct and interrupt, in whatever order: no answer is lost, and it ends in a result."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replies import AnswerCard, QuestionCard, Reply, ScreenedCard
from bot.screening import telling
from bot.screening.asking import MISSES
from bot.screening.household import PLACE, Household, fitting
from bot.screening.offering import offered
from bot.screening.talk import Step, Talk
from bot.screening.words import word
from bot.speech import speech
from knowledge.eligibility.household import Fact
from knowledge.languages import LANGUAGES
from tests.screening.test_answers import DAY, LIBRARY

FACTS = LIBRARY.vocabulary.facts


def talk(language: str = "nb", place: str | None = "trondheim") -> Talk:
    return Talk(LIBRARY, speech(language), place, DAY)


def values(fact: Fact) -> st.SearchStrategy[Any]:
    match fact.kind:
        case "yes_no":
            return st.booleans()
        case "choice":
            return st.sampled_from(sorted(fact.values))
        case "several":
            return st.lists(st.sampled_from(sorted(fact.values)), unique=True, max_size=3)
        case "ages":
            return st.lists(st.integers(0, 19), max_size=4)
    return st.integers(0, int(fact.most or 0))


def said(fact: str, value: Any) -> str:
    """A choice that gives an answer."""
    name, _, code = telling._code(fact, value).partition(":")
    return f"fact:{name}-{code}"


answers = st.sampled_from(sorted(FACTS)).flatmap(lambda name: values(FACTS[name]).map(lambda v: ("answer", name, v)))
others = st.sampled_from(
    ["skip", "why", "pause", "on", "check", "gibberish", "interrupted", "right"]
    + [f"correct:{name}" for name in sorted(FACTS)]
)
steps = st.lists(st.one_of(answers, answers, st.just("open"), st.just("open"), others), max_size=18)


def answered(replies: tuple[Reply, ...]) -> Reply:
    (reply,) = replies
    assert reply.text
    assert isinstance(reply.card, QuestionCard | ScreenedCard) or reply.choices
    return reply


def to_the_end(here: Talk, household: Household, told: dict[str, Any]) -> Step:
    """Skip what is still asked, and say that it is right. To skip what is just being corrected takes it back."""
    step = here.begin(household)
    for _ in range(len(FACTS) + 2):
        assert step.household
        if step.household.stage != "asking":
            break
        told.pop(step.household.open, None)
        step = here.pick(step.household, f"pass_over:{step.household.open}")
    assert step.household
    assert step.household.stage == "checking"
    return here.pick(step.household, "screen:right")


@settings(max_examples=25, deadline=None)
@given(steps=steps, data=st.data(), language=st.sampled_from(["nb", "ar", "so"]))
def test_no_answer_is_lost_and_it_ends_in_a_result(steps: list[Any], data: st.DataObject, language: str) -> None:
    here = talk(language)
    household = here.begin(None).household
    told: dict[str, Any] = {}
    for each in steps:
        assert household
        if each == "open":
            if household.stage != "asking" or household.open is None:
                continue
            each = ("answer", household.open, data.draw(values(FACTS[household.open])))
        if isinstance(each, tuple):
            _, fact, value = each
            step = here.pick(household, said(fact, value))
            assert step.household
            if fact in step.household.facts and step.household.facts[fact] == value:
                told[fact] = value
            else:  # it cannot be true beside the others: that is said, and what was told before stands
                assert step.household.open == fact
                assert step.household.misses
        elif each == "skip":
            if household.stage == "asking" and household.open:
                told.pop(household.open, None)
                step = here.write(replace_resting(household), word("skip", language))
                assert step
        elif each == "why":
            step = here.pick(household, f"why:{household.open or 'income'}")
        elif each == "gibberish":
            step = here.miss(household)
        elif each == "interrupted":
            step = Step(
                household.rests() if household.stage != "done" else household, (Reply(text="…", language="nb"),)
            )
        elif each.startswith("correct:"):
            step = here.pick(household, each)
            assert step.household
            assert step.household.open == each.partition(":")[2]
        else:
            step = here.pick(household, f"screen:{each}")
        household = step.household
        assert household
        told = fitting(LIBRARY, told, DAY)  # e.g. the months of a child that is older now
        assert household.facts == told
        if each != "interrupted":
            answered(step.replies)
    assert household
    end = to_the_end(here, household, told)
    assert end.household
    assert end.household.facts == fitting(LIBRARY, told, DAY)
    assert end.household.stage == "done"
    assert isinstance(answered(end.replies).card, ScreenedCard)


def replace_resting(household: Household) -> Household:
    return household.model_copy(update={"resting": False})


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_understood_is_asked_twice_with_an_example_and_then_skipping_is_offered(language: str) -> None:
    here = talk(language)
    step = here.begin(None)
    texts = []
    for _ in range(MISSES + 1):
        assert step.household
        step = here.miss(step.household)
        texts.append(answered(step.replies).text)
    assert texts[0] == texts[1] != texts[2]
    assert word("skip", language) in texts[2]


def test_a_number_is_never_asked_for_beside_numbered_choices() -> None:
    """By SMS a choice is picked by its number, and "2" is an age."""
    here = talk()
    for name, fact in FACTS.items():
        reply = answered(here.pick(Household(), f"correct:{name}").replies)
        assert bool(reply.choices) == (fact.kind in ("yes_no", "choice", "several")), name


def test_an_answer_that_cannot_be_true_beside_another_is_said_and_either_can_be_corrected() -> None:
    here = talk()
    step = here.pick(Household(facts={"children": [0]}), "fact:youngest_months-15")
    reply = answered(step.replies)
    assert isinstance(reply.card, QuestionCard)
    assert "0" in reply.text
    assert reply.card.ways[0].id == "correct:children"
    assert step.household
    assert "youngest_months" not in step.household.facts


def test_what_no_longer_fits_is_asked_again() -> None:
    here = talk()
    step = here.pick(Household(facts={"children": [0], "youngest_months": 4}), "fact:children-1")
    assert step.household
    assert step.household.facts == {"children": [1]}


def test_facts_that_mean_nothing_beside_the_others_are_named() -> None:
    here = talk()
    reply = answered(here.check(Household(facts={"living": "alone", "partner_income": 300000})).replies)
    assert telling.asked(LIBRARY, "partner_income", here.s, DAY) in reply.text


def test_every_fact_that_is_shown_back_can_be_chosen() -> None:
    here = talk()
    household = Household(facts={"children": [2, 7], "income": 250000, "situation": ["debt"]}, skipped=("wealth",))
    titles = {choice.id: choice.title for choice in answered(here.check(household).replies).choices}
    assert set(titles) == {"screen:right", "correct:place"} | {
        f"correct:{name}" for name in ("children", "income", "situation", "wealth")
    }
    assert "2 og 7" in titles["correct:children"]
    assert "250\N{NO-BREAK SPACE}000 kr" in titles["correct:income"]


def test_nothing_found_is_never_no_rights_and_a_need_is_recorded() -> None:
    here = talk()
    nothing = Household(facts={"housing": "own"}, stage="checking")
    step = here.pick(nothing, "screen:right")
    assert "human" in [choice.id for choice in answered(step.replies).choices]
    assert here.pick(nothing, "screen:need").effects[0].barrier == "not_eligible"  # type: ignore[union-attr]


def test_the_place_is_asked_first_where_it_is_not_known_and_kept_with_the_conversation() -> None:
    here = talk(place=None)
    step = here.begin(None)
    assert step.household
    assert step.household.open == PLACE
    step = here.write(step.household, "jeg bor i trondheim") or step
    assert [effect.effect for effect in step.effects] == ["set_place"]
    assert step.household
    assert step.household.open != PLACE


def test_the_way_in_is_offered_after_answers_about_money_and_never_in_danger() -> None:
    here = talk()
    assert not offered(LIBRARY, here.s, None, [])
    money = Reply(text="…", language="nb", card=_card("bostotte"))
    other = Reply(text="…", language="nb", card=_card("fastlege"))
    assert [choice.id for choice in offered(LIBRARY, here.s, None, [money])[-1].choices] == ["screen:begin"]
    assert [choice.id for choice in offered(LIBRARY, here.s, Household(resting=True), [other])[-1].choices] == [
        "screen:on"
    ]
    assert not offered(LIBRARY, here.s, Household(stage="done"), [money])[-1].choices
    danger = replace_card(money)
    assert not offered(LIBRARY, here.s, Household(), [danger])[-1].choices


def _card(topic: str) -> AnswerCard:
    from bot import answers as known

    return known.card(LIBRARY.explain(topic, "nb"), speech("nb"))


def replace_card(reply: Reply) -> Reply:
    from bot.replies import CrisisCard

    return reply.model_copy(update={"card": CrisisCard(message="…", lines=())})
