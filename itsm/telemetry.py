"""What operators and their tools ask: does the process live, can it work, what are its figures.

The three addresses are answered before anything else: an orchestrator asks by IP address, without TLS, and must get an
answer while the database is away. `/readyz` and `/metrics` need PROBE_TOKEN, or a caller on this very machine.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, exposition, multiprocess
from redis.exceptions import RedisError

from core.jobs import worker_is_alive
from core.models import Heartbeat, OutboxMessage, OutboxState
from itsm.broker import memory_policy, wrong_policy

GetResponse = Callable[[HttpRequest], HttpResponse]

REQUESTS = Counter("vigie_requests", "Requests answered", ["method", "view", "status"])
SECONDS = Histogram(
    "vigie_request_seconds",
    "Time to answer a request",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


class ProbeMiddleware:
    """Answers /healthz, /readyz and /metrics, and counts every other request."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._probes = {"/readyz": readiness, "/metrics": metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if probe := self._probes.get(request.path_info):
            return probe() if may_probe(request) else HttpResponse(status=404)
        began = time.perf_counter()
        response = self._get_response(request)
        match = request.resolver_match
        view = match.view_name if match else "none"
        REQUESTS.labels(request.method or "", view, response.status_code).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        return response


def may_probe(request: HttpRequest) -> bool:
    """Whether the caller shows the probe token, or is on this machine and not behind a proxy on it."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.PROBE_TOKEN and compare_digest(shown.encode(), settings.PROBE_TOKEN.encode()):
        return True
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    with suppress(ValueError):
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    return False


def readiness() -> JsonResponse:
    """200 where this process can do its work, else 503; each check says "ok" or what is wrong."""
    checks = {"database": _check_database()}
    works = checks["database"] == "ok"
    checks["migrations"] = _check_migrations() if works else "unknown"
    checks["broker"] = _check_broker()
    checks["worker"] = _check_worker() if works else "unknown"
    ready = all(found == "ok" for found in checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


def _check_migrations() -> str:
    return "ok" if tables_are_current() else "some are missing: run manage.py migrate"


def tables_are_current() -> bool:
    """Whether every migration of the code has been applied."""
    return latest_migrations() <= set(MigrationRecorder(connection).applied_migrations())


@cache
def latest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each part in the code, read once: the files do not change under a living process."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def _check_worker() -> str:
    try:
        return "ok" if worker_is_alive() else "none has worked for 90 seconds"
    except DatabaseError:
        return "unknown"


def _check_broker() -> str:
    try:
        policy = memory_policy(settings.REDIS_URL)
    except (RedisError, OSError):
        return "does not answer"
    return "ok" if policy == "noeviction" else wrong_policy(policy)


def metrics() -> HttpResponse:
    """Figures for Prometheus: of all processes where PROMETHEUS_MULTIPROC_DIR is set, else of this one."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)
    else:
        registry.register(REQUESTS)
        registry.register(SECONDS)
    figures = exposition.generate_latest(registry) + exposition.generate_latest(_stored_figures())
    return HttpResponse(figures, content_type=exposition.CONTENT_TYPE_PLAIN_0_0_4)


def _stored_figures() -> CollectorRegistry:
    """Figures that live in the database, asked at each scrape."""
    registry = CollectorRegistry()
    up = Gauge("vigie_database_up", "Whether the database answers", registry=registry)
    try:
        waiting = Gauge("vigie_outbox_messages", "Messages by state", ["state"], registry=registry)
        for state in (OutboxState.WAITING, OutboxState.PARKED):
            waiting.labels(state).set(OutboxMessage.objects.filter(state=state).count())
        age = Gauge(
            "vigie_heartbeat_age_seconds", "Time since a process last worked", ["name"], registry=registry
        )
        for heart in Heartbeat.objects.all():
            age.labels(heart.name).set((timezone.now() - heart.at).total_seconds())
        up.set(1)
    except DatabaseError:
        up.set(0)
    return registry
