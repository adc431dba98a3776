"""Lists as files for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import get_language

# A cell that begins so is read as a formula by spreadsheets, and then runs.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: Any) -> str:
    """A value as a cell that no spreadsheet runs."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def csv_answer(
    name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]], *, separator: str = ""
) -> StreamingHttpResponse:
    """A CSV file, sent row by row. Without `separator` it has the one that spreadsheets of the language expect."""
    french = (get_language() or "").startswith("fr")
    writer: Any = csv.writer(_Echo(), delimiter=separator or (";" if french else ","))

    def lines() -> Iterator[str]:
        yield _BOM + writer.writerow([str(head) for head in heads])
        for row in rows:
            yield writer.writerow([safe_cell(cell) for cell in row])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
