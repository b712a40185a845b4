"""Texts as the two models read them."""

from bot.understanding.tidying import romanise, tidy


def test_sorani_is_spelt_alike_with_and_without_its_marks() -> None:
    assert romanise("چیرۆکێکی کورت بۆ منداڵ لەسەر کوڕێک") == romanise("چیروکیکی کورت بو مندال لەسەر کوریک")


def test_the_vector_still_sees_the_marks_of_sorani() -> None:
    assert tidy("کوڕێک") != tidy("کوریک")
