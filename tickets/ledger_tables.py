"""The ledger as a table."""

from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from core import markup, times
from core.tables import Column, Table
from tickets import durations
from tickets.choices import LineType


def euros(amount: Decimal | None) -> SafeString:
    """An amount in euros as the language writes it, a dash where there is none or it may not be seen."""
    if amount is None:
        return markup.EMPTY
    return format_html("{}\u00a0€", times.number(amount, 2))


def _ticket(line: Any) -> SafeString:
    return format_html(
        '<span class="cell-title">{}</span> <span class="reference">{}</span>',
        line.ticket.title,
        line.ticket.reference,
    )


def _what(line: Any) -> str:
    word = line.get_nature_display() if line.type == LineType.COST else str(line.activity or "")
    return " – ".join(part for part in (word, line.label) if part)


def spent(line: Any) -> Any:
    """The time of a line in words; a cost has none."""
    return durations.hours(line.minutes) if line.type == LineType.TIME else markup.EMPTY


class LedgerTable(Table):
    """Lines of the ledger."""

    caption = gettext_lazy("Lines of the ledger")

    ticket = Column(gettext_lazy("Ticket"), _ticket)
    day = Column(
        gettext_lazy("Day"), lambda line: date_format(line.day, "SHORT_DATE_FORMAT"), sort="day", css="shrink"
    )
    person = Column(gettext_lazy("Person"), lambda line: markup.person(line.person), css="soon-out")
    what = Column(gettext_lazy("What"), _what, css="wide quiet mid-out")
    minutes = Column(gettext_lazy("Time spent"), spent, sort="minutes", css="num shrink")
    amount = Column(gettext_lazy("Amount"), lambda line: euros(line.money), css="num shrink")

    def address(self, row: Any) -> str:
        return f"{row.ticket.get_absolute_url()}time/"


HEADS = (
    gettext_lazy("Day"), gettext_lazy("Type"), gettext_lazy("Ticket"), gettext_lazy("Title"), gettext_lazy("Kind"),
    gettext_lazy("Person"), gettext_lazy("Team"), gettext_lazy("Activity or nature"), gettext_lazy("Note"),
    gettext_lazy("Supplier"), gettext_lazy("Minutes"), gettext_lazy("Billable"), gettext_lazy("Amount in euros"),
)  # fmt: skip


def exported(line: Any) -> list[Any]:
    """A line as the cells of a spreadsheet."""
    return [
        line.day.isoformat(), line.get_type_display(), line.ticket.reference, line.ticket.title,
        line.ticket.get_kind_display(), str(line.person), str(line.team or ""),
        line.get_nature_display() if line.type == LineType.COST else str(line.activity or ""), line.label,
        line.supplier, line.minutes or "", _("yes") if line.is_billable else "",
        "" if line.money is None else str(line.money),
    ]  # fmt: skip
