"""A passkey in a real browser: added, then used to sign in."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from tests.factories import PASSWORD, grant, make_entity, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with a key of its own."""
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(10_000)
    yield context
    context.close()


def with_key(context: BrowserContext) -> Page:
    """A page whose browser holds a virtual key that confirms by itself."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return page


def confirm(page: Page) -> None:
    """Give the password again, as everything that touches the second factor asks."""
    page.wait_for_url("**/reauthenticate/**")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")


def test_passkey_is_added_and_signs_in(context: BrowserContext, live_server: object) -> None:
    person = make_user("Paula Passkey", entity=make_entity())
    grant(person, "requester")
    address = str(live_server).replace("127.0.0.1", "localhost")
    page = with_key(context)
    page.goto(f"{address}/accounts/login/?next=/accounts/2fa/webauthn/add/")
    page.fill("[name=login]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action$='/login/'] button[type=submit]")
    confirm(page)
    page.fill("[name=name]", "Laptop")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/accounts/2fa/**")
    page.wait_for_load_state("networkidle")
    assert Authenticator.objects.filter(user=person, type="webauthn").exists()
    context.clear_cookies()
    page.goto(f"{address}/accounts/login/?next=/account/")
    page.click("#passkey_login")
    page.wait_for_url("**/account/")
    expect(page.locator("[name=first_name]")).to_have_value("Paula")
    assert User.objects.get(pk=person.pk).last_login
