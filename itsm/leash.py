"""leash.py SIGNAL COMMAND…: sends a command the signal when our parent ends, where the kernel cannot (macOS)."""

import os
import signal
import subprocess
import sys
import time


def main() -> int:
    """Run the command until it ends; pass on signals; watch the parent twice a second."""
    number, *command = sys.argv[1:]
    parent = os.getppid()
    child = subprocess.Popen(command)
    for passed in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(passed, lambda received, _frame: child.send_signal(received))
    while child.poll() is None:
        if os.getppid() != parent:
            child.send_signal(int(number))
            return child.wait()
        time.sleep(0.5)
    return child.returncode


if __name__ == "__main__":
    sys.exit(main())
