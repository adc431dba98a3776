"""Settings of the web server (gunicorn), the same under `serve` and in a container; each has its variable."""

import gc
import os
import sys
from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils import translation
from prometheus_client import multiprocess

from itsm import environment as env
from itsm.broker import broker_problem
from itsm.processes import die_with_parent

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{env.number('PORT', default=8000, most=65_535)}"
worker_class = "gthread"
workers = env.number("WEB_WORKERS", default=2)
threads = env.number("WEB_THREADS", default=2)
timeout = 60
graceful_timeout = 10
keepalive = 5
# Loaded once and shared by the workers, which are forked from it.
preload_app = True
control_socket_disable = True
accesslog = None
loglevel = "warning"
# A worker renews itself now and then: what a library leaks stays small. The spread keeps them from doing so at once.
max_requests = 20_000
max_requests_jitter = 2_000
# Its heartbeat file is touched every second: in memory rather than on a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes an unlinked file


def on_starting(_server: object) -> None:
    """A broker that loses tasks is not used, not even by the web server, which only announces work to it."""
    if os.environ.get("REDIS_URL") and (problem := broker_problem(os.environ["REDIS_URL"])):
        sys.exit(problem)


def when_ready(_server: object) -> None:
    """Load before the fork what every worker needs, and keep the collector from writing to it: a third less memory."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            get_resolver().reverse_dict  # noqa: B018 - fills the resolver, and with it every module of views
    for page in ("tickets/queue.html", "tickets/ticket.html", "portal/home.html"):
        get_template(page)
    gc.collect()
    gc.freeze()


def post_fork(_server: object, _worker: object) -> None:
    """A worker whose server was killed must not go on holding the port."""
    die_with_parent()


def child_exit(_server: object, worker: object) -> None:
    """Drop the live figures of a worker that ended."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]  # gunicorn has no types
