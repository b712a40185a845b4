"""What is kept of staff: who they are, when they work, when they are away, what they look like."""

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.handoff.hours import Shift
from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Handoff, Staff, now
from bot.staff import people, pictures, shifts
from bot.staff.person import Person, Unfit, corrected, login, person
from knowledge.library import Library

TODAY = now().date()
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load()


def about(**other: Any) -> dict[str, Any]:
    usual = {
        "name": "Ola Moe",
        "role": "veileder",
        "duties": ["contact"],
        "languages": ["nb"],
        "hours": [{"days": [0, 1], "from": "08:00", "to": "15:30"}],
    }
    return {**usual, **other}


def reasons(do: Callable[[], object]) -> set[tuple[str, str]]:
    """Why it cannot be kept, and what."""
    with pytest.raises(Unfit) as refused:
        do()
    return {(reason.field, reason.code) for reason in refused.value.reasons}


def add(database: Database, name: str, **other: Any) -> Staff:
    return people.add(database, name, "", Person(**about(name=name, **other)))


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"name": "  "}, "name", "missing"),
        ({"role": ""}, "role", "missing"),
        ({"office": "x" * 201}, "office", "form"),
        ({"duties": []}, "duties", "missing"),
        ({"languages": []}, "languages", "missing"),
        ({"duties": ["king"]}, "duties", "unknown"),
        ({"places": ["atlantis"]}, "places", "unknown"),
        ({"topics": ["unicorns"]}, "topics", "unknown"),
        ({"languages": ["tlh"]}, "languages", "unknown"),
        ({"usual_minutes": "0"}, "usual_minutes", "number"),
        ({"usual_minutes": "1.5"}, "usual_minutes", "number"),
        ({"capacity": "many"}, "capacity", "number"),
        ({"hours": []}, "hours", "no_hours"),
        ({"hours": [{"days": [], "from": "08:00", "to": "09:00"}]}, "hours", "hours"),
        ({"hours": [{"days": [1], "from": "08:00", "to": ""}]}, "hours", "hours"),
        ({"hours": [{"days": [1], "from": "08:00Z", "to": "09:00"}]}, "hours", "hours"),
        ({"hours": [{"days": [1], "from": "08:00:30", "to": "09:00"}]}, "hours", "hours"),
        ({"hours": [{"days": [1], "from": "08:00", "to": "09:00"}] * 5}, "hours", "hours"),
        ({"notify": {"email": "ola at example.org"}}, "email", "email"),
        ({"notify": {"phone": "12345"}}, "phone", "phone"),
        ({"notify": {"phone": "call me"}}, "phone", "phone"),
        ({"notify": {"webhook": "ftp://example.org/x"}}, "webhook", "webhook"),
        ({"notify": {"webhook": "https:///x"}}, "webhook", "webhook"),
        ({"notify": {"webhook": "https://example.org:99999/"}}, "webhook", "webhook"),
    ],
)
def test_what_cannot_be_kept_is_named_with_the_reason(
    library: Library, said: dict[str, Any], field: str, code: str
) -> None:
    assert reasons(lambda: person(library, **about(**said))) == {(field, code)}


def test_everything_that_is_wrong_is_said_at_once(library: Library) -> None:
    said = about(name="", capacity="", notify={"phone": "1"})
    assert reasons(lambda: person(library, **said)) == {("name", "missing"), ("capacity", "number"), ("phone", "phone")}


def test_a_programme_leader_needs_no_working_hours(library: Library) -> None:
    assert person(library, **about(duties=["programme"], hours=[])).hours == []


def test_a_norwegian_phone_number_is_kept_with_its_country_and_empty_addresses_are_not_kept(library: Library) -> None:
    notify = {"phone": "912 34 567", "email": " ", "webhook": "https://example.org/hook?x=1"}
    kept = person(library, **about(notify=notify)).notify
    assert kept == {"phone": "+4791234567", "webhook": "https://example.org/hook?x=1"}


@pytest.mark.parametrize("name", ["", "a", "ola moe", "o" * 201, "<b>", "ola\n"])
def test_a_user_name_has_no_spaces_or_odd_signs(name: str) -> None:
    if name.strip() != "ola":
        assert reasons(lambda: login(name)) == {("login", "login")}


def test_a_user_name_is_the_same_in_capitals(database: Database) -> None:
    assert add(database, "Ola").login == "ola"
    assert reasons(lambda: add(database, "OLA")) == {("login", "taken")}
    assert people.named(database, " OLA ").login == "ola"
    assert reasons(lambda: people.named(database, "nils")) == {("login", "nobody")}


def test_what_somebody_changes_of_their_own_leaves_the_rest_alone(database: Database) -> None:
    ola = add(database, "ola", topics=["bostotte"])
    changed = corrected(ola, usual_minutes="15")
    assert changed == {"usual_minutes": 15}
    people.change(database, ola.id, changed)
    after = people.find(database, ola.id)
    assert after is not None
    assert (after.usual_minutes, after.topics, after.hours) == (15, ["bostotte"], ola.hours)


def test_somebody_is_away_for_days_to_come_with_another_contact_to_stand_in(database: Database) -> None:
    ola, per = add(database, "ola"), add(database, "per")
    leader = add(database, "leader", duties=["programme"])
    people.away(database, ola.id, TODAY, TODAY + 7 * DAY, per.id)
    absence = people.named(database, "ola").absences[0]
    assert (absence.first_day, absence.last_day, absence.stand_in_id) == (TODAY, TODAY + 7 * DAY, per.id)

    def away(first: date, last: date, stand_in: int | None = None) -> set[tuple[str, str]]:
        return reasons(lambda: people.away(database, ola.id, first, last, stand_in))

    assert away(TODAY + DAY, TODAY) == {("last_day", "days")}
    assert away(TODAY, TODAY + 400 * DAY) == {("last_day", "days")}
    assert away(TODAY - 9 * DAY, TODAY - 2 * DAY) == {("last_day", "passed")}
    for nobody in (ola.id, leader.id, 12345):
        assert away(TODAY, TODAY, nobody) == {("stand_in", "stand_in")}
    assert [each.id for each in people.stand_ins(database, ola.id)] == [per.id]

    people.back(database, per.id, absence.id)  # it is not Per's
    assert people.named(database, "ola").absences
    people.back(database, ola.id, absence.id)
    assert people.named(database, "ola").absences == []


def test_nobody_leaves_with_conversations_in_their_hands(database: Database) -> None:
    ola, per, admin = add(database, "ola"), add(database, "per"), add(database, "admin", duties=["admin"])
    with database.transaction() as session:
        conversation, _ = conversations.begin(session, channel="web", language="nb", chosen=True, place=None)
        session.flush()
        handoff = Handoff(conversation_id=conversation.id, contact_id=per.id, owner_id=ola.id)
        session.add(handoff)
    for busy in (ola, per):
        assert reasons(lambda busy=busy: people.deactivate(database, busy.id, admin)) == {("active", "open_handoffs")}
        lost = {"duties": ["programme"]}
        assert reasons(lambda busy=busy, lost=lost: people.change(database, busy.id, lost)) == {
            ("duties", "open_handoffs")
        }
    with database.transaction() as session:
        session.get_one(Handoff, handoff.id).closed_at = now()
    people.deactivate(database, ola.id, admin)
    assert not people.named(database, "ola").active
    people.activate(database, ola.id)
    assert people.named(database, "ola").active


def test_an_administrator_cannot_lock_themselves_out(database: Database) -> None:
    admin = add(database, "admin", duties=["admin", "programme"])
    assert reasons(lambda: people.deactivate(database, admin.id, admin)) == {("active", "oneself")}
    lost = {"duties": ["programme"]}
    assert reasons(lambda: people.change(database, admin.id, lost, by=admin)) == {("duties", "own_duty")}
    people.change(database, admin.id, {"duties": ["admin"]}, by=admin)
    assert people.named(database, "admin").duties == ["admin"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon-fri 08:00-15:30", ((0, 1, 2, 3, 4), "08:00", "15:30", False)),
        ("08:00-15:30", ((0, 1, 2, 3, 4), "08:00", "15:30", False)),
        ("  Mon,Wed,fri   09:00-12:00 ", ((0, 2, 4), "09:00", "12:00", False)),
        ("mon-sun 00:00-00:00 holidays", ((0, 1, 2, 3, 4, 5, 6), "00:00", "00:00", True)),
        ("mon-tue,sun 22:00-06:00", ((0, 1, 6), "22:00", "06:00", False)),
    ],
)
def test_hours_are_written_as_one_says_them(text: str, expected: tuple[tuple[int, ...], str, str, bool]) -> None:
    shift = shifts.parse(text)
    assert (shift.days, f"{shift.begins:%H:%M}", f"{shift.ends:%H:%M}", shift.holidays) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon-fri",
        "8-15",
        "mon 8:00-15:30",
        "mon 08:00-24:00",
        "mon 08.00-15.30",
        "fri-mon 08:00-15:00",
        "man 08:00-15:00",
        "mon- 08:00-15:00",
        "mon,,tue 08:00-15:00",
        "mon 08:00-15:30 sometimes",
        "mon ٠٨:00-15:30",
        "mon08:00-15:30",
    ],
)
def test_hours_written_in_another_way_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        shifts.parse(text)


@given(st.sets(st.integers(0, 6), min_size=1), st.times(), st.times(), st.booleans())
def test_hours_that_are_written_down_are_read_as_the_same(
    days: set[int], begins: Any, ends: Any, holidays: bool
) -> None:
    plain = {"second": 0, "microsecond": 0}
    shift = Shift(days=tuple(days), begins=begins.replace(**plain), ends=ends.replace(**plain), holidays=holidays)
    assert shifts.parse(shifts.written(shift)) == shift


@given(st.text() | st.text(alphabet="montuewdhfrisa0123456789:-, "))
def test_any_text_is_read_as_hours_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert shifts.parse(text).days


def picture(kind: str, size: tuple[int, int] = (320, 200), mode: str = "RGB", **more: Any) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, 128 if mode in ("L", "P") else None).save(target, kind, **more)
    return target.getvalue()


@pytest.mark.parametrize(
    "upload",
    [
        picture("JPEG"),
        picture("PNG", mode="RGBA"),
        picture("PNG", mode="P"),
        picture("PNG", mode="I;16"),
        picture("WEBP", (1, 900)),
        picture("JPEG", mode="CMYK"),
        picture("PNG", (1, 1), mode="1"),
    ],
)
def test_a_picture_becomes_a_small_square_jpeg(upload: bytes) -> None:
    with Image.open(io.BytesIO(pictures.square(upload))) as kept:
        assert (kept.format, kept.size, kept.mode) == ("JPEG", (pictures.SIDE, pictures.SIDE), "RGB")


def test_where_and_with_what_a_picture_was_taken_is_not_kept() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = "Camera Maker", "Ola Moe"
    kept = pictures.square(picture("JPEG", exif=exif, comment=b"in my kitchen", icc_profile=b"profile of a screen"))
    for told in (b"Camera", b"Ola", b"kitchen", b"screen", b"Exif"):
        assert told not in kept


def test_a_picture_is_turned_upright() -> None:
    image = Image.new("RGB", (200, 200), "black")
    image.paste("white", (0, 0, 200, 100))  # white above
    exif = Image.Exif()
    exif[0x0112] = 3  # taken upside down
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif)
    with Image.open(io.BytesIO(pictures.square(target.getvalue()))) as kept:
        top, bottom = (kept.convert("L").getpixel((80, y)) for y in (20, 140))
    assert isinstance(top, int)
    assert isinstance(bottom, int)
    assert top < 50 < 200 < bottom


@pytest.mark.parametrize("upload", [b"", b"GIF89a", picture("GIF"), picture("BMP"), b"<svg xmlns='x'/>"])
def test_another_file_is_no_picture(upload: bytes) -> None:
    assert reasons(lambda: pictures.square(upload)) == {("photo", "no_picture")}


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    bomb = picture("PNG", (7_000, 7_000), mode="1")
    assert len(bomb) < 100_000
    assert reasons(lambda: pictures.square(bomb)) == {("photo", "too_many_pixels")}
    assert reasons(lambda: pictures.square(picture("PNG", (20_000, 10_000), mode="1"))) == {("photo", "no_picture")}


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from([b"", picture("JPEG"), picture("PNG", mode="P"), picture("WEBP")]),
    st.binary(max_size=200),
    st.integers(0, 2_000),
)
def test_random_bytes_are_a_picture_or_refused(begins: bytes, junk: bytes, where: int) -> None:
    broken = begins[:where] + junk + begins[where + len(junk) :]
    with suppress(Unfit):
        assert pictures.square(broken).startswith(b"\xff\xd8")


def test_a_picture_can_be_kept_and_taken_away_and_is_not_shown_of_somebody_who_left(database: Database) -> None:
    ola, admin = add(database, "ola"), add(database, "admin", duties=["admin"])
    people.set_photo(database, ola.id, picture("PNG"))
    assert people.photo(database, ola.id)
    assert people.named(database, "ola").has_photo
    people.deactivate(database, ola.id, admin)
    assert people.photo(database, ola.id) is None
    people.activate(database, ola.id)
    people.set_photo(database, ola.id, None)
    assert people.photo(database, ola.id) is None
    assert not people.named(database, "ola").has_photo
