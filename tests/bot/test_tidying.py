"""Texts as the two models read them."""

from bot.understanding.tidying import romanise, tidy


def test_sorani_is_spelt_alike_with_and_without_its_marks() -> None:
    assert romanise("چیرۆکێکی کورت بۆ منداڵ لەسەر کوڕێک") == romanise("چیروکیکی کورت بو مندال لەسەر کوریک")


def test_the_vector_still_sees_the_marks_of_sorani() -> None:
    assert tidy("کوڕێک") != tidy("کوریک")


def test_the_vowel_of_sorani_as_it_was_typed_before_it_had_a_letter_divides_no_word() -> None:
    assert tidy("چه\u200cند وه\u200cرده\u200cگرم") == tidy("چەند وەردەگرم")


def test_the_half_space_of_persian_still_divides() -> None:
    assert tidy("بچه\u200cام مریض است، خانه\u200cام سرد است") == "بچه ام مریض است، خانه ام سرد است"
