"""Who may do what: every route, for everybody who may come to it, with other people's conversations and accounts.

`matrix.txt` says what is expected. A route that is not in it fails the test, so that nobody forgets to decide.
"""

from pathlib import Path

import httpx
import pytest

from tests.conftest import Server
from tests.security.conftest import FORMS, World, kept, routes

FILE = Path(__file__).parent / "matrix.txt"
REFUSALS = {401, 403, 404, 409}


def expected() -> dict[tuple[str, str], dict[str, str]]:
    """What matrix.txt says, by method and path."""
    lines = [line.split() for line in FILE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    (_, _, *heads), *rows = lines
    return {(method, path): dict(zip(heads, cells, strict=True)) for method, path, *cells in rows}


def cell(answer: httpx.Response) -> str:
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?then="):
        return "sign"
    return str(answer.status_code) if answer.status_code in REFUSALS else "in"


MATRIX = expected()


def test_the_matrix_names_every_route_and_no_other(guarded: Server) -> None:
    assert sorted(MATRIX) == sorted(routes(guarded._app))


@pytest.mark.parametrize(("method", "path"), list(MATRIX))
def test_a_route_lets_in_whom_it_should_and_what_is_refused_changes_nothing(
    guarded: Server, world: World, method: str, path: str
) -> None:
    world.ready_for(path)
    address, form = world.path(path), FORMS.get(path, {})
    before = kept(guarded)
    answers = {
        name: somebody.send(guarded, method, address, **form)
        for name, somebody in world.people.items()
        if MATRIX[method, path][name] != "in"
    }
    assert kept(guarded) == before
    answers |= {
        name: somebody.send(guarded, method, address, **form)
        for name, somebody in world.people.items()
        if MATRIX[method, path][name] == "in"
    }
    assert max(answer.status_code for answer in answers.values()) < 500
    assert {name: cell(answer) for name, answer in answers.items()} == MATRIX[method, path]
