"""Any gateway that takes and brings JSON over HTTP, as Norwegian aggregators do. The environment names its fields.

RETTVIS_HTTP_URL, _NUMBER, _PER_SECOND. How we prove who we are to it: _USERNAME and _PASSWORD (basic), or _HEADER, e.g.
"Authorization: Bearer …". How it proves who it is to us: _SECRET in the header _SECRET_HEADER (x-secret), or _IN_USERNAME
and _IN_PASSWORD (basic). A field is a name, or a path like message.text; an empty one is left out of what we send.
"""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import Request
from pydantic import model_validator

from bot.phones.inbox import Part
from bot.phones.numbers import international
from connectors.numbers import MOST
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
from connectors.sms.parts import concatenation

MOST_PARTS = 255
"""Of a message, as the network counts them."""


class Configuration(Common):
    url: str
    username: str = ""
    password: str = ""
    header: str = ""
    secret: Secret | None = None
    secret_header: str = "x-secret"  # noqa: S105 (the name of a header)
    in_username: str = ""
    in_password: Secret | None = None

    send_to: str = "to"
    send_from: str = "from"
    send_text: str = "text"
    send_reference: str = "reference"
    send_reports: str = "callback"
    """The field that says where reports are wanted."""
    sent_id: str = "id"
    """In its answer: its own id of the message."""

    got_id: str = "id"
    got_from: str = "from"
    got_text: str = "text"
    got_reference: str = "parts.reference"
    got_part: str = "parts.part"
    got_parts: str = "parts.of"
    got_header: str = "udh"
    """The concatenation header in hexadecimal, where there is one instead of the three fields before."""

    report_of: str = "id"
    """Its own id, or our reference."""
    report_status: str = "status"
    delivered: str = "delivered,DELIVRD"
    """What the status says when it arrived; several, with commas."""
    failed: str = "failed,undelivered,rejected,expired,UNDELIV,REJECTD,EXPIRED"

    @model_validator(mode="after")
    def _proves_who_it_is(self) -> "Configuration":
        if not self.secret and not (self.in_username and self.in_password):
            raise ValueError("needs SECRET, or IN_USERNAME and IN_PASSWORD")
        return self


@dataclass(frozen=True)
class Generic(Gateway[Configuration]):
    name = "http"
    thanks = ('{"ok": true}', "application/json")

    @classmethod
    def from_environment(cls, address: str) -> "Generic":
        return cls(configured(Configuration, "RETTVIS_HTTP_"), address)

    async def send(self, client: httpx.AsyncClient, sms: Sms) -> str | None:
        c = self.configuration
        body: dict[str, Any] = {}
        for field, value in (
            (c.send_to, sms.to),
            (c.send_from, c.number),
            (c.send_text, sms.text),
            (c.send_reference, sms.reference),
            (c.send_reports, f"{self.address}/sms/http/report"),
        ):
            _put(body, field, value)
        name, _, value = c.header.partition(":")
        headers = {name.strip(): value.strip()} if name else {}
        auth = httpx.BasicAuth(c.username, c.password) if c.username else httpx.USE_CLIENT_DEFAULT
        response = checked(await client.post(c.url, json=body, headers=headers, auth=auth))
        try:
            found = _get(response.json(), c.sent_id) if response.content else None
        except ValueError as error:
            raise NotTaken("not_understood") from error
        return str(found) if found is not None else None

    async def inbound(self, request: Request) -> Sequence[Part]:
        c = self.configuration
        return [self._part(each) for each in await self._checked(request, (c.got_id, c.got_from, c.got_text))]

    def _part(self, found: Any) -> Part:
        c = self.configuration
        header = _get(found, c.got_header)
        try:
            place = concatenation(bytes.fromhex(str(header))) if header else self._place(found)
        except (ValueError, TypeError, OverflowError) as error:
            raise NotUnderstood("parts") from error
        return Part(
            str(_get(found, c.got_id)),
            international(str(_get(found, c.got_from))),
            str(_get(found, c.got_text)),
            *place,
        )

    def _place(self, found: Any) -> tuple[int | None, int, int]:
        c = self.configuration
        reference, part, parts = (_get(found, name) for name in (c.got_reference, c.got_part, c.got_parts))
        if reference is None or part is None or parts is None or int(parts) < 2:
            return None, 1, 1
        if not (0 <= int(reference) <= MOST and 1 <= int(part) <= int(parts) <= MOST_PARTS):
            raise ValueError("no part of a message")
        return int(reference), int(part), int(parts)

    async def reports(self, request: Request) -> Sequence[Report]:
        c = self.configuration
        found = await self._checked(request, (c.report_of, c.report_status))
        final = {**dict.fromkeys(c.delivered.split(","), True), **dict.fromkeys(c.failed.split(","), False)}
        return [Report(str(_get(each, c.report_of)), final.get(str(_get(each, c.report_status)))) for each in found]

    async def _checked(self, request: Request, needed: tuple[str, ...]) -> list[Any]:
        """The objects of a request: one, or a list of them."""
        if not self._is_known(request):
            raise NotFromGateway
        try:
            body = await request.json()
        except (ValueError, RecursionError) as error:
            raise NotUnderstood("JSON") from error
        found = body if isinstance(body, list) else [body]
        for each in found:
            missing = [name for name in needed if _get(each, name) is None]
            if missing:
                raise NotUnderstood(", ".join(missing))
        return found

    def _is_known(self, request: Request) -> bool:
        c = self.configuration
        if c.secret and _same(request.headers.get(c.secret_header, ""), c.secret):
            return True
        scheme, _, told = request.headers.get("authorization", "").partition(" ")
        if not c.in_username or not c.in_password or scheme.lower() != "basic":
            return False
        try:
            return _same(base64.b64decode(told).decode(), f"{c.in_username}:{c.in_password}")
        except ValueError:
            return False


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _get(found: Any, path: str) -> Any:
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    if not path:
        return
    *folders, name = path.split(".")
    for folder in folders:
        body = body.setdefault(folder, {})
    body[name] = value
