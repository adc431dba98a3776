"""The administration of recurring tickets and of checklists."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from accounts.actions.saving import allow
from core import markup
from core.exceptions import Refused
from core.tables import Column, Table
from core.views import Action, Crumb, DetailPage, FormPage, ListPage, UpdatePage
from tickets.actions.recurring import MANAGE, preview, run_now, save_recurrence
from tickets.actions.setup import save_word
from tickets.models import ChecklistTemplate, Recurrence, RecurrenceSlot, Ticket
from tickets.recurring_forms import ChecklistForm, RecurrenceForm
from tickets.views.people import reader
from tickets.views.setup import FRAME, SetupForm, SetupList, WordTable, yes_no


class RecurrenceTable(Table):
    """Recurring tickets."""

    caption = gettext_lazy("Recurring tickets")

    name = Column(gettext_lazy("Name"), str, css="grow")
    kind = Column(gettext_lazy("Kind"), lambda row: row.get_kind_display(), css="wide quiet")
    entity = Column(gettext_lazy("Entity"), lambda row: row.entity, css="wide quiet")
    next_at = Column(
        gettext_lazy("Next one"), lambda row: markup.when(row.next_at) if row.next_at else "–", sort="next_at"
    )
    is_active = Column(gettext_lazy("In use"), lambda row: yes_no(row.is_active), css="shrink")


class Recurrences(ListPage):
    """The tickets that open by themselves."""

    frame = FRAME
    verb = MANAGE
    model = Recurrence
    table_class = RecurrenceTable
    default_sort = "name"
    title = gettext_lazy("Recurring tickets")
    sentence = gettext_lazy("Maintenance, reviews and drills that open by themselves, each occurrence once.")
    empty_title = gettext_lazy("Nothing recurs yet")
    empty_text = gettext_lazy("Set up the first one: a monthly check of the backups, for instance.")
    empty_icon = "repeat"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("entity")

    def actions(self) -> list[Action]:
        return [Action(_("New recurring ticket"), reverse("tickets:new_recurrence"), "plus", primary=True)]


class RecurrencePage(DetailPage):
    """One recurring ticket: what opens next, and what was opened."""

    frame = FRAME
    verb = MANAGE
    model = Recurrence
    template_name = "tickets/recurrence.html"

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Recurring tickets"), reverse("tickets:recurrences"))]

    def actions(self) -> list[Action]:
        return [
            Action(
                _("Edit"), reverse("tickets:edit_recurrence", args=[self.object.pk]), "pencil", primary=True
            )
        ]

    def get_queryset(self) -> Any:
        related = (
            "entity", "requester", "service", "category", "team", "assignee", "calendar", "checklist"
        )  # fmt: skip
        return super().get_queryset().select_related(*related)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        past = list(RecurrenceSlot.objects.filter(recurrence=self.object)[:20])
        seen = Ticket.objects.visible_to(reader(self.request)).in_bulk(
            [slot.ticket_id for slot in past if slot.ticket_id]
        )
        return {
            **super().get_context_data(**kwargs),
            "dates": preview(self.object) if self.object.is_active else [],
            "past": [(slot, seen.get(slot.ticket_id)) for slot in past],
        }


class _RecurrenceForm(FormPage):
    """The form of a recurring ticket."""

    frame = FRAME
    verb = MANAGE
    form_class = RecurrenceForm
    template_name = "tickets/recurrence_form.html"
    success_message = gettext_lazy("Saved.")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Recurring tickets"), reverse("tickets:recurrences"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}


class NewRecurrence(_RecurrenceForm):
    """Set up a recurring ticket."""

    title = gettext_lazy("New recurring ticket")

    def act(self, form: Any) -> str:
        return save_recurrence(Recurrence(), form.values, by=reader(self.request)).get_absolute_url()


class EditRecurrence(_RecurrenceForm, UpdatePage):
    """Change a recurring ticket; what it opened already stays as it is."""

    model = Recurrence

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.object}

    def act(self, form: Any) -> str:
        row = save_recurrence(
            Recurrence.objects.get(pk=self.object.pk),
            form.values,
            by=reader(self.request),
            version=self.sent_version,
        )
        return row.get_absolute_url()


@require_POST
def open_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Open one ticket at once."""
    user = reader(request)
    row = get_object_or_404(Recurrence.objects.visible_to(user), pk=pk)
    allow(user, MANAGE, row)
    try:
        ticket = run_now(row, by=user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(reference)s is open.") % {"reference": ticket.reference})
    return redirect(row.get_absolute_url())


class ChecklistTable(WordTable):
    """Ready checklists."""

    points = Column(gettext_lazy("Points"), lambda row: len(row.points.splitlines()), css="shrink")

    def address(self, row: Any) -> str:
        return reverse("tickets:checklist", args=[row.pk])


class Checklists(SetupList):
    """Lists of points ready to be put on tickets."""

    model = ChecklistTemplate
    table_class = ChecklistTable
    title = gettext_lazy("Checklists")
    sentence = gettext_lazy("Lists of points that technicians put on a ticket and tick one by one.")
    create_name, create_label = "tickets:new_checklist", gettext_lazy("New checklist")


class EditChecklist(SetupForm):
    """One ready checklist."""

    model = ChecklistTemplate
    form_class = ChecklistForm
    list_name, list_title = "tickets:checklists", gettext_lazy("Checklists")

    def act(self, form: Any) -> str:
        save_word(self.stored(), form.cleaned_data, by=reader(self.request))
        return reverse(self.list_name)
