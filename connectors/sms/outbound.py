"""Sends what waits for phones: in order for each phone, no faster than a gateway may, until a gateway has taken it."""

import asyncio
from typing import Any

import httpx
import structlog

from bot.phones import outbox
from bot.records.tables import Outgoing, now
from connectors.installation import Installation
from connectors.sms import manners, rendering, text
from connectors.sms.gateways import Gateway, NotTaken, Sms

log = structlog.get_logger(__name__)
AT_ONCE = 8
"""Messages that are handed to one gateway at the same time."""
OUT = "sms out"
"""What is heard when something may wait to be sent (connectors.live)."""


async def send_due(here: Installation, gateway: Gateway[Any], client: httpx.AsyncClient) -> int:
    """Send what is due through one gateway. Returns how many it took."""
    with here.database.reading() as session:
        due = outbox.due(session, now(), gateway.name, here.gateways.others(gateway.name), AT_ONCE)
    return sum(await asyncio.gather(*(_send(here, gateway, client, each) for each in due)))


async def _send(here: Installation, gateway: Gateway[Any], client: httpx.AsyncClient, outgoing_id: int) -> bool:
    async with here.gateways.limits[gateway.name]:
        with here.database.transaction() as session:
            outgoing = outbox.claim(session, outgoing_id, now())
            if outgoing is None:
                return False
            until = manners.quiet_until(now(), outbox.is_direct(outgoing, now()))
            if until:
                outbox.hold(outgoing, until)
                return False
            sms = _sms(outgoing, here.settings.address)
        try:
            gateway_id = await gateway.send(client, sms)
        except (NotTaken, httpx.HTTPError) as error:
            code, for_good = (error.code, error.for_good) if isinstance(error, NotTaken) else ("no_answer", False)
            log.warning("a gateway did not take an SMS", gateway=gateway.name, outgoing=outgoing_id, why=code)
            with here.database.transaction() as session:
                outbox.not_sent(session, outgoing_id, code, now(), for_good=for_good)
            return False
    with here.database.transaction() as session:
        outbox.sent(session, outgoing_id, gateway.name, gateway_id, now())
    return True


def _sms(outgoing: Outgoing, address: str) -> Sms:
    phone = outgoing.phone
    body, language = outgoing.text or "", phone.language
    if outgoing.message is not None:
        late = not outbox.is_prompt(outgoing, now())
        body = rendering.pages(outgoing.message, address, late=late)[outgoing.page]
        language = (outgoing.message.body or {}).get("language", language)
    if phone.introduced_at is None and not outgoing.always:
        body = rendering.introduced(body, language, address)
    return Sms(phone.number or "", text.plain(body), outgoing.reference)
