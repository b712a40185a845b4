"""How a contact is shown to the person before and after the decision."""

from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_date, format_datetime, format_skeleton, format_time, get_day_names
from sqlalchemy.orm import Session

from bot.handoff.hours import OSLO, Plan, Shift
from bot.handoff.waiting import Wait, expected
from bot.records.tables import Staff, now
from bot.replies import ContactCard
from bot.speech import Speech, understands


def contact_card(
    session: Session, contact: Staff, s: Speech, written: str, when: datetime | None = None
) -> ContactCard:
    """The contact's name, role, languages, hours, honest wait, and whether an interpreter is needed.

    Args:
        written: the language the person writes.
    """
    interpreter = None
    if not understands(written, *contact.languages):
        text = s.gettext("{name} does not speak {language}. You have a right to an interpreter. It is free.")
        interpreter = s.fill(text, name=contact.name, language=s.language_name(written))
    return ContactCard(
        id=contact.id,
        name=contact.name,
        role=contact.role,
        office=contact.office,
        languages=tuple(s.language_name(code) for code in contact.languages),
        hours=hours(Plan.of(contact).shifts, s),
        photo=f"/people/{contact.id}.jpg" if contact.has_photo else None,
        wait=wait_in_words(expected(session, contact, when or now()), s),
        interpreter=interpreter,
    )


def wait_in_words(wait: Wait, s: Speech) -> str:
    """When one is answered, in a sentence or two."""
    if wait.minutes is None:
        if wait.back is None:
            return s.gettext("Is away for a long time.")
        text = s.gettext("Is not at work now. Answers from {day} at {time}.")
        return s.fill(text, day=day_in_words(wait.back, s), time=clock(wait.back, s))
    usual = _within(wait.minutes, s)
    if wait.until is None or wait.back is None:
        return usual
    later = s.gettext("Is at work until {time} today, otherwise again from {day} at {start}.")
    return f"{usual} " + s.fill(
        later, time=clock(wait.until, s), day=day_in_words(wait.back, s), start=clock(wait.back, s)
    )


def _within(minutes: int, s: Speech) -> str:
    if minutes % 60 == 0 and minutes > 60:
        hours_ = minutes // 60
        text = s.ngettext("Usually answers within {number} hour.", "Usually answers within {number} hours.", hours_)
        return s.fill(text, number=hours_)
    text = s.ngettext("Usually answers within {number} minute.", "Usually answers within {number} minutes.", minutes)
    return s.fill(text, number=minutes)


def day_in_words(moment: datetime, s: Speech) -> str:
    """A day as "mandag 30. november" in the reader's language."""
    local = moment.astimezone(OSLO)
    return f"{format_date(local, 'EEEE', s.code)} {format_skeleton('MMMMd', local, locale=s.code, tzinfo=OSLO)}"


def clock(moment: datetime, s: Speech) -> str:
    return format_datetime(moment, "HH:mm", locale=s.code, tzinfo=OSLO)


def hours(shifts: Sequence[Shift], s: Speech) -> str:
    """Working hours in a line: "Monday–Friday 08:00–15:30"."""
    names = get_day_names("wide", context="stand-alone", locale=s.code)
    parts = []
    for shift in shifts:
        runs = [f"{names[first]}–{names[last]}" if last > first else names[first] for first, last in _runs(shift.days)]
        begins, ends = (format_time(each, "HH:mm", locale=s.code) for each in (shift.begins, shift.ends))
        always = shift.begins == shift.ends or (begins, ends) == ("00:00", "23:59")
        time = s.gettext("day and night") if always else f"{begins}–{ends}"
        parts.append(time if always and len(shift.days) == 7 else f"{s.join(runs)} {time}")
    return "; ".join(parts)


def _runs(days: Sequence[int]) -> list[tuple[int, int]]:
    """Days that follow each other, as first and last."""
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
