"""The lists of requests and of their forms."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from assistance.models import RequestType
from core.tables import Column, Table
from tickets.tables import TicketTable


class RequestTable(TicketTable):
    """Requests."""

    caption = gettext_lazy("Assistance requests")


class TypeTable(Table):
    """The forms of the catalogue. Needs `category`, `team`, `entity` and `asked`, `steps`."""

    caption = gettext_lazy("Request forms")
    name = Column(gettext_lazy("Name"), str, css="grow")
    category = Column(gettext_lazy("Category"), "category", css="wide quiet")
    team = Column(gettext_lazy("Team"), "team", css="wide quiet")
    entity = Column(
        gettext_lazy("Offered to"), lambda row: str(row.entity or _("Everyone")), css="wide quiet late-out"
    )
    fields = Column(gettext_lazy("Fields"), lambda row: len(row.asked.all()), css="shrink")
    steps = Column(gettext_lazy("Approval steps"), lambda row: len(row.steps.all()) or "–", css="shrink")
    is_active = Column(
        gettext_lazy("In use"), lambda row: _("yes") if row.is_active else _("no"), css="shrink"
    )

    def address(self, row: Any) -> str:
        return reverse("assistance:type", args=[row.pk])


def catalogue_rows() -> Any:
    """The forms with what the table shows."""
    return RequestType.objects.select_related("category", "team", "entity").prefetch_related("asked", "steps")
