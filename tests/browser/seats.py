"""People at browsers of their own, each reading one language."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext, override
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.factories import PASSWORD


class Seat:
    """One person at a browser, who reads one language; labels are found by their English words."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language, self.email = page, language, ""

    def word(self, text: str) -> str:
        """A label of the portal in the language of the seat."""
        with override(self.language):
            return gettext(text)

    def sign_in(self, user: User) -> None:
        """Through the sign-in page, as everybody does; the front door leads there and back home."""
        self.email = user.email
        self.page.goto("/")
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)
        self.page.locator("[name=login]").fill(user.email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.press("Sign in")
        self.page.wait_for_url(lambda address: "/accounts/login" not in address)
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def button(self, text: str, within: Page | Locator | None = None) -> Locator:
        """A button or link, by its label."""
        place, name = within or self.page, self.word(text)
        found = place.get_by_role("button", name=name, exact=True)
        return found.or_(place.get_by_role("link", name=name, exact=True)).first

    def press(self, text: str, within: Page | Locator | None = None) -> None:
        """Press it."""
        self.button(text, within).click()

    def sees(self, text: str) -> None:
        """The words are on the page, as the language has them."""
        expect(self.page.locator("main")).to_contain_text(self.word(text))

    def open_form(self, text: str) -> Locator:
        """Open the form behind a button: a dialog with scripts, a page without."""
        self.press(text)
        form = self.page.locator("form:has([name=reason]), form:has([name=cause])").last
        form.wait_for()
        return form

    def fill(self, address: str, **values: str) -> None:
        """Open a form at its address, fill its fields by name, send it; it must lead elsewhere."""
        self.page.goto(address)
        form = self.page.locator("main form.form").first
        for name, value in values.items():
            field = form.locator(f"[name={name}]").first
            if field.evaluate("it => it.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        form.locator(".form-acts .primary").click()
        self.page.wait_for_url(lambda now: not now.split("?")[0].endswith(address.split("?", maxsplit=1)[0]))

    def push(self, address: str, action: str) -> None:
        """On the page at the address, press the button of the form that is sent to `action`."""
        self.page.goto(address)
        form = self.page.locator(f"main form[action$='{action}']").first
        if not form.is_visible():
            self.page.locator(".ticket-acts details summary, .ticket-acts [aria-haspopup]").first.click()
        form.locator("button").first.click()
        self.page.wait_for_load_state("networkidle")


Sitter = Callable[..., Seat]
