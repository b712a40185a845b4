"""Staff sign in, look after what is kept of them, and administrators after each other's accounts."""

import io
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pyotp
import pytest
import time_machine
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from bot.records.database import Database
from bot.records.tables import Handoff, Staff
from bot.settings import Settings
from bot.staff import accounts, outside, people
from bot.staff.person import Person
from connectors import demo
from tests.conftest import PASSWORD, Citizen, Server

ADMIN, INGRID, SAMIR, KARI = "programme", "ingrid", "samir", "kari"
LONG = "a long new password"
PROVIDER = """
import threading
import oidc_provider_mock
with oidc_provider_mock.run_server_in_thread() as server:
    print(server.server_port, flush=True)
    threading.Event().wait()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Server]:
    """A server of its own, for accounts are changed here."""
    folder = tmp_path_factory.mktemp("accounts")
    (folder / "models").symlink_to(settings.models)
    own = Settings(f"sqlite:///{folder / 'rettvis.sqlite3'}", folder, settings.secret_key, True, False)
    server = Server(own)
    database = Database(own.database_url)
    database.migrate()
    demo.load(database)
    database.close()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def database(server: Server) -> Database:
    return server.installation.database


@pytest.fixture
def somebody(database: Database) -> Iterator[Staff]:
    """A new contact, English-speaking so that the pages are; they leave after the test."""
    number = len(people.everybody(database))
    hours = [{"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "15:30"}]
    about = Person(name=f"Ola {number}", role="veileder", duties=["contact"], languages=["en"], hours=hours)
    staff = people.add(database, f"ola{number}", PasswordHasher().hash(PASSWORD), about)
    yield staff
    people.change(database, staff.id, {"active": False})


class Browser:
    """Somebody at the staff pages, who fills in forms."""

    def __init__(self, server: Server) -> None:
        self.http = server.client(follow_redirects=True)
        self.page = self.http.get("/sign-in")

    @property
    def text(self) -> str:
        return unescape(self.page.text)

    @property
    def at(self) -> str:
        return self.page.url.path

    def get(self, path: str) -> "Browser":
        self.page = self.http.get(path)
        return self

    def post(self, path: str, files: dict | None = None, **form: object) -> "Browser":
        token = re.search(r'name="csrf" value="([^"]+)"', self.page.text)
        data = {"csrf": token[1] if token else "", **form}
        self.page = self.http.post(path, data=data, files=files)
        return self

    def sign_in(self, login: str, password: str = PASSWORD, then: str = "") -> "Browser":
        return self.get("/sign-in").post("/sign-in", login=login, password=password, then=then)


@pytest.fixture
def browser(server: Server) -> Browser:
    return Browser(server)


@pytest.fixture
def admin(server: Server) -> Browser:
    return Browser(server).sign_in(ADMIN)


def of(database: Database, staff: Staff) -> Staff:
    found = people.find(database, staff.id)
    assert found is not None
    return found


@pytest.mark.parametrize(("login", "home"), [(INGRID, "/desk"), (ADMIN, "/learning")])
def test_signing_in_leads_to_the_home_of_the_duty(browser: Browser, login: str, home: str) -> None:
    assert browser.sign_in(login).at == home
    assert browser.get("/sign-in").at == home


@pytest.mark.parametrize(
    ("then", "at"),
    [
        ("/me", "/me"),
        ("/learning", "/learning"),
        ("/people/1", "/people/1"),
        ("/people/1/photo", "/people/1"),
        ("https://evil.example/me", "/learning"),
        ("//evil.example/people", "/learning"),
        ("/\\evil.example", "/learning"),
        ("/people.evil.example", "/learning"),
        ("/export", "/learning"),
    ],
)
def test_after_signing_in_one_goes_on_to_a_page_of_ours_only(browser: Browser, then: str, at: str) -> None:
    assert browser.sign_in(ADMIN, then=then).at == at


def test_a_page_that_needs_signing_in_is_opened_after_it(browser: Browser) -> None:
    assert browser.get("/people/2").at == "/sign-in"
    then = re.search(r'name="then" value="([^"]*)"', browser.page.text)
    assert then is not None
    assert browser.post("/sign-in", login=ADMIN, password=PASSWORD, then=then[1]).at == "/people/2"


def test_an_unknown_name_a_wrong_password_and_a_locked_account_get_the_same_answer(
    browser: Browser, database: Database, somebody: Staff
) -> None:
    def answer(login: str, password: str) -> tuple[int, str]:
        browser.sign_in(login, password)
        plain = re.sub(r'name="csrf" value="[^"]+"', "", browser.text).replace(f'value="{login}"', "")
        return browser.page.status_code, plain

    wrong = answer("nobody-here", "guess")
    assert wrong[0] == 401
    for _ in range(5):
        assert answer(somebody.login, "guess") == wrong
    assert of(database, somebody).locked_until is not None
    assert answer(somebody.login, PASSWORD) == wrong
    assert answer("nobody-here", PASSWORD) == wrong


def test_a_locked_account_opens_again_after_a_quarter_of_an_hour(browser: Browser, somebody: Staff) -> None:
    for _ in range(5):
        browser.sign_in(somebody.login, "guess")
    assert browser.sign_in(somebody.login).page.status_code == 401
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        assert browser.sign_in(somebody.login).at == "/desk"


def test_a_form_without_the_token_of_the_session_is_refused(browser: Browser, somebody: Staff) -> None:
    browser.sign_in(somebody.login)
    for token in ("", "é", "x" * 32):
        assert browser.http.post("/me/photo/remove", data={"csrf": token}).status_code == 403


def test_the_session_is_a_new_one_after_signing_in(browser: Browser, somebody: Staff) -> None:
    before = browser.http.cookies["rettvis_staff"]
    token = re.search(r'name="csrf" value="([^"]+)"', browser.page.text)
    assert token is not None
    browser.sign_in(somebody.login)
    assert browser.http.cookies["rettvis_staff"] != before
    assert token[1] not in browser.page.text


def test_changing_the_password_ends_the_other_sessions_but_not_this_one(server: Server, somebody: Staff) -> None:
    here, there = (Browser(server).sign_in(somebody.login).get("/me") for _ in range(2))
    here.post("/me/password", old=PASSWORD, new=LONG, again=LONG)
    assert "All other sessions have ended." in here.text
    assert here.get("/me").at == "/me"
    assert there.get("/me").at == "/sign-in"
    assert there.sign_in(somebody.login).page.status_code == 401
    assert there.sign_in(somebody.login, LONG).at == "/desk"


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"old": "wrong", "new": LONG, "again": LONG}, "This is not your password."),
        ({"old": PASSWORD, "new": LONG, "again": "another"}, "The two new passwords are not the same."),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "at least 10 characters"),
    ],
)
def test_a_password_is_changed_with_the_old_one_and_to_a_good_one(
    browser: Browser, somebody: Staff, form: dict, says: str
) -> None:
    browser.sign_in(somebody.login).get("/me").post("/me/password", **form)
    assert browser.page.status_code == 422
    assert says in browser.text
    assert browser.sign_in(somebody.login).at == "/desk"


def enrol(browser: Browser) -> pyotp.TOTP:
    """Set up two-step verification as a person does: read the secret, type what the phone shows."""
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", browser.get("/me/two-step").text)
    assert secret is not None
    totp = pyotp.TOTP(secret[1].replace(" ", ""))
    browser.post("/me/two-step", code=totp.now())
    return totp


def later(seconds: int) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds))


def test_with_two_step_verification_the_password_alone_opens_nothing(
    browser: Browser, server: Server, somebody: Staff
) -> None:
    totp = enrol(browser.sign_in(somebody.login))
    assert "Two-step verification is on." in browser.text
    assert totp.secret not in browser.get("/me/two-step").text
    assert browser.http.get("/me/two-step/qr.svg").status_code == 404

    other = Browser(server).sign_in(somebody.login)
    assert other.at == "/sign-in/code"
    for page in ("/desk", "/me", "/me/two-step"):
        assert other.get(page).at == "/sign-in"
    other.get("/sign-in/code").post("/sign-in/code", code=totp.now())
    assert other.page.status_code == 401
    assert "has been used already" in other.text
    with later(30):
        assert other.post("/sign-in/code", code=totp.now()).at == "/desk"


def test_the_picture_of_the_secret_is_an_svg_the_browser_may_show(browser: Browser, somebody: Staff) -> None:
    browser.sign_in(somebody.login).get("/me/two-step")
    picture = browser.http.get("/me/two-step/qr.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "no-store"
    assert "<path" in picture.text
    assert "style=" not in picture.text
    assert "data:" not in browser.text


def test_it_is_not_switched_on_by_a_wrong_code(browser: Browser, database: Database, somebody: Staff) -> None:
    browser.sign_in(somebody.login).get("/me/two-step").post("/me/two-step", code="000000")
    assert browser.page.status_code == 422
    assert "This code does not fit." in browser.text
    assert of(database, somebody).totp_secret is None


def test_between_password_and_code_there_are_five_minutes(browser: Browser, server: Server, somebody: Staff) -> None:
    totp = enrol(browser.sign_in(somebody.login))
    other = Browser(server).sign_in(somebody.login)
    with later(5 * 60 + 1):
        other.post("/sign-in/code", code=totp.now())
        assert other.page.status_code == 401
        assert 'role="alert"' in other.text
        assert other.get("/sign-in/code").at == "/sign-in"


def test_too_many_wrong_codes_lead_back_to_the_beginning(browser: Browser, server: Server, somebody: Staff) -> None:
    totp = enrol(browser.sign_in(somebody.login))
    other = Browser(server).sign_in(somebody.login)
    for _ in range(5):
        other.post("/sign-in/code", code="000000")
    with later(30):
        other.post("/sign-in/code", code=totp.now())
        assert other.page.status_code == 401
        assert "Try again after" in other.text
        assert other.get("/sign-in/code").at == "/sign-in"
        assert other.sign_in(somebody.login).page.status_code == 401


def test_switching_it_off_needs_the_password(browser: Browser, database: Database, somebody: Staff) -> None:
    enrol(browser.sign_in(somebody.login))
    browser.get("/me/two-step").post("/me/two-step/off", password="guess")
    assert browser.page.status_code == 422
    assert of(database, somebody).totp_secret
    browser.post("/me/two-step/off", password=PASSWORD)
    assert "Two-step verification is off." in browser.text
    assert of(database, somebody).totp_secret is None


def test_where_it_is_asked_for_nothing_else_opens_before_it_is_set_up(
    browser: Browser, somebody: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETTVIS_REQUIRE_TOTP", "1")
    assert browser.sign_in(somebody.login).at == "/me/two-step"
    for page in ("/desk", "/me"):
        assert browser.get(page).at == "/me/two-step"
    enrol(browser)
    assert browser.at == "/desk"
    browser.get("/me/two-step").post("/me/two-step/off", password=PASSWORD)
    assert browser.page.status_code == 422
    assert "asks for two-step verification" in browser.text


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A real OpenID Connect provider on loopback, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROVIDER], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://localhost:{process.stdout.readline().strip()}"
        process.terminate()


@pytest.fixture
def provider(issuer: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in {
        "ISSUER": issuer,
        "CLIENT_ID": "rettvis",
        "CLIENT_SECRET": "s",
        "NAME": "The municipality",
    }.items():
        monkeypatch.setenv(f"OIDC_{name}", value)
    return issuer


def through(browser: Browser, issuer: str, sub: str, then: str = "", **claims: object) -> Browser:
    """The whole walk: to the provider, sign in there, and back."""
    httpx.put(f"{issuer}/users/{sub}", json=claims).raise_for_status()
    there = browser.http.get(f"/sign-in/oidc?then={then}")
    assert there.url.path == "/oauth2/authorize"
    browser.page = browser.http.post(str(there.url), data={"sub": sub})
    return browser


def test_the_provider_is_offered_where_there_is_one(browser: Browser, provider: str) -> None:
    assert "The municipality" in browser.get("/sign-in").text
    assert 'href="/sign-in/oidc"' in browser.text


def test_where_there_is_no_provider_none_is_offered(browser: Browser) -> None:
    assert "/sign-in/oidc" not in browser.text
    assert browser.get("/sign-in/oidc").at == "/sign-in"
    assert browser.get("/sign-in/oidc/callback?code=1&state=2").at == "/sign-in"


def test_the_provider_is_asked_with_state_nonce_and_a_challenge(browser: Browser, provider: str) -> None:
    asked = browser.http.get("/sign-in/oidc").url.params
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}


def test_a_verified_address_binds_the_account_and_from_then_on_the_subject_counts(
    server: Server, database: Database, somebody: Staff, provider: str
) -> None:
    people.change(database, somebody.id, {"login": f"{somebody.login}@example.org"})
    address = {"email": f"{somebody.login.upper()}@example.org", "email_verified": True}
    assert through(Browser(server), provider, f"s-{somebody.id}", **address).at == "/desk"
    assert of(database, somebody).subject == f"{provider} s-{somebody.id}"
    assert through(Browser(server), provider, f"s-{somebody.id}", then="/me", email="new@example.org").at == "/me"
    assert through(Browser(server), provider, "other", **address).page.status_code == 403


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_says_nothing(
    browser: Browser, database: Database, somebody: Staff, provider: str, verified: object
) -> None:
    people.change(database, somebody.id, {"login": f"{somebody.login}@example.org"})
    claims = {"email": f"{somebody.login}@example.org", "email_verified": verified}
    through(browser, provider, f"u-{somebody.id}", **claims)
    assert browser.page.status_code == 403
    assert "The municipality" in browser.text
    assert of(database, somebody).subject is None
    assert browser.get("/desk").at == "/sign-in"


def test_whoever_has_no_account_is_sent_to_an_administrator_and_none_is_made(
    browser: Browser, database: Database, provider: str
) -> None:
    before = len(people.everybody(database))
    through(browser, provider, "stranger", email="stranger@example.org", email_verified=True)
    assert browser.page.status_code == 403
    assert 'role="alert"' in browser.text
    assert len(people.everybody(database)) == before


def test_an_account_of_somebody_who_left_is_not_opened_by_the_provider(
    browser: Browser, database: Database, somebody: Staff, provider: str
) -> None:
    outside.bind(database, somebody.id, f"{provider} left")
    people.change(database, somebody.id, {"active": False})
    assert through(browser, provider, "left").page.status_code == 403


def test_two_step_verification_is_the_business_of_the_provider(
    server: Server, database: Database, somebody: Staff, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside.bind(database, somebody.id, f"{provider} both")
    monkeypatch.setenv("RETTVIS_REQUIRE_TOTP", "1")
    assert through(Browser(server), provider, "both").at == "/desk"
    assert Browser(server).sign_in(somebody.login).at == "/me/two-step"


def test_an_account_without_a_password_is_opened_by_the_provider_only(
    browser: Browser, server: Server, database: Database, somebody: Staff, provider: str
) -> None:
    people.change(database, somebody.id, {"password_hash": ""})
    outside.bind(database, somebody.id, f"{provider} only")
    assert Browser(server).sign_in(somebody.login, "").page.status_code in (401, 422)
    assert Browser(server).sign_in(somebody.login).page.status_code == 401
    through(browser, provider, "only", then="/me")
    assert browser.at == "/me"
    assert 'name="old"' not in browser.text


def refused_at_the_provider(browser: Browser) -> None:
    there = browser.http.get("/sign-in/oidc")
    browser.page = browser.http.post(str(there.url), data={"action": "deny"})


def with_a_foreign_state(browser: Browser) -> None:
    browser.http.get("/sign-in/oidc")
    browser.get("/sign-in/oidc/callback?code=1&state=made-up")


def with_a_made_up_code(browser: Browser) -> None:
    state = browser.http.get("/sign-in/oidc").url.params["state"]
    browser.get(f"/sign-in/oidc/callback?code=made-up&state={state}")


def with_nothing_at_all(browser: Browser) -> None:
    browser.get("/sign-in/oidc/callback")


@pytest.mark.parametrize(
    "go", [refused_at_the_provider, with_a_foreign_state, with_a_made_up_code, with_nothing_at_all]
)
def test_what_goes_wrong_at_the_provider_is_said_in_plain_words(browser: Browser, provider: str, go) -> None:
    go(browser)
    assert browser.page.status_code == 502
    assert browser.at == "/sign-in/oidc/callback"
    assert 'role="alert"' in browser.text
    for secret in ("Traceback", "mismatching", "made-up", "invalid_grant"):
        assert secret not in browser.text


def test_the_answer_of_somebody_elses_walk_is_not_taken(server: Server, database: Database, provider: str) -> None:
    """The attacker walks to the provider, and gets another person to open the way back."""
    attacker, victim = Browser(server), Browser(server)
    there = attacker.http.get("/sign-in/oidc")
    back = attacker.http.post(str(there.url), data={"sub": "attacker"}, follow_redirects=False).headers["location"]
    victim.page = victim.http.get(back)
    assert victim.page.status_code == 502


@pytest.mark.parametrize("wrong", ["http://127.0.0.1:9", "not an address", "https://localhost:1/x"])
def test_a_provider_that_is_away_is_said_in_plain_words(
    browser: Browser, provider: str, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", wrong)
    assert browser.get("/sign-in/oidc").page.status_code == 502
    assert 'role="alert"' in browser.text


def test_what_another_provider_signs_is_not_believed(
    browser: Browser, database: Database, somebody: Staff, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address that sends people on to a provider which is not the one that was configured."""
    described = httpx.get(f"{provider}/.well-known/openid-configuration").content

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(described)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        issuer = f"http://127.0.0.1:{elsewhere.server_port}"
        outside.bind(database, somebody.id, f"{issuer} me")
        monkeypatch.setenv("OIDC_ISSUER", issuer)
        there = browser.http.get("/sign-in/oidc")
        assert str(there.url).startswith(provider)
        browser.page = browser.http.post(str(there.url), data={"sub": "me"})
        elsewhere.shutdown()
    assert browser.page.status_code == 502
    assert browser.get("/desk").at == "/sign-in"


def hours_form(*rows: dict) -> dict:
    form: dict[str, object] = {"usual_minutes": "20", "capacity": "5"}
    for number, row in enumerate(rows):
        form |= {f"{name}_{number}": value for name, value in row.items()}
    return form


def test_everybody_says_when_they_are_there(browser: Browser, database: Database, somebody: Staff) -> None:
    browser.sign_in(somebody.login).get("/me")
    early = {"days": ["0", "2"], "from": "07:00", "to": "12:00"}
    night = {"days": "5", "from": "22:00", "to": "06:00", "holidays": "on"}
    browser.post("/me/hours", **hours_form(early, {}, night))
    assert "It is kept." in browser.text
    kept = of(database, somebody)
    assert [shift["days"] for shift in kept.hours] == [[0, 2], [5]]
    assert [shift["holidays"] for shift in kept.hours] == [False, True]
    assert (kept.usual_minutes, kept.capacity) == (20, 5)
    assert "Monday and Wednesday 07:00–12:00; Saturday 22:00–06:00" in browser.text


@pytest.mark.parametrize("row", [{"from": "07:00", "to": "08:00"}, {"days": "1", "from": "07:00"}, {"days": "1"}, {}])
def test_hours_that_are_none_are_refused_and_what_was_typed_stays(
    browser: Browser, database: Database, somebody: Staff, row: dict
) -> None:
    browser.sign_in(somebody.login).get("/me")
    browser.post("/me/hours", **{**hours_form(row), "capacity": "77"})
    assert browser.page.status_code == 422
    assert 'id="error-hours"' in browser.text
    assert 'value="77"' in browser.text
    assert all(f'value="{row[name]}"' in browser.text for name in ("from", "to") if name in row)
    assert of(database, somebody).hours == somebody.hours


def test_addresses_for_notices_are_checked_and_kept(browser: Browser, database: Database, somebody: Staff) -> None:
    browser.sign_in(somebody.login).get("/me")
    browser.post("/me/notify", email="ola@example.org", phone="91", webhook="javascript:alert(1)")
    assert browser.page.status_code == 422
    assert "This is not a phone number." in browser.text
    assert "A web hook is an address" in browser.text
    assert 'value="ola@example.org"' in browser.text
    assert of(database, somebody).notify == {}
    browser.post("/me/notify", email="ola@example.org", phone="912 34 567", webhook="")
    assert of(database, somebody).notify == {"email": "ola@example.org", "phone": "+4791234567"}


def test_days_away_are_noted_with_a_stand_in_and_taken_back(
    browser: Browser, database: Database, somebody: Staff
) -> None:
    ingrid = people.named(database, INGRID)
    first = datetime.now(UTC).date() + timedelta(days=10)
    browser.sign_in(somebody.login).get("/me")
    browser.post("/me/away", first_day=str(first), last_day="", stand_in="")
    assert browser.page.status_code == 422
    assert f'value="{first}"' in browser.text
    browser.post("/me/away", first_day=str(first), last_day=str(first - timedelta(days=1)), stand_in=str(ingrid.id))
    assert "The last day must not come before the first" in browser.text
    browser.post("/me/away", first_day=str(first), last_day=str(first), stand_in=str(ingrid.id))
    assert "Ingrid (demo) stands in." in browser.text
    absence = of(database, somebody).absences[0]
    browser.post("/me/back", absence=str(absence.id))
    assert of(database, somebody).absences == []
    for odd in ("", "x", "9" * 400, "-1", "١"):
        assert browser.post("/me/back", absence=odd).page.status_code == 200


def jpeg(size: int = 400) -> bytes:
    target = io.BytesIO()
    Image.effect_noise((size, size), 90).save(target, "JPEG", quality=95)
    return target.getvalue()


def test_a_picture_is_kept_seen_and_taken_away(browser: Browser, database: Database, somebody: Staff) -> None:
    browser.sign_in(somebody.login).get("/me")
    large = jpeg(2_000)
    assert 1_000_000 < len(large) < 5_000_000
    browser.post("/me/photo", files={"photo": ("me.jpg", large, "image/jpeg")})
    assert "The picture is kept." in browser.text
    assert f"/people/{somebody.id}.jpg" in browser.text
    shown = browser.http.get(f"/people/{somebody.id}.jpg")
    assert shown.headers["content-type"] == "image/jpeg"
    assert len(shown.content) < 20_000
    browser.post("/me/photo/remove")
    assert browser.http.get(f"/people/{somebody.id}.jpg").status_code == 404


def test_a_large_body_is_taken_only_where_a_picture_is(browser: Browser, somebody: Staff) -> None:
    browser.sign_in(somebody.login).get("/me")
    large = {"photo": ("me.jpg", b"x" * 200_000, "image/jpeg")}
    assert browser.post("/me/photo", files=large).page.status_code == 422
    for path in ("/me/notify", "/sign-in", "/people/1", "/me/photo/", "/people/x/photo"):
        assert browser.http.post(path, files=large).status_code == 413
    huge = {"photo": ("me.jpg", b"x" * 6_000_000, "image/jpeg")}
    assert browser.http.post("/me/photo", files=huge).status_code == 413


@pytest.mark.parametrize("photo", [None, "a text, no file"])
def test_a_form_without_a_picture_is_refused_in_words(browser: Browser, somebody: Staff, photo: str | None) -> None:
    browser.sign_in(somebody.login).get("/me").post("/me/photo", **({"photo": photo} if photo else {}))
    assert browser.page.status_code == 422
    assert "The file is not a picture" in browser.text


@examples(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    begins=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP"]),
    rest=st.binary(max_size=300),
)
def test_whatever_bytes_are_uploaded_the_answer_is_a_page(
    browser: Browser, somebody: Staff, begins: bytes, rest: bytes
) -> None:
    if browser.at != "/me":
        browser.sign_in(somebody.login).get("/me")
    browser.get("/me").post("/me/photo", files={"photo": ("x", begins + rest, "image/png")})
    assert browser.page.status_code in (200, 422)
    browser.get("/me")


def new_person(**other: object) -> dict:
    usual = {
        "login": "berit",
        "name": "Berit Lie",
        "role": "veileder",
        "office": "Nav",
        "duties": ["contact"],
        "languages": ["en", "so"],
        "places": "froya",
        "topics": ["bostotte", "tolk"],
        "duty_team": "on",
        "email": "berit@example.org",
    }
    return {**usual, **hours_form({"days": ["0", "1"], "from": "08:00", "to": "15:30"}), **other}


def test_an_administrator_adds_somebody_whose_password_is_shown_once(
    admin: Browser, server: Server, database: Database
) -> None:
    admin.get("/people/new").post("/people/new", **new_person())
    password = re.search(r"<code[^>]*>([a-z2-9-]{19})</code>", admin.text)
    assert password is not None
    berit = people.named(database, "berit")
    assert (berit.name, berit.places, berit.duty_team, berit.capacity) == ("Berit Lie", ["froya"], True, 5)
    assert password[1] not in admin.get(f"/people/{berit.id}").text
    assert "Berit Lie" in admin.get("/people").text
    assert Browser(server).sign_in("berit", password[1]).at == "/desk"

    again = admin.get("/people/new").post("/people/new", **new_person(name="Another"))
    assert again.page.status_code == 422
    assert 'value="Another"' in again.text
    assert 'name="topics" value="tolk" checked' in again.text


def test_a_form_about_somebody_names_everything_that_is_wrong(admin: Browser, database: Database) -> None:
    wrong = new_person(login="nils", name="", duties=[], capacity="none", phone="1", days_0=[])
    admin.get("/people/new").post("/people/new", **wrong)
    assert admin.page.status_code == 422
    errors = re.search(r'id="error-about">(.*?)</div>', admin.text)
    assert errors is not None
    assert errors[1].count("<p>") == 5
    assert "nils" not in {each.login for each in people.everybody(database)}


def test_an_administrator_changes_what_is_said_of_somebody(admin: Browser, database: Database, somebody: Staff) -> None:
    page = f"/people/{somebody.id}"
    admin.get(page).post(page, **new_person(name="Ola Ny", duties=["contact", "editor"], topics=[]))
    changed = of(database, somebody)
    assert (changed.name, changed.duties, changed.topics, changed.login) == (
        "Ola Ny",
        ["contact", "editor"],
        [],
        somebody.login,
    )
    assert changed.notify == {"email": "berit@example.org"}
    admin.post(page, **new_person(topics=["unicorns"]))
    assert admin.page.status_code == 422


def test_an_administrator_stays_one(admin: Browser, database: Database) -> None:
    me = people.named(database, ADMIN)
    page = f"/people/{me.id}"
    admin.get(page).post(page, **new_person(duties=["programme"]))
    assert admin.page.status_code == 422
    admin.post(f"{page}/active", active="no")
    assert admin.page.status_code == 422
    for path in ("password", "two-step"):
        assert admin.post(f"{page}/{path}").page.status_code == 403
        admin.get(page)
    assert people.named(database, ADMIN) == me or "admin" in people.named(database, ADMIN).duties


def test_closing_an_account_ends_its_sessions_at_once(
    admin: Browser, browser: Browser, database: Database, somebody: Staff
) -> None:
    assert browser.sign_in(somebody.login).get("/desk").at == "/desk"
    page = f"/people/{somebody.id}"
    admin.get(page).post(f"{page}/active", active="no")
    assert browser.get("/desk").at == "/sign-in"
    assert browser.sign_in(somebody.login).page.status_code == 401
    admin.get(page).post(f"{page}/active", active="yes")
    assert browser.sign_in(somebody.login).at == "/desk"


def test_an_account_with_open_conversations_is_not_closed_and_the_number_is_told(
    admin: Browser, server: Server, database: Database
) -> None:
    citizen = Citizen(server, language="en")
    citizen.pick("human")
    citizen.pick("place:trondheim")
    citizen.pick("share:yes")
    with database.reading() as session:
        asked = session.scalars(select(Handoff.contact_id).where(Handoff.conversation_id == citizen.id)).one()
    page = f"/people/{asked}"
    admin.get(page).post(f"{page}/active", active="no")
    assert admin.page.status_code == 422
    assert re.search(r'id="error-active"><p>[^<]*1', admin.text)
    found = people.find(database, asked)
    assert found is not None
    assert found.active
    citizen.request("DELETE")


def test_who_lost_password_and_phone_is_helped_by_an_administrator(
    admin: Browser, browser: Browser, server: Server, database: Database, somebody: Staff
) -> None:
    enrol(browser.sign_in(somebody.login))
    page = f"/people/{somebody.id}"
    admin.get(page).post(f"{page}/password")
    new = re.search(r"<code[^>]*>([a-z2-9-]{19})</code>", admin.text)
    assert new is not None
    assert browser.get("/me").at == "/sign-in"
    assert Browser(server).sign_in(somebody.login, new[1]).at == "/sign-in/code"
    admin.get(page).post(f"{page}/two-step")
    assert Browser(server).sign_in(somebody.login, new[1]).at == "/desk"


def test_an_administrator_binds_and_unbinds_an_account(
    admin: Browser, server: Server, database: Database, somebody: Staff, provider: str
) -> None:
    page = f"/people/{somebody.id}"
    admin.get(page).post(f"{page}/subject", subject="from-the-list")
    assert of(database, somebody).subject == f"{provider} from-the-list"
    bound = through(Browser(server), provider, "from-the-list")
    assert bound.at == "/desk"
    ingrid = people.named(database, INGRID)
    admin.get(f"/people/{ingrid.id}").post(f"/people/{ingrid.id}/subject", subject="from-the-list")
    assert admin.page.status_code == 422
    admin.get(page).post(f"{page}/subject", subject="")
    assert bound.get("/desk").at == "/sign-in"
    assert through(Browser(server), provider, "from-the-list").page.status_code == 403


def test_somebody_who_comes_by_the_provider_only_gets_no_password(
    admin: Browser, database: Database, provider: str
) -> None:
    form = new_person(login="only@example.org", name="Only", provider_only="on")
    admin.get("/people/new").post("/people/new", **form)
    assert people.named(database, "only@example.org").password_hash == ""
    assert re.search(r"/people/\d+$", admin.at)


def test_an_administrator_notes_days_away_and_a_picture_for_somebody(
    admin: Browser, database: Database, somebody: Staff
) -> None:
    page, today = f"/people/{somebody.id}", str(datetime.now(UTC).date() + timedelta(days=1))
    admin.get(page).post(f"{page}/away", first_day=today, last_day=today, stand_in="")
    assert len(of(database, somebody).absences) == 1
    admin.post(f"{page}/back", absence=str(of(database, somebody).absences[0].id))
    assert of(database, somebody).absences == []
    admin.post(f"{page}/photo", files={"photo": ("x.jpg", jpeg(), "image/jpeg")})
    assert of(database, somebody).has_photo
    admin.post(f"{page}/photo/remove")
    assert not of(database, somebody).has_photo


@pytest.mark.parametrize("login", [INGRID, SAMIR, KARI])
def test_the_accounts_are_for_administrators_only(browser: Browser, login: str) -> None:
    browser.sign_in(login)
    assert 'href="/people"' not in browser.text
    for path in ("/people", "/people/new", "/people/1", "/people/12345"):
        assert browser.get(path).page.status_code == 403
    for path in ("/people/new", "/people/1", "/people/1/password", "/people/1/two-step", "/people/1/active"):
        assert browser.post(path, active="no").page.status_code == 403


def test_nobody_opens_a_staff_page_without_signing_in(browser: Browser) -> None:
    for path in ("/me", "/me/two-step", "/me/two-step/qr.svg", "/people", "/people/1"):
        assert browser.get(path).at == "/sign-in"
    for path in ("/me/hours", "/me/photo", "/people/1/password", "/me/two-step/off"):
        assert browser.post(path).at == "/sign-in"


def test_an_account_there_is_not_is_not_found(admin: Browser) -> None:
    assert admin.get("/people/12345").page.status_code == 404


def test_no_password_secret_or_code_is_ever_logged(
    server: Server, somebody: Staff, admin: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    totp = enrol(Browser(server).sign_in(somebody.login))
    page = f"/people/{somebody.id}"
    new = re.search(r"<code[^>]*>([a-z2-9-]{19})</code>", admin.get(page).post(f"{page}/password").text)
    assert new is not None
    for _ in range(5):
        Browser(server).sign_in(somebody.login, "a wrong secret guess")
    logged = "".join(capfd.readouterr())
    assert "an account is locked" in logged
    for secret in ("a wrong secret guess", PASSWORD, totp.secret, new[1], accounts.fingerprint(somebody)):
        assert secret not in logged
