"""Pages as PDF, by WeasyPrint: Pango shapes every script, and the fonts that are used are embedded."""

import ctypes
import logging
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from anyio import CapacityLimiter, to_thread

log = structlog.get_logger(__name__)
STATIC = Path(__file__).parent.parent / "static"
PANGO = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0")
KINDS = {".css": "text/css", ".svg": "image/svg+xml"}
WAITING = 8
"""How many may wait for theirs; one is made at a time."""
PATIENCE = 120
"""Seconds it may take."""
_one_at_a_time: dict[str, CapacityLimiter] = {}


class Busy(Exception):
    """Too many wait for a PDF already."""


@cache
def possible() -> bool:
    """Whether this host has Pango (Debian: libpango-1.0-0 and libpangoft2-1.0-0)."""
    try:
        for name in PANGO:
            ctypes.CDLL(name)
    except OSError as error:
        log.warning("no PDF is made: Pango is missing", error=str(error))
        return False
    return True


async def pdf(html: str, address: str) -> bytes:
    """A page as PDF, made in a process of its own: it takes a core for some seconds, and messages must not wait for it.

    Args:
        address: where the installation is reached; links that name no host lead there.

    Raises:
        Busy: see there.
    """
    limiter = _one_at_a_time.setdefault("", CapacityLimiter(1))
    if limiter.statistics().tasks_waiting >= WAITING:
        raise Busy
    return await to_thread.run_sync(_apart, html, address, limiter=limiter)


def _apart(html: str, address: str) -> bytes:
    command = [sys.executable, "-m", __name__, address]
    try:
        done = subprocess.run(command, input=html.encode(), capture_output=True, check=True, timeout=PATIENCE)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise Busy from error
    return done.stdout


def made(html: str, address: str) -> bytes:
    """A page as PDF, here and now. Nothing is fetched but the files of our own pages, and those from the disk."""
    from weasyprint import HTML  # takes a second, and cannot be done where Pango is missing
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            path = STATIC / urlsplit(url).path.removeprefix("/static/")
            if not url.startswith(f"{address}/static/") or path.parent != STATIC:
                raise ValueError("not one of our own files")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": KINDS[path.suffix]})

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of every rule that is for screens
    page = HTML(string=html, base_url=f"{address}/", url_fetcher=OwnFiles())
    return bytes(page.write_pdf(pdf_variant="pdf/ua-1"))


if __name__ == "__main__":
    sys.stdout.buffer.write(made(sys.stdin.buffer.read().decode(), sys.argv[1]))
