"""Kannel, the open SMS gateway: texts go to smsbox's sendsms, and come from its sms-service.

RETTVIS_KANNEL_URL (http://127.0.0.1:13013/cgi-bin/sendsms), _USERNAME, _PASSWORD, _NUMBER, _SECRET, _PER_SECOND, and
_CALLBACK, the address at which Kannel reaches us, if that is another than RETTVIS_ADDRESS. README.md shows what belongs in
Kannel's own configuration.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

import httpx
from fastapi import Request

from bot.phones.inbox import Part
from bot.phones.numbers import international
from connectors.sms.gateways import (
    Common,
    Gateway,
    NotFromGateway,
    NotUnderstood,
    Report,
    Secret,
    Sms,
    checked,
    configured,
)
from connectors.sms.parts import concatenation
from connectors.sms.text import encoding

_FINAL = {"1": True, "2": False, "16": False}
"""Kannel's types of report that end it: delivered, not delivered, refused. 4 and 8 are on the way."""
_CODINGS = {"gsm7": "0", "ucs2": "2"}


class Configuration(Common):
    url: str
    username: str
    password: str
    secret: Secret
    """What Kannel's requests to us carry."""
    callback: str = ""


@dataclass(frozen=True)
class Kannel(Gateway[Configuration]):
    name = "kannel"
    thanks = ("", "text/plain")

    @classmethod
    def from_environment(cls, address: str) -> "Kannel":
        configuration = configured(Configuration, "RETTVIS_KANNEL_")
        return cls(configuration, configuration.callback.rstrip("/") or address)

    async def send(self, client: httpx.AsyncClient, sms: Sms) -> str | None:
        """Hand over to smsbox. It is posted, so that what it says does not stand in Kannel's log of addresses."""
        headers = {
            "content-type": "text/plain; charset=UTF-8",
            "x-kannel-username": self.configuration.username,
            "x-kannel-password": self.configuration.password,
            "x-kannel-from": self.configuration.number,
            "x-kannel-to": sms.to,
            "x-kannel-coding": _CODINGS[encoding(sms.text)],
            "x-kannel-dlr-mask": "31",
            "x-kannel-dlr-url": f"{self.address}/sms/kannel/report?secret={quote(self.configuration.secret)}"
            f"&reference={sms.reference}&type=%d",
        }
        checked(await client.post(self.configuration.url, headers=headers, content=sms.text.encode()))
        return None

    async def inbound(self, request: Request) -> Sequence[Part]:
        self._check(request)
        query, headers = request.query_params, request.headers
        posted = request.method == "POST"
        gateway_id = query.get("id")
        number = query.get("from") or headers.get("x-kannel-from")
        if not gateway_id or not number:
            raise NotUnderstood("id and from")
        body = await request.body() if posted else unquote_to_bytes(_raw(request, "text"))
        coding = query.get("coding") or headers.get("x-kannel-coding") or "0"
        charset = query.get("charset") or headers.get("content-type", "").partition("charset=")[2].strip('"') or "UTF-8"
        try:
            text = body.decode("utf-16-be" if coding == "2" and charset.upper() != "UTF-8" else charset)
        except (ValueError, LookupError) as error:  # there are charsets of many kinds
            raise NotUnderstood("text in its charset") from error
        udh = unquote_to_bytes((query.get("udh") or headers.get("x-kannel-udh") or "").replace("+", "%20"))
        return [Part(gateway_id, international(number), text, *concatenation(udh))]

    async def reports(self, request: Request) -> Sequence[Report]:
        self._check(request)
        reference, kind = request.query_params.get("reference"), request.query_params.get("type")
        if not reference or not kind:
            raise NotUnderstood("reference and type")
        return [Report(reference, _FINAL.get(kind))]

    def _check(self, request: Request) -> None:
        told = request.query_params.get("secret", "")
        if not hmac.compare_digest(told.encode(), self.configuration.secret.encode()):
            raise NotFromGateway


def _raw(request: Request, name: str) -> str:
    """A parameter as it stands in the address: its bytes may be in any charset."""
    for pair in request.url.query.split("&"):
        key, _, value = pair.partition("=")
        if key == name:
            return value.replace("+", "%20")
    return ""
