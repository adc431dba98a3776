"""Checklists on tickets."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import User
from core.exceptions import Refused
from tickets.actions import move, take
from tickets.actions.checking import add_points, check_point, put_checklist, remove_point
from tickets.models import CheckItem, ChecklistTemplate, ResolutionCode, Ticket


@pytest.fixture
def taken(incident: Ticket, agent: User) -> Ticket:
    return take(incident, by=agent)


def test_point_that_must_be_done_keeps_the_ticket_open(
    taken: Ticket, agent: User, fixed: ResolutionCode
) -> None:
    first, second = add_points(taken, ["!Restart the server", "  ", "Tell the team"], by=agent)
    assert (first.is_required, second.is_required, second.text) == (True, False, "Tell the team")
    values = {"cause": "Full disk", "solution": "Emptied", "resolution_code": fixed}
    with pytest.raises(Refused) as refused:
        move(taken, "resolved", by=agent, values=values)
    assert "Restart the server" in str(refused.value)
    check_point(first, done=True, by=agent)
    assert move(taken, "resolved", by=agent, values=values).status == "resolved"
    with pytest.raises(Refused):
        check_point(second, done=True, by=agent)


def test_ticking_twice_leaves_one_event_and_a_tick_can_be_taken_back(taken: Ticket, agent: User) -> None:
    [point] = add_points(taken, ["Look"], by=agent)
    for done in (True, True, False):
        check_point(point, done=done, by=agent)
    acts = list(taken.events.filter(verb="checked").order_by("id").values_list("data__act", flat=True))
    assert acts == ["added", "done", "undone"]
    assert CheckItem.objects.get().done_by is None


def test_only_who_works_on_it_may(taken: Ticket, requester: User, colleague: User, agent: User) -> None:
    [point] = add_points(taken, ["Look"], by=agent)
    for person in (requester, colleague):
        with pytest.raises(PermissionDenied):
            add_points(taken, ["Mine"], by=person)
        with pytest.raises(PermissionDenied):
            check_point(point, done=True, by=person)
        with pytest.raises(PermissionDenied):
            remove_point(point, by=person)


def test_list_of_another_kind_empty_and_endless_ones_are_refused(taken: Ticket, agent: User) -> None:
    other = ChecklistTemplate.objects.create(slug="c", name_fr="C", points_fr="A", kinds=["change"])
    acts: list[Callable[[], object]] = [
        lambda: put_checklist(taken, other, by=agent),
        lambda: add_points(taken, ["!", " "], by=agent),
        lambda: add_points(taken, ["x"] * 201, by=agent),
        lambda: add_points(taken, ["x" * 501], by=agent),
    ]
    for act in acts:
        with pytest.raises(Refused):
            act()
    assert not taken.checks.exists()


def test_page_panel_and_api_work_the_list(
    client: Client, taken: Ticket, agent: User, requester: User
) -> None:
    client.force_login(agent)
    client.post(f"/tickets/{taken.reference}/checklist/", {"points": "!One\nTwo"})
    point = CheckItem.objects.get(text="One")
    client.post(f"/checklist/{point.pk}/tick/", {"done": "1"})
    panel = client.get(f"/tickets/{taken.reference}/panels/").content.decode()
    assert "1 of 2 done" in panel
    told = client.get(f"/api/v1/tickets/{taken.reference}/checklist/").json()["results"]
    assert [(row["text"], row["done_at"] is not None) for row in told] == [("One", True), ("Two", False)]
    client.force_login(requester)
    assert client.get(f"/api/v1/tickets/{taken.reference}/checklist/").json()["results"] == []
    assert client.post(f"/checklist/{point.pk}/tick/").status_code == 404
