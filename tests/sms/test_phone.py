"""A phone writes and is answered: the whole way, through a gateway that is faked at its wire."""

from tests.sms.conftest import Phone


def test_the_first_answer_says_who_this_is_and_how_to_stop_it(phone: Phone) -> None:
    first = phone.write("Hvor mye får jeg i barnetrygd?")
    print(first)
    second = phone.write("2")
    print(second)
    assert "STOPP" in first
    assert "STOPP" not in second
