"""The trained assistant that a command needs."""

from pathlib import Path

from rich.console import Console


def trained() -> Path:
    """The model of the files as they are, trained now if need be."""
    from bot.assistant import training
    from bot.settings import Settings

    settings = Settings.from_environment()
    ready = training.trained(settings.models, settings.examples)
    if ready:
        return ready
    with Console(stderr=True).status("Training the assistant. The first time this takes a few minutes."):
        return training.train(settings.models, settings.examples)
