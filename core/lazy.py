"""Heavy libraries, imported when they are first used: a web worker that never draws a document stays small."""

from importlib import import_module
from typing import Any


class Lazy:
    """A module that is imported when one of its names is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)
