"""Sends notices to staff by e-mail, SMS or webhook, through Apprise, which speaks with over a hundred services.

The environment says how: RETTVIS_NOTIFY_EMAIL, RETTVIS_NOTIFY_SMS and RETTVIS_NOTIFY_WEBHOOK are Apprise addresses in
which {to} stands for the e-mail address, the phone number or the webhook of the person, e.g.

    RETTVIS_NOTIFY_EMAIL=mailtos://user:password@smtp.example.org?from=rettvis@example.org&to={to}
    RETTVIS_NOTIFY_WEBHOOK=json{to}      (a webhook is kept as https://host/path, which becomes jsons://host/path)
"""

import os
from urllib.parse import quote

import apprise
import structlog

from bot.handoff import notices
from bot.records.database import Database
from bot.records.tables import Notice, Staff, now
from bot.speech import Speech
from connectors.staff import voice

log = structlog.get_logger(__name__)
WAYS = {"email": "RETTVIS_NOTIFY_EMAIL", "phone": "RETTVIS_NOTIFY_SMS", "webhook": "RETTVIS_NOTIFY_WEBHOOK"}


async def send_due(database: Database) -> int:
    """Send what is due. Returns how many were sent; what failed is tried again later."""
    with database.reading() as session:
        waiting = [notice.id for notice in notices.due(session, now())]
    count = 0
    for notice_id in waiting:
        with database.transaction() as session:
            notice = notices.claim(session, notice_id, now())
        if notice and await _send(notice):
            with database.transaction() as session:
                notices.sent(session, notice_id, now())
            count += 1
    return count


async def _send(notice: Notice) -> bool:
    """True when nothing more is to be done: it went out by some way, or there is none for this person."""
    addresses = ways(notice.staff)
    if not addresses:
        return True
    sender = apprise.Apprise()
    if not sender.add(addresses):
        log.error("a way to notify is misconfigured", staff=notice.staff_id)
        return False
    text = wording(notice.kind, voice(notice.staff))
    done = await sender.async_notify(title="Rettvis", body=text)
    if not done:
        log.warning("a notice was not sent", notice=notice.id, tries=notice.tries)
    return bool(done)


def ways(staff: Staff) -> list[str]:
    """The Apprise addresses that reach a person: those they want that this installation has."""
    found = []
    for way, variable in WAYS.items():
        template, to = os.environ.get(variable), staff.notify.get(way)
        if template and to:
            found.append(template.replace("{to}", _webhook(to) if way == "webhook" else quote(to, safe="")))
    return found


def _webhook(address: str) -> str:
    """What follows `json` in Apprise's address of a webhook: `s://host/path` where it is encrypted."""
    scheme, _, rest = address.partition("://")
    return f"{'s' if scheme == 'https' else ''}://{quote(rest, safe='/:?=&')}"


def wording(kind: str, s: Speech) -> str:
    """What a notice says: nothing about whom or what."""
    return {
        "waiting": s.gettext("A person is waiting for you in Rettvis."),
        "urgent": s.gettext("Urgent: a person needs you in Rettvis now."),
        "handed_on": s.gettext("A colleague needs you in Rettvis."),
        "taken": s.gettext("A conversation is no longer in your hands in Rettvis."),
        "reminder": s.gettext("You wanted to be reminded of something in Rettvis."),
    }[kind]
