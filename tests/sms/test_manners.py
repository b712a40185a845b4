"""When an SMS may ring, what a stranger is told first, and what does not stand on a screen that others may see."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handoff.hours import OSLO, norwegian_holidays
from bot.phones.discretion import discreet
from connectors.sms.manners import introduction, neutral, quiet_until
from connectors.sms.text import encoding, segments
from knowledge.languages import LANGUAGES
from knowledge.library import Library
from knowledge.segments import IN_GSM7
from knowledge.sms import sms

LIBRARY = Library.load()
HOST = "rettvis.trondheim.kommune.no"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-26 20:59", None),
        ("2026-11-26 21:00", "2026-11-27 08:00"),
        ("2026-11-27 00:00", "2026-11-27 08:00"),
        ("2026-11-27 07:59", "2026-11-27 08:00"),
        ("2026-11-27 08:00", None),
        ("2026-11-28 21:00", "2026-11-29 10:00"),  # a Saturday
        ("2026-11-29 09:59", "2026-11-29 10:00"),
        ("2026-11-29 10:00", None),
        ("2026-05-16 23:30", "2026-05-17 10:00"),  # the 17th of May
        ("2026-12-25 08:30", "2026-12-25 10:00"),
        ("2026-10-24 22:00", "2026-10-25 10:00"),  # the clock is put back in the night, and it is a Sunday
        ("2026-12-31 21:00", "2027-01-01 10:00"),
    ],
)
def test_nothing_rings_in_the_evening_at_night_or_early_on_a_day_off(now: str, until: str | None) -> None:
    expected = datetime.fromisoformat(until).replace(tzinfo=OSLO) if until else None
    moment = datetime.fromisoformat(now).replace(tzinfo=OSLO)
    assert quiet_until(moment, direct=False) == expected
    assert quiet_until(moment.astimezone(UTC), direct=False) == expected
    assert quiet_until(moment, direct=True) is None


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(timezone(timedelta(hours=-5)))))
@settings(deadline=None)
def test_quiet_ends_within_thirteen_hours_at_a_time_when_it_may_ring(now: datetime) -> None:
    until = quiet_until(now, direct=False)
    if until is None:
        local = now.astimezone(OSLO)
        free = local.weekday() == 6 or local.date() in norwegian_holidays(local.year)
        assert (10 if free else 8) <= local.hour < 21
    else:
        assert now < until.astimezone(UTC) <= now + timedelta(hours=14)
        assert quiet_until(until, direct=False) is None


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_stranger_is_told_who_this_is_what_it_costs_and_how_to_stop_in_one_or_two_sms(code: str) -> None:
    text = introduction(code, HOST)
    assert segments(text) <= (1 if code in IN_GSM7 else 2)
    assert (encoding(text) == "gsm7") is (code in IN_GSM7)
    for said in (HOST, sms(code).said.price, sms(code).word("stop"), sms(code).word("help")):
        assert said in text
    assert "15 kr" in introduction(code, HOST, "15 kr")


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_others_may_see_names_no_topic_and_in_danger_only_the_number(code: str) -> None:
    assert segments(neutral(code)) == segments(neutral(code, "112")) == 1
    assert "1" in neutral(code)
    assert "112" in neutral(code, "112")
    title = LIBRARY.title("vold-og-krisesenter", code).casefold()
    assert not any(word in neutral(code, "112").casefold() for word in title.split() if len(word) > 3)


def test_violence_is_answered_discreetly_and_ordinary_topics_are_not() -> None:
    assert discreet("vold-og-krisesenter")
    assert discreet("violence")
    assert [topic for topic in LIBRARY.topics if discreet(topic)] == ["barnevern", "familievern", "vold-og-krisesenter"]
    assert not discreet(None)
    assert not discreet("medical")
