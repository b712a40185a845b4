"""The command `rettvis`: in a process of its own, or as a function, without the seconds in which a process imports."""

import io
import os
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from rich.console import Console

from bot.settings import ROOT
from connectors import cli

Done = subprocess.CompletedProcess[str]


def in_a_process(*arguments: str, said: str = "", **environment: str) -> Done:
    """Run it as people do."""
    command = [str(Path(sys.executable).parent / "rettvis"), *arguments]
    given = {**os.environ, **environment}
    return subprocess.run(
        command, input=said, capture_output=True, text=True, env=given, cwd=ROOT, timeout=300, check=False
    )


def here(*arguments: str, said: str = "", **environment: str) -> Done:
    """Run it in this process, which has imported everything already."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.chdir(ROOT)
        patch.setattr(sys, "argv", ["rettvis", *arguments])
        patch.setattr(sys, "stdin", io.StringIO(said))
        patch.setattr(sys, "excepthook", sys.excepthook)  # typer puts its own there
        for name, value in environment.items():
            patch.setenv(name, value)
        for console in _consoles():  # each looked at its surroundings when it was made
            patch.setattr(console, "width", int(environment.get("COLUMNS", 80)))
        with redirect_stdout(out), redirect_stderr(err):
            try:
                cli.main()
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
                if isinstance(ended.code, str):
                    print(ended.code, file=err)  # as Python does at the end of a process
    return Done(arguments, code, out.getvalue(), err.getvalue())


def _consoles() -> list[Console]:
    """Where the commands print to."""
    ours = [module for name, module in sys.modules.items() if name.startswith("connectors.")]
    return [value for module in ours for value in vars(module).values() if isinstance(value, Console)]
