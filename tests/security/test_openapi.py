"""The API is asked everything that its description allows, and much that it does not (Schemathesis).

Whatever it is asked, it answers as the description says, and never with a failure of its own. The questions never change.
"""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.schemas import APIOperation

from bot.settings import Settings
from connectors.app import create_app
from tests.conftest import Citizen, Server

load_all_checks()
NOT_HERE = {"positive_data_acceptance"}
"""What fits the description may still be refused: facts that belong to no question, a message that is empty."""
ASKED = settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SCHEMA = schemathesis.openapi.from_dict(create_app(Settings("sqlite://", Path(), "k" * 40)).openapi())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
QUICK = [each for each in OPERATIONS if not each.path.endswith(("/events", ".pdf"))]
"""All of it but what never ends, and what takes seconds; both have tests of their own."""


@pytest.fixture(scope="module")
def talked(guarded: Server) -> Citizen:
    """Somebody in whose conversation there is something of everything."""
    citizen = Citizen(guarded, language="en")
    citizen.write("How much child benefit do I get for two kids?")
    citizen.write("he is beating me")
    citizen.pick("screen")
    citizen.write("32")
    citizen.ask_for_a_person()
    return citizen


def ask(server: Server, operation: APIOperation, mode: GenerationMode, talked: Citizen | None = None) -> None:
    """Ask many times, about a conversation of one's own if there is one; what changes it, of a new one each time."""

    @ASKED
    @given(operation.as_strategy(generation_mode=mode))
    def once(case: schemathesis.Case) -> None:
        headers, but = {}, set(NOT_HERE)
        if talked:
            citizen = talked if case.method == "GET" else Citizen(server)
            case.path_parameters["id"] = citizen.id
            headers = {"authorization": f"Bearer {citizen.token}"}
            but |= {"ignored_auth"}  # the token is given above
            if case.method == "GET":
                but |= {"negative_data_rejection"}  # what is unknown in an address is passed over
        excluded = [each for each in CHECKS.get_all() if each.__name__ in but]
        case.call_and_validate(base_url=server.url, headers=headers, excluded_checks=excluded)

    once()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("operation", QUICK, ids=lambda each: each.label)
def test_a_stranger_gets_what_the_description_says(
    guarded: Server, operation: APIOperation, mode: GenerationMode
) -> None:
    ask(guarded, operation, mode)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("operation", [each for each in QUICK if "{id}" in each.path], ids=lambda each: each.label)
def test_whoever_has_a_conversation_gets_what_the_description_says(
    guarded: Server, talked: Citizen, operation: APIOperation, mode: GenerationMode
) -> None:
    ask(guarded, operation, mode, talked)


@pytest.mark.usefixtures("pango")
def test_the_pdf_and_what_never_ends_are_what_the_description_says(guarded: Server, talked: Citizen) -> None:
    pdf = guarded.client().post("/api/v1/screenings/result.pdf", json={"facts": {"children": [2]}})
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    for last in ("", "0", "9" * 40, "-1", "x", "é", "\u0661"):
        headers = {"authorization": f"Bearer {talked.token}", "last-event-id": last.encode()}
        path = f"/api/v1/conversations/{talked.id}/events"
        with guarded.client().stream("GET", path, headers=headers) as events:
            assert events.status_code == 200
            assert events.headers["content-type"].startswith("text/event-stream")
