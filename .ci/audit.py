"""Hold everything that is locked against the advisories that are known (pip-audit), but for what advisories.yml explains.

It asks PyPI, or OSV with `--osv`, so it is no part of `make test`. A package that cannot be looked up is a failure too.
"""

import os
import subprocess
import sys
import tempfile
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
FIELDS = {"id": str, "package": str, "version": str, "because": str, "reach": str, "until": date}
UV = os.environ.get("UV", "uv")
TOOL = "pip-audit==2.10.1"  # run by itself: it wants another cachecontrol than Rasa does


def problems(advisories: Any, locked: set[tuple[str, str]], today: date) -> list[str]:
    """What is wrong with the list: a form that is none, a version that is not locked, a day that has come."""
    if not isinstance(advisories, list):
        return ["it must be a list"]
    found = []
    for number, each in enumerate(advisories, 1):
        if not isinstance(each, dict) or {name: type(value) for name, value in each.items()} != FIELDS:
            found.append(f"entry {number} must have {', '.join(FIELDS)}")
        elif not all(str(value).strip() for value in each.values()):
            found.append(f"{each['id']} leaves something empty")
        elif (each["package"], each["version"]) not in locked:
            found.append(f"{each['package']} {each['version']} is not what is locked: {each['id']} may be gone")
        elif each["until"] < today:
            found.append(f"{each['id']} was to be looked at again by {each['until']}")
    return found


def locked(file: Path) -> set[tuple[str, str]]:
    """Name and version of everything in uv.lock."""
    return {(each["name"], each.get("version", "")) for each in tomllib.loads(file.read_text())["package"]}


def main(*options: str) -> int:
    advisories = yaml.safe_load((HERE / "advisories.yml").read_text(encoding="utf-8"))
    wrong = problems(advisories, locked(HERE.parent / "uv.lock"), date.today())
    if wrong:
        print("\n".join(f".ci/advisories.yml: {each}" for each in wrong))
        return 1
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "requirements.txt")
        export = [UV, "export", "--frozen", "--quiet", "--no-emit-project", "--no-hashes", "--output-file", file]
        subprocess.run(export, check=True, cwd=HERE.parent, stdout=subprocess.DEVNULL)  # noqa: S603
        ignored = [part for each in advisories for part in ("--ignore-vuln", each["id"])]
        service = ["--vulnerability-service", "osv"] if "--osv" in options else []
        command = [UV, "tool", "run", TOOL, "--strict", "--disable-pip", "--no-deps", "-r", file, *service, *ignored]
        return subprocess.run(command).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
