"""Acts on many tickets: each by itself, what failed named, everybody told once, and nothing done twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Team, User
from core.exceptions import Refused
from core.outbox import relay
from notifications.models import Notification, ToTell
from services.models import Category, Service
from tickets import actions
from tickets.actions import many, run_bulk_act, start_bulk_act
from tickets.choices import BulkAct, BulkState, CommentKind, Status
from tickets.models import BulkJob, Comment, Follower, Link, ResolutionCode, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def several(incident: Ticket, requester: User, mail_service: Service) -> list[Ticket]:
    """Six incidents of one requester."""
    more = [
        actions.open_ticket("incident", by=requester, title=f"Mail {place}", service=mail_service)
        for place in range(5)
    ]
    return [incident, *more]


def these(tickets: list[Ticket]) -> Any:
    return Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets])


def done(job: BulkJob) -> Any:
    """The job after a worker has done it."""
    while run_bulk_act(job.pk):
        pass
    return BulkJob.objects.counted().get(pk=job.pk)


def test_each_ticket_is_dealt_with(several: list[Ticket], agent: User, n1: Team) -> None:
    job = start_bulk_act(BulkAct.ASSIGN, these(several), by=agent, values={"team": n1, "assignee": agent})
    assert (job.total, job.finished_at) == (6, None)
    assert not Ticket.objects.filter(assignee=agent).exists(), "a worker does it, not the request"
    report = done(job)
    assert (report.done, report.failed) == (6, 0)
    assert report.finished_at
    assert Ticket.objects.filter(assignee=agent).count() == 6


def test_half_forbidden_half_done(
    several: list[Ticket], agent: User, outside_agent: User, outsider: User
) -> None:
    foreign = [actions.open_ticket("incident", by=outsider, title="Elsewhere") for _place in range(2)]
    for ticket in several[:3]:
        Follower.objects.create(ticket=ticket, user=outside_agent)
    mixed = Ticket.objects.visible_to(outside_agent)
    report = done(
        start_bulk_act(BulkAct.COMMENT, mixed, by=outside_agent, values={"body": "Hm", "kind": "internal"})
    )
    assert (report.done, report.failed) == (2, 3)
    failed = report.items.filter(state=BulkState.FAILED)
    assert {item.ticket_id for item in failed} == {ticket.pk for ticket in several[:3]}
    assert all(item.reason for item in failed)
    assert set(Comment.objects.values_list("ticket_id", flat=True)) == {ticket.pk for ticket in foreign}


def test_refusals_are_named_in_the_language_of_who_asked(several: list[Ticket], agent: User) -> None:
    User.objects.filter(pk=agent.pk).update(language="fr")
    agent.refresh_from_db()
    report = done(start_bulk_act(BulkAct.CLOSE, these(several), by=agent))
    assert report.failed == 6
    assert "ne peut" in report.items.first().reason or "Nouveau" in report.items.first().reason


@pytest.mark.parametrize(
    ("act", "values"),
    [
        ("move", {"to": "cancelled", "reason": "Spam"}),
        ("follow", {}),
        ("comment", {"body": "Known", "kind": "internal"}),
    ],
)
def test_plain_acts(several: list[Ticket], agent: User, act: str, values: dict[str, Any]) -> None:
    report = done(start_bulk_act(act, these(several), by=agent, values=values))
    assert (report.done, report.failed) == (6, 0)


def test_category_and_priority(several: list[Ticket], lead: User) -> None:
    category = Category.objects.create(name="Storm", slug="storm")
    done(start_bulk_act(BulkAct.CATEGORY, these(several), by=lead, values={"category": category}))
    done(start_bulk_act(BulkAct.PRIORITY, these(several), by=lead, values={"priority": 1, "reason": "Storm"}))
    assert Ticket.objects.filter(category=category, priority=1).count() == 6


def test_parts_and_merging_leave_the_one_they_go_to_alone(several: list[Ticket], agent: User) -> None:
    whole, *rest = several
    report = done(start_bulk_act(BulkAct.PARENT, these(several), by=agent, values={"parent": whole}))
    assert (report.total, report.done) == (5, 5)
    assert Link.objects.filter(source=whole, link_type="parent").count() == 5
    report = done(start_bulk_act(BulkAct.MERGE, these(several), by=agent, values={"into": whole}))
    assert (report.total, report.done) == (5, 5)
    assert Ticket.objects.filter(merged_into=whole).count() == len(rest)


def test_solving_many_closes_them(several: list[Ticket], agent: User, fixed: ResolutionCode) -> None:
    values = {"to": "resolved", "cause": "Quota", "solution": "Raised", "resolution_code": fixed}
    assert done(start_bulk_act(BulkAct.MOVE, these(several), by=agent, values=values)).done == 6
    assert done(start_bulk_act(BulkAct.CLOSE, these(several), by=agent)).done == 6
    assert Ticket.objects.filter(status=Status.CLOSED, solution="Raised").count() == 6


def test_job_that_was_killed_goes_on_and_does_nothing_twice(
    several: list[Ticket], agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start_bulk_act(
        BulkAct.COMMENT, these(several), by=agent, values={"body": "Once", "kind": CommentKind.INTERNAL}
    )
    real, calls = actions.comment, []

    def dies(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            raise SystemExit("killed")
        return real(*arguments, **named)

    monkeypatch.setattr("tickets.actions.many.comment", dies)
    with pytest.raises(SystemExit):
        run_bulk_act(job.pk)
    assert Comment.objects.count() == 3
    report = done(job)
    assert (report.done, report.failed) == (6, 0)
    assert Comment.objects.filter(body="Once").count() == 6
    assert run_bulk_act(job.pk) is False


def test_each_person_is_told_once(
    several: list[Ticket], agent: User, requester: User, lead: User, fixed: ResolutionCode
) -> None:
    for ticket in several[:2]:
        actions.follow(ticket, lead, by=lead)
    relay()
    Notification.objects.all().delete()
    done(
        start_bulk_act(BulkAct.COMMENT, these(several), by=agent, values={"body": "Storm", "kind": "public"})
    )
    relay("tickets.bulk_act")
    told = {row.user_id: row.others for row in Notification.objects.all()}
    assert told[requester.pk] == 5 and told[lead.pk] >= 1 and agent.pk not in told
    assert Notification.objects.filter(user=requester).count() == 1
    assert not ToTell.objects.exists()


@pytest.mark.parametrize(
    ("act", "values", "field"),
    [
        ("nonsense", {}, "act"),
        ("assign", {}, "team"),
        ("move", {"to": "nowhere"}, "to"),
        ("comment", {"body": ""}, "body"),
        ("priority", {"priority": 9, "reason": "x"}, "priority"),
        ("follow", {"body": "x"}, "body"),
    ],
)
def test_what_no_ticket_could_be_given_is_refused_at_once(
    several: list[Ticket], agent: User, act: str, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        start_bulk_act(act, these(several), by=agent, values=values)
    assert set(refused.value.errors) == {field}
    assert not BulkJob.objects.exists()


def test_no_ticket_and_too_many_are_refused(
    several: list[Ticket], agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused):
        start_bulk_act(BulkAct.FOLLOW, Ticket.objects.none(), by=agent)
    monkeypatch.setattr(many, "LIMIT", 5)
    with pytest.raises(Refused):
        start_bulk_act(BulkAct.FOLLOW, these(several), by=agent)


def test_page_acts_on_the_chosen_and_shows_how_far_it_is(
    client: Client, several: list[Ticket], agent: User
) -> None:
    client.force_login(agent)
    address = f"{reverse('tickets:bulk')}?act=follow&ticket={several[0].pk}&ticket={several[1].pk}&ticket=x"
    assert several[0].reference in client.get(address).content.decode()
    response = client.post(address)
    job = BulkJob.objects.get()
    assert (response.status_code, response["Location"]) == (302, job.get_absolute_url())
    assert "every 2s" in client.get(job.get_absolute_url()).content.decode()
    done(job)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "every 2s" not in page and "Finished" in page
    assert client.get(reverse("tickets:bulk_jobs")).status_code == 200


def test_page_acts_on_the_whole_filter(client: Client, several: list[Ticket], agent: User, n1: Team) -> None:
    actions.take(several[0], by=agent)
    client.force_login(agent)
    client.post(f"{reverse('tickets:bulk')}?act=follow&all=1&view=unassigned&team={n1.pk}")
    keys = set(BulkJob.objects.get().items.values_list("ticket_id", flat=True))
    assert keys == {ticket.pk for ticket in several[1:]}


def test_queue_offers_the_acts(client: Client, several: list[Ticket], agent: User) -> None:
    client.force_login(agent)
    page = client.get(reverse("tickets:queue"), {"view": "open"}).content.decode()
    assert 'form="bulk"' in page and f'aria-label="Choose {several[0].reference}"' in page


def test_requester_has_no_bulk_acts(client: Client, several: list[Ticket], requester: User) -> None:
    client.force_login(requester)
    assert client.get(f"{reverse('tickets:bulk')}?act=follow&ticket={several[0].pk}").status_code == 403


def test_job_is_seen_by_who_asked(client: Client, several: list[Ticket], agent: User, lead: User) -> None:
    job = start_bulk_act(BulkAct.FOLLOW, these(several), by=agent)
    client.force_login(lead)
    assert client.get(job.get_absolute_url()).status_code == 404
    assert client.get(f"/api/v1/bulk-jobs/{job.pk}/").status_code == 404


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(address, json.dumps(body), content_type="application/json")


def test_api_acts_on_references_and_on_a_filter(
    client: Client, several: list[Ticket], agent: User, outsider: User
) -> None:
    client.force_login(agent)
    body = {"act": "comment", "tickets": [several[0].reference], "values": {"body": "Hello"}}
    answer = post(client, "/api/v1/bulk-jobs/", body)
    assert answer.status_code == 202 and answer.json()["total"] == 1
    answer = post(
        client,
        "/api/v1/bulk-jobs/",
        {"act": "move", "filter": {"assignee": "none"}, "values": {"to": "closed"}},
    )
    job = BulkJob.objects.get(pk=answer.json()["id"])
    done(job)
    shown = client.get(f"/api/v1/bulk-jobs/{job.pk}/").json()
    assert (shown["total"], shown["failed"], len(shown["failures"])) == (6, 6, 6)
    assert {failure["reference"] for failure in shown["failures"]} == {row.reference for row in several}
    assert len(client.get("/api/v1/bulk-jobs/").json()["results"]) == 2


def test_api_names_what_is_wrong(client: Client, several: list[Ticket], agent: User, outsider: User) -> None:
    foreign = actions.open_ticket("incident", by=outsider, title="Elsewhere")
    client.force_login(agent)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"act": "follow", "tickets": [foreign.reference]}, "tickets"),
        ({"act": "follow"}, "tickets"),
        ({"act": "follow", "filter": {"nonsense": "1"}}, "filter.nonsense"),
        ({"act": "comment", "tickets": [several[0].reference], "values": {}}, "values.body"),
        ({"act": "nonsense", "tickets": [several[0].reference]}, "act"),
    ]
    for body, field in wrong:
        answer = post(client, "/api/v1/bulk-jobs/", body)
        assert answer.status_code == 422, body
        assert field in json.dumps(answer.json()), answer.json()
