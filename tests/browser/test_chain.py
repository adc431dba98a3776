"""A real incident from report to closing, in a real browser: a requester and technicians of two levels."""

from __future__ import annotations

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Team, User
from services.models import Service
from tests.browser.seats import Seat, Sitter
from tickets.choices import Status, Verb
from tickets.models import ResolutionCode, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "The printer 🖨 on floor 2 eats paper"


def report(seat: Seat, service: Service) -> Ticket:
    """Report from the portal's home."""
    page = seat.page
    page.goto("/portal/")
    page.locator("a.choice").first.click()
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=description]").fill("It takes **ten** sheets at once.")
    page.locator("[name=service]").select_option(str(service.pk))
    page.locator("[name=urgency][value='4']").check(force=True)
    seat.press("Send")
    expect(page.locator("h1")).to_have_text(TITLE)
    return Ticket.objects.get(title=TITLE)


def take(seat: Seat, ticket: Ticket) -> None:
    """Find it in the queue and take it."""
    seat.page.goto("/queue/?view=open")
    expect(seat.page.locator("main")).to_contain_text(TITLE)
    seat.page.goto(ticket.get_absolute_url())
    seat.press("Take")
    expect(seat.page.locator(".ticket-state")).to_contain_text(seat.word("In progress"))


def pass_on(seat: Seat, reason: str) -> None:
    """Pass the open ticket on to the next level."""
    form = seat.open_form("Pass on")
    form.locator("[name=level]").select_option("n2")
    form.locator("[name=reason]").fill(reason)
    seat.press("Pass on", form)
    expect(seat.page.locator(".ticket-state")).to_contain_text(seat.word("Assigned"))


def answer(seat: Seat, words: str) -> None:
    """Write to the requester."""
    seat.page.locator("textarea[name=body]").fill(words)
    seat.press("Send", seat.page.locator("#answer"))
    expect(seat.page.locator(".timeline")).to_contain_text(words)


def resolve(seat: Seat, ticket: Ticket, solution: str) -> None:
    """Resolve with cause, solution and code."""
    seat.page.goto(ticket.get_absolute_url())
    form = seat.open_form("Resolve")
    form.locator("[name=cause]").fill("A worn roller")
    form.locator("[name=solution]").fill(solution)
    form.locator("[name=resolution_code]").select_option(
        str(ResolutionCode.objects.get(slug="hardware-replaced").pk)
    )
    seat.press("Resolve", form)
    expect(seat.page.locator(".ticket-state")).to_contain_text(seat.word("Resolved"))


def refuse(seat: Seat, ticket: Ticket, solution: str, reason: str) -> None:
    """Read the solution and say that it is none."""
    seat.page.goto(f"/portal/requests/{ticket.reference}/")
    expect(seat.page.locator("main")).to_contain_text(solution)
    seat.page.locator(".solution summary").click()
    seat.page.locator(".solution [name=reason]").fill(reason)
    seat.page.locator(".solution button[value=refuse]").click()
    seat.sees("we are on it")


def accept(seat: Seat, ticket: Ticket) -> None:
    """Accept the solution."""
    seat.page.goto(f"/portal/requests/{ticket.reference}/")
    seat.press("Yes, it works")
    seat.sees("closed")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_incident_goes_from_report_to_closing(
    language: str, sit: Sitter, requester: User, agent: User, expert: User, mail_service: Service, n2: Team
) -> None:
    asking = sit(requester, language)
    first, second = sit(agent, language), sit(expert, language)
    ticket = report(asking, mail_service)
    take(first, ticket)
    pass_on(first, "Needs a technician on site")
    take(second, ticket)
    answer(second, "We come this afternoon.")
    asking.page.reload()
    asking.sees("we are on it")
    expect(asking.page.locator("main")).to_contain_text("We come this afternoon.")
    expect(asking.page.locator("main")).not_to_contain_text("Needs a technician on site")
    resolve(second, ticket, "The roller is replaced.")
    refuse(asking, ticket, "The roller is replaced.", "It still eats paper")
    second.page.goto(ticket.get_absolute_url())
    expect(second.page.locator(".timeline")).to_contain_text("It still eats paper")
    resolve(second, ticket, "The tray is replaced too.")
    accept(asking, ticket)
    found = Ticket.objects.get(pk=ticket.pk)
    assert (found.status, found.reopened, found.assignee, found.team) == (Status.CLOSED, 1, expert, n2)
    assert (found.urgency, found.solution) == (4, "The tray is replaced too.")
    assert [event.verb for event in found.events.order_by("id")] == [
        Verb.OPENED, Verb.ASSIGNED, Verb.PASSED_ON, Verb.ASSIGNED, Verb.COMMENTED, Verb.MOVED, Verb.MOVED, Verb.MOVED, Verb.MOVED,
    ]  # fmt: skip


def test_french_is_not_english(live_server: LiveServer) -> None:
    """The labels that the chain presses exist in French."""
    labels = (
        "Sign in",
        "Take",
        "Pass on",
        "Resolve",
        "Send",
        "In progress",
        "Resolved",
        "closed",
        "we are on it",
        "Yes, it works",
    )
    with override("fr"):
        assert [label for label in labels if gettext(label) == label] == []


def test_chain_works_without_scripts(
    sit: Sitter, requester: User, agent: User, expert: User, mail_service: Service, n2: Team
) -> None:
    asking, first = sit(requester, "fr", scripts=False), sit(agent, "en", scripts=False)
    ticket = report(asking, mail_service)
    take(first, ticket)
    answer(first, "We come this afternoon.")
    resolve(first, ticket, "The roller is replaced.")
    refuse(asking, ticket, "The roller is replaced.", "It still eats paper")
    first.page.goto(ticket.get_absolute_url())
    pass_on(first, "Needs a technician on site")
    second = sit(expert, "en", scripts=False)
    take(second, ticket)
    resolve(second, ticket, "The tray is replaced too.")
    accept(asking, ticket)
    assert Ticket.objects.get(pk=ticket.pk).status == Status.CLOSED


def test_wrong_password_says_so_and_keeps_the_address(
    browser: Browser, live_server: LiveServer, requester: User
) -> None:
    page = browser.new_page(base_url=live_server.url, locale="fr")
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(requester.email)
    page.locator("[name=password]").fill("wrong")
    page.locator("form.form .primary").click()
    expect(page.locator(".errors, .error").first).to_be_visible()
    expect(page.locator("[name=login]")).to_have_value(requester.email)
    page.close()


def test_keyboard_reaches_the_page_past_the_frame_and_sees_where_it_is(
    sit: Sitter, requester: User, agent: User, mail_service: Service
) -> None:
    for user in (requester, agent):
        page = sit(user, "en").page
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_attribute("href", "#main")
        page.keyboard.press("Enter")
        for _step in range(12):
            page.keyboard.press("Tab")
            shown = page.evaluate(
                "() => { const it = document.activeElement; if (!it || it === document.body) return 'none';"
                " const style = getComputedStyle(it); return style.outlineStyle + style.boxShadow + style.outlineWidth; }"
            )
            assert shown == "none" or not shown.startswith("nonenone"), page.evaluate(
                "document.activeElement.outerHTML"
            )
