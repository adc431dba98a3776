"""The one-terminal supervisor behind `manage.py serve`: starts everything in order, watches it, stops it in reverse.

Single-threaded on purpose: the kernel's parent-death signal follows the thread that forked, and one loop that reads
output, reaps children and restarts them has no races of its own.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

from itsm.engines import LEFTOVER_SECONDS, EngineError, Engines, Lock, needed
from itsm.places import BASE_DIR, Places
from itsm.processes import kill_session, spawn, stop

DEATHS_ALLOWED = 5
DEATHS_WITHIN = 60.0
READY_SECONDS = 90.0
STOP_SECONDS = 20.0
LONGEST_BACK_OFF = 10.0
STEADY_SECONDS = 30.0
# Advice to administrators of big servers, which the embedded ones are not.
NOISE = ("Memory overcommit must be enabled", "signal-handler (", "Hitting Ctrl+C again")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared with, not listened on
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopEverything(Exception):
    """Everything has to stop; the message says why, and is empty where a person asked."""


@dataclass
class Child:
    """One process of the portal: how to start it, how to know that it works, how to stop it."""

    name: str
    start: Callable[[int], "subprocess.Popen[bytes]"]
    is_ready: Callable[["Child"], bool]
    stop_signal: signal.Signals = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    restart_at: float | None = None
    deaths: deque[float] = field(default_factory=deque)
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=12))
    unread: bytes = b""

    def said(self, text: str) -> bool:
        """Whether its latest output holds `text`."""
        return any(text in line for line in self.last_lines)


class Supervisor:
    """Runs the engines and the portal's processes in one terminal until it is told to stop or has to give up."""

    def __init__(self, where: Places) -> None:
        self._where = where
        self._lock = Lock(where)
        self._engines = Engines(where, self._lock)
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._asked_to_stop = False
        self._hurry = False

    @contextmanager
    def session(self) -> Iterator[None]:
        """Hold the installation's lock; stop all children in reverse order on the way out, whatever happens."""
        self._take_lock()
        self._lock.note(role="serve", ready=False)
        with self._signals_received():
            try:
                yield
            except StopEverything as stopped:
                if str(stopped):
                    self.say(f"Stopping: {str(stopped).splitlines()[0]}")
                    raise
            finally:
                self._stop_all()
                self._lock.release()

    def start_engines(self) -> None:
        """Start the embedded engines and wait until each answers."""
        if not needed():
            return
        if self._where.moved:
            self.say(
                f"{self._where.account.name if self._where.account else 'The engines’ user'} cannot enter "
                f"{self._where.var}; the engines keep their data in {self._where.engines}"
            )
        self._engines.prepare()
        for name in needed():
            self._add(self._engine(name))
        self._wait_ready(self._children)
        self._lock.note(role="serve", ready=True)

    def run_step(self, name: str, argv: Sequence[str], *, told: str) -> None:
        """Run a management command to its end under the eyes of the supervisor. StopEverything if it fails."""
        self.say(told)
        step = Child(
            name=name,
            start=lambda output: spawn(manage(*argv), output=output, env=child_environment(), cwd=BASE_DIR),
            is_ready=lambda child: child.process is not None and child.process.poll() is not None,
        )
        self._start(step)
        try:
            while step.process and step.process.poll() is None:
                self._turn()
            self._read_rest(step)
        finally:
            if step.process:
                stop(step.process, signal.SIGTERM, patience=5)
        if step.process and step.process.returncode:
            raise StopEverything(f"{name} failed:\n" + "\n".join(step.last_lines))

    def start_processes(self, children: Sequence[Child]) -> None:
        """Start the portal's own processes together and wait until all of them work."""
        for child in children:
            self._add(child)
        self._wait_ready(children)

    def watch(self) -> None:
        """Run until somebody asks to stop (returns) or a process dies too often (StopEverything)."""
        with suppress(KeyboardInterrupt):
            while not self._asked_to_stop:
                self._turn()

    @staticmethod
    def say(text: str) -> None:
        """Print lines of the supervisor's own; a terminal that went away is no reason to die."""
        with suppress(BrokenPipeError, OSError):
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    def _take_lock(self) -> None:
        deadline = time.monotonic() + LEFTOVER_SECONDS
        told = ""
        while not self._lock.take():
            holder = self._lock.holder()
            if holder.get("role") == "serve":
                raise EngineError(
                    f"The portal already runs from {self._where.var} (process {holder['pid']}). Use that one, "
                    "stop it with Ctrl-C in its terminal, or choose other data and another port: "
                    "VIGIE_VAR=… make run PORT=…"
                )
            if holder and not told:
                told = f"Waiting for a command that uses the database (process {holder['pid']})…"
                self.say(told)
            if not holder and time.monotonic() > deadline:
                raise EngineError(
                    f"Engines of an earlier start still hold {self._where.var} after {LEFTOVER_SECONDS} s. "
                    "End them (postgres, valkey-server) and start again."
                )
            time.sleep(0.1)

    @contextmanager
    def _signals_received(self) -> Iterator[None]:
        """Signals only set a flag and wake the loop, so that no child is left half started."""
        wake, waken = socket.socketpair()
        for end in (wake, waken):
            end.setblocking(False)
        self._selector.register(wake, selectors.EVENT_READ, None)
        before = {number: signal.signal(number, self._on_signal) for number in STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        previous = signal.set_wakeup_fd(waken.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(previous)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.unregister(wake)
            wake.close()
            waken.close()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._hurry = self._asked_to_stop
        self._asked_to_stop = True

    def _engine(self, name: str) -> Child:
        return Child(
            name=name,
            start=lambda output: self._engines.start(name, output=output),
            is_ready=lambda _child: self._engines.is_ready(name),
            stop_signal=self._engines.stop_signal(name),
        )

    def _add(self, child: Child) -> None:
        self._children.append(child)
        self._start(child)

    def _start(self, child: Child) -> None:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        try:
            child.process = child.start(writing)
        finally:
            os.close(writing)
        child.started_at, child.restart_at, child.unread = time.monotonic(), None, b""
        self._selector.register(reading, selectors.EVENT_READ, child)

    def _wait_ready(self, children: Sequence[Child]) -> None:
        waiting = list(children)
        deadline = time.monotonic() + READY_SECONDS
        while waiting:
            waiting = [child for child in waiting if not (child.process and child.is_ready(child))]
            if time.monotonic() > deadline:
                late = waiting[0]
                raise StopEverything(
                    f"{late.name} is not ready after {READY_SECONDS:.0f} s:\n" + "\n".join(late.last_lines)
                )
            self._turn(0.05)

    def _turn(self, patience: float = 0.5) -> None:
        """One turn of the loop: pass on output, notice deaths, restart what is due. StopEverything when told to."""
        self._pass_on_output(patience)
        if self._asked_to_stop:
            raise StopEverything
        for child in self._children:
            if child.restart_at is None and child.process and child.process.poll() is not None:
                self._note_death(child)
            elif child.restart_at is not None and time.monotonic() >= child.restart_at:
                self.say(f"{'serve':<8} | Starting {child.name} again")
                self._start(child)

    def _pass_on_output(self, patience: float) -> None:
        """Wait for output or a signal at most `patience` seconds, and print what came with its author's name."""
        for key, _events in self._selector.select(patience):
            if isinstance(key.data, Child):
                self._read(key.fd, key.data)
            else:
                with suppress(BlockingIOError):
                    os.read(key.fd, 4096)

    def _note_death(self, child: Child) -> None:
        """Plan a restart with back-off, or give up after five deaths within a minute."""
        assert child.process  # noqa: S101 - only a started child can die
        now = time.monotonic()
        kill_session(child.process)
        how = describe_end(child.process.returncode)
        child.deaths.append(now)
        while child.deaths and now - child.deaths[0] > DEATHS_WITHIN:
            child.deaths.popleft()
        if len(child.deaths) >= DEATHS_ALLOWED:
            said = "\n".join(f"  {line}" for line in child.last_lines)
            raise StopEverything(
                f"{child.name} died {DEATHS_ALLOWED} times within a minute ({how}). Its last lines:\n{said}"
            )
        wait = min(0.5 * 2 ** (len(child.deaths) - 1), LONGEST_BACK_OFF)
        child.restart_at = now + wait
        self.say(f"{'serve':<8} | {child.name} {how}; starting it again in {wait:.1f} s")

    def _read(self, descriptor: int, child: Child) -> None:
        try:
            chunk = os.read(descriptor, 65536)
        except BlockingIOError:
            return
        if not chunk:
            self._selector.unregister(descriptor)
            os.close(descriptor)
        *lines, child.unread = (child.unread + chunk).split(b"\n")
        if not chunk and child.unread:
            lines, child.unread = [child.unread], b""
        for line in lines:
            text = line.decode(errors="replace").rstrip("\r")
            if text.strip() and not any(noise in text for noise in NOISE):
                child.last_lines.append(text)
                self.say(f"{child.name:<8} | {text}")

    def _read_rest(self, child: Child) -> None:
        for key in list(self._selector.get_map().values()):
            if key.data is child:
                while key.fd in self._selector.get_map():
                    before = len(child.unread)
                    self._read(key.fd, child)
                    if len(child.unread) == before:
                        break

    def _stop_all(self) -> None:
        """Stop in reverse order; a second Ctrl-C kills the portal's processes, the engines always end cleanly."""
        if not self._children:
            return
        if self._asked_to_stop:
            self.say("Stopping…")
        engines = [child for child in reversed(self._children) if child.name in self._engines.children]
        # The portal's processes do not need one another to end; the engines must outlive them all.
        self._stop_together([child for child in self._children if child not in engines], may_hurry=True)
        for engine in engines:
            self._stop_together([engine], may_hurry=False)
        self.say("All stopped.")

    def _stop_together(self, children: Sequence[Child], *, may_hurry: bool) -> None:
        running = [child for child in children if child.process and child.process.poll() is None]
        for child in running:
            child.process.send_signal(child.stop_signal)  # type: ignore[union-attr]  # filtered above
        deadline = time.monotonic() + STOP_SECONDS
        while any(child.process and child.process.poll() is None for child in running):
            if time.monotonic() > deadline or (may_hurry and self._hurry):
                break
            self._pass_on_output(0.1)
        for child in running:
            if child.process:
                kill_session(child.process)
            self._read_rest(child)


def manage(*argv: str) -> list[str]:
    """The command line of a management command in the same Python."""
    return [sys.executable, str(BASE_DIR / "manage.py"), *argv]


def child_environment(**more: str) -> dict[str, str]:
    """The supervisor's environment; output is line by line and says nothing twice."""
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "ignore"),
        **more,
    }


def describe_end(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        with suppress(ValueError):
            return f"was killed by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def port_problem(host: str, port: int) -> str:
    """Why nobody can listen there; empty if one can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as problem:
            reason = getattr(problem, "strerror", "") or problem
            return (
                f"Cannot listen on {host}:{port} ({reason}). Stop what uses that port, "
                f"or choose another: make run PORT={port % 65000 + 1}"
            )
    return ""


def web_answers(host: str, port: int) -> bool:
    """Whether the web server that listens there answers its health page."""
    address = "127.0.0.1" if host == EVERYWHERE else host
    with suppress(OSError), socket.create_connection((address, port), timeout=2) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return b" 200 " in connection.recv(64)
    return False
