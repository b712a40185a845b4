"""What an SMS gateway is to us, and which ones this installation has.

The environment says which: RETTVIS_SMS="kannel twilio" (one or several; the first one also sends to phones that came
through none), and each gateway's own settings, RETTVIS_KANNEL_URL and the like.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import httpx
from aiolimiter import AsyncLimiter
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.phones.inbox import Part
from bot.settings import Settings

TIMEOUT = 20.0
"""Seconds a gateway has to take a message."""


class NotFromGateway(Exception):
    """A request without the gateway's signature or secret."""


class NotUnderstood(Exception):
    """A request of the gateway's in which something is missing. The text says what, never what was written."""


class NotTaken(Exception):
    """A gateway did not take a message.

    Args:
        code: why, for the desk and the log.
        for_good: trying again is of no use.
    """

    def __init__(self, code: str, *, for_good: bool = False) -> None:
        self.code = code
        self.for_good = for_good
        super().__init__(code)


@dataclass(frozen=True)
class Sms:
    """A text on its way to a phone.

    Args:
        to: in international form.
        reference: our own id, which delivery reports name.
    """

    to: str
    text: str
    reference: str


@dataclass(frozen=True)
class Report:
    """What became of a message, by our reference or the gateway's id. `delivered` is None while it is on its way."""

    of: str
    delivered: bool | None


Secret = Annotated[str, Field(min_length=8)]
"""An empty one would let everybody in."""


class Common(BaseModel):
    """What is set for every gateway."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: str
    """What people write to, and what messages come from."""
    per_second: float = Field(10.0, gt=0)


ConfigurationT = TypeVar("ConfigurationT", bound=Common)


def configured(kind: type[ConfigurationT], prefix: str) -> ConfigurationT:
    """A gateway's settings from the environment.

    Raises:
        SystemExit: one is missing or wrong; its name is told, never its value.
    """
    found = {
        name: value for name in kind.model_fields if (value := os.environ.get(f"{prefix}{name.upper()}")) is not None
    }
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        wrong = [
            f"{prefix}{str(each['loc'][0]).upper() if each['loc'] else '…'} ({each['msg']})" for each in error.errors()
        ]
        raise SystemExit(f"Wrong in the environment: {', '.join(wrong)}") from None


@dataclass(frozen=True)
class Gateway(ABC, Generic[ConfigurationT]):
    """One way to and from phones.

    Args:
        address: where it reaches this installation.
    """

    configuration: ConfigurationT
    address: str
    name: ClassVar[str]
    thanks: ClassVar[tuple[str, str]]
    """What its requests are answered with, and the media type of that."""

    @abstractmethod
    async def send(self, client: httpx.AsyncClient, sms: Sms) -> str | None:
        """Hand a message over. Returns the gateway's id of it, if it says one.

        Raises:
            NotTaken: it was not taken.
            httpx.HTTPError: the gateway does not answer.
        """

    @abstractmethod
    async def inbound(self, request: Request) -> Sequence[Part]:
        """What a request of the gateway's brings.

        Raises:
            NotFromGateway: wrong signature or secret.
            NotUnderstood: something is missing.
            NoNumberError: it comes from something that is no phone.
        """

    @abstractmethod
    async def reports(self, request: Request) -> Sequence[Report]:
        """The delivery reports of a request.

        Raises:
            NotFromGateway: wrong signature or secret.
            NotUnderstood: something is missing.
        """


@dataclass(frozen=True)
class Gateways:
    """The gateways of this installation, by name; the first also sends to phones that came through none."""

    by_name: Mapping[str, Gateway[Any]] = field(default_factory=dict)
    limits: Mapping[str, AsyncLimiter] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, settings: Settings) -> "Gateways":
        """Read RETTVIS_SMS and what belongs to the gateways it names.

        Raises:
            SystemExit: an unknown gateway, or one that is not fully configured.
        """
        from connectors.sms.generic import Generic
        from connectors.sms.kannel import Kannel
        from connectors.sms.twilio import Twilio

        kinds: dict[str, Any] = {"kannel": Kannel, "twilio": Twilio, "http": Generic}
        names = os.environ.get("RETTVIS_SMS", "").split()
        unknown = set(names) - set(kinds)
        if unknown:
            raise SystemExit(f"RETTVIS_SMS may name {', '.join(kinds)}; it names {', '.join(sorted(unknown))}.")
        if names and not settings.address:
            raise SystemExit("SMS needs RETTVIS_ADDRESS: where gateways and people reach this installation.")
        found: dict[str, Gateway[Any]] = {name: kinds[name].from_environment(settings.address) for name in names}
        return cls(found, {name: AsyncLimiter(1, 1 / each.configuration.per_second) for name, each in found.items()})

    @property
    def number(self) -> str | None:
        """What people write to, or None where there is no SMS."""
        return next((each.configuration.number for each in self.by_name.values()), None)

    def others(self, name: str) -> list[str] | None:
        """For the first gateway the names of the others; None for the others (bot.phones.outbox.due)."""
        names = list(self.by_name)
        return names[1:] if names[:1] == [name] else None


def checked(response: httpx.Response) -> httpx.Response:
    """A gateway's answer, if it took the message.

    Raises:
        NotTaken: it refused. What it says about the message itself holds for good; that it is busy, away, or does not know
            us does not.
    """
    if response.is_success:
        return response
    for_good = response.status_code in (400, 404, 405, 410, 413, 414, 415, 422)
    raise NotTaken(f"http_{response.status_code}", for_good=for_good)
