"""Pages hold every row once, whatever the keys."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.api.pagination import Order, Page
from core.exceptions import Refused
from core.models import OutboxMessage

pytestmark = pytest.mark.django_db
START = datetime(2025, 1, 1, tzinfo=UTC)


class View:
    ordering = "id"
    ordering_fields: Mapping[str, str] = {"id": "pk", "attempts": "attempts", "leased": "leased_until"}


def pages(name: str, size: int) -> Iterator[list[int]]:
    order, cursor = Order.of(View(), name), None
    while True:
        page = Page.read(OutboxMessage.objects.all(), order, size, cursor)
        yield [row.pk for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return


def add(number: int, leased_every: int) -> None:
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            topic="t",
            key=str(place),
            payload={},
            attempts=place % 3,
            leased_until=START + timedelta(hours=place % 4)
            if leased_every and place % leased_every == 0
            else None,
        )
        for place in range(number)
    )


@pytest.mark.parametrize("name", ["id", "-id", "attempts", "-attempts", "leased", "-leased"])
@pytest.mark.parametrize("leased_every", [0, 1, 2, 7])
@pytest.mark.parametrize("size", [1, 3, 20])
def test_pages_are_complete_and_in_order_with_ties_and_empty_keys(
    name: str, leased_every: int, size: int
) -> None:
    add(20, leased_every)
    order = Order.of(View(), name)
    whole = list(OutboxMessage.objects.order_by(*order.names).values_list("pk", flat=True))
    assert [pk for page in pages(name, size) for pk in page] == whole
    assert len(whole) == 20


def test_pages_miss_nothing_when_rows_come_and_go_between_them() -> None:
    add(10, 2)
    reading = pages("leased", 3)
    seen = next(reading)
    OutboxMessage.objects.filter(pk=seen[0]).delete()
    OutboxMessage.objects.create(topic="t", key="late", payload={}, leased_until=START - timedelta(days=1))
    rest = [pk for page in reading for pk in page]
    assert len(seen + rest) == len(set(seen + rest)) == 10


def test_a_page_is_one_statement_and_two_at_the_border() -> None:
    add(20, 2)
    counts = []
    order, cursor = Order.of(View(), "leased"), None
    for _ in range(4):
        with CaptureQueriesContext(connection) as statements:
            page = Page.read(OutboxMessage.objects.all(), order, 5, cursor)
        counts.append(len(statements))
        cursor = page.next_cursor
    assert counts == [1, 2, 2, 1]


@pytest.mark.parametrize("cursor", ["x", "a:b", "WyJpZCIsbnVsbCwxXQ:forged"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(Refused) as refusal:
        Page.read(OutboxMessage.objects.all(), Order.of(View(), "id"), 5, cursor)
    assert "cursor" in refusal.value.errors


def test_a_cursor_of_another_order_is_refused() -> None:
    add(5, 0)
    cursor = Page.read(OutboxMessage.objects.all(), Order.of(View(), "id"), 2, None).next_cursor
    with pytest.raises(Refused):
        Page.read(OutboxMessage.objects.all(), Order.of(View(), "-id"), 2, cursor)
