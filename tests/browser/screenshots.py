"""Takes a picture of every page, for each person, language, theme and width, into var/screenshots.

`python -m tests.browser.screenshots` starts a portal of its own with the demo organisation; `--base ADDRESS` uses one
that runs. `--only WORD` keeps the pages whose name contains the word.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.chromium import CHROMIUM, LAUNCH

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "var" / "screenshots"
PASSWORD = os.environ.get("DEMO_PASSWORD", "a quiet night on the tower")
PORT = 8199
READY_WITHIN = 600
WIDTHS = {1440: 900, 390: 844}

# Person → pages by name. An address that begins with a selector is the first such link of the page before it.
PAGES: dict[str, dict[str, str]] = {
    "": {
        "sign-in": "/accounts/login/",
        "forgotten-password": "/accounts/password/reset/",
    },
    "requester": {
        "portal-home": "/portal/",
        "portal-report": "/portal/report/",
        "portal-requests": "/portal/requests/?state=all",
        "portal-request": "a[href^='/portal/requests/INC']",
        "portal-services": "/portal/services/",
    },
    "agent": {
        "home": "/home/",
        "incidents": "/incidents/",
        "incidents-filtered": "/incidents/?filters=1&status=new&status=assigned",
        "incident-new": "/incidents/new/",
        "services": "/services/",
        "service": ".row-link",
        "queue": "/queue/?view=open",
        "ticket": ".row-link",
        "notifications": "/notifications/",
        "profile": "/account/",
        "two-step": "/accounts/2fa/",
        "sessions": "/accounts/sessions/",
    },
    "admin": {
        "administration": "/manage/",
        "people": "/manage/people/",
        "person": ".row-link",
        "teams": "/manage/teams/",
        "team": ".row-link",
        "entities": "/manage/entities/",
        "roles": "/manage/roles/",
        "manage-services": "/manage/services/",
        "calendars": "/manage/calendars/",
        "missing": "/tickets/INC-999999/",
    },
}


def main() -> int:
    """Take the pictures; returns the number of pages that did not answer or are wider than the screen."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--base", help="address of a running portal with the demo organisation")
    options.add_argument("--only", default="", help="a part of the names of the pages wanted")
    asked = options.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    with own_portal(asked.base) as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        wrong = sum(1 for line in visit_all(browser, base, asked.only) if line)
        browser.close()
    print(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET}")  # noqa: T201 - a command of the terminal
    return wrong


@contextmanager
def own_portal(base: str | None) -> Iterator[str]:
    """The address of the portal to visit: the one given, or one started here and stopped afterwards."""
    if base:
        yield base.rstrip("/")
        return
    var = TARGET / "portal"
    var.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"VIGIE_VAR": str(var), "PORT": str(PORT), "DEMO_PASSWORD": PASSWORD}
    command = [sys.executable, "manage.py", "serve"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        await_ready(server)
        yield f"http://127.0.0.1:{PORT}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def await_ready(server: subprocess.Popen[str]) -> None:
    """Wait for the line that says the portal is ready."""
    assert server.stdout is not None
    until = time.monotonic() + READY_WITHIN
    for line in server.stdout:
        if line.startswith("Ready"):
            return
        if time.monotonic() > until:
            break
    raise SystemExit("The portal did not start.")


def visit_all(browser: Browser, base: str, only: str) -> Iterator[str]:
    """Every page in every appearance; yields what is wrong with each, empty for nothing."""
    for person, language, theme, width in product(PAGES, ("fr", "en"), ("light", "dark"), WIDTHS):
        context = browser.new_context(
            viewport={"width": width, "height": WIDTHS[width]},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
            has_touch=width < 760,
            reduced_motion="reduce",
        )
        sign_in(context, base, person, language)
        page = context.new_page()
        for name, address in PAGES[person].items():
            if only in name:
                yield take(page, base, address, f"{name}-{language}-{theme}-{width}")
            elif address.startswith("/"):
                page.goto(base + address)
        context.close()


def sign_in(context: BrowserContext, base: str, person: str, language: str) -> None:
    """Sign in once in this context, and read in the language."""
    context.add_cookies([{"name": "django_language", "value": language, "url": base}])
    if not person:
        return
    page = context.new_page()
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", f"{person}@demo.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("form .button.primary")
    page.wait_for_url(lambda address: "/login" not in address)
    if page.locator("html").get_attribute("lang") != language:
        page.locator(".me").first.click()
        page.locator(f"button[name=language][value={language}]").first.click()
    page.close()


def take(page: Page, base: str, address: str, name: str) -> str:
    """One picture; returns what is wrong with the page, empty for nothing."""
    if address.startswith("/"):
        page.goto(base + address)
    else:
        link = page.locator(address).first
        if not link.count():
            return report(name, "no such link")
        page.goto(base + (link.get_attribute("href") or "/"))
    page.wait_for_load_state("networkidle")
    page.screenshot(path=TARGET / f"{name}.png")
    width: Any = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return report(name, f"{width} px too wide") if width > 0 else ""


def report(name: str, text: str) -> str:
    """Say what is wrong with a page, and return it."""
    print(f"{name}: {text}")  # noqa: T201 - a command of the terminal
    return text


if __name__ == "__main__":
    sys.exit(main())
