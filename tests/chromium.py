"""The browser of the tests that need one: one Chromium for each test process, for its driver can run but once."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

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


def pytest_configure() -> None:
    """Where browser tests are required, as in CI, a machine without a Chromium is an error and not a skip."""
    if os.environ.get("VIGIE_BROWSER") == "required" and not CHROMIUM:
        raise pytest.UsageError("VIGIE_BROWSER=required, but there is no Chromium; set CHROMIUM to its path")
