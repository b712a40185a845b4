"""Twilio, or whoever speaks as it does: form posts with a signature in, its REST API out, status callbacks.

RETTVIS_TWILIO_ACCOUNT, _TOKEN, _NUMBER, _PER_SECOND, and _URL where it is not Twilio's own. The signature covers the
address that was called, so RETTVIS_ADDRESS must be the address that is configured at Twilio.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from fastapi import Request
from twilio.request_validator import RequestValidator  # the signature by its maker; Rasa brings the package anyway

from bot.phones.inbox import Part
from bot.phones.numbers import international
from connectors.sms.gateways import (
    Common,
    Gateway,
    NotFromGateway,
    NotTaken,
    NotUnderstood,
    Report,
    Secret,
    Sms,
    checked,
    configured,
)

_FINAL = {"delivered": True, "read": True, "undelivered": False, "failed": False, "canceled": False}
_ON_THE_WAY = frozenset({"accepted", "scheduled", "queued", "sending", "sent"})


class Configuration(Common):
    account: str
    token: Secret
    url: str = "https://api.twilio.com"


@dataclass(frozen=True)
class Twilio(Gateway[Configuration]):
    name = "twilio"
    thanks = ("<Response/>", "text/xml")

    @classmethod
    def from_environment(cls, address: str) -> "Twilio":
        return cls(configured(Configuration, "RETTVIS_TWILIO_"), address)

    async def send(self, client: httpx.AsyncClient, sms: Sms) -> str | None:
        account = self.configuration.account
        response = await client.post(
            f"{self.configuration.url.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json",
            auth=(account, self.configuration.token),
            data={
                "To": sms.to,
                "From": self.configuration.number,
                "Body": sms.text,
                "StatusCallback": f"{self.address}/sms/twilio/report?reference={sms.reference}",
            },
        )
        try:
            return str(checked(response).json()["sid"])
        except (ValueError, KeyError, TypeError) as error:
            raise NotTaken("not_understood") from error

    async def inbound(self, request: Request) -> Sequence[Part]:
        form = await self._checked_form(request)
        if not form.get("MessageSid") or not form.get("From"):
            raise NotUnderstood("MessageSid and From")
        return [Part(form["MessageSid"], international(form["From"]), form.get("Body", ""))]

    async def reports(self, request: Request) -> Sequence[Report]:
        form = await self._checked_form(request)
        status = form.get("MessageStatus") or form.get("SmsStatus") or ""
        of = request.query_params.get("reference") or form.get("MessageSid")
        if not of or status not in _FINAL.keys() | _ON_THE_WAY:
            raise NotUnderstood("MessageSid and MessageStatus")
        return [Report(of, _FINAL.get(status))]

    async def _checked_form(self, request: Request) -> dict[str, str]:
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        query = f"?{request.url.query}" if request.url.query else ""
        called = f"{self.address}{request.url.path}{query}"
        signature = request.headers.get("x-twilio-signature", "")
        if not RequestValidator(self.configuration.token).validate(called, form, signature):
            raise NotFromGateway
        return form
