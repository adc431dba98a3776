"""Fixtures of the whole suite: a clean cache, no mail leaves, work after commit."""

import importlib.util
from collections.abc import Iterator

import pytest
from django.core.cache import cache

pytest_plugins = ["tests.people"] if importlib.util.find_spec("tests.people") else []


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Rate limits and cached counts of one test must not reach the next."""
    cache.clear()
    yield
