"""The queue: the technician's list of work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from core import times
from core.tables import changed
from core.views import ListPage, Picker
from tickets import queues
from tickets.choices import BulkAct
from tickets.field_filters import PREFIX
from tickets.filters import TicketFilter
from tickets.models import Ticket
from tickets.queries import HITS
from tickets.tables import QueueTable, TicketTable
from tickets.views.people import worker

# Where both meet, the one that is due first comes first.
_ORDERS = {
    "due": (F("due_at").asc(nulls_last=True), "-pk"),
    "-due": (F("due_at").desc(nulls_last=True), "-pk"),
    "priority": ("priority", "due_at", "-pk"),
    "-priority": ("-priority", F("due_at").desc(), "pk"),
}


class TicketList(ListPage):
    """A list of tickets; a kind subclasses and names its model."""

    model = Ticket
    table_class = TicketTable
    filterset_class = TicketFilter
    frame = "base_workspace.html"
    default_sort = "-created"
    search_label = gettext_lazy("Search these tickets")
    panel_fields: tuple[str, ...] = (
        "status", "priority", "team", "assignee", "service", "category", "entity", "kind",
        "created_after", "created_before",
    )  # fmt: skip
    empty_title = gettext_lazy("No ticket here")
    empty_text = gettext_lazy("When someone reports something, it appears here.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        worker(request)
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        """The visible rows with what a row shows."""
        rows: QuerySet[Any] = self.model._default_manager.visible_to(self.request.user).for_lists()
        return rows

    def panel(self) -> Iterator[Picker]:
        """The usual filters, then those by custom fields."""
        yield from super().panel()
        if self.filterset is None:
            return
        form = self.filterset.form
        for name in form.fields:
            if name.startswith(PREFIX):
                yield Picker.of(form[name], self.request.GET.getlist(name))

    def ordered(self) -> QuerySet[Any]:
        """Orders that match the indexes."""
        if self.sort in _ORDERS:
            return self.matching.order_by(*_ORDERS[self.sort])
        sign = "-" if self.sort.startswith("-") else ""
        return self.matching.order_by(f"{sign}created_at", f"{sign}pk")

    @property
    def count_limit(self) -> int:
        """A search keeps only so many hits."""
        return HITS if self.request.GET.get("q") else super().count_limit

    def countable(self) -> QuerySet[Any]:
        """Of a whole view newest first: those are in memory; a plain scan of a large table begins anywhere on disk."""
        return super().countable() if self.is_filtered else self.matching.order_by("-created_at", "-pk")


class Queue(TicketList):
    """All kinds together, under saved views."""

    title = gettext_lazy("Queue")
    template_name = "tickets/queue.html"
    table_class = QueueTable

    @cached_property
    def view(self) -> queues.View:
        """The saved view in force: the one asked for, or the person's own work."""
        asked = self.request.GET.get("view", "")
        usual = "team" if worker(self.request).access.teams else "open"
        return queues.VIEWS.get(asked) or queues.VIEWS[usual]

    def get_title(self) -> Any:
        return self.view.label

    def export_address(self) -> str:
        """Where the rows of the view that match are given as a file."""
        return reverse("tickets:export") + changed(
            self.request.GET, view=self.view.slug, page=None, sort=None
        )

    def get_queryset(self) -> QuerySet[Any]:
        return queues.narrow(super().get_queryset(), self.view.slug, worker(self.request))

    def get_context(self) -> dict[str, Any]:
        tabs = [
            {
                "label": view.label,
                "address": changed(self.request.GET, view=view.slug, page=None),
                "current": view.slug == self.view.slug,
                "count": view.slug if view.slug in queues.COUNTED else "",
            }
            for view in queues.VIEWS.values()
        ]
        pane = self.request.COOKIES.get("pane") != "off"
        return {
            **super().get_context(),
            "views": tabs,
            "kept": [("view", self.view.slug)],
            "with_pane": pane,
            "export": self.export_address(),
            "bulk_acts": BulkAct.choices,
        }


@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """The live counts of the rail, in a request of their own so that no page waits for them."""
    found = queues.counts(worker(request))
    return JsonResponse({slug: times.bounded(number, queues.COUNT_LIMIT) for slug, number in found.items()})


@require_safe
def lookup(request: HttpRequest) -> HttpResponse:
    """Tickets by reference or words, for the command palette; as options of a data list for a `field` of a form."""
    user = worker(request)
    field = request.GET.get("field", "")
    asked = request.GET.get(field or "q", "").strip().replace("\x00", "")[:200]
    rows: list[Ticket] = []
    if len(asked) > 1:
        data = TicketFilter(
            {"q": asked}, queryset=Ticket.objects.visible_to(user).for_lists(), request=request
        )
        rows = list(data.qs.order_by("-created_at", "-pk")[:8])
    if field:
        return render(request, "tickets/ticket_options.html", {"options": rows})
    results = [
        {
            "label": ticket.title,
            "detail": f"{ticket.reference} · {ticket.get_status_display()}",
            "url": ticket.get_absolute_url(),
        }
        for ticket in rows
    ]
    return JsonResponse({"results": results, "none": _("No ticket found")})
