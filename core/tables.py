"""Tables: columns declared on a class, cells made in Python, one row template for all of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from core import markup


@dataclass(frozen=True)
class Column:
    """One column.

    `value` is an attribute name or a function of the row; `sort` the field that orders by it; `css` classes
    of its
    cells: `num` (figures, right), `shrink` (as narrow as its content), `wide` (left out on phones), `quiet`.
    """

    label: str | Promise
    value: str | Callable[[Any], object]
    sort: str = ""
    css: str = ""

    def cell(self, row: Any) -> SafeString:
        """The HTML of one cell."""
        found = self.value(row) if callable(self.value) else getattr(row, self.value)
        return found if isinstance(found, SafeString) else markup.text(found)


@dataclass(frozen=True)
class Header:
    """The head of a column:

    Where its link sorts, and how it is sorted now ("ascending", "descending" or "").
    """

    label: str | Promise
    css: str
    address: str
    direction: str


class Table:
    """A list of rows. A subclass declares columns as attributes, in their order, and inherits those of its
    parents.

    A parent's column set to None is left out.
    """

    columns: ClassVar[dict[str, Column]] = {}
    caption: str | Promise = ""
    # The id of a form elsewhere on the page to which rows can be ticked, and the name they have in it.
    pick_form: str = ""
    pick_name: str = "row"

    def __init_subclass__(cls) -> None:
        columns = dict(cls.columns)
        for name, value in list(vars(cls).items()):
            if isinstance(value, Column):
                columns[name] = value
            elif value is None:
                columns.pop(name, None)
        cls.columns = columns

    def __init__(self, rows: Iterable[Any], *, query: QueryDict | None = None, sort: str = "") -> None:
        self.objects = list(rows)
        self.query = query if query is not None else QueryDict()
        self.sort = sort

    def address(self, row: Any) -> str:
        """Where a row leads."""
        return row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""

    def row_css(self, row: Any) -> str:
        """Classes of a row."""
        return ""

    def pick_label(self, row: Any) -> str:
        """What the tick of a row is called for who does not see it."""
        return str(row)

    def _pick(self, row: Any) -> str:
        """The tick of a row; a float, so that the link beside it keeps the width that is left."""
        return (
            f'<input class="pick" type="checkbox" name="{self.pick_name}" value="{row.pk}" form="{self.pick_form}"'
            f' aria-label="{escape(self.pick_label(row))}" data-pick>'
        )

    @classmethod
    def sortable(cls) -> dict[str, str]:
        """The sort names an address may use and the field each orders by."""
        return {name: column.sort for name, column in cls.columns.items() if column.sort}

    def headers(self) -> Iterator[Header]:
        """The heads of the columns, each with the address that sorts by it or turns its order round."""
        for name, column in self.columns.items():
            if not column.sort:
                yield Header(column.label, column.css, "", "")
                continue
            direction = {name: "ascending", f"-{name}": "descending"}.get(self.sort, "")
            following = f"-{name}" if direction == "ascending" else name
            yield Header(column.label, column.css, changed(self.query, sort=following, page=None), direction)

    def body(self) -> SafeString:
        """The rows. They are joined strings and no template: 30 rows of 9 cells are most of what a page costs.

        The first cell is the link of the whole row.
        """
        columns = [
            (column, f' class="{column.css}"' if column.css else "") for column in self.columns.values()
        ]
        return mark_safe("\n".join(self._row(row, columns) for row in self.objects))  # noqa: S308 - of safe cells

    def _row(self, row: Any, columns: list[tuple[Column, str]]) -> str:
        address, css = self.address(row), self.row_css(row)
        opening = f'<tr data-row="{row.pk}"' if address else "<tr"
        cells = [column.cell(row) for column, _named in columns]
        if address:
            tick = self._pick(row) if self.pick_form else ""
            cells[0] = mark_safe(f'{tick}<a class="row-link" href="{escape(address)}">{cells[0]}</a>')  # noqa: S308 - safe parts
        drawn = "".join(
            f"<td{named}>{cell}</td>" for (_column, named), cell in zip(columns, cells, strict=True)
        )
        named = f' class="{css}"' if css else ""
        return f"{opening}{named}>{drawn}</tr>"

    def __len__(self) -> int:
        return len(self.objects)


def changed(query: QueryDict, **changes: str | None) -> str:
    """The query string with some values replaced, or removed where the new value is None."""
    kept = [(name, value) for name, values in query.lists() if name not in changes for value in values]
    return f"?{urlencode([*kept, *((name, value) for name, value in changes.items() if value is not None)])}"
