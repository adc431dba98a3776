"""What every request goes through."""

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from core import cache as cache_module
from core.cache import FailOpenRedisCache
from core.middleware import CleanInputMiddleware, DatabaseAwayMiddleware, PersonMiddleware, server_error


@pytest.mark.parametrize("path", ["/?q=a%00b", "/%00", "/api/v1/tickets/?q=%00", "/accounts/login/?next=%00"])
def test_a_nul_byte_in_an_address_is_a_400(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json" if "/api/" in path else "text/html")


@pytest.mark.django_db
def test_a_nul_byte_in_a_form_is_named_by_its_field_and_no_500(client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": "a\0b@example.org", "password": "x\0y"})
    assert answer.status_code == 200


def test_a_nul_byte_that_reaches_the_driver_is_a_400(rf: RequestFactory) -> None:
    middleware = CleanInputMiddleware(lambda _request: HttpResponse())
    error = ValueError("A string literal cannot contain NUL (0x00) characters.")
    answer = middleware.process_exception(rf.post("/x/"), error)
    assert answer is not None
    assert answer.status_code == 400
    assert middleware.process_exception(rf.post("/x/"), ValueError("other")) is None


@pytest.mark.parametrize(("path", "kind"), [("/x/", "text/html"), ("/api/v1/x/", "application/problem+json")])
def test_a_database_away_is_a_503_with_retry_after(rf: RequestFactory, path: str, kind: str) -> None:
    middleware = DatabaseAwayMiddleware(lambda _request: HttpResponse())
    answer = middleware.process_exception(rf.get(path), OperationalError("connection refused"))
    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"].startswith(kind)


def test_a_database_away_while_the_person_is_read_is_a_503(rf: RequestFactory) -> None:
    class Away:
        @property
        def is_authenticated(self) -> bool:
            raise OperationalError

    request = rf.get("/")
    request.user = Away()  # type: ignore[assignment]  # stands for a lazy user
    assert PersonMiddleware(lambda _request: HttpResponse())(request).status_code == 503


def test_a_database_away_in_a_middleware_is_a_503_too(rf: RequestFactory) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        try:
            raise OperationalError
        except OperationalError:
            return server_error(request)

    assert fail(rf.get("/")).status_code == 503


@pytest.fixture
def _cache_away(settings: Settings) -> None:
    cache_module.breaker.reset()


@pytest.mark.usefixtures("_cache_away")
def test_a_cache_that_is_away_behaves_as_an_empty_one() -> None:
    away = FailOpenRedisCache("redis://127.0.0.1:1/0", {})
    try:
        assert away.get("a", 7) == 7
        assert away.add("a", 1) is True
        assert away.incr("a") == 1
        assert away.get_many(["a"]) == {}
        assert away.has_key("a") is False
        assert away.set_many({"a": 1}) == ["a"]
        away.set("a", 1)
        away.delete("a")
        away.clear()
    finally:
        cache_module.breaker.reset()


def test_a_cache_that_answers_is_a_cache() -> None:
    cache.set("a", 1)
    assert cache.incr("a") == 2
    with pytest.raises(ValueError, match="not found"):
        cache.incr("b")
