"""A browser and a server for the tests that need both."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
LAUNCH = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

# Playwright runs an event loop in this thread, which Django takes for a reason to refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; the tests are skipped where there is none."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine; set CHROMIUM to its path")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        yield opened
        opened.close()


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
