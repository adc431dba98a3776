"""The pages of time and costs: on a ticket, and over all of them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from audit.actions import record
from core.exports import csv_answer
from core.tables import changed
from core.views import Action, ListPage
from tickets.actions.ledger import add_cost, log_time, may_void, set_budget, void_cost, void_time
from tickets.ledger import GROUPS, overview, split, totals
from tickets.ledger_filters import LedgerFilter
from tickets.ledger_forms import BudgetForm, CostForm, TimeForm, VoidForm
from tickets.ledger_tables import HEADS, LedgerTable, exported
from tickets.models import Activity, CostLine, LedgerLine, Ticket, TicketBudget, TimeEntry
from tickets.views.people import reader, worker
from tickets.views.ticket import Act, ticket_of


class TicketTime(Act):
    """All lines of a ticket, those voided too."""

    template_name = "tickets/time.html"
    title = gettext_lazy("Time and costs")
    http_method_names = ["get", "head", "options"]
    form_class = VoidForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {}

    def actions(self) -> list[Action]:
        reference = self.object.reference
        if not self.request.user.has_perm("tickets.work", self.object):
            return []
        acts = [
            Action(_("Enter a cost"), reverse("tickets:add_cost", args=[reference]), "plus"),
            Action(_("Log time"), reverse("tickets:log_time", args=[reference]), "clock", primary=True),
        ]
        budget = Action(_("Budget"), reverse("tickets:budget", args=[reference]), "target")
        return [budget, *acts] if self.request.user.has_perm("tickets.budget", self.object) else acts

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = reader(self.request)
        lines = LedgerLine.objects.visible_to(user).of(self.object)
        shown: list[Any] = list(lines.for_lists().order_by("-day", "-pk"))
        for line in shown:
            owners = (line.person_id, line.entered_by_id)
            line.can_void = line.voided_at is None and may_void(user, self.object, owners)
        context = overview(self.object, user)
        return {**super().get_context_data(**kwargs), "context": context, "lines": shown}


class LogTime(Act):
    """Write down time spent."""

    form_class = TimeForm
    object_verb = "tickets.work"
    title = gettext_lazy("Log time")
    submit_label = gettext_lazy("Log")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "ticket": self.object}

    def get_initial(self) -> dict[str, Any]:
        return {
            "day": timezone.localdate(),
            "person": reader(self.request),
            "activity": Activity.objects.filter(is_active=True).first(),
        }

    def act(self, form: Any) -> str:
        log_time(self.object, by=reader(self.request), **form.cleaned_data)
        return self.done(self.object, _("The time is entered."))


class AddCost(Act):
    """Write down money spent."""

    form_class: Any = CostForm
    object_verb = "tickets.work"
    title = gettext_lazy("Enter a cost")
    submit_label = gettext_lazy("Enter")

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        kwargs.pop("user")
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        return {"day": timezone.localdate()}

    def act(self, form: Any) -> str:
        add_cost(self.object, by=reader(self.request), **form.cleaned_data)
        return self.done(self.object, _("The cost is entered."))


class BudgetPage(AddCost):
    """Say what may be spent."""

    form_class = BudgetForm
    object_verb = "tickets.budget"
    title = gettext_lazy("Budget")
    submit_label = gettext_lazy("Save")

    def get_initial(self) -> dict[str, Any]:
        budget = TicketBudget.objects.filter(ticket=self.object).first()
        return {"amount": budget.amount if budget else None}

    def act(self, form: Any) -> str:
        set_budget(self.object, form.cleaned_data["amount"], by=reader(self.request))
        return self.done(self.object, _("Saved."))


class VoidTime(AddCost):
    """Take a time entry out of the count."""

    form_class = VoidForm
    title = gettext_lazy("Void this line")
    submit_label = gettext_lazy("Void")
    model: Any = TimeEntry

    @cached_property
    def line(self) -> Any:
        """The line, of a ticket one works on."""
        rows = self.model.objects.visible_to(self.request.user).select_related("ticket")
        return get_object_or_404(rows, pk=self.kwargs["key"])

    @cached_property
    def object(self) -> Ticket:
        """The ticket it stands on."""
        ticket = ticket_of(self.request, self.line.ticket.reference)
        owners = (getattr(self.line, "person_id", None) or self.line.entered_by_id, self.line.entered_by_id)
        if not may_void(reader(self.request), ticket, owners):
            raise PermissionDenied
        return ticket

    def get_initial(self) -> dict[str, Any]:
        return {}

    def act(self, form: Any) -> str:
        void = void_time if isinstance(self.line, TimeEntry) else void_cost
        void(self.line, by=reader(self.request), reason=form.cleaned_data["reason"])
        self.done(self.object, _("The line counts no more."))
        return reverse("tickets:time", args=[self.object.reference])


class VoidCost(VoidTime):
    """Take a cost line out of the count."""

    model = CostLine


class Ledger(ListPage):
    """The ledger of all tickets one works on, with its sums."""

    model = LedgerLine
    table_class = LedgerTable
    filterset_class = LedgerFilter
    frame = "base_workspace.html"
    template_name = "tickets/ledger.html"
    title = gettext_lazy("Time and costs")
    sentence = gettext_lazy("Who spent how much time on what, and what it cost, over all kinds of tickets.")
    default_sort = "-day"
    empty_title = gettext_lazy("No time is entered yet")
    empty_text = gettext_lazy("Open a ticket and press t.")
    empty_icon = "clock"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        worker(request)
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        return LedgerLine.objects.visible_to(reader(self.request)).standing().for_lists()

    def actions(self) -> list[Action]:
        kept = changed(self.request.GET, page=None, sort=None, by=None)
        return [Action(_("Export as CSV"), reverse("tickets:ledger_export") + kept, "download")]

    @property
    def group(self) -> str:
        """By what the sums are split; nothing unless asked."""
        asked = self.request.GET.get("by", "")
        return asked if asked in GROUPS else ""

    def get_context(self) -> dict[str, Any]:
        lines: Any = self.matching
        ways = [
            {
                "label": group.label,
                "address": changed(self.request.GET, by=name, page=None),
                "current": name == self.group,
            }
            for name, group in GROUPS.items()
        ]
        return {
            **super().get_context(),
            "totals": totals(lines),
            "sees_money": reader(self.request).access.can("tickets.costs"),
            "ways": ways,
            "group": GROUPS[self.group].label if self.group else "",
            "parts": split(lines, self.group) if self.group else [],
            "kept": [("by", self.group)] if self.group else [],
        }


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The lines that match, as a file for a spreadsheet."""
    user = worker(request)
    rows = LedgerLine.objects.visible_to(user).standing().for_lists()
    found = LedgerFilter(request.GET, queryset=rows, request=request).qs.order_by("day", "pk")
    record("ledger.exported", by=user, data={"filters": sorted(request.GET)})
    return csv_answer("ledger", HEADS, map(exported, found.iterator(chunk_size=2000)))
