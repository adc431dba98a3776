"""Starts child processes that never outlive their parent."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from itsm.places import Account

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_LEASH = Path(__file__).with_name("leash.py")


def spawn(
    argv: Sequence[str],
    *,
    signal_if_orphaned: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    output: int | IO[Any] | None = None,
    inherited: Sequence[int] = (),
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a direct child in a session of its own, as `account` where given.

    Call from the main thread only: the kernel sends the signal when the thread that forked ends.
    """
    command = list(argv) if _LIBC else [sys.executable, str(_LEASH), str(int(signal_if_orphaned)), *argv]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=dict(os.environ if env is None else env),
        cwd=cwd,
        pass_fds=tuple(inherited),
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=_bind_to_parent(signal_if_orphaned) if _LIBC else None,  # noqa: PLW1509 - one thread only
    )


def _bind_to_parent(number: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def bind() -> None:
        # Until the command runs, the handler of the parent is still in place here and would swallow the signal.
        if number != signal.SIGKILL:  # which nothing handles, and for which nothing may be set
            signal.signal(number, signal.SIG_DFL)
        # After setuid, which clears it; the parent may have died between the fork and this line.
        _LIBC.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)  # type: ignore[union-attr] # only bound where libc is loaded
        if os.getppid() != parent:
            os._exit(1)

    return bind


def die_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send `number` to this process when its parent ends; for pool children that others fork."""
    if _LIBC:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def stop(child: subprocess.Popen[bytes], number: signal.Signals, *, patience: float) -> bool:
    """Ask a child to end, kill its whole session after `patience` seconds; whether it ended by itself."""
    if child.poll() is None:
        child.send_signal(number)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    finally:
        kill_session(child)
    return True


def kill_session(child: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of a child's process group, so that nothing stays behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
