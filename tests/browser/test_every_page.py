"""Every page there is, found by the table of routes: axe clean in both themes and no wider than a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from accounts.models import User
from tests.contracts.routes import PAGES
from tests.contracts.test_walk import address_of
from tests.contracts.world import SCHOOL, World, build
from tickets.models import ApprovalVote, Comment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What answers with data, a file, a part of a page, or by leading elsewhere.
NOT_PAGES = {
    "tickets:names", "projects:gantt_svg", "tickets:intervention_sheet", "tickets:intervention_signature", "incidents:report_pdf",
    "front", "tickets:counts", "tickets:lookup", "tickets:watermark", "tickets:panels", "tickets:download", "notifications:bell", "core:draft",
    "accounts:people_search", "services:item_search", "services:graph", "mfa_download_recovery_codes", "mfa_login_webauthn", "account_logout", "portal:home",
}  # fmt: skip
# Who opens what only one person may.
READERS: dict[str, Callable[[int], User]] = {
    "tickets:edit_comment": lambda key: Comment.objects.get(pk=key).author,
    "tickets:decide": lambda key: ApprovalVote.objects.get(step=key).approver,
}
PAGES_READ = [
    name
    for name, rules in PAGES.items()
    if "GET" in rules
    and rules["GET"].of != "nothing"
    and name not in NOT_PAGES
    and not name.endswith("export")
]
WIDEST = """[...document.querySelectorAll("body *")]
    .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map(each => each.tagName + "." + each.className).slice(0, 5)"""
APPEARANCES = [(1280, "light"), (360, "dark")]


@pytest.fixture
def world(words: None) -> World:
    """One of each thing."""
    return build()


def complaints(page: Page) -> Iterator[str]:
    """What is wrong with the page as it stands."""
    found = Axe().run(page).response["violations"]
    yield from (f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in found)
    excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if excess > 0:
        yield f"{excess} px too wide: {page.evaluate(WIDEST)}"


@pytest.mark.parametrize(("width", "theme"), APPEARANCES)
def test_every_page_is_accessible_and_fits(
    open_as: Callable[..., Page], world: World, width: int, theme: str
) -> None:
    pages: dict[str, Page] = {}
    wrong: list[str] = []
    for name in PAGES_READ:
        thing = world.things[PAGES[name]["GET"].of].get(SCHOOL, {})
        reader = READERS[name](thing["key"]) if name in READERS else world.people["administrator"]
        page = pages.get(reader.email) or open_as(reader, "/home/", width=width, theme=theme)
        pages[reader.email] = page
        response = page.goto(address_of(name, thing))
        assert response is not None
        if response.status not in (200, 404):
            wrong.append(f"{name} gave {response.status}")
        wrong += [f"{name}: {complaint}" for complaint in complaints(page)]
    assert not wrong, "\n" + "\n".join(wrong)
