"""Templates, in the language of the reader."""

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from babel.dates import format_skeleton
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.responses import HTMLResponse, Response

from bot.handoff.hours import OSLO
from bot.records.tables import Message
from bot.replies import Reply
from bot.speech import Speech
from connectors import addresses
from knowledge.languages import language


@pass_context
def _gettext(context: Context, message: str) -> str:
    return str(context["s"].gettext(message))


@pass_context
def _ngettext(context: Context, singular: str, plural: str, number: int) -> str:
    return str(context["s"].ngettext(singular, plural, number))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["clock"] = lambda moment: moment.astimezone(OSLO).strftime("%H:%M")
    environment.filters["moment"] = _moment
    environment.globals["address"] = addresses.page
    environment.filters["anchor"] = addresses.anchor
    environment.filters["ours"] = addresses.ours
    environment.globals["uuid"] = lambda: str(uuid.uuid4())
    environment.filters["reply"] = _reply
    environment.filters["direction"] = lambda code: language(code).direction
    environment.filters["autonym"] = lambda code: language(code).autonym
    return environment


def _moment(when: datetime, s: Speech) -> str:
    """Day and time in Norway, in the reader's language."""
    local = when.astimezone(OSLO)
    return f"{format_skeleton('MMMEd', local, locale=s.code, tzinfo=OSLO)} {local:%H:%M}"


def _reply(message: Message) -> Reply | None:
    return Reply.model_validate(message.body) if message.body else None


_TEMPLATES = _environment()


def fragment(name: str, s: Speech, **context: Any) -> str:
    """A piece of a page."""
    return _TEMPLATES.get_template(name).render(s=s, **context)


def page(request: Request, name: str, s: Speech, status: int = 200, **context: Any) -> Response:
    """A whole page in the language of `s`."""
    exit_to = request.app.state.installation.settings.exit_to
    return HTMLResponse(fragment(name, s, request=request, exit_to=exit_to, **context), status)
