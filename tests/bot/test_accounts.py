"""Who somebody is: passwords, codes, locks, and the municipality's own provider."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine
from argon2 import PasswordHasher

from bot.records.database import Database
from bot.records.tables import Staff, now
from bot.staff import accounts, codes, outside, people
from bot.staff.accounts import Locked, Refused, fingerprint
from bot.staff.person import Person, Unfit

PASSWORDS = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
RIGHT = "the right password"
START = datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def clock() -> object:
    """Time stands still until a test moves it."""
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def add(database: Database, login: str = "ola", password: str = RIGHT, email: str = "") -> Staff:
    person = Person(
        name=login, role="r", duties=["programme"], languages=["nb"], hours=[], notify={"email": email} if email else {}
    )
    return people.add(database, login, PASSWORDS.hash(password) if password else "", person)


@pytest.fixture
def ola(database: Database) -> Staff:
    return add(database)


@pytest.fixture
def sign_in(database: Database, ola: Staff) -> Callable[..., bool]:
    def sign_in(password: str = RIGHT, login: str = "ola") -> bool:
        try:
            return accounts.check(database, PASSWORDS, login, password).id == ola.id
        except Refused:
            return False

    return sign_in


def wrong(sign_in: Callable[..., bool], times: int) -> None:
    for _ in range(times):
        assert not sign_in("something else")


def test_the_right_password_fits_in_any_spelling_of_the_name(sign_in: Callable[..., bool]) -> None:
    assert sign_in()
    assert sign_in(login="  OLA ")
    assert not sign_in("the right passworD")
    assert not sign_in("")
    assert not sign_in(login="per")
    assert not sign_in(login="")


def test_the_account_of_somebody_who_left_is_refused(
    database: Database, ola: Staff, sign_in: Callable[..., bool]
) -> None:
    people.deactivate(database, ola.id, add(database, "admin"))
    assert not sign_in()


def test_an_account_without_a_password_cannot_be_entered_with_any(database: Database) -> None:
    add(database, "eva", password="")
    for guess in ("", "eva", RIGHT):
        with pytest.raises(Refused):
            accounts.check(database, PASSWORDS, "eva", guess)


def test_four_wrong_tries_are_forgiven_by_a_right_one(sign_in: Callable[..., bool]) -> None:
    for _ in range(3):
        wrong(sign_in, 4)
        assert sign_in()


def test_after_five_wrong_tries_even_the_right_password_has_to_wait(
    sign_in: Callable[..., bool], clock: time_machine.Traveller
) -> None:
    wrong(sign_in, 5)
    assert not sign_in()
    clock.shift(15 * MINUTE - timedelta(seconds=1))
    assert not sign_in()
    clock.shift(timedelta(seconds=1))
    assert sign_in()
    wrong(sign_in, 4)  # everything is forgotten
    assert sign_in()


def test_tries_while_it_is_locked_do_not_make_it_longer(
    sign_in: Callable[..., bool], clock: time_machine.Traveller
) -> None:
    wrong(sign_in, 50)
    clock.shift(15 * MINUTE)
    assert sign_in()


def test_the_lock_doubles_with_every_further_wrong_try_up_to_a_day(
    database: Database, ola: Staff, sign_in: Callable[..., bool], clock: time_machine.Traveller
) -> None:
    wrong(sign_in, 4)
    minutes = []
    for _ in range(12):
        wrong(sign_in, 1)
        until = people.named(database, "ola").locked_until
        assert until is not None
        minutes.append((until - now()) // MINUTE)
        clock.move_to(until)
    assert minutes == [15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440, 1440, 1440]
    assert sign_in()


def test_many_tries_at_once_are_no_way_around_the_limit(database: Database, ola: Staff) -> None:
    slow = PasswordHasher(time_cost=2, memory_cost=4096, parallelism=1)
    checked = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            checked.append(hash)
            return slow.verify(hash, password)

    def attempt(number: int) -> None:
        with pytest.raises(Refused):
            accounts.check(database, Watched(), "ola", f"guess {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(20)))
    after = people.named(database, "ola")
    assert after.failed_sign_ins == 5
    assert accounts.is_locked(after, now())
    assert len(checked) == 20  # a locked account costs the same time, and its answer is not used


def test_every_refusal_costs_one_check_of_a_password(
    database: Database, ola: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(database, "eva", password="")
    checked: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            checked.append(str(hash))
            return super().verify(hash, password)

    watched = Watched(time_cost=1, memory_cost=8, parallelism=1)
    for login in ["nobody", "ola", "eva", *["ola"] * 6]:
        before = len(checked)
        with pytest.raises(Refused) as refused:
            accounts.check(database, watched, login, "something else")
        assert len(checked) == before + 1
        assert refused.value.args == ()
    assert all("m=8,t=1,p=1" in each for each in checked)


def test_a_hash_of_an_older_kind_is_renewed(database: Database, ola: Staff) -> None:
    newer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    accounts.check(database, newer, "ola", RIGHT)
    kept = people.named(database, "ola").password_hash
    assert "m=16,t=2" in kept
    assert kept == accounts.check(database, newer, "ola", RIGHT).password_hash


def test_a_password_is_changed_by_who_knows_the_old_one(
    database: Database, ola: Staff, sign_in: Callable[..., bool]
) -> None:
    with pytest.raises(Refused):
        accounts.change_password(database, PASSWORDS, ola, "not it", "a brand new one")
    changed = accounts.change_password(database, PASSWORDS, ola, RIGHT, "a brand new one")
    assert not sign_in()
    assert sign_in("a brand new one")
    assert fingerprint(changed) != fingerprint(ola)


@pytest.mark.parametrize(
    ("new", "code"), [("short", "short_password"), ("x" * 501, "short_password"), ("Ola-2026-Ola", "easy_password")]
)
def test_an_easy_password_is_refused(database: Database, ola: Staff, new: str, code: str) -> None:
    with pytest.raises(Unfit) as refused:
        accounts.change_password(database, PASSWORDS, ola, RIGHT, new)
    assert refused.value.reasons[0].code == code


def test_guessing_the_password_of_an_open_session_locks_the_account(
    database: Database, ola: Staff, sign_in: Callable[..., bool]
) -> None:
    for _ in range(4):
        with pytest.raises(Refused):
            accounts.confirm(database, PASSWORDS, ola, "guess")
    for _ in range(2):
        with pytest.raises(Locked) as locked:
            accounts.confirm(database, PASSWORDS, ola, "guess")
        assert locked.value.until == START + 15 * MINUTE
    assert not sign_in()


def test_a_reset_gives_a_random_password_and_lifts_the_lock(
    database: Database, ola: Staff, sign_in: Callable[..., bool]
) -> None:
    wrong(sign_in, 5)
    new = accounts.reset_password(database, PASSWORDS, ola.id)
    assert len(new) == 19
    assert sign_in(new)
    assert accounts.reset_password(database, PASSWORDS, ola.id) != new


def code(steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(int(now().timestamp()) + 30 * steps)


@pytest.fixture
def two_step(database: Database, ola: Staff) -> Callable[[str], bool]:
    """Somebody with two-step verification, confirmed some time ago; enters a code."""
    codes.switch_on(database, ola.id, SECRET, code(-1))

    def enter(given: str) -> bool:
        try:
            return codes.check(database, ola.id, given).id == ola.id
        except (codes.WrongCode, Locked):
            return False

    return enter


def test_two_step_verification_begins_only_with_a_code_that_fits(database: Database, ola: Staff) -> None:
    for given in ("", "000000", "abc", code()[:5], code(3)):
        with pytest.raises(codes.WrongCode):
            codes.switch_on(database, ola.id, SECRET, given)
    assert people.named(database, "ola").totp_secret is None
    codes.switch_on(database, ola.id, SECRET, f" {code()[:3]} {code()[3:]} ")
    assert people.named(database, "ola").totp_secret == SECRET
    with pytest.raises(codes.WrongCode):
        codes.check(database, ola.id, code())  # the code that began it has been used


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (0, True), (1, True), (2, False)])
def test_a_phone_may_be_half_a_minute_off(two_step: Callable[[str], bool], steps: int, fits: bool) -> None:
    assert two_step(code(steps)) is fits


def test_a_code_works_once_and_none_before_it(two_step: Callable[[str], bool], clock: time_machine.Traveller) -> None:
    clock.shift(10 * MINUTE)
    late, now_, early = code(-1), code(), code(1)
    assert two_step(now_)
    assert not two_step(now_)
    assert not two_step(late)
    assert two_step(early)


def test_wrong_codes_lock_the_account_and_a_right_password_does_not_forgive_them(
    database: Database, two_step: Callable[[str], bool], sign_in: Callable[..., bool], clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        assert sign_in()
        assert not two_step("000000")
    assert not sign_in()
    assert not two_step(code())
    clock.shift(15 * MINUTE)
    assert sign_in()
    assert two_step(code())
    assert people.named(database, "ola").failed_sign_ins == 0


def test_the_secret_stands_encrypted_in_the_database(database: Database, two_step: Callable[[str], bool]) -> None:
    with database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT totp_secret FROM staff").scalar_one()
    assert SECRET not in kept


def test_without_the_phone_an_administrator_switches_it_off(
    database: Database, ola: Staff, two_step: Callable[[str], bool], sign_in: Callable[..., bool]
) -> None:
    for _ in range(5):
        two_step("000000")
    codes.switch_off(database, ola.id)
    assert sign_in()
    assert not two_step(code())


def test_who_is_bound_at_the_provider_is_known_by_the_subject_only(database: Database, ola: Staff) -> None:
    outside.bind(database, ola.id, "https://id 1")
    assert outside.recognise(database, "https://id 1", None).id == ola.id
    with pytest.raises(outside.Stranger):
        outside.recognise(database, "https://id 2", "ola")  # somebody else with the same address
    outside.bind(database, ola.id, None)
    with pytest.raises(outside.Stranger):
        outside.recognise(database, "https://id 1", None)


@pytest.mark.parametrize("address", ["kari@example.org", "KARI@Example.org"])
def test_the_first_time_a_verified_address_tells_who_it_is(database: Database, address: str) -> None:
    kari = add(database, "kari@example.org")
    assert outside.recognise(database, "https://id 7", address).id == kari.id
    assert people.named(database, "kari@example.org").subject == "https://id 7"


def test_an_address_for_notices_makes_nobody_somebody_else(database: Database) -> None:
    add(database, "eve", email="anna@example.org")
    with pytest.raises(outside.Stranger):
        outside.recognise(database, "https://id 7", "anna@example.org")


def test_the_user_name_goes_before_an_address_that_somebody_else_gave_for_notices(database: Database) -> None:
    add(database, "thief", email="kari@example.org")
    kari = add(database, "kari@example.org")
    assert outside.recognise(database, "https://id 7", "kari@example.org").id == kari.id


def test_an_address_of_two_people_is_nobodys(database: Database) -> None:
    add(database, "kari", email="post@example.org")
    add(database, "per", email="post@example.org")
    with pytest.raises(outside.Stranger):
        outside.recognise(database, "https://id 7", "post@example.org")


def test_nobody_is_created_from_outside_and_nobody_comes_back_who_left(database: Database, ola: Staff) -> None:
    outside.bind(database, ola.id, "https://id 1")
    people.deactivate(database, ola.id, add(database, "admin"))
    for subject in ("https://id 1", "https://id 9"):
        with pytest.raises(outside.Stranger):
            outside.recognise(database, subject, "new@example.org")
    assert [each.login for each in people.everybody(database)] == ["admin", "ola"]


def test_two_people_cannot_be_the_same_at_the_provider(database: Database, ola: Staff) -> None:
    outside.bind(database, ola.id, "https://id 1")
    with pytest.raises(Unfit) as refused:
        outside.bind(database, add(database, "per").id, "https://id 1")
    assert (refused.value.reasons[0].code, refused.value.reasons[0].value) == ("bound", "ola")
