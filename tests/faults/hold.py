"""Stands for a management command: takes the engines of VIGIE_VAR, says so, and keeps them until its input ends."""

import sys

from itsm.engines import EngineError, engines_for_command
from itsm.places import places, var_dir

if __name__ == "__main__":
    try:
        with engines_for_command(places(var_dir())):
            sys.stdout.write("up\n")
            sys.stdout.flush()
            sys.stdin.read()
    except EngineError as problem:
        sys.exit(str(problem))
