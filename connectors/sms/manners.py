"""When an SMS may ring, what a stranger is told first, and what does not stand on a screen that others may see."""

from datetime import date, datetime, time, timedelta

from bot.handoff.hours import OSLO, norwegian_holidays
from knowledge.languages import available
from knowledge.segments import plain
from knowledge.sms import Sms, sms

EVENING, MORNING, LATE_MORNING = time(21), time(8), time(10)
"""Quiet from evening to morning; on Sundays and public holidays until the later one."""


def quiet_until(now: datetime, direct: bool) -> datetime | None:
    """When a message may be sent; None if at once.

    Args:
        now: with its time zone.
        direct: it answers what the person has just written, so they are awake and want it.

    Returns:
        A moment in Norwegian time.
    """
    local = now.astimezone(OSLO)
    if direct or _begins(local.date()) <= local.time() < EVENING:
        return None
    day = local.date() + timedelta(days=local.time() >= EVENING)
    return datetime.combine(day, _begins(day), OSLO)


def introduction(language: str, host: str, price_note: str = "") -> str:
    """What a person is told before anything else: who this is, that it is no human, what an SMS costs, how to stop it.

    Args:
        host: the address of our own page.
        price_note: what an SMS to us costs, in that language; what is usual when left out.
    """
    found = _in(language)
    return plain(found.say("introduction", host=host, price=price_note or found.said.price))


def neutral(language: str, number: str | None = None) -> str:
    """What is sent instead of an answer that others should not see: that there is one, and to write 1 to read it.

    An SMS shows on a locked screen, and whoever hurts a person often holds their phone. So the text names no topic and not
    even that it is secret, which would itself be a reason to look. "1" may be answered at any time; the answer waits.

    In acute danger that is too little: a number that is asked for in two steps may come too late, and not everybody who is
    new in Norway knows it. Whoever writes of danger has the phone in hand, unlocked, with their own words on it, which say
    more than any number. So the direct reply, seconds later, gives the number, and not what it is about; help lines and
    the offer of a person wait for the "1". A reply that was held up (a gateway was down, a colleague answers later) may
    come when somebody else has the phone: it goes without the number, as anything later does.

    Args:
        number: whom to call first, in a direct reply to acute danger only.
    """
    found = _in(language)
    return plain(found.say("danger", number=number) if number else found.said.waiting)


def _begins(day: date) -> time:
    return LATE_MORNING if day.weekday() == 6 or day in norwegian_holidays(day.year) else MORNING


def _in(language: str) -> Sms:
    return sms(language if language in available() else "en")
