"""Whatever number, or what is none, stands where a number should: no route fails."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from bot.settings import Settings
from connectors.app import create_app
from tests.conftest import Citizen, Server
from tests.security.conftest import FORMS, World
from tests.security.test_matrix import MATRIX

ODD = (str(10**25), str(-(10**25)), str(2**31), str(2**63), "-1", "²", "١", "1e9", "")
"""`²` counts as a digit and is no number; the big ones are too big for a database."""


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all(each)


def numbers() -> list[tuple[str, str, str, str]]:
    """Every number that a route reads: method, path, where it stands and its name."""
    found = []
    for context in iter_route_contexts(create_app(Settings("sqlite://", Path(), "k" * 40)).routes):
        route = context.original_route
        if not isinstance(route, APIRoute):
            continue
        for dependant in _all(route.dependant):
            read = [("path", each) for each in dependant.path_params]
            read += [("query", each) for each in dependant.query_params]
            read += [("form", each) for each in dependant.body_params]
            for place, each in read:
                kind = each.field_info.annotation
                if kind is int or int in get_args(kind) or any(int in get_args(part) for part in get_args(kind)):
                    found += [(method, str(context.path), place, each.alias) for method in route.methods or ()]
    return sorted(set(found))


@pytest.mark.parametrize(("method", "path", "place", "name"), numbers())
def test_an_odd_number_is_refused_and_nothing_fails(
    guarded: Server, world: World, method: str, path: str, place: str, name: str
) -> None:
    world.ready_for(path)
    who = next(person for role, person in world.people.items() if MATRIX[method, path][role] in ("in", "409"))
    for odd in ODD:
        address = world.path(path.replace(f"{{{name}}}", odd or "0") if place == "path" else path)
        form = dict(FORMS.get(path, {}))
        if place == "query":
            address += f"?{name}={odd}"
        elif place == "form":
            form[name] = odd
        assert who.send(guarded, method, address, **form).status_code < 500, odd


@pytest.mark.parametrize("odd", [b"\xb2", b"-1", b"9" * 30, b"x", b"\xff", b"1 2", b""])
def test_a_live_page_begins_whatever_it_is_told_about_the_last(guarded: Server, world: World, odd: bytes) -> None:
    world.begin(accept=True)
    mine = Citizen(guarded, language="en")
    mine.write("help")
    cookie = {"cookie": f"rettvis={mine.id}.{mine.token}"}
    contact = {"cookie": f"rettvis_staff={world.people['contact'].cookies['rettvis_staff']}"}
    token = {"authorization": f"Bearer {mine.token}"}
    for path, who in (
        ("/live", cookie),
        (f"/api/v1/conversations/{mine.id}/events", token),
        (f"/desk/{world.handoff}/live", contact),
    ):
        with guarded.client().stream("GET", path, headers={**who, "last-event-id": odd}) as live:
            assert live.status_code == 200
            next(live.iter_lines())
