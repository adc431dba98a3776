"""Rows of CSV with their line numbers."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from intake.imports.checks import BadRow
from intake.imports.report import Report
from intake.imports.source import LINE_LIMIT


def header_of(line: str) -> list[str]:
    """The names of the columns in the first line."""
    return [name.strip().lower() for name in next(_reader([line]), [])]


def rows(lines: Iterable[str], report: Report) -> Iterator[tuple[int, list[str], list[str]]]:
    """Line, names of the columns, and cells of each row that is not empty; the unreadable are reported."""
    reader = _reader(lines)
    header = [name.strip().lower() for name in next(reader, [])]
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            report.refuse(BadRow("", str(problem)), line=reader.line_num)
            continue
        if any(cells):
            yield reader.line_num, header, cells


def named(header: list[str], cells: list[str]) -> dict[str, str]:
    """The cells by the names of their columns. Raises `BadRow` where they do not match."""
    if len(cells) != len(header):
        text = _("The row has %(cells)d cells, the header %(names)d.")
        raise BadRow("", text % {"cells": len(cells), "names": len(header)})
    return dict(zip(header, cells, strict=True))


def _reader(lines: Iterable[str]) -> Any:
    """A reader that takes long cells, with the separator of the first line."""
    remaining = iter(lines)
    first = next(remaining, "")
    csv.field_size_limit(LINE_LIMIT)
    return csv.reader(chain([first], remaining), delimiter=max(",;\t", key=first.count))
