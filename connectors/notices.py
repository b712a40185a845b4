"""Sends notices to staff by e-mail, SMS or webhook, through Apprise, which speaks with over a hundred services.

The environment says how: RETTVIS_NOTIFY_EMAIL, RETTVIS_NOTIFY_SMS and RETTVIS_NOTIFY_WEBHOOK are Apprise addresses in
which {to} stands for the e-mail address, the phone number or the webhook of the person, e.g.

    RETTVIS_NOTIFY_EMAIL=mailtos://user:password@smtp.example.org?from=rettvis@example.org&to={to}
    RETTVIS_NOTIFY_WEBHOOK=json{to}      (a webhook is kept as https://host/path, which becomes jsons://host/path)

The address of a webhook is what a member of staff has typed. So that nobody can make this server speak with what only it
reaches, one that leads into a private network is not called, unless RETTVIS_NOTIFY_HOSTS names its host; and nothing
follows where a webhook redirects to.
"""

import asyncio
import os
from collections.abc import Container
from ipaddress import IPv6Address, ip_address
from urllib.parse import quote, urlsplit

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
    try:
        unsafe = {"webhook"} if await _leads_inside(notice.staff.notify.get("webhook", "")) else set()
    except OSError:  # its host is not found now
        log.warning("a notice was not sent", notice=notice.id, tries=notice.tries)
        return False
    if unsafe:
        log.error("a webhook leads into a private network and is not called", staff=notice.staff_id)
    addresses = ways(notice.staff, unsafe)
    if not addresses:
        return True
    sender = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False))
    if not sender.add(addresses):
        log.error("a way to notify is misconfigured", staff=notice.staff_id)
        return False
    text = wording(notice.kind, voice(notice.staff))
    done = await sender.async_notify(title="Rettvis", body=text)
    if not done:
        log.warning("a notice was not sent", notice=notice.id, tries=notice.tries)
    return bool(done)


def ways(staff: Staff, but: Container[str] = ()) -> list[str]:
    """The Apprise addresses that reach a person: those they want that this installation has, `but` some."""
    found = []
    for way, variable in WAYS.items():
        template, to = os.environ.get(variable), staff.notify.get(way)
        if template and to and way not in but:
            found.append(template.replace("{to}", _webhook(to) if way == "webhook" else quote(to, safe="")))
    return found


async def _leads_inside(webhook: str) -> bool:
    """Whether a webhook is on this machine or in a private network, and not one that whoever runs this has named.

    Raises:
        OSError: its host is not found.
    """
    host = urlsplit(webhook).hostname if "RETTVIS_NOTIFY_WEBHOOK" in os.environ else None
    if not host or host in os.environ.get("RETTVIS_NOTIFY_HOSTS", "").split():
        return False
    found = await asyncio.get_running_loop().getaddrinfo(host, None)
    addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    plain = [(each.ipv4_mapped or each) if isinstance(each, IPv6Address) else each for each in addresses]
    return not all(each.is_global and not each.is_multicast for each in plain)


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
