"""Too many SMS from one phone: it is told once, and danger and words of command are always heard."""

from tests.sms.conftest import Phone


def test_a_phone_that_writes_too_much_is_told_once_and_is_heard_in_danger(phone: Phone) -> None:
    phone.write("START")
    for _ in range(30):
        phone.bring("START and so on and on, what is this about?")
    phone.quiet()
    before = len(phone.texts())
    phone.bring("How much child benefit do I get for two kids?")
    phone.bring("How much child benefit do I get for two kids?")
    phone.quiet()
    told = phone.texts()[before:]
    assert len(told) == 1
    assert "Wait a little" in told[0]
    assert "112" in told[0]
    phone._seen = len(phone.texts())
    assert "112" in phone.write("he is beating me")
    assert "STOP" in phone.write("HELP")
