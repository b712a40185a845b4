"""The list of advisories that we live with says why, until when, and about what is really locked."""

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
import yaml

CI = Path(__file__).parents[2] / ".ci"
TODAY = date(2026, 12, 1)
SOUND = {
    "id": "GHSA-0000-0000-0000",
    "package": "rasa",
    "version": "3.6.21",
    "because": "there is no newer one",
    "reach": "its server is not started",
    "until": date(2027, 3, 1),
}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", CI / "audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_list_is_sound(audit: ModuleType) -> None:
    advisories = yaml.safe_load((CI / "advisories.yml").read_text(encoding="utf-8"))
    assert audit.problems(advisories, audit.locked(CI.parent / "uv.lock"), date.min) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, None),
        ({"version": "3.6.20"}, "not what is locked"),
        ({"package": "no-such-package"}, "not what is locked"),
        ({"until": date(2026, 11, 1)}, "looked at again"),
        ({"reach": " "}, "empty"),
        ({"until": "soon"}, "must have"),
        ({"why": "because"}, "must have"),
    ],
)
def test_an_entry_that_does_not_say_everything_or_is_out_of_date_is_refused(
    audit: ModuleType, change: dict[str, object], wrong: str | None
) -> None:
    found = audit.problems([{**SOUND, **change}], audit.locked(CI.parent / "uv.lock"), TODAY)
    assert (wrong is None and found == []) or (len(found) == 1 and str(wrong) in found[0])


def test_what_advisories_named_is_newer_than_rasa_asks_for(audit: ModuleType) -> None:
    """The three that Rasa's bounds would hold at versions with known faults."""
    versions = dict(audit.locked(CI.parent / "uv.lock"))
    for name, least in (("setuptools", (78, 1, 1)), ("dnspython", (2, 6, 1)), ("sentry-sdk", (1, 45, 1))):
        assert tuple(map(int, versions[name].split(".")[:3])) >= least
