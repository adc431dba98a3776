"""Signing a sheet on a phone, with a finger and without scripts; the banner of a major incident, and joining it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from incidents.actions import communicate, declare_major
from incidents.models import Concerned
from tickets.actions.interventions import finish_intervention, plan_intervention
from tickets.models import Attachment, Intervention, InterventionState, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = 390


@pytest.fixture
def written(incident: Ticket, agent: User) -> Intervention:
    """An intervention whose sheet waits for a signature."""
    begin = timezone.now() - timedelta(hours=2)
    row = plan_intervention(
        incident,
        by=agent,
        technician=agent,
        starts_at=begin,
        ends_at=begin + timedelta(hours=1),
        place="Room 12",
    )
    return finish_intervention(row, by=agent, work_done="Changed the fuser")


def is_clean(page: Page) -> None:
    """Axe finds nothing, and the page is no wider than the phone."""
    assert Axe().run(page).response["violations"] == []
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(width) == 0


def test_sheet_is_signed_with_a_finger(
    open_as: Callable[..., Page], written: Intervention, agent: User
) -> None:
    page = open_as(agent, "/interventions/", width=PHONE)
    page.get_by_text("No mail since this morning").click()
    page.get_by_role("link", name="Have it signed").click()
    box = page.locator("canvas")
    expect(box).to_be_visible()
    is_clean(page)
    edge = box.bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] + 30, edge["y"] + 100)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(edge["x"] + 30 + 14 * step, edge["y"] + 100 + (40 if step % 2 else -40))
    page.mouse.up()
    page.get_by_label("Name of who signs").fill("Rosa Requester")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("img", name="Signature of Rosa Requester")).to_be_visible()
    is_clean(page)
    written.refresh_from_db()
    assert written.state == InterventionState.SIGNED
    assert written.signature
    assert Attachment.objects.get(pk=written.sheet_id or 0).is_public


def test_cleared_signature_is_none(open_as: Callable[..., Page], written: Intervention, agent: User) -> None:
    page = open_as(agent, f"/interventions/{written.pk}/sign/", width=PHONE)
    page.locator("canvas").click(position={"x": 50, "y": 50})
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator("main")).to_contain_text("Sign in the box, or tick that you agree.")


def test_sheet_is_signed_by_name_without_scripts(
    open_as: Callable[..., Page], written: Intervention, agent: User
) -> None:
    page = open_as(agent, f"/interventions/{written.pk}/sign/", width=PHONE, scripts=False)
    expect(page.locator("canvas")).to_be_hidden()
    page.get_by_label("Name of who signs").fill("Rosa Requester")
    page.get_by_label("I agree with this sheet").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    written.refresh_from_db()
    assert written.state == InterventionState.SIGNED


def test_banner_leads_to_the_news_and_to_joining(
    open_as: Callable[..., Page], incident: Ticket, lead: User, colleague: User, outsider: User
) -> None:
    major = declare_major(incident, by=lead, reason="Nobody has mail", summary="There is no mail")
    communicate(major, "We are repairing the server.", by=lead)
    cache.clear()
    page = open_as(colleague, "/portal/", width=PHONE)
    banner = page.get_by_role("region", name="There is no mail")
    expect(banner).to_contain_text("There is no mail")
    is_clean(page)
    banner.get_by_role("link", name="See where it stands").click()
    expect(page.locator("main")).to_contain_text("We are repairing the server.")
    is_clean(page)
    page.get_by_role("button", name="I am touched too").click()
    expect(page.locator("main")).to_contain_text("You are told of every news")
    assert Concerned.objects.filter(user=colleague).count() == 1
    elsewhere = open_as(outsider, "/portal/", width=PHONE)
    expect(elsewhere.get_by_role("region", name="There is no mail")).to_have_count(0)


def test_lead_tells_everybody_from_the_page(
    open_as: Callable[..., Page], incident: Ticket, lead: User
) -> None:
    page = open_as(lead, f"/incidents/{incident.reference}/declare/")
    page.get_by_label("Why is it major?").fill("Nobody has mail")
    page.get_by_role("button", name="Declare it major").click()
    page.get_by_label("What everybody is told").fill("We are on it.")
    page.get_by_role("button", name="Tell everybody", exact=True).click()
    expect(page.locator(".major-log")).to_contain_text("We are on it.")
    is_clean(page)
    page.goto(f"/incidents/{incident.reference}/report/")
    expect(page.get_by_role("heading", name="Whom it touched")).to_be_visible()
    is_clean(page)
