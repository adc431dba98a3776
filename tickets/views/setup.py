"""The administration of what all tickets share."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy

from core.tables import Column, Table
from core.views import Action, Crumb, FormPage, ListPage
from tickets.actions.setup import MANAGE, save_policy, save_word, set_matrix
from tickets.models import PendingReason, Policy, ResolutionCode
from tickets.setup_forms import MatrixForm, PendingReasonForm, PolicyForm, ResolutionCodeForm
from tickets.views.people import reader

FRAME = "base_manage.html"


def yes_no(value: object) -> str:
    """The word for a flag."""
    return _("yes") if value else _("no")


class WordTable(Table):
    """The columns of words."""

    name = Column(gettext_lazy("Name"), str, css="grow")
    slug = Column(gettext_lazy("Code"), "slug", css="quiet wide")
    is_active = Column(gettext_lazy("In use"), lambda row: yes_no(row.is_active), css="shrink")


class ReasonTable(WordTable):
    """Pending reasons."""

    waits_for = Column(gettext_lazy("Who has to act"), lambda row: row.get_waits_for_display())
    pauses = Column(gettext_lazy("Pauses the clock"), lambda row: yes_no(row.pauses_clock), css="wide")

    def address(self, row: Any) -> str:
        return reverse("tickets:pending_reason", args=[row.pk])


class CodeTable(WordTable):
    """Resolution codes."""

    def address(self, row: Any) -> str:
        return reverse("tickets:resolution_code", args=[row.pk])


class PolicyTable(Table):
    """Delays by entity."""

    entity = Column(gettext_lazy("Entity"), str, css="grow")
    closes = Column(
        gettext_lazy("Closes after"), lambda row: _("%(days)d working days") % {"days": row.close_after_days}
    )
    reopens = Column(
        gettext_lazy("Reopens within"),
        lambda row: _("%(days)d working days") % {"days": row.reopen_within_days},
    )
    parts = Column(gettext_lazy("Open parts"), lambda row: row.get_parent_close_display(), css="wide quiet")

    def address(self, row: Any) -> str:
        return reverse("tickets:policy", args=[row.pk])


class SetupList(ListPage):
    """A list of the set-up: the same rows for everyone who may open it."""

    frame = FRAME
    verb = MANAGE
    create_name = ""
    create_label: Any = ""

    def get_queryset(self) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def actions(self) -> list[Action]:
        return [Action(self.create_label, reverse(self.create_name), "plus", primary=True)]


class PendingReasons(SetupList):
    """Why tickets wait."""

    model = PendingReason
    table_class = ReasonTable
    title = gettext_lazy("Pending reasons")
    sentence = gettext_lazy("Why a ticket may wait, who has to act meanwhile, and whether its clock stops.")
    create_name, create_label = "tickets:new_pending_reason", gettext_lazy("New reason")


class ResolutionCodes(SetupList):
    """How tickets end."""

    model = ResolutionCode
    table_class = CodeTable
    title = gettext_lazy("Resolution codes")
    sentence = gettext_lazy("How tickets are solved, in the words that figures are counted by.")
    create_name, create_label = "tickets:new_resolution_code", gettext_lazy("New code")


class Policies(SetupList):
    """The delays."""

    model = Policy
    table_class = PolicyTable
    title = gettext_lazy("Delays")
    sentence = gettext_lazy(
        "When resolved tickets close by themselves, and how long a closed one can be reopened."
    )
    create_name, create_label = "tickets:new_policy", gettext_lazy("Delays of an entity")

    def get_queryset(self) -> QuerySet[Policy]:
        return Policy.objects.select_related("entity").order_by("entity__path", "pk")


class SetupForm(FormPage):
    """A form over one row of the set-up, or a new one."""

    frame = FRAME
    verb = MANAGE
    model: type[Model]
    list_name = ""
    list_title: Any = ""
    success_message = gettext_lazy("Saved.")

    @cached_property
    def row(self) -> Any:
        """The row that is changed, or a new one."""
        return get_object_or_404(self.model, pk=self.kwargs["pk"]) if "pk" in self.kwargs else self.model()

    def get_title(self) -> Any:
        return str(self.row) if self.row.pk else _("New")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(self.list_title, reverse(self.list_name))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.row}

    def stored(self) -> Any:
        """The row as the database has it: the form has already changed its own copy."""
        return self.model._default_manager.get(pk=self.row.pk) if self.row.pk else self.model()

    def act(self, form: Any) -> str:
        save_word(
            self.stored(),
            form.cleaned_data,
            by=reader(self.request),
        )
        return reverse(self.list_name)


class EditReason(SetupForm):
    """One pending reason."""

    model = PendingReason
    form_class = PendingReasonForm
    list_name, list_title = "tickets:pending_reasons", gettext_lazy("Pending reasons")


class EditCode(SetupForm):
    """One resolution code."""

    model = ResolutionCode
    form_class = ResolutionCodeForm
    list_name, list_title = "tickets:resolution_codes", gettext_lazy("Resolution codes")


class EditPolicy(SetupForm):
    """The delays of one entity."""

    model = Policy
    form_class = PolicyForm
    list_name, list_title = "tickets:policies", gettext_lazy("Delays")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: Any) -> str:
        save_policy(
            self.stored(),
            form.cleaned_data,
            by=reader(self.request),
        )
        return reverse(self.list_name)


class Matrix(FormPage):
    """The priority of each urgency and impact."""

    form_class = MatrixForm
    template_name = "tickets/matrix.html"
    frame = FRAME
    verb = MANAGE
    title = gettext_lazy("Priority matrix")
    sentence = gettext_lazy(
        "The priority a ticket gets from its urgency and its impact. A vital service raises it by one. "
        "Tickets keep the priority they have until they are next changed."
    )
    success_message = gettext_lazy("The matrix is saved.")

    def act(self, form: Any) -> str:
        set_matrix(form.cells, by=reader(self.request))
        return reverse("tickets:matrix")
