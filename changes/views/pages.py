"""The lists of changes, their form, and what one does to one."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy

from changes import actions
from changes.filters import ChangeFilter
from changes.forms import DETAILS, ChangeForm
from changes.models import Change, overlapping
from changes.tables import SHOWN, ChangeTable
from core.choices import Kind
from core.views import Action, CreatePage, Crumb
from tickets.actions import store_upload
from tickets.models import Ticket
from tickets.references import find_all
from tickets.views.details import EditDetails
from tickets.views.people import reader
from tickets.views.queue import TicketList
from tickets.views.ticket import ticket_of


class ChangeList(TicketList):
    """All changes one may see."""

    model = Change
    table_class = ChangeTable
    filterset_class = ChangeFilter
    title = gettext_lazy("Changes")
    sentence = gettext_lazy(
        "What is altered in services on purpose: described, decided on, carried out, reviewed."
    )
    panel_fields = (
        "status", "change_type", "risk_level", "priority", "team", "assignee", "service", "entity",
        "window_after", "window_before", "undecided",
    )  # fmt: skip
    empty_title = gettext_lazy("No change yet")
    empty_text = gettext_lazy("Draft one, or make a standard change from a template.")
    empty_icon = "transfer"

    def get_queryset(self) -> QuerySet[Any]:
        rows = Change.objects.visible_to(self.request.user)
        found: QuerySet[Any] = rows.for_lists(*(f"change_details__{name}" for name in SHOWN))
        return found

    def actions(self) -> list[Action]:
        listed = [Action(_("Calendar"), reverse("changes:calendar"), "calendar-event")]
        if self.request.user.has_perm("tickets.open_for_others"):
            listed.append(Action(_("New change"), reverse("changes:create"), "plus", primary=True))
        return listed


class ChangeCreate(CreatePage):
    """Draft a change, or make a standard one; from a problem or incident where one opened the page."""

    form_class = ChangeForm
    frame = "base_workspace.html"
    template_name = "changes/create.html"
    title = gettext_lazy("New change")
    submit_label = gettext_lazy("Draft the change")
    verb = "tickets.open_for_others"

    @cached_property
    def origin(self) -> Ticket | None:
        """The ticket the page was opened from."""
        reference = self.kwargs.get("reference")
        return ticket_of(self.request, reference) if reference else None

    def crumbs(self) -> list[Crumb]:
        if self.origin:
            return [Crumb(str(self.origin), self.origin.get_absolute_url())]
        return [Crumb(_("Changes"), reverse("changes:list"))]

    def get_initial(self) -> dict[str, Any]:
        if self.origin is None:
            return super().get_initial()
        drawn = {
            "title": self.origin.title,
            "service": self.origin.service_id,
            "resolves": self.origin.reference,
        }
        drawn["justification"] = getattr(self.origin.details, "root_cause", "")
        return {**super().get_initial(), **drawn}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: Any) -> str:
        user, values = reader(self.request), dict(form.cleaned_data)
        called = re.findall(r"[^\s,;]+", values.pop("resolves"))
        resolves = find_all(called[: actions.MAX_RESOLVED + 1], user=user, field="resolves")
        details = {name: values.pop(name) for name in DETAILS}
        kept = [store_upload(upload, by=user) for upload in values.pop("files")]
        ticket = actions.open_change(by=user, resolves=resolves, attachments=kept, details=details, **values)
        messages.success(self.request, _("%(reference)s is open.") % {"reference": ticket.reference})
        return ticket.get_absolute_url()


class ChangeDetailsPage(EditDetails):
    """Describe a change; what was decided on is no longer offered."""

    kind = Kind.CHANGE
    columns = tuple(name for name in DETAILS if name != "template")
    title = gettext_lazy("Describe the change")

    def done(self, ticket: Ticket, written: str) -> str:
        """Warn of others in the same window."""
        warn_of_conflicts(self.request, ticket)
        return super().done(ticket, written)


def warn_of_conflicts(request: Any, ticket: Ticket) -> None:
    """Say which other changes touch the service at that time."""
    others = overlapping(Change.objects.get(pk=ticket.pk)).visible_to(request.user)  # type: ignore[attr-defined]
    named = ", ".join(other.reference for other in others[:5])
    if named:
        message = _("The same service is changed at that time by %(others)s.")
        messages.warning(request, message % {"others": named})
