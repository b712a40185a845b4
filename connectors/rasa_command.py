"""Rasa's own command line, with the stand-in for TensorFlow in place and this project's files as its defaults."""

import sys

from bot.assistant.engine import quiet
from bot.understanding.importer import CONFIG, DOMAIN, RULES

_FILES = ["--config", str(CONFIG), "--domain", str(DOMAIN), "--data", str(RULES)]


def run(arguments: list[str]) -> None:
    """Run a command of Rasa's, e.g. ["data", "validate"]."""
    quiet()
    if arguments[:2] == ["data", "validate"]:
        arguments = [*arguments, *_FILES]
    sys.argv = ["rasa", *arguments]
    from rasa.__main__ import main

    main()
