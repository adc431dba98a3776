"""The pages in a real browser: accessible, no wider than a phone, usable by keyboard and without scripts."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from tickets.actions import comment
from tickets.choices import CommentKind
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opener = Callable[..., Page]

STAFF = (
    "/home/",
    "/queue/?view=open",
    "/incidents/?filters=1",
    "/incidents/new/",
    "/services/",
    "/notifications/",
)
OWN = ("/account/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/")
PORTAL = ("/portal/", "/portal/report/", "/portal/requests/?state=all", "/portal/services/")
MANAGE = (
    "/manage/",
    "/manage/people/",
    "/manage/teams/",
    "/manage/entities/",
    "/manage/roles/",
    "/manage/services/",
)


def faults(page: Page) -> list[str]:
    """What axe finds wrong, in a line each."""
    found = Axe().run(page).response["violations"]
    return [f"{page.url} {each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in found]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def check(page: Page, addresses: tuple[str, ...]) -> list[str]:
    """Visit the addresses and tell what is wrong with each."""
    wrong = []
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        wrong += faults(page)
        if overflow(page) > 0:
            wrong.append(f"{address} is {overflow(page)} px too wide")
    return wrong


@pytest.fixture
def talked_about(incident: Ticket, agent: User, requester: User) -> Ticket:
    """An incident with every kind of message."""
    for kind in CommentKind.values:
        comment(incident, by=agent, kind=kind, body="We look **into** it: `ping sw-b-02`")
    comment(incident, by=requester, body="Thank you")
    return incident


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
def test_pages_of_the_workspace_are_accessible(
    open_as: Opener, agent: User, talked_about: Ticket, width: int, theme: str
) -> None:
    page = open_as(agent, "/home/", width=width, theme=theme)
    assert check(page, (*STAFF, *OWN, talked_about.get_absolute_url())) == []


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
def test_pages_of_the_portal_are_accessible(
    open_as: Opener, requester: User, talked_about: Ticket, width: int, theme: str
) -> None:
    page = open_as(requester, "/portal/", width=width, theme=theme)
    assert check(page, (*PORTAL, f"/portal/requests/{talked_about.reference}/")) == []


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
def test_pages_of_the_administration_are_accessible(
    open_as: Opener, administrator: User, words: None, width: int, theme: str
) -> None:
    page = open_as(administrator, "/manage/", width=width, theme=theme)
    assert check(page, MANAGE) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_before_signing_in_are_accessible(open_as: Opener, words: None, theme: str) -> None:
    page = open_as(None, "/accounts/login/", theme=theme)
    assert check(page, ("/accounts/login/", "/accounts/password/reset/", "/no/such/page/")) == []


def test_nothing_is_refused_by_the_content_policy(open_as: Opener, agent: User, talked_about: Ticket) -> None:
    page = open_as(agent, "/home/")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for address in (*STAFF, *OWN, talked_about.get_absolute_url()):
        page.goto(address)
        page.wait_for_load_state("networkidle")
    assert said == []


def test_keyboard_finds_opens_and_writes(open_as: Opener, agent: User, incident: Ticket) -> None:
    page = open_as(agent, "/queue/?view=open")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**{incident.get_absolute_url()}")
    page.keyboard.press("n")
    page.keyboard.type("Seen with the network team")
    expect(page.locator("[name=kind][value=internal]")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message.is-internal")).to_contain_text("Seen with the network team")


def test_keys_can_be_turned_off(open_as: Opener, agent: User, incident: Ticket) -> None:
    page = open_as(agent, incident.get_absolute_url())
    page.keyboard.press("?")
    with page.expect_response("**/keys/"):
        page.locator("[data-keys-switch]").uncheck()
    page.reload()
    page.keyboard.press("n")
    expect(page.locator("[name=kind][value=public]")).to_be_checked()


def test_act_opens_in_a_dialog_and_a_refusal_stays_in_it(
    open_as: Opener, agent: User, incident: Ticket
) -> None:
    page = open_as(agent, incident.get_absolute_url())
    page.keyboard.press("e")
    dialog = page.locator("dialog.form-dialog")
    dialog.locator("[name=cause]").fill("A loose cable")
    dialog.locator(".form-acts .primary").click()
    expect(dialog.locator(".errors")).to_be_visible()
    expect(dialog.locator("[name=cause]")).to_have_value("A loose cable")


def test_draft_comes_back_after_a_reload(open_as: Opener, agent: User, incident: Ticket) -> None:
    page = open_as(agent, incident.get_absolute_url())
    with page.expect_response("**/drafts/**"):
        page.locator("textarea[name=body]").fill("Half a thought")
    page.reload()
    expect(page.locator("textarea[name=body]")).to_have_value("Half a thought")


def test_preview_shows_markdown(open_as: Opener, agent: User, incident: Ticket) -> None:
    page = open_as(agent, incident.get_absolute_url())
    page.locator("textarea[name=body]").fill("**bold**")
    page.locator("[data-show-preview]").first.click()
    expect(page.locator(".md-preview strong")).to_have_text("bold")


def test_palette_finds_a_page_and_a_ticket(open_as: Opener, agent: User, incident: Ticket) -> None:
    page = open_as(agent, "/home/")
    page.keyboard.press("Control+k")
    page.keyboard.type("mail since")
    page.locator("#palette-list li", has_text=incident.title).click()
    page.wait_for_url(f"**{incident.get_absolute_url()}")


def test_technician_works_a_ticket_without_scripts(open_as: Opener, agent: User, incident: Ticket) -> None:
    page = open_as(agent, incident.get_absolute_url(), scripts=False)
    page.get_by_role("button", name="Take", exact=True).click()
    expect(page.locator(".ticket-state")).to_contain_text("In progress")
    page.locator("textarea[name=body]").fill("We look into it")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".timeline")).to_contain_text("We look into it")
    page.goto(f"{incident.get_absolute_url()}move/resolved/")
    page.locator("[name=cause]").fill("A loose cable")
    page.locator("[name=solution]").fill("Plugged in again")
    page.locator("[name=resolution_code]").select_option(index=1)
    page.locator(".form-acts .primary").click()
    expect(page.locator(".ticket-state")).to_contain_text("Resolved")


def test_theme_is_chosen_at_once_and_kept(open_as: Opener, agent: User, incident: Ticket) -> None:
    page = open_as(agent, "/home/")
    page.locator("summary.me").click()
    with page.expect_response("**/theme/"):
        page.locator("[data-theme-form] [value=dark]").first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
