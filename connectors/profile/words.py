"""What the forms about staff say, in the words of the reader."""

from babel.dates import get_day_names

from bot.speech import Speech
from bot.staff.person import Reason


def duty_names(s: Speech) -> dict[str, str]:
    return {
        "contact": s.gettext("Contact: takes over conversations at the desk"),
        "programme": s.gettext("Programme: learns from what people lacked"),
        "editor": s.gettext("Editor: keeps the texts true"),
        "admin": s.gettext("Administrator: looks after these accounts"),
    }


def day_names(s: Speech) -> dict[int, str]:
    """The days of the week, from Monday, which is 0."""
    names = get_day_names("abbreviated", context="stand-alone", locale=s.code)
    return {day: names[day] for day in range(7)}


def done_words(s: Speech) -> dict[str, str]:
    """What has been done, after a form was sent."""
    kept = s.gettext("It is kept.")
    return {
        "hours": kept,
        "notify": kept,
        "about": kept,
        "photo": s.gettext("The picture is kept."),
        "no-photo": s.gettext("The picture is gone."),
        "away": s.gettext("The days away are noted."),
        "back": s.gettext("The days away are taken back."),
        "password": s.gettext("The password is changed. All other sessions have ended."),
        "two-step": s.gettext("Two-step verification is on."),
        "no-two-step": s.gettext("Two-step verification is off."),
        "active": s.gettext("The account is active again."),
        "inactive": s.gettext("The account is closed. All its sessions have ended."),
        "bound": s.gettext("The account is bound to the provider."),
        "unbound": s.gettext("The account is no longer bound to the provider."),
    }


def field_names(s: Speech) -> dict[str, str]:
    return {
        "login": s.gettext("User name"),
        "name": s.gettext("Name"),
        "role": s.gettext("Role, as residents read it"),
        "office": s.gettext("Office"),
        "duties": s.gettext("Duties"),
        "languages": s.gettext("Languages"),
        "places": s.gettext("Places"),
        "topics": s.gettext("Topics"),
        "hours": s.gettext("Working hours"),
        "usual_minutes": s.gettext("Minutes until the usual answer"),
        "capacity": s.gettext("Conversations at once, at most"),
        "email": s.gettext("E-mail"),
        "phone": s.gettext("Phone"),
        "webhook": s.gettext("Web hook"),
        "subject": s.gettext("Subject at the provider"),
    }


def reason_words(s: Speech, reason: Reason) -> str:
    """Why something could not be kept, as a sentence."""
    name = field_names(s).get(reason.field, reason.field)
    texts = {
        "missing": s.gettext("{name}: fill this in."),
        "form": s.gettext("{name}: this is too long, or not what it must be."),
        "number": s.gettext("{name}: write a whole number from {smallest} to {largest}."),
        "unknown": s.gettext("{value} is not one of: {among}"),
        "hours": s.gettext(
            "Every line of working hours needs at least one day, and two times such as 08:00 and 15:30."
        ),
        "no_hours": s.gettext("A contact needs working hours."),
        "email": s.gettext("This is not an e-mail address."),
        "phone": s.gettext("This is not a phone number. Outside Norway it begins with + and the country."),
        "webhook": s.gettext("A web hook is an address that begins with https:// or http://"),
        "login": s.gettext("A user name has at least two letters, figures or the signs . @ + - _ and no spaces."),
        "taken": s.gettext("The user name {value} is there already."),
        "nobody": s.gettext("Nobody has the user name {value}."),
        "days": s.gettext("The last day must not come before the first, nor over a year later."),
        "day": s.gettext("Give the first and the last day."),
        "passed": s.gettext("These days have passed."),
        "stand_in": s.gettext("Only another active contact can stand in."),
        "no_picture": s.gettext("The file is not a picture (JPEG, PNG or WebP)."),
        "too_many_pixels": s.gettext("The picture is too large."),
        "short_password": s.gettext("The password must have at least 10 characters."),
        "easy_password": s.gettext("The password must not hold the user name."),
        "own_duty": s.gettext("You cannot take the duty of administrator from yourself."),
        "oneself": s.gettext("You cannot close your own account."),
        "bound": s.gettext("{value} is bound to this already."),
    }
    if reason.code == "open_handoffs":
        text = s.ngettext(
            "{number} open conversation must be taken over by somebody else first.",
            "{number} open conversations must be taken over by somebody else first.",
            int(reason.value),
        )
        return text.format(number=reason.value)
    largest = {"usual_minutes": 10_000, "capacity": 1_000}.get(reason.field, 0)
    return texts[reason.code].format(
        name=name, value=reason.value, among=", ".join(reason.among), smallest=1, largest=largest
    )
