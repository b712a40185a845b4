"""Programs that are measured: each a process of its own on loopback, which ends with the measurement."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Running:
    """A program that answers at an address."""

    address: str
    pid: int
    ready_after: float
    """Seconds from its start to its first answer."""

    @property
    def memory(self) -> int:
        """The most memory it has had so far, in MB (Linux)."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024


@contextmanager
def running(
    command: Sequence[str], address: str, ready: str, environment: Mapping[str, str], folder: Path | None = None
) -> Iterator[Running]:
    """Start a program, wait until it answers, end it.

    Args:
        ready: the path that is answered once it is ready.
        environment: besides that of this process.

    Raises:
        RuntimeError: it ended by itself.
        TimeoutError: it was not ready after five minutes.
    """
    begin = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **environment}, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait(f"{address}{ready}", process)
        yield Running(address, process.pid, time.monotonic() - begin)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(address: str, process: "subprocess.Popen[bytes]", seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"a server ended with {process.returncode} before it could be measured")
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 (loopback)
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(f"{address} did not become ready")
