"""A browser with one tab, as fast as it can be: one connection that stays open, cookies, and the clock."""

import http.client
import re
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from bench.names import PASSWORD

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Failed(Exception):
    """An answer that is not the one expected; nothing is measured."""


@dataclass
class Client:
    """Asks one server for pages in the name of one person."""

    port: int
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def sign_in(self, email: str) -> None:
        """Sign in by the page everyone uses."""
        page, _ = self.ask("GET", "/accounts/login/")
        found = _TOKEN.search(page.decode())
        if found is None:
            raise Failed("the sign-in page has no form")
        form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": found[1]}
        self.ask("POST", "/accounts/login/", form, expected=302)

    def ask(
        self, method: str, address: str, form: dict[str, str] | None = None, *, body: str = "", expected: int = 200,
        headers: dict[str, str] | None = None,
    ) -> tuple[bytes, http.client.HTTPResponse]:  # fmt: skip
        """Body and answer of one request. Raises `Failed` for another status than the expected one."""
        sent = {
            "Accept-Encoding": "identity",
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
        }
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if form is not None:
            body = urlencode(form)
            sent |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://127.0.0.1:{self.port}/",
            }
        elif body:
            sent["Content-Type"] = "application/json"
        self.connection.request(method, address, body.encode() or None, {**sent, **(headers or {})})
        answer = self.connection.getresponse()
        content = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        if answer.status != expected:
            raise Failed(f"{method} {address}: {answer.status} {content[:300]!r}")
        return content, answer

    def time(self, method: str, address: str, *, body: str = "", expected: int = 200) -> float:
        """Milliseconds until the whole answer is there."""
        began = time.perf_counter()
        self.ask(method, address, body=body, expected=expected)
        return (time.perf_counter() - began) * 1000
