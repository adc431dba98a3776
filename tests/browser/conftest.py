"""A page of the portal as somebody sees it, in a real browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.seats import Seat, Sitter

Opener = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser, live_server: LiveServer, client: Client) -> Iterator[Opener]:
    """`open_as(user, "/queue/", width=390, theme="dark")`: the page as that person sees it."""
    contexts = []

    def opened(
        user: User | None, address: str, *, width: int = 1280, theme: str = "light", scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if user:
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
            )
        page = context.new_page()
        page.goto(address)
        page.wait_for_load_state("networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def sit(browser: Browser, live_server: LiveServer, settings: Any) -> Iterator[Sitter]:
    """`sit(user, "fr")`: a signed-in person at a browser of their own; answers are sent at once."""
    settings.UNDO_SECONDS = 0
    contexts = []

    def seat(user: User, language: str, *, scripts: bool = True) -> Seat:
        User.objects.filter(pk=user.pk).update(language=language)
        context = browser.new_context(
            base_url=live_server.url, locale=language, java_script_enabled=scripts, reduced_motion="reduce"
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        taken = Seat(context.new_page(), language)
        taken.sign_in(user)
        return taken

    yield seat
    for context in contexts:
        context.close()
