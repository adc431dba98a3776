#!/usr/bin/env python
"""The command line of Vigie and of Django."""

import os
import sys
import warnings
from contextlib import nullcontext

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from itsm.engines import EngineError, engines_for_command
from itsm.places import places, var_dir

# Commands that work without database and broker, or that start the engines themselves.
WITHOUT_ENGINES = {
    "check", "collectstatic", "diffsettings", "findstatic", "help", "makemessages", "makemigrations",
    "serve", "spectacular", "startapp", "translations", "version",
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run one management command, with the embedded engines where it needs them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    # makemigrations works from the models alone; that no database answers is no news to it.
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    try:
        with engines_for_command(places(var_dir())) if needs_engines(arguments) else nullcontext():
            execute_from_command_line(arguments)
    except (EngineError, ImproperlyConfigured) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


def needs_engines(arguments: list[str]) -> bool:
    """Whether a command line reads or writes rows."""
    asks_for_help = {"-h", "--help", "--version"} & set(arguments)
    return len(arguments) > 1 and arguments[1] not in WITHOUT_ENGINES and not asks_for_help


if __name__ == "__main__":
    sys.exit(main(sys.argv))
