"""What holds for the whole suite: a clean cache, cheap passwords, static files as they are in the sources."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from audit import keys

pytest_plugins = ["tests.people", "tests.things", "tests.chromium"]

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.STORAGES = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The live server of browser tests serves them from there too.
settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
settings.WHITENOISE_KEEP_ONLY_HASHED_FILES = False


# Files that run longest, first: a run in parallel ends when its last file does.
LONGEST = (
    "test_walk.py", "test_bad_input.py", "test_every_page.py", "test_supervisor.py", "test_demo.py",
    "test_problems_changes.py", "test_five_kinds.py", "test_faces.py", "test_killed.py", "test_schema.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; what is alike stays in its order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """A test that commits empties the tables after it, which the trail forbids everybody else."""
    with django_db_blocker.unblock():
        forbid_emptying_trail(is_on=False)


def forbid_emptying_trail(*, is_on: bool) -> None:
    """Turn the triggers against TRUNCATE on or off."""
    for model in apps.get_app_config("audit").get_models():
        for trigger in getattr(model._meta, "triggers", ()):
            if trigger.name == "never_empty":
                turned = "ENABLE" if is_on else "DISABLE"
                with connection.cursor() as cursor:
                    cursor.execute(
                        f'ALTER TABLE "{model._meta.db_table}" {turned} TRIGGER {trigger.get_pgid(model)}'
                    )


@pytest.fixture(autouse=True)
def _trail_of_its_own(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    """Each test has a chain of its own, so files beside it and keys of its own, too."""
    settings.AUDIT_DIR = tmp_path_factory.getbasetemp() / f"audit-{uuid.uuid4().hex}"
    keys.forget()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """What a test reads of a refusal or a sentence is English, as in the code, unless it says who reads."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and cached counts of one test must not reach the next."""
    cache.clear()
