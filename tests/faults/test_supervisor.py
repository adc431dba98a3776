"""The one-terminal supervisor, killed in every way."""

import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from celery import Celery
from redis import Redis

from itsm.places import places
from tests.faults.portal import Portal, belongings, manage, slowness, wait_for

pytestmark = pytest.mark.faults

Start = Callable[..., Portal]
CHILDREN = {
    "postgres": ["postgres", "-D"],
    "broker": ["broker.sock"],
    "cache": ["cache.sock"],
    "worker": ["celery", "worker"],
    "beat": ["celery", "beat"],
    "web": ["gunicorn"],
}


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """One folder for all: each test also finds what the one before it left, and has to recover."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-faults-"))
    folder.chmod(0o755)
    first = Portal(folder)
    try:
        first.wait_ready()
        assert first.stop() == 0, first.output
    finally:
        first.close()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(var: Path) -> Iterator[Start]:
    """Start portals; whatever happens, none is left."""
    started: list[Portal] = []

    def begin(folder: Path = var, **options: object) -> Portal:
        started.append(Portal(folder, **options))  # type: ignore[arg-type]  # passed through
        return started[-1]

    yield begin
    for portal in started:
        portal.close()
    assert belongings(var) == []


@pytest.fixture(scope="class")
def portal(var: Path) -> Iterator[Portal]:
    """One that starts for the second time, for all tests that do it no harm; it has to end cleanly."""
    running = Portal(var)
    try:
        yield running
        assert running.stop() == 0, running.output
    finally:
        running.close()


class TestRunning:
    """A portal that starts for the second time, and runs."""

    def test_it_is_ready_within_ten_seconds_and_says_how_to_sign_in(self, portal: Portal) -> None:
        assert portal.wait_ready() < 10 * slowness()
        assert portal.lines[-1].startswith(f"Ready: http://127.0.0.1:{portal.port}")
        assert portal.answers()

    def test_every_line_of_a_child_says_whose_it_is(self, portal: Portal) -> None:
        for name in ("postgres", "worker", "beat"):
            assert any(line.startswith(f"{name:<8} | ") for line in portal.lines), portal.output

    def test_commands_use_its_engines_and_leave_them_running(self, portal: Portal, var: Path) -> None:
        before = portal.child(*CHILDREN["postgres"]).pid
        listed = manage(var, "showmigrations", "core")
        assert listed.returncode == 0, listed.stderr
        assert "[X] 0001_initial" in listed.stdout
        assert portal.child(*CHILDREN["postgres"]).pid == before
        assert portal.answers()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can start engines as somebody else")
    def test_engines_started_by_root_do_not_run_as_root(self, portal: Portal) -> None:
        for name in ("postgres", "broker", "cache"):
            assert portal.child(*CHILDREN[name]).uids().real != 0

    def test_a_web_worker_killed_is_replaced_by_its_server(self, portal: Portal) -> None:
        for worker in portal.child(*CHILDREN["web"]).children():
            worker.kill()
        wait_for(portal.answers, seconds=20, what=portal.output)
        assert not portal.said("web was killed")


def test_ctrl_c_with_work_under_way_stops_all_in_order_and_gives_the_task_back(
    start: Start, var: Path
) -> None:
    portal = start()
    portal.wait_ready()
    broker = Redis.from_url(places(var).socket_url("broker"))
    # A task that runs far longer than the patience of a stop, made of one that exists.
    sender = Celery(broker=f"redis+socket://{places(var).sockets}/broker.sock")
    sender.send_task("celery.map", kwargs={"task": {"task": "core.relay_outbox"}, "it": [None] * 100_000})
    wait_for(lambda: broker.hlen("unacked") > 0, seconds=20, what="the worker takes the task")
    # And a request that never ends its body.
    with socket.create_connection(("127.0.0.1", portal.port)) as slow:
        slow.sendall(
            b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nlogin="
        )
        began = time.monotonic()
        assert portal.stop() == 0, portal.output
    assert time.monotonic() - began < 45
    assert portal.lines[-1] == "All stopped."
    ended = [
        portal.output.index(text)
        for text in ("Stopping…", "Valkey is now ready to exit", "database system is shut down")
    ]
    assert ended == sorted(ended)
    assert belongings(var) == []

    again = start()
    again.wait_ready()
    waiting = broker.llen("celery") + broker.hlen("unacked")
    broker.flushall()
    assert waiting, f"the interrupted task was lost\n{portal.output}\n{again.output}"


def test_kill_nine_of_the_supervisor_leaves_no_orphan_and_the_next_start_recovers(
    start: Start, var: Path
) -> None:
    portal = start()
    portal.wait_ready()
    portal.process.kill()
    portal.wait_end()
    wait_for(lambda: belongings(var) == [], seconds=25, what=str(belongings(var)))
    again = start()
    again.wait_ready()
    assert again.answers()


def test_kill_nine_while_it_starts_leaves_nothing_behind(start: Start, var: Path) -> None:
    for moment in (0.3, 2.5, 4):
        portal = start()
        time.sleep(moment)
        portal.process.kill()
        portal.wait_end()
        wait_for(lambda: belongings(var) == [], seconds=25, what=str(belongings(var)))
    start().wait_ready()


def test_each_child_killed_is_started_again_and_all_work_together(start: Start) -> None:
    portal = start()
    portal.wait_ready()
    for name in CHILDREN:
        kill_and_await(portal, name)
    wait_for(lambda: portal.answers() and portal.is_ready(), seconds=150, what=portal.output)
    assert portal.stop() == 0


def test_five_deaths_within_a_minute_stop_all_with_the_reason(start: Start, var: Path) -> None:
    portal = start()
    portal.wait_ready()
    killer = threading.Thread(target=kill_on_sight, args=(portal, CHILDREN["beat"]), daemon=True)
    killer.start()
    assert portal.wait_end(seconds=90) == 1
    assert portal.said("beat died 5 times within a minute (was killed by SIGKILL)"), portal.output
    assert belongings(var) == []


def test_a_port_in_use_is_told_with_the_remedy(start: Start, var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        portal = start(port=port)
        assert portal.wait_end() == 1
    assert portal.said(f"Cannot listen on 127.0.0.1:{port}")
    assert portal.said("make run PORT=")
    assert "Traceback" not in portal.output
    assert belongings(var) == []


def test_two_starts_at_once_give_one_portal_and_one_clear_message(start: Start) -> None:
    portals = [start(), start()]
    wait_for(
        lambda: any(portal.process.poll() is not None for portal in portals), seconds=60, what="one gives up"
    )
    loser, winner = sorted(portals, key=lambda portal: portal.process.poll() is None)
    winner.wait_ready()
    assert loser.wait_end() == 1
    assert loser.said("already runs from")
    assert "Traceback" not in loser.output


@pytest.mark.skipif(os.geteuid() != 0, reason="root's own folders are closed to others")
def test_data_in_a_folder_closed_to_the_engines_user_move_to_the_state_folder() -> None:
    closed = Path(tempfile.mkdtemp(prefix="vigie-closed-"))
    var = closed / "var"
    state = places(var).engines
    try:
        assert state != var
        portal = Portal(var)
        try:
            wait_for(lambda: portal.said("ready to accept connections"), seconds=40, what=portal.output)
            assert portal.said(f"the engines keep their data in {state}")
            portal.process.send_signal(signal.SIGTERM)
            assert portal.wait_end() == 0, portal.output
        finally:
            portal.close()
        assert (state / "postgres" / "PG_VERSION").exists()
    finally:
        shutil.rmtree(closed, ignore_errors=True)
        shutil.rmtree(state, ignore_errors=True)


def kill_and_await(portal: Portal, name: str) -> None:
    """Kill a child and wait until it was noticed and another does its work."""
    words = CHILDREN[name]
    before = portal.child(*words).pid
    portal.kill_child(*words)
    wait_for(lambda: portal.said(f"{name} was killed by SIGKILL"), seconds=10, what=portal.output)
    wait_for(lambda: has_another(portal, words, before), seconds=20, what=f"{name} again\n{portal.output}")


def has_another(portal: Portal, words: list[str], before: int) -> bool:
    """Whether a new child does the work of the one that had this process id."""
    try:
        return portal.child(*words).pid != before
    except (StopIteration, psutil.Error):
        return False


def kill_on_sight(portal: Portal, words: list[str]) -> None:
    """Kill a child as often as it comes back."""
    while portal.process.poll() is None:
        try:
            portal.kill_child(*words)
        except (StopIteration, psutil.Error):
            time.sleep(0.05)
