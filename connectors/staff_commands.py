"""The commands `rettvis staff`."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

staff_app = typer.Typer(no_args_is_help=True, help="The people who work with Rettvis.")
out = Console()


@staff_app.command("add")
def staff_add(
    login: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    duty: Annotated[list[str], typer.Option(help="contact, programme, editor or admin")] = ["contact"],  # noqa: B006
    language: Annotated[list[str], typer.Option()] = ["nb"],  # noqa: B006
    place: Annotated[list[str], typer.Option()] = [],  # noqa: B006
    topic: Annotated[list[str], typer.Option()] = [],  # noqa: B006
    office: str = "",
    usual_minutes: int = 60,
    hours: Annotated[
        list[str], typer.Option(help='e.g. "mon-fri 08:00-15:30" or "sat 10:00-14:00 holidays"; several add up')
    ] = ["mon-fri 08:00-15:30"],  # noqa: B006
    capacity: Annotated[int, typer.Option(help="Conversations at once, at most")] = 10,
    duty_team: Annotated[bool, typer.Option(help="Asked when nobody else has answered in time")] = False,
    email: Annotated[str, typer.Option(help="Where they are told that a person waits")] = "",
) -> None:
    """Add a person: who they are, what they do, which languages, places and topics are theirs."""
    from connectors.people import add

    add(
        login=login,
        password=password,
        hours=hours,
        name=name,
        role=role,
        duties=duty,
        languages=language,
        places=place,
        topics=topic,
        office=office,
        usual_minutes=usual_minutes,
        capacity=capacity,
        duty_team=duty_team,
        notify={"email": email},
    )
    print(f"{login} can sign in at /sign-in")


@staff_app.command("list")
def staff_list() -> None:
    """Everybody with an account."""
    from connectors.people import everybody

    table = Table("login", "name", "role", "duties", "languages", "places", "hours", "state")
    for row in everybody():
        table.add_row(*row)
    out.print(table)


@staff_app.command("away")
def staff_away(
    login: str,
    first: Annotated[str, typer.Argument(help="The first day, e.g. 2026-07-06")],
    last: Annotated[str, typer.Argument(help="The last day")],
    stand_in: Annotated[str | None, typer.Option(help="The log-in of who stands in")] = None,
) -> None:
    """Note days on which somebody is away, the first and the last among them."""
    from connectors.people import away

    print(away(login, first, last, stand_in))
