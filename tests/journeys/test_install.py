"""The way from a bare folder to an installation that answers, and the files for running it elsewhere."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import yaml

from bot.settings import ROOT

DEPLOY = ROOT / "connectors" / "deploy"
PARTS = ("bot", "connectors", "knowledge", "locales", "pyproject.toml", "uv.lock", "README.md", "LICENSE")
EXAMPLE = (DEPLOY / "rettvis.env.example").read_text(encoding="utf-8")
NAMES = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE)


@pytest.fixture
def bare(tmp_path: Path, model: Path) -> Path:
    """A folder with what the repository has, and the assistant trained beforehand."""
    folder = tmp_path / "rettvis"
    folder.mkdir()
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        else:
            shutil.copy(source, folder / name)
    (folder / "var" / "models").mkdir(parents=True)
    shutil.copy(model, folder / "var" / "models")
    return folder


def install(folder: Path) -> str:
    ours = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "VIRTUAL_ENV", "RETTVIS_VAR")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    script = folder / "connectors" / "deploy" / "install.sh"
    done = subprocess.run([script], cwd="/", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def served(bare: Path) -> Iterator[str]:
    """What the script has installed, run as it says."""
    said = install(bare)
    assert "MEND" not in said
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = f"set -a; . ./rettvis.env; set +a; exec .venv/bin/rettvis serve --port {port}"
    process = subprocess.Popen(["sh", "-c", command], cwd=bare, env={"PATH": "/usr/bin:/bin", "HOME": str(bare)})
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) in (0, -signal.SIGTERM)


def test_a_bare_folder_becomes_an_installation_that_answers_and_installing_again_keeps_its_key(
    bare: Path, served: str
) -> None:
    end = time.monotonic() + 240
    while True:
        with suppress(httpx.TransportError):
            if httpx.get(f"{served}/readyz", timeout=10).is_success:
                break
        assert time.monotonic() < end
        time.sleep(0.5)
    begun = httpx.post(f"{served}/api/v1/conversations", json={"language": "en"}).json()
    answer = httpx.post(
        f"{served}/api/v1/conversations/{begun['id']}/messages",
        json={"client_id": "1", "text": "How much child benefit do I get for two kids?"},
        headers={"authorization": f"Bearer {begun['token']}"},
        timeout=60,
    )
    assert answer.json()["replies"][0]["text"].startswith("Child benefit")
    assert not (bare / ".venv" / "bin" / "pytest").exists(), "only what it needs to run"
    packages = next((bare / ".venv" / "lib").glob("*/site-packages"))
    for part in (packages / "rasa" / "core", packages / "fastapi", bare / "connectors"):
        compiled = {each.name.partition(".")[0] for each in part.glob("__pycache__/*.pyc")}
        assert compiled >= {each.stem for each in part.glob("*.py")}, "the service may not write here"
    settings = bare / "rettvis.env"
    before = settings.read_text()
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    assert re.search(r"^SECRET_KEY=\S{32,}$", before, re.MULTILINE)
    install(bare)
    assert settings.read_text() == before


def test_every_setting_of_the_example_is_one_that_is_read() -> None:
    read = " ".join(
        file.read_text(encoding="utf-8") for folder in ("bot", "connectors") for file in (ROOT / folder).rglob("*.py")
    )
    of_compose = {"RETTVIS_HOST", "POSTGRES_PASSWORD"}
    prefixed = re.compile(r"RETTVIS_(KANNEL|NOTIFY)_")
    unknown = [name for name in NAMES if name not in read and name not in of_compose and not prefixed.match(name)]
    assert NAMES
    assert unknown == []


def test_the_compose_file_needs_no_setting_that_the_example_does_not_name() -> None:
    text = (DEPLOY / "compose.yml").read_text(encoding="utf-8")
    services = yaml.safe_load(text)["services"]
    assert set(services) == {"rettvis", "copies", "database", "redis", "proxy", "kannel"}
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) <= set(NAMES)
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"], (
        "nothing else is reachable"
    )
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (DEPLOY / source).exists(), source


@pytest.mark.parametrize("unit", ["rettvis.service", "rettvis-backup.service", "rettvis-backup.timer"])
def test_systemd_understands_the_units(unit: str, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed (Debian: apt-get install systemd)")
    for each in DEPLOY.glob("rettvis*.*"):  # what is to be run is not installed here
        if each.suffix in (".service", ".timer"):
            (tmp_path / each.name).write_text(
                each.read_text(encoding="utf-8").replace("/opt/rettvis/.venv/bin/rettvis", "/bin/true"),
                encoding="utf-8",
            )
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)], capture_output=True, text=True, check=False
    )
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "rettvis" in line]
    assert ours == []


def test_the_proxy_understands_its_file() -> None:
    if not shutil.which("caddy"):
        pytest.skip("Caddy is not installed (Debian: apt-get install caddy)")
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
