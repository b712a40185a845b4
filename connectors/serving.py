"""The app as `rettvis serve` runs it, in this process or in each of several."""

import gc

from fastapi import FastAPI


def create() -> FastAPI:
    """The app. Until it is ready nothing is searched for garbage: hardly anything that is imported and loaded is. The app
    has it searched again once it is ready."""
    gc.disable()
    from connectors.app import create_app

    return create_app()
