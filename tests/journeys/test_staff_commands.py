"""The commands `rettvis staff`, as an administrator types them."""

from collections.abc import Callable
from functools import partial

import pytest

from bot.records.database import Database
from bot.staff import people
from tests.command import Done, here

Rettvis = Callable[..., Done]
ADD = ("--role", "veileder", "--password", "a long enough one")


@pytest.fixture
def rettvis(database: Database) -> Rettvis:
    """Runs `rettvis staff …` on the test's database."""
    return partial(here, "staff", DATABASE_URL=database.url, COLUMNS="200")


def test_a_person_is_added_with_everything_that_can_be_said(rettvis: Rettvis, database: Database) -> None:
    hours = ("--hours", "mon-thu 09:00-15:00", "--hours", "sat 22:00-06:00 holidays")
    more = ("--duty", "contact", "--duty", "admin", "--capacity", "3", "--duty-team", "--email", "ola@example.org")
    done = rettvis("add", "Ola", "--name", "Ola Moe", *ADD, *hours, *more, "--language", "so", "--place", "froya")
    assert done.returncode == 0, done.stderr
    ola = people.named(database, "ola")
    assert (ola.duties, ola.languages, ola.places) == (["contact", "admin"], ["so"], ["froya"])
    assert (ola.capacity, ola.duty_team, ola.notify) == (3, True, {"email": "ola@example.org"})
    assert [(shift["days"], shift["holidays"]) for shift in ola.hours] == [([0, 1, 2, 3], False), ([5], True)]
    listed = rettvis("list").stdout
    assert "contact, admin, duty team" in listed
    assert "mon-thu 09:00-15:00" in listed


def test_hours_without_days_are_those_of_the_working_week_as_they_are_unless_said(
    rettvis: Rettvis, database: Database
) -> None:
    rettvis("add", "ola", "--name", "Ola", *ADD)
    rettvis("add", "per", "--name", "Per", *ADD, "--hours", "08:00-15:30")
    assert people.named(database, "ola").hours == people.named(database, "per").hours
    assert people.named(database, "ola").hours[0]["days"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("--hours", "8-15"), "--hours: '8-15' is not written as 'mon-fri 08:00-15:30'"),
        (("--hours", "fri-mon 08:00-15:00"), "is not a day or a run of days"),
        (("--place", "atlantis"), "atlantis is not one of: "),
        (("--duty", "king"), "king is not one of: contact, programme, editor, admin"),
        (("--capacity", "0"), "a whole number from 1 to 1000"),
        (("--email", "ola"), "not an e-mail address"),
        (("--password", "short"), "at least 10 characters"),
    ],
)
def test_what_cannot_be_is_said_in_a_line_and_nobody_is_added(
    rettvis: Rettvis, database: Database, wrong: tuple[str, ...], says: str
) -> None:
    done = rettvis("add", "ola", "--name", "Ola", *ADD, *wrong)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert people.everybody(database) == []


def test_days_away_are_noted_with_who_stands_in(rettvis: Rettvis, database: Database) -> None:
    for login in ("ola", "per"):
        rettvis("add", login, "--name", login.title(), *ADD)
    done = rettvis("away", "ola", "2999-07-01", "2999-07-31", "--stand-in", "per")
    assert done.stdout == "Ola is away from 2999-07-01 to 2999-07-31; Per stands in\n"
    absence = people.named(database, "ola").absences[0]
    assert absence.stand_in_id == people.named(database, "per").id
    for wrong, says in [
        (("nils", "2999-07-01", "2999-07-31"), "Nobody has the user name nils."),
        (("ola", "july", "2999-07-31"), "Give the first and the last day."),
        (("ola", "2999-07-31", "2999-07-01"), "must not come before the first"),
        (("ola", "2020-07-01", "2020-07-31"), "These days have passed."),
        (("ola", "2999-07-01", "2999-07-31", "--stand-in", "ola"), "Only another active contact can stand in."),
    ]:
        refused = rettvis("away", *wrong)
        assert (refused.returncode, says in refused.stderr) == (1, True)
