"""What is typed into the forms about staff, kept as it was typed until it can be kept for good."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from bot.handoff.hours import Shift
from bot.records.tables import Staff
from bot.staff.person import MOST_SHIFTS, WAYS, Reason, Unfit
from connectors.security import check_csrf

TEXTS = ("name", "role", "office", "usual_minutes", "capacity")
LISTS = ("duties", "languages", "places", "topics")


async def _checked(request: Request) -> AsyncIterator[FormData]:
    async with request.form() as form:  # which closes what was uploaded
        await check_csrf(request)
        yield form


Posted = Annotated[FormData, Depends(_checked)]
"""The fields of a form that came from our own page."""


@dataclass(frozen=True)
class Row:
    """One line of working hours in a form."""

    days: frozenset[int] = frozenset()
    begins: str = ""
    ends: str = ""
    holidays: bool = False

    @property
    def empty(self) -> bool:
        return not (self.days or self.begins or self.ends)


@dataclass(frozen=True)
class Draft:
    """A form about somebody, as it is kept or as it was typed."""

    texts: Mapping[str, str] = field(default_factory=lambda: {"usual_minutes": "60", "capacity": "10"})
    chosen: Mapping[str, frozenset[str]] = field(default_factory=lambda: {"duties": frozenset({"contact"})})
    rows: tuple[Row, ...] = (Row(frozenset(range(5)), "08:00", "15:30"),)
    duty_team: bool = False
    login: str = ""

    @classmethod
    def of(cls, staff: Staff) -> "Draft":
        """What is kept of somebody."""
        kept = {name: str(getattr(staff, name)) for name in TEXTS}
        kept |= {way: str(staff.notify.get(way, "")) for way in WAYS}
        shifts = [Shift.model_validate(shift) for shift in staff.hours]
        return cls(
            kept,
            {name: frozenset(getattr(staff, name)) for name in LISTS},
            tuple(Row(frozenset(s.days), f"{s.begins:%H:%M}", f"{s.ends:%H:%M}", s.holidays) for s in shifts),
            staff.duty_team,
            staff.login,
        )

    @classmethod
    def typed(cls, form: FormData) -> "Draft":
        """What was typed."""
        return cls(
            {name: text(form, name) for name in (*TEXTS, *WAYS)},
            {name: frozenset(map(str, form.getlist(name))) for name in LISTS},
            tuple(_row(form, number) for number in range(MOST_SHIFTS)),
            "duty_team" in form,
            text(form, "login"),
        )

    def but(self, typed: "Draft", *names: str, rows: bool = False) -> "Draft":
        """This form with some texts, and perhaps the lines of working hours, as they were typed."""
        texts = {**self.texts, **{name: typed.texts[name] for name in names}}
        return replace(self, texts=texts, rows=typed.rows if rows else self.rows)

    @property
    def four_rows(self) -> list[Row]:
        """The lines of working hours with empty ones to fill in."""
        return [*self.rows, *[Row()] * MOST_SHIFTS][: max(MOST_SHIFTS, len(self.rows))]

    @property
    def hours(self) -> list[dict[str, Any]]:
        """Working hours as bot.staff.person takes them."""
        return [
            {"days": sorted(row.days), "from": row.begins, "to": row.ends, "holidays": row.holidays}
            for row in self.rows
            if not row.empty
        ]

    @property
    def notify(self) -> dict[str, str]:
        return {way: self.texts.get(way, "") for way in WAYS}

    @property
    def said(self) -> dict[str, Any]:
        """Everything, as bot.staff.person takes it."""
        lists = {name: sorted(self.chosen.get(name, ())) for name in LISTS}
        texts = {name: self.texts.get(name, "") for name in TEXTS}
        return {**texts, **lists, "hours": self.hours, "notify": self.notify, "duty_team": self.duty_team}


@dataclass(frozen=True)
class Days:
    """The form about days away, as it was typed."""

    first: str = ""
    last: str = ""
    stand_in: str = ""

    @classmethod
    def typed(cls, form: FormData) -> "Days":
        return cls(text(form, "first_day"), text(form, "last_day"), text(form, "stand_in"))

    def read(self) -> tuple[date, date, int | None]:
        """First and last day and who stands in.

        Raises:
            Unfit: a day is none.
        """
        found = []
        for name, day in (("first_day", self.first), ("last_day", self.last)):
            try:
                found.append(date.fromisoformat(day))
            except ValueError as error:
                raise Unfit(Reason("day", name)) from error
        return found[0], found[1], int(self.stand_in) if _is_number(self.stand_in) else None


def text(form: FormData, name: str) -> str:
    """A line of text, without signs that nobody can see."""
    value = form.get(name, "")
    if not isinstance(value, str):
        return ""
    return "".join(sign for sign in " ".join(value.split()) if sign.isprintable() or sign in "\u200c\u200d")


async def upload(form: FormData, name: str) -> bytes:
    """An uploaded file; nothing if none was chosen."""
    value = form.get(name)
    return await value.read() if isinstance(value, UploadFile) else b""


def _row(form: FormData, number: int) -> Row:
    days = frozenset(int(day) for day in map(str, form.getlist(f"days_{number}")) if day in set("0123456"))
    return Row(days, text(form, f"from_{number}"), text(form, f"to_{number}"), f"holidays_{number}" in form)


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 10
