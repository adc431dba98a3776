"""What holds for the whole suite: a clean cache, cheap passwords, static files as they are in the sources."""

import pytest
from django.conf import settings
from django.core.cache import cache

pytest_plugins = ["tests.people", "tests.things", "tests.chromium"]

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.STORAGES = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The live server of browser tests serves them from there too.
settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
settings.WHITENOISE_KEEP_ONLY_HASHED_FILES = False


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and cached counts of one test must not reach the next."""
    cache.clear()
