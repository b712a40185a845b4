"""Where something went wrong, for the log: the words of an error may be what somebody wrote, and stand in no log."""

import traceback

from bot.settings import ROOT

_OURS = tuple(f"{ROOT / package}/" for package in ("bot", "connectors", "knowledge"))


def whereabouts(error: BaseException, number: int = 3) -> str:
    """The innermost places of our own code that an error came through, innermost last; of a library's if there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(_OURS)] or frames
    return " ".join(f"{frame.filename.removeprefix(f'{ROOT}/')}:{frame.lineno}" for frame in ours[-number:])
