"""Acts on many tickets: the form, the page that shows how far one is, and one's own."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from core import markup
from core.tables import Column, Table
from core.views import Crumb, FormPage, ListPage
from tickets import actions, queues
from tickets.actions.many import LIMIT
from tickets.bulk_forms import FORMS
from tickets.choices import BulkAct, BulkState
from tickets.filters import TicketFilter
from tickets.models import BulkJob, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.views.people import reader, worker

# The report of a job names so many of the tickets that were not done.
REPORTED = 500


class BulkPage(FormPage):
    """One act on the tickets that the address names: `ticket=` for each, or `all` with the filters of the queue."""

    template_name = "tickets/bulk.html"
    frame = "base_workspace.html"
    submit_label = gettext_lazy("Do it")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        worker(request)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def asked(self) -> BulkAct:
        """The act; 404 for one that does not exist."""
        name = self.request.GET.get("act", "")
        if name not in FORMS:
            raise Http404
        return BulkAct(name)

    @cached_property
    def tickets(self) -> TicketQuerySet:
        """The tickets, as far as the person sees them."""
        user, query = reader(self.request), self.request.GET
        visible: TicketQuerySet = Ticket.objects.visible_to(user)
        if "all" not in query:
            keys = [
                int(key)
                for key in query.getlist("ticket")
                if key.isascii() and key.isdigit() and len(key) < 19
            ]
            return visible.filter(pk__in=keys)
        view = query.get("view", "")
        narrowed: Any = queues.narrow(visible, view, user) if view in queues.VIEWS else visible
        filters = TicketFilter(query, queryset=narrowed, request=self.request)
        return cast("TicketQuerySet", filters.qs)

    @cached_property
    def count(self) -> int:
        """How many they are, counted as far as an act goes."""
        return self.tickets.order_by().values("pk")[: LIMIT + 1].count()

    def get_title(self) -> Any:
        return self.asked.label

    def crumbs(self) -> list[Crumb]:
        return [Crumb(gettext_lazy("Queue"), "/queue/")]

    def get_form_class(self) -> type[forms.Form]:
        return FORMS[self.asked]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: Any) -> str:
        job = actions.start_bulk_act(
            self.asked, self.tickets, by=reader(self.request), values=form.cleaned_data
        )
        return job.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = ngettext("On %(count)d ticket.", "On %(count)d tickets.", self.count) % {"count": self.count}
        named = self.tickets.for_lists().order_by("-pk")[:8]
        return {
            **super().get_context_data(**kwargs),
            "said": said,
            "named": named,
            "more": max(0, self.count - 8),
        }


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an act is and what failed; the part that changes is read again every two seconds while it runs."""
    found: Any = get_object_or_404(BulkJob.objects.visible_to(reader(request)).counted(), pk=pk)
    failed = found.items.filter(state=BulkState.FAILED).select_related("ticket").order_by("pk")
    context = {
        "job": found,
        "title": found.get_act_display(),
        "ended": found.done + found.failed,
        "failed": failed.defer("ticket__description", "ticket__solution", "ticket__search")[:REPORTED],
    }
    partial = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "tickets/bulk_job.html#progress" if partial else "tickets/bulk_job.html", context)


def result_of(row: Any) -> str:
    """What came of an act so far, in words."""
    return _("of %(total)d: %(done)d done, %(failed)d not done") % {
        "total": row.total,
        "done": row.done,
        "failed": row.failed,
    }


class BulkJobTable(Table):
    """One's own acts on many tickets."""

    caption = gettext_lazy("Bulk acts")

    act = Column(gettext_lazy("Act"), lambda row: row.get_act_display(), css="grow")
    result = Column(gettext_lazy("Result"), result_of)
    created = Column(gettext_lazy("When"), lambda row: markup.when(row.created_at), css="shrink quiet")


class BulkJobs(ListPage):
    """What one asked for, the newest first."""

    model = BulkJob
    table_class = BulkJobTable
    frame = "base_workspace.html"
    title = gettext_lazy("Bulk acts")
    sentence = gettext_lazy("What you did to many tickets at once, and what came of it.")
    default_sort = "-id"
    empty_title = gettext_lazy("Nothing yet")
    empty_text = gettext_lazy("Choose tickets in the queue and act on all of them at once.")
    empty_icon = "checks"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        worker(request)
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return BulkJob.objects.visible_to(self.request.user).counted()
