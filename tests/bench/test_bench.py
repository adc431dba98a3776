"""The benchmark measures what it says."""

import pytest
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from bench import data
from bench.middleware import ASKED, TOLD, StatementCountMiddleware
from bench.names import AGENT
from bench.run import Case, Result, table
from bench.words import COMMON, RARE
from services.actions import install_item_types
from services.models import Item, Relation
from tests.intake.replay import assert_replays
from tickets.actions.bulk import load
from tickets.models import Ticket


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, db: None) -> data.Rows:
    """The organisation of the benchmark with a few requesters."""
    monkeypatch.setattr(data, "REQUESTERS", 20)
    data.make_organisation()
    return data.Rows.read()


def test_same_number_is_always_the_same_ticket(small: data.Rows) -> None:
    first, second = data.make(7, small), data.make(7, small)
    assert (first.ticket.title, first.ticket.description) == (second.ticket.title, second.ticket.description)
    assert [(event.verb, event.at) for event in first.events] == [
        (event.verb, event.at) for event in second.events
    ]


def test_data_are_sound_and_of_every_status(small: data.Rows) -> None:
    load([data.make(number, small) for number in range(400, 700)])
    found = set(Ticket.objects.values_list("status", flat=True))
    assert {str(status) for status in data.STATUSES} <= found
    for ticket in Ticket.objects.all()[:60]:
        assert_replays(ticket)
    assert 30 < Ticket.objects.filter(search=COMMON).count() < 150
    assert Ticket.objects.filter(search=RARE).count() == 1
    agent = User.objects.get(email=AGENT)
    assert 0 < Ticket.objects.visible_to(agent).count() < 300


def test_graph_hangs_under_one_service(small: data.Rows) -> None:
    install_item_types()
    service = data.make_graph(items=50, relations=120)
    assert Item.objects.filter(code__startswith="BENCH-").count() == 50
    assert Relation.objects.filter(source__service=service).count() == 10
    assert 100 < Relation.objects.count() <= 120


@pytest.mark.django_db
def test_statements_are_counted_only_where_asked() -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        User.objects.exists()
        return HttpResponse()

    asking, silent = HttpRequest(), HttpRequest()
    asking.META[f"HTTP_{ASKED.upper().replace('-', '_')}"] = "yes"
    assert StatementCountMiddleware(view)(asking)[TOLD] == "1"
    assert TOLD not in StatementCountMiddleware(view)(silent)


def test_what_misses_its_budget_has_a_star() -> None:
    case = Case("a page", 5, 6, "someone", "GET", lambda: "/")
    lines = list(
        table(
            [case], [Result("a page", 9.0, 12.0, 6.0, 7, 3.2)], {"a page": Result("a page", 1, 1, 4.0, 7, 3)}
        )
    )
    assert lines[-1] == "| a page | 9.0 | 12.0 | 6.0 * | 5 | 7 * | 3 | 1.50 * |"
