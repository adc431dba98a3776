"""The embedded engines under commands: shared, recovered, never two on one folder, never left behind."""

import base64
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import psutil
import psycopg2
import pytest
from redis import Redis

from itsm.engines import postgres_major
from itsm.places import BASE_DIR, Account, Places, places
from tests.faults.portal import belongings, environment, manage, wait_for

pytestmark = pytest.mark.faults


NOBODY = Account(name="nobody", uid=pwd.getpwnam("nobody").pw_uid, gid=pwd.getpwnam("nobody").pw_gid)


def may_start_as(account: Account) -> bool:
    """Whether this session may start a Python as somebody else."""
    return (
        os.geteuid() == 0 and account.may_read(Path(sys.executable).resolve()) and account.may_enter(BASE_DIR)
    )


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder without engines yet; none may be left in it."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-engines-"))
    folder.chmod(0o755)
    yield folder
    for holder in Holder.started:
        holder.close()
    Holder.started.clear()
    wait_for(lambda: belongings(folder) == [], seconds=25, what=str(belongings(folder)))
    shutil.rmtree(folder, ignore_errors=True)


class Holder:
    """A process that uses the engines until it is told to end."""

    started: ClassVar[list["Holder"]] = []

    def __init__(self, var: Path, *, account: Account | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.hold"],
            cwd=BASE_DIR,
            env=environment(var, 1),
            user=account.uid if account else None,
            group=account.gid if account else None,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(self)

    def close(self) -> None:
        """End it whatever the test left."""
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate()

    def wait_up(self) -> None:
        """Wait until it has the engines."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line == "up\n", self.process.communicate()

    def end(self) -> tuple[int, str]:
        """Let it end; its exit code and what it complained about."""
        _output, complaints = self.process.communicate(timeout=60)
        return self.process.returncode, complaints


def hold(var: Path) -> Holder:
    """A holder that has the engines."""
    holder = Holder(var)
    holder.wait_up()
    return holder


def test_a_command_brings_its_engines_and_takes_them_away(var: Path) -> None:
    holder = hold(var)
    with Redis.from_url(places(var).socket_url("broker")) as broker:
        assert broker.info("memory")["maxmemory_policy"] == "noeviction"
        assert broker.info("persistence")["aof_enabled"] == 1
    with Redis.from_url(places(var).socket_url("cache")) as cache:
        assert cache.info("memory")["maxmemory_policy"] == "allkeys-lru"
    assert run_sql(places(var), "SHOW listen_addresses") == ""
    assert holder.end() == (0, "")
    assert belongings(var) == []


def test_rows_and_queued_tasks_survive_the_stop_of_the_engines(var: Path) -> None:
    holder = hold(var)
    run_sql(places(var), "CREATE TABLE kept AS SELECT 42 AS n")
    with Redis.from_url(places(var).socket_url("broker")) as broker:
        broker.lpush("queue", "task")
    holder.end()
    holder = hold(var)
    assert run_sql(places(var), "SELECT n FROM kept") == 42
    with Redis.from_url(places(var).socket_url("broker")) as broker:
        assert broker.lrange("queue", 0, -1) == [b"task"]
    holder.end()


def test_kill_nine_of_a_command_leaves_no_engine_and_loses_no_commit(var: Path) -> None:
    holder = hold(var)
    run_sql(places(var), "CREATE TABLE kept AS SELECT 42 AS n")
    holder.process.kill()
    holder.process.communicate()
    wait_for(lambda: belongings(var) == [], seconds=25, what=str(belongings(var)))
    holder = hold(var)
    assert run_sql(places(var), "SELECT n FROM kept") == 42
    holder.end()


def test_the_next_command_waits_for_the_engines_of_a_killed_one_to_end(var: Path) -> None:
    for _ in range(3):
        holder = hold(var)
        holder.process.kill()
        holder.process.communicate()
    holder = hold(var)
    assert holder.end() == (0, "")


def test_commands_at_once_share_engines_and_the_first_waits_for_the_last(var: Path) -> None:
    holders = [Holder(var) for _ in range(3)]
    for holder in holders:
        holder.wait_up()
    assert len([line for line in belongings(var) if "postgres -D" in line]) == 1
    # Whichever of them started the engines stays until the others are done; none of them fails.
    for holder in holders:
        assert holder.process.stdin
        holder.process.stdin.close()
        holder.process.stdin = None
    assert [holder.end()[0] for holder in holders] == [0, 0, 0]


def test_a_cluster_half_made_by_a_crash_is_made_again(var: Path) -> None:
    (var / "postgres.new").mkdir()
    (var / "postgres.new" / "PG_VERSION").write_text("half")
    assert hold(var).end() == (0, "")


def test_data_of_another_major_version_are_refused_with_the_remedy(var: Path) -> None:
    hold(var).end()
    version = var / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    code, complaint = Holder(var).end()
    assert code == 1
    assert f"made by PostgreSQL 17; this installation brings PostgreSQL {postgres_major()}" in complaint
    assert "Traceback" not in complaint


def test_a_lost_password_is_told_and_not_replaced(var: Path) -> None:
    hold(var).end()
    (var / "secrets" / "postgres").write_text("other")
    code, complaint = Holder(var).end()
    assert code == 1
    assert "Put back the secrets folder" in complaint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(var: Path) -> None:
    (var / "locks").mkdir(mode=0o700)
    os.chown(var / "locks", 12345, 12345)
    code, complaint = Holder(var).end()
    assert code == 1
    assert "belongs to user 12345" in complaint


def test_a_deep_folder_gets_its_sockets_elsewhere(var: Path) -> None:
    deep = var / ("long-name-" * 9)
    deep.mkdir()
    sockets = places(deep).sockets
    try:
        assert not sockets.is_relative_to(deep)
        assert hold(deep).end() == (0, "")
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


@pytest.mark.skipif(not may_start_as(NOBODY), reason="needs root, and a Python that others may run")
def test_an_ordinary_user_runs_them_as_itself(var: Path) -> None:
    os.chown(var, NOBODY.uid, NOBODY.gid)
    holder = Holder(var, account=NOBODY)
    holder.wait_up()
    owners = {psutil.Process(int(line.split()[0])).uids().real for line in belongings(var)}
    assert owners == {NOBODY.uid}
    assert holder.end() == (0, "")


def test_help_and_checks_need_no_engines(var: Path) -> None:
    for argv in (["help"], ["migrate", "--help"], ["check"]):
        assert manage(var, *argv).returncode == 0
    assert not (var / "postgres").exists()


def test_a_missing_setting_stops_a_command_with_one_message(var: Path) -> None:
    asked = manage(var, "check", DATABASE_URL="postgresql://vigie:x@db.example.org/vigie")
    assert asked.returncode == 2
    assert "SECRET_KEY is missing" in asked.stderr
    assert "FIELD_KEYS is missing" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_production_settings_pass_the_check_for_deployment(var: Path) -> None:
    production = {
        "DATABASE_URL": "postgresql://vigie:x@db.example.org/vigie",
        "REDIS_URL": "redis://broker.example.org/0",
        "CACHE_URL": "redis://cache.example.org/0",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "PUBLIC_URL": "https://help.example.org",
        "EMAIL_URL": "console:",
    }
    checked = manage(var, "check", "--deploy", "--fail-level", "WARNING", **production)
    assert checked.returncode == 0, checked.stderr


def run_sql(where: Places, statement: str) -> object:
    """Run one statement; the first column of its first row, if it has one."""
    connection = psycopg2.connect(where.database_url())
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()
