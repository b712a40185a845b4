"""Where gateways bring messages and reports: /sms/<gateway> and /sms/<gateway>/report.

What is brought is kept, and answered later: a gateway does not wait, and what it brings twice is there once.
"""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy.exc import IntegrityError

from bot.handoff.desk import DESK
from bot.phones import inbox, outbox
from bot.phones.inbox import Part
from bot.phones.numbers import NoNumberError
from bot.records.tables import now
from connectors.api import Here
from connectors.installation import Installation
from connectors.sms.gateways import Gateway, NotFromGateway, NotUnderstood
from connectors.sms.inbound import IN

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/sms", include_in_schema=False)
T = TypeVar("T")


def named(gateway: str, here: Here) -> Gateway[Any]:
    found = here.gateways.by_name.get(gateway)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such gateway here.")
    return found


By = Annotated[Gateway[Any], Depends(named)]


@router.api_route("/{gateway}", methods=["GET", "POST"])
async def inbound(request: Request, here: Here, by: By) -> Response:
    """Messages from phones."""
    try:
        brought = await _understood(by.inbound, request)
    except NoNumberError:  # a shop's name, or a short number: nobody is there to answer
        log.info("an SMS came from something that is no phone", gateway=by.name)
        brought = []
    for part in brought:
        _keep(here, by.name, part)
    here.live.heard(IN)
    return _thanks(by)


@router.api_route("/{gateway}/report", methods=["GET", "POST"])
async def report(request: Request, here: Here, by: By) -> Response:
    """What became of messages to phones. One we know nothing of is told so; the gateway may bring it again."""
    changed: set[str] = set()
    for each in await _understood(by.reports, request):
        with here.database.transaction() as session:
            found = outbox.reported(session, by.name, each.of, each.delivered, now())
            if found is None:
                raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such message.")
            changed |= {found.message.conversation_id} if found.message else set()
    for conversation in (*changed, DESK):
        here.live.heard(conversation)
    return _thanks(by)


async def _understood(read: Callable[[Request], Awaitable[Sequence[T]]], request: Request) -> Sequence[T]:
    try:
        return await read(request)
    except NotFromGateway as error:
        raise HTTPException(HTTPStatus.FORBIDDEN, "This is not from the gateway.") from error
    except NotUnderstood as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"Something is missing: {error}") from error


def _keep(here: Installation, gateway: str, part: Part) -> None:
    try:
        _store(here, gateway, part)
    except IntegrityError:  # the same came twice at once, to two processes, or two messages of a new phone did
        _store(here, gateway, part)


def _store(here: Installation, gateway: str, part: Part) -> None:
    with here.database.transaction() as session:
        inbox.keep(session, gateway, part, now())


def _thanks(by: Gateway[Any]) -> Response:
    text, media_type = by.thanks
    return Response(text, media_type=media_type)
