"""The pages and endpoints of changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from changes import pack
from changes.actions import open_change
from changes.models import ChangePolicy, ChangeTemplate
from services.models import Service
from tests.changes.test_changes import DESCRIBED
from tests.contracts.test_queries import at_most, opened
from tickets.actions import edit, move, open_ticket
from tickets.choices import LinkType, Status
from tickets.models import ApprovalStep, Link, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    """The browser of a technician."""
    client.force_login(agent)
    return client


@pytest.fixture
def change(agent: User, mail_service: Service, authority: User) -> Ticket:
    """A drafted change."""
    return open_change(by=agent, title="A new disk", service=mail_service, details=dict(DESCRIBED))


@pytest.fixture
def template(words: None) -> ChangeTemplate:
    """A standard change of the pack."""
    pack.install()
    return ChangeTemplate.objects.get(slug="certificate-renewal")


def sent(**values: object) -> dict[str, object]:
    return {"change_type": "normal", "urgency": 3, "impact": 3, **values}


def test_change_is_drafted_and_described_on_pages(desk: Client, mail_service: Service) -> None:
    data = sent(title="A new disk", service=mail_service.pk, **DESCRIBED)
    assert desk.post("/changes/new/", data).status_code == 302
    change = Ticket.objects.get(kind="change")
    assert change.details.plan == DESCRIBED["plan"]
    page = desk.get(change.get_absolute_url()).content.decode()
    assert "Copy, switch" in page and "Propose" in page and "Start at once" not in page
    address = f"/changes/{change.reference}/details/"
    form = desk.get(address).context["form"]
    assert "template" not in form.fields and form["plan"].value() == "Copy, switch"
    wrong = {"change_type": "normal", "window_start": "2026-03-02T10:00", "window_end": "2026-03-02T09:00"}
    refused = desk.post(address, wrong)
    assert refused.status_code == 422 and "window_end" in refused.context["form"].errors
    right = {**wrong, "window_end": "2026-03-02T11:00", **DESCRIBED}
    assert desk.post(address, right).status_code == 302


def test_standard_change_is_made_from_its_template(desk: Client, template: ChangeTemplate) -> None:
    assert desk.post("/changes/new/", sent(template=template.pk)).status_code == 302
    change = Ticket.objects.get(kind="change")
    assert (change.status, change.title) == (Status.APPROVED, str(template))
    form = desk.get(f"/changes/{change.reference}/details/").context["form"]
    assert set(form.fields) == {"window_start", "window_end", "outage_expected"}


def test_change_is_proposed_from_a_problem(desk: Client, agent: User, mail_service: Service) -> None:
    problem = open_ticket(
        "problem", by=agent, title="Full disks", service=mail_service, details={"root_cause": "Logs"}
    )
    assert (
        f"{problem.get_absolute_url()}propose-change/"
        in desk.get(problem.get_absolute_url()).content.decode()
    )
    form = desk.get(f"{problem.get_absolute_url()}propose-change/").context["form"]
    assert form["resolves"].value() == problem.reference and form["justification"].value() == "Logs"
    data = sent(resolves=problem.reference, service=mail_service.pk)
    assert desk.post(f"{problem.get_absolute_url()}propose-change/", data).status_code == 302
    change = Ticket.objects.get(kind="change")
    assert change.title == "Full disks"
    assert Link.objects.filter(source=problem, target=change, link_type=LinkType.RESOLVED_BY).exists()


def test_list_costs_the_same_however_many_there_are(
    desk: Client, change: Ticket, agent: User, mail_service: Service
) -> None:
    for place in range(4):
        open_change(by=agent, title=f"Another {place}", service=mail_service)
    visit = opened(desk, "/changes/")
    with at_most(6):
        visit()
    page = opened(desk, change.get_absolute_url())
    with at_most(8):
        page()


def test_overdue_emergency_is_shown_on_the_list_and_at_home(
    desk: Client, agent: User, mail_service: Service, authority: User
) -> None:
    details = {**DESCRIBED, "change_type": "emergency"}
    change = open_change(by=agent, title="Stop the leak", service=mail_service, details=details)
    assert "Start at once" in desk.get(change.get_absolute_url()).content.decode()
    move(change, Status.IN_PROGRESS, by=agent, at=timezone.now() - timedelta(hours=50))
    assert "Decision overdue" in desk.get("/changes/").content.decode()
    assert change.reference in desk.get("/changes/?undecided=true").content.decode()
    assert change.reference in desk.get("/home/").content.decode()
    assert "nobody has decided" in desk.get(change.get_absolute_url()).content.decode()


def test_windows_that_meet_are_warned_of(
    desk: Client, agent: User, mail_service: Service, template: ChangeTemplate
) -> None:
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    window = {"window_start": start, "window_end": start + timedelta(hours=2)}
    first, second = (
        open_change(by=agent, title=title, service=mail_service, details={"template": template, **window})
        for title in ("First", "Second")
    )
    move(first, Status.PLANNED, by=agent)
    assert first.reference in desk.get(f"{second.get_absolute_url()}panels/").content.decode()
    found = desk.get(f"/api/v1/changes/{second.reference}/conflicts/").json()["results"]
    assert [row["reference"] for row in found] == [first.reference]
    address = f"/changes/{second.reference}/details/"
    form = desk.get(address).context["form"]
    data = {name: form[name].value() for name in ("window_start", "window_end")}
    local = {name: value.strftime("%Y-%m-%dT%H:%M") for name, value in data.items()}
    answer = desk.post(address, local, follow=True)
    assert any(first.reference in str(message) for message in answer.context["messages"])


def test_calendar_shows_the_windows_of_a_month(
    desk: Client, change: Ticket, agent: User, outside_agent: User
) -> None:
    at = timezone.now().replace(year=2026, month=5, day=12, hour=18, minute=0, second=0, microsecond=0)
    edit(change, {"details": {"window_start": at, "window_end": at + timedelta(hours=8)}}, by=agent)
    page = desk.get("/changes/calendar/?month=2026-05").content.decode()
    assert page.count(change.get_absolute_url()) == 4  # two days, in the table and in the list
    assert change.title not in desk.get("/changes/calendar/?month=2026-07").content.decode()
    for odd in ("2026-13", "x", "2026-05-01", "٢٠٢٦-05"):
        assert desk.get(f"/changes/calendar/?month={odd}").status_code == 200
    with at_most(4):
        desk.get("/changes/calendar/?month=2026-05")
    desk.force_login(outside_agent)
    assert change.title not in desk.get("/changes/calendar/?month=2026-05").content.decode()


def test_change_is_worked_over_the_api(
    desk: Client, agent: User, authority: User, mail_service: Service, template: ChangeTemplate
) -> None:
    problem = open_ticket("problem", by=agent, title="Full disks", service=mail_service)
    made = desk.post(
        "/api/v1/changes/", {"resolves": [problem.reference], "details": DESCRIBED},
        content_type="application/json",
    )  # fmt: skip
    assert made.status_code == 201 and made.json()["details"]["change_type"] == "normal"
    address = f"/api/v1/changes/{made.json()['reference']}/"

    def moved(**body: object) -> int:
        return desk.post(f"{address}moves/", body, content_type="application/json").status_code

    assert moved(to="proposed") == 200
    assert moved(to="evaluated", risk_level=9) == 422
    assert moved(to="evaluated", risk_level=2) == 200
    assert moved(to="approved") == 403
    step = ApprovalStep.objects.get()
    desk.force_login(authority)
    decided = desk.post(
        f"/api/v1/tickets/{made.json()['reference']}/approvals/{step.pk}/decide/",
        {"decision": "approved"},
        content_type="application/json",
    )
    assert decided.status_code == 200, decided.content
    desk.force_login(agent)
    assert desk.get(address).json()["details"]["decision"] == "approved"
    soon = timezone.now() + timedelta(days=1)
    assert (
        moved(to="planned", window_start=soon.isoformat(), window_end=(soon + timedelta(hours=1)).isoformat())
        == 200
    )
    assert moved(to="in_progress") == moved(to="done") == 200
    assert moved(to="reviewed", review_result="success", review_note="Well done") == 200
    assert moved(to="closed") == 200
    standard = desk.post(
        "/api/v1/changes/", {"details": {"template": template.slug}}, content_type="application/json"
    ).json()
    assert (standard["status"], standard["details"]["template"]["code"]) == ("approved", template.slug)
    texts = desk.get(f"/api/v1/change-templates/{template.slug}/").json()["texts"]
    assert texts["plan"] == standard["details"]["plan"]


def test_frozen_columns_are_refused_by_name(desk: Client, change: Ticket, agent: User) -> None:
    move(change, Status.PROPOSED, by=agent)
    move(change, Status.EVALUATED, by=agent, values={"risk_level": 2})
    answer = desk.patch(
        f"/api/v1/changes/{change.reference}/",
        {"details": {"plan": "Another"}},
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["details.plan"]


def test_set_up_is_edited_on_pages(
    client: Client, manager: User, agent: User, template: ChangeTemplate
) -> None:
    client.force_login(manager)
    address = f"/manage/change-templates/{template.pk}/"
    form = client.get(address).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert client.post(address, {**data, "name_fr": "Certificat"}).status_code == 302
    assert ChangeTemplate.objects.get(pk=template.pk).name_fr == "Certificat"
    policy = ChangePolicy.objects.get(entity=None)
    data = {"quorum": "all", "percent": 50, "emergency_hours": 24}
    assert client.post(f"/manage/change-approval/{policy.pk}/", data).status_code == 302
    assert ChangePolicy.objects.get(pk=policy.pk).emergency_hours == 24
    for page in ("/manage/change-templates/", "/manage/change-approval/"):
        assert client.get(page).status_code == 200
