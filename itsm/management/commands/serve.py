"""`manage.py serve`: the whole portal in one terminal."""

import hashlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from itsm.broker import broker_problem
from itsm.engines import EngineError
from itsm.places import places
from itsm.processes import spawn
from itsm.supervisor import (
    Child,
    StopEverything,
    Supervisor,
    child_environment,
    port_problem,
    web_answers,
)
from itsm.telemetry import tables_are_current
from itsm.translations import compile_all

DEMO_ACCOUNTS = ("lead", "agent", "requester")


class Command(BaseCommand):
    """Starts the engines, the web server, the worker and beat, and keeps them running until Ctrl-C."""

    help = (
        "Run the whole portal in one terminal: PostgreSQL and Valkey where no address of a server is set, web server, "
        "worker and beat. On the first run it makes the tables and the demo organisation. Ctrl-C stops all; "
        "what dies is started again; five deaths within a minute stop all. PORT chooses the port."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave a new database empty")

    def handle(self, *_args: Any, **options: Any) -> None:
        host, port = os.environ.get("BIND", "127.0.0.1"), settings.PORT
        supervisor = Supervisor(places(settings.VAR_DIR))
        if os.geteuid() == 0:
            supervisor.say("Running as root: fine for a trial; elsewhere use an ordinary user.")
        try:
            with supervisor.session():
                if problem := port_problem(host, port):
                    raise StopEverything(problem)
                run(
                    supervisor,
                    host=host,
                    port=port,
                    demo=settings.EMBEDDED_DATABASE and not options["no_demo"],
                )
        except (StopEverything, EngineError) as problem:
            raise CommandError(str(problem)) from None


def run(supervisor: Supervisor, *, host: str, port: int, demo: bool) -> None:
    """Everything between the lock and Ctrl-C."""
    compile_all()
    supervisor.start_engines()
    if not tables_are_current():
        supervisor.run_step(
            "migrate", ["migrate", "--noinput", "--verbosity", "0"], told="Bringing the tables up to date…"
        )
    if (digest := static_digest()) != read_stamp():
        supervisor.run_step(
            "static",
            ["collectstatic", "--noinput", "--clear", "--verbosity", "0"],
            told="Collecting and compressing the static files…",
        )
        stamp().write_text(digest)
    if demo and "demo" in get_commands() and not get_user_model().objects.exists():
        supervisor.run_step(
            "demo", ["demo"], told="Filling the demo organisation: about a minute, this first time only…"
        )
    if problem := broker_problem(settings.REDIS_URL):
        raise StopEverything(problem)
    sign_in = how_to_sign_in()
    connection.close()
    supervisor.say("Starting the worker, beat and the web server…")
    supervisor.start_processes(processes(host, port))
    supervisor.say(f"Ready: {settings.PUBLIC_URL}  {sign_in}")
    supervisor.watch()


def processes(host: str, port: int) -> list[Child]:
    """The portal's own processes, in starting order."""
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "itsm", "--skip-checks", "--quiet"]
    worker = [
        *celery,
        "worker",
        "--concurrency",
        os.environ.get("WORKER_PROCESSES", "2"),
        "--loglevel",
        "WARNING",
    ]
    web = [python, "-m", "gunicorn", "itsm.wsgi", "-c", "python:itsm.web"]
    return [
        Child(
            "worker",
            _starter([*worker, "--without-gossip", "--without-mingle"], signal.SIGKILL),
            _worker_ready,
        ),
        Child(
            "beat",
            _starter([*celery, "beat", "--loglevel", "WARNING", "--pidfile="], signal.SIGKILL),
            _beat_ready,
        ),
        Child("web", _starter(web, signal.SIGQUIT), lambda _child: web_answers(host, port)),
    ]


def _starter(argv: list[str], signal_if_orphaned: signal.Signals) -> Any:
    # Celery: the first SIGTERM gives running tasks some seconds, then hands them back to the broker.
    environment = child_environment(REMAP_SIGTERM="SIGQUIT", PROMETHEUS_MULTIPROC_DIR=str(metrics_folder()))
    return lambda output: spawn(
        argv,
        signal_if_orphaned=signal_if_orphaned,
        output=output,
        env=environment,
        cwd=settings.BASE_DIR,
    )


def _worker_ready(child: Child) -> bool:
    return child.said("Worker ready")


def _beat_ready(child: Child) -> bool:
    return child.said("Beat ready")


def metrics_folder() -> Path:
    """Where the processes leave their counters; emptied at each start."""
    folder = Path(settings.VAR_DIR) / "metrics"
    folder.mkdir(exist_ok=True)
    for leftover in folder.glob("*.db"):
        leftover.unlink(missing_ok=True)
    return folder


def static_digest() -> str:
    """A fingerprint of all static sources: they are collected again only when it changes."""
    facts = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            facts.append(f"{path} {state.st_size} {state.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()


def stamp() -> Path:
    """Where the fingerprint of the last collection is kept."""
    collected = Path(settings.STATIC_ROOT)
    return collected.with_name(f"{collected.name}.stamp")


def read_stamp() -> str:
    """The fingerprint of the last collection, if its result is still there."""
    return stamp().read_text() if stamp().exists() and Path(settings.STATIC_ROOT).exists() else ""


def how_to_sign_in() -> str:
    """What stands beside Ready: the demo accounts and their password, as long as it is still theirs."""
    people = get_user_model().objects
    if not people.exists():
        return "No account yet: make the first with manage.py createsuperuser"
    admin = people.filter(email__iexact="admin@demo.example").first()
    if admin is None:
        return "Sign in with your e-mail address"
    others = ", ".join(f"{name}@" for name in DEMO_ACCOUNTS)
    known = settings.DEMO_PASSWORD and admin.check_password(settings.DEMO_PASSWORD)
    password = settings.DEMO_PASSWORD if known else "they were given"
    return f"Sign in as admin@demo.example (or {others}) with the password {password}"
