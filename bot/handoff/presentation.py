"""How a contact is shown to the person before and after the decision."""

from datetime import datetime

from babel.dates import format_datetime, format_skeleton

from bot.handoff.hours import OSLO, next_start
from bot.handoff.routing import Chosen
from bot.records.tables import now
from bot.replies import ContactCard
from bot.speech import Speech, understands


def contact_card(chosen: Chosen, s: Speech, written: str, when: datetime | None = None) -> ContactCard:
    """The contact's name, role, languages, honest wait, and whether an interpreter is needed."""
    contact = chosen.contact
    interpreter = None
    if not understands(written, *contact.languages):
        text = s.gettext("{name} does not speak {language}. You have a right to an interpreter. It is free.")
        interpreter = text.format(name=contact.name, language=s.language_name(written))
    return ContactCard(
        name=contact.name,
        role=contact.role,
        office=contact.office,
        languages=tuple(s.language_name(code) for code in contact.languages),
        wait=wait(chosen, s, when),
        interpreter=interpreter,
    )


def wait(chosen: Chosen, s: Speech, when: datetime | None = None) -> str:
    """When the contact usually answers: minutes while at work, otherwise when they are back, from the plan."""
    when = when or now()
    if chosen.at_work:
        minutes = chosen.contact.usual_minutes
        text = s.ngettext(
            "Usually answers within {number} minute.", "Usually answers within {number} minutes.", minutes
        )
        return text.format(number=minutes)
    back = next_start(chosen.contact.hours, when).astimezone(OSLO)
    day = format_skeleton("MMMMEEEEd", back, locale=s.code, tzinfo=OSLO)
    clock = format_datetime(back, "HH:mm", locale=s.code, tzinfo=OSLO)
    return s.gettext("Is not at work now. Answers from {day} at {time}.").format(day=day, time=clock)
