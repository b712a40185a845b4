"""The real library, for the rules of its entries."""

import pytest

from knowledge.library import Library


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.load()
