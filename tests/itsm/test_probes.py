"""/healthz, /readyz, /metrics: what they tell and to whom."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from core.jobs import WORKER
from core.models import Heartbeat
from itsm import telemetry
from itsm.broker import broker_problem


def test_health_needs_no_database_and_no_known_host(client: Client) -> None:
    answer = client.get("/healthz", headers={"host": "10.1.2.3:8000"})
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_ready_only_while_a_worker_works(client: Client) -> None:
    assert client.get("/readyz").status_code == 503
    Heartbeat.objects.create(name=WORKER, at=timezone.now())
    answer = client.get("/readyz")
    assert answer.json() == {
        "ready": True,
        "checks": {"database": "ok", "migrations": "ok", "broker": "ok", "worker": "ok"},
    }


@pytest.mark.django_db
def test_not_ready_and_no_error_where_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "does not answer"


@pytest.mark.django_db
def test_not_ready_where_the_broker_is_away(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert client.get("/readyz").json()["checks"]["broker"] == "does not answer"


def test_a_broker_that_evicts_is_told(client: Client, settings: Settings) -> None:
    # The embedded cache evicts, as a cache should: as a broker it would lose tasks.
    assert "maxmemory-policy is allkeys-lru" in broker_problem(settings.CACHE_URL)
    assert broker_problem(settings.REDIS_URL) == ""


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_strangers_see_nothing(client: Client, path: str) -> None:
    assert client.get(path, REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get(path, headers={"x-forwarded-for": "127.0.0.1"}).status_code == 404
    assert client.get(path, headers={"authorization": "Bearer "}, REMOTE_ADDR="192.0.2.7").status_code == 404


@pytest.mark.django_db
def test_the_probe_token_opens_them_from_elsewhere(client: Client, settings: Settings) -> None:
    settings.PROBE_TOKEN = "a-long-token"
    good = {"authorization": "Bearer a-long-token"}
    wrong = {"authorization": "Bearer a-long-tokem"}
    assert client.get("/metrics", headers=good, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client.get("/metrics", headers=wrong, REMOTE_ADDR="192.0.2.7").status_code == 404


@pytest.mark.django_db
def test_metrics_hold_heartbeats_outbox_and_requests(client: Client) -> None:
    Heartbeat.objects.create(name=WORKER, at=timezone.now())
    client.get("/accounts/login/")
    text = client.get("/metrics").content.decode()
    assert 'vigie_heartbeat_age_seconds{name="worker"}' in text
    assert 'vigie_outbox_messages{state="waiting"} 0.0' in text
    assert 'vigie_requests_total{method="GET",status="200",view="account_login"}' in text
    assert telemetry.SECONDS
