"""Programs that are measured: each a process of its own on loopback, which ends with the measurement."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
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
        return self._of_status("VmHWM") // 1024

    @property
    def resident(self) -> int:
        """The memory it has now, in kB (Linux)."""
        return self._of_status("VmRSS")

    @property
    def work(self) -> float:
        """The seconds of processor time that it and the processes it has started have taken (Linux)."""
        return sum(_work(pid) for pid in (self.pid, *_children(self.pid)))

    def _of_status(self, name: str) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.partition(f"{name}:")[2].split()[0])


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


def served(model: Path, environment: Mapping[str, str], workers: int = 1) -> AbstractContextManager[Running]:
    """`rettvis serve` on a free port, without limits for a conversation.

    Args:
        environment: DATABASE_URL, and what else is to be other than it is here.
    """
    port = free_port()
    mine = {
        "RETTVIS_VAR": str(model.parent.parent),
        "RETTVIS_LIMIT_CONVERSATION": "off",
        "SECRET_KEY": os.environ.get("SECRET_KEY", "only for a measurement, of 32 characters"),
        **environment,
    }
    command = [sys.executable, "-c", "from connectors.cli import main; main()", "serve"]
    options = ["--port", str(port), "--workers", str(workers)]
    return running([*command, *options], f"http://127.0.0.1:{port}", "/readyz", mine)


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _work(pid: int) -> float:
    after_the_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    user, system = after_the_name[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


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
