"""Configuration, all of it from the environment."""

import base64
import os
import re
import secrets
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from limits import RateLimitItem, parse_many

ROOT = Path(__file__).parent.parent
_PAGE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\s;,'\"]*)?")
"""The address of a page; its origin stands in a header too, so that nothing may end a word there."""


@dataclass(frozen=True)
class Patience:
    """How long a person who asked for somebody is left with one who does not answer."""

    offer: timedelta = timedelta(minutes=10)
    """Until the next contact is asked."""
    urgent: timedelta = timedelta(minutes=2)
    """The same when the person may be in danger; also until the owner is rung again for an unanswered alarm."""


@dataclass(frozen=True)
class Keeping:
    """How long what is kept of people is kept (bot.records.retention)."""

    conversations: timedelta = timedelta(days=90)
    """From the last message of a conversation."""
    handoffs: timedelta = timedelta(days=90)
    """From the end of a handoff, for the record of it: the municipality's own rule."""
    gap: timedelta = timedelta(days=7)
    """Without a run, after which the clock is not believed until somebody makes a run by command."""
    candidates: timedelta = timedelta(days=180)
    """From the week they were said: words that may become examples, whatever editors have decided by then."""
    no_trace: timedelta = timedelta(minutes=60)
    """From the last message of a conversation whose person wants no trace of it."""


@dataclass(frozen=True)
class Limits:
    """How much may come at a time (connectors.pace), each as `60/minute` or several, `60/minute;1000/hour`; `off` for none.

    They are generous: a whole asylum centre or municipal office comes from one address.
    """

    conversation: str = "60/minute;1000/hour"
    """Messages in one conversation."""
    phone: str = "30/minute;300/day"
    """SMS from one phone: each costs the municipality up to three."""
    address: str = "3000/minute"
    """Requests of any kind from one address."""
    begin: str = "300/hour"
    """Conversations begun from one address."""
    sign_in: str = "60/minute;600/hour"
    """Passwords and codes of staff tried from one address, beside the lock of each account."""

    @classmethod
    def from_environment(cls) -> "Limits":
        """Read RETTVIS_LIMIT_CONVERSATION, _PHONE, _ADDRESS, _BEGIN and _SIGN_IN.

        Raises:
            SystemExit: one cannot be read.
        """
        found = {}
        for each in fields(cls):
            variable = f"RETTVIS_LIMIT_{each.name.upper()}"
            found[each.name] = os.environ.get(variable) or str(each.default)
            try:
                rates(found[each.name])
            except ValueError as error:
                raise SystemExit(f"{variable} must be like 60/minute;1000/hour, or off.") from error
        return cls(**found)


@dataclass(frozen=True)
class Settings:
    """How this installation runs."""

    database_url: str
    folder: Path
    """Where the trained assistant and other files made by the program are kept."""
    secret_key: str
    demo: bool = False
    secure_cookies: bool = True
    patience: Patience = field(default_factory=Patience)
    smallest: int = 5
    """Figures below this are shown to nobody; never less than five."""
    redis_url: str = ""
    """Where processes that share the work tell each other what is new, e.g. redis://localhost:6379/0; empty for one."""
    left_behind: timedelta = timedelta(seconds=30)
    """How long a message may wait for its answer before another process takes it to have been left behind."""
    keeping: Keeping = field(default_factory=Keeping)
    address: str = ""
    """Where people and gateways reach this installation, e.g. https://rettvis.example.org; links begin with it."""
    exit_to: str = "https://www.yr.no/"
    """The page that opens when somebody leaves in a hurry: one that many people look at every day."""
    examples: Path = ROOT / "bot" / "assistant" / "examples"
    """The example questions the assistant learns from; editors add to them."""
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read DATABASE_URL, RETTVIS_VAR, SECRET_KEY, RETTVIS_INSECURE_COOKIES, RETTVIS_OFFER_MINUTES,
        RETTVIS_URGENT_MINUTES, RETTVIS_SMALLEST, REDIS_URL, RETTVIS_LEFT_BEHIND_SECONDS,
        RETTVIS_KEEP_CONVERSATIONS_DAYS, RETTVIS_KEEP_HANDOFFS_DAYS, RETTVIS_BELIEVE_CLOCK_DAYS,
        RETTVIS_KEEP_CANDIDATES_DAYS, RETTVIS_NO_TRACE_MINUTES, RETTVIS_EXIT_TO, RETTVIS_ADDRESS, RETTVIS_EXAMPLES and
        RETTVIS_LIMIT_….

        Raises:
            SystemExit: SECRET_KEY is shorter than 32 characters, RETTVIS_SMALLEST is not a number from 5 up, a limit cannot
                be read, or RETTVIS_EXIT_TO is not the address of a page.
        """
        folder = Path(os.environ.get("RETTVIS_VAR", str(ROOT / "var")))
        key = os.environ.get("SECRET_KEY") or _kept_key(folder)
        if len(key) < 32:
            raise SystemExit("SECRET_KEY must have at least 32 characters.")
        return cls(
            database_url=os.environ.get("DATABASE_URL", f"sqlite:///{folder / 'rettvis.sqlite3'}"),
            folder=folder,
            secret_key=key,
            secure_cookies=os.environ.get("RETTVIS_INSECURE_COOKIES") != "1",
            patience=Patience(
                timedelta(minutes=float(os.environ.get("RETTVIS_OFFER_MINUTES", "10"))),
                timedelta(minutes=float(os.environ.get("RETTVIS_URGENT_MINUTES", "2"))),
            ),
            smallest=smallest(),
            redis_url=os.environ.get("REDIS_URL", ""),
            left_behind=timedelta(seconds=float(os.environ.get("RETTVIS_LEFT_BEHIND_SECONDS", "30"))),
            keeping=Keeping(
                timedelta(days=float(os.environ.get("RETTVIS_KEEP_CONVERSATIONS_DAYS", "90"))),
                timedelta(days=float(os.environ.get("RETTVIS_KEEP_HANDOFFS_DAYS", "90"))),
                timedelta(days=float(os.environ.get("RETTVIS_BELIEVE_CLOCK_DAYS", "7"))),
                timedelta(days=float(os.environ.get("RETTVIS_KEEP_CANDIDATES_DAYS", "180"))),
                timedelta(minutes=float(os.environ.get("RETTVIS_NO_TRACE_MINUTES", "60"))),
            ),
            exit_to=exit_to(),
            address=os.environ.get("RETTVIS_ADDRESS", "").rstrip("/"),
            examples=Path(os.environ.get("RETTVIS_EXAMPLES", str(cls.examples))),
            limits=Limits.from_environment(),
        )

    @property
    def models(self) -> Path:
        return self.folder / "models"


def rates(written: str) -> list[RateLimitItem]:
    """A limit of Limits, read; none for `off`.

    Raises:
        ValueError: it is no limit.
    """
    return [] if written == "off" else parse_many(written)


def smallest() -> int:
    """Figures below this are shown to nobody: RETTVIS_SMALLEST, five unless it says more.

    Raises:
        SystemExit: it is no whole number, or less than five.
    """
    given = os.environ.get("RETTVIS_SMALLEST", "5")
    if not given.isdecimal() or int(given) < 5:
        raise SystemExit(f"RETTVIS_SMALLEST must be a whole number of 5 or more, not {given!r}.")
    return int(given)


def exit_to() -> str:
    """Where the button to leave leads: RETTVIS_EXIT_TO, a page about the weather unless it says otherwise.

    Raises:
        SystemExit: it is no address on the web.
    """
    given = os.environ.get("RETTVIS_EXIT_TO") or Settings.exit_to
    if not _PAGE.fullmatch(given):
        raise SystemExit(f"RETTVIS_EXIT_TO must be the address of a page, https://…, not {given!r}.")
    return given


def encryption_key(secret_key: str) -> bytes:
    """The key that columns are encrypted with: made from SECRET_KEY, and of no use for signing."""
    return base64.urlsafe_b64encode(_derived(secret_key, b"rettvis columns"))


def hashing_key(secret_key: str) -> bytes:
    """The key of the hashes that phone numbers and codes are found by: made from SECRET_KEY too, and another one."""
    return _derived(secret_key, b"rettvis hashes")


def _derived(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())


def _kept_key(folder: Path) -> str:
    """A key made once and kept beside the database, so that nobody is logged out by a restart."""
    file = folder / "secret_key"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return file.read_text(encoding="ascii").strip()
