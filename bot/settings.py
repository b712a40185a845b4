"""Configuration, all of it from the environment."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Settings:
    """How this installation runs."""

    database_url: str
    folder: Path
    """Where the trained assistant and other files made by the program are kept."""
    secret_key: str
    demo: bool = False
    secure_cookies: bool = True

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read DATABASE_URL, RETTVIS_VAR, SECRET_KEY, RETTVIS_INSECURE_COOKIES.

        Raises:
            SystemExit: SECRET_KEY is shorter than 32 characters.
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
        )

    @property
    def models(self) -> Path:
        return self.folder / "models"


def _kept_key(folder: Path) -> str:
    """A key made once and kept beside the database, so that nobody is logged out by a restart."""
    file = folder / "secret_key"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return file.read_text(encoding="ascii").strip()
