"""The demo organisation, made once for the tests that look at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from itsm.demo.build import build

PASSWORD = "a word for the tests"


@dataclass(frozen=True)
class Built:
    """What making the demo told."""

    counts: dict[str, int]
    at: datetime
    took: timedelta


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Built]:
    """The whole demo in a transaction of the module's own, rolled back after its last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        started = timezone.now()
        counts = build(now=started, password=PASSWORD, say=lambda _line: None)
        yield Built(counts, started, timezone.now() - started)
        transaction.set_rollback(True)
