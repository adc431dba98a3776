"""What tests of tickets stand on; the fixtures themselves are in `tests/things.py`."""

import pytest


@pytest.fixture(autouse=True)
def _words(words: None) -> None:
    """Every test of tickets has the words of an installation."""
