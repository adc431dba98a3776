"""The set-up of changes: templates of standard ones, and how entities decide."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from changes.actions import save_policy, save_template
from changes.forms import ChangePolicyForm, ChangeTemplateForm
from changes.models import ChangePolicy, ChangeTemplate
from core.tables import Column, Table
from tickets.views.people import reader
from tickets.views.setup import SetupForm, SetupList, WordTable


class TemplateTable(WordTable):
    """Templates of standard changes."""

    service = Column(gettext_lazy("Service"), "service", css="wide")
    risk = Column(gettext_lazy("Risk"), lambda row: row.get_risk_level_display(), css="wide")

    def address(self, row: Any) -> str:
        return reverse("changes:template", args=[row.pk])


class PolicyTable(Table):
    """How entities decide."""

    entity = Column(gettext_lazy("Entity"), str, css="grow")
    quorum = Column(gettext_lazy("Who has to approve"), lambda row: row.get_quorum_display())
    hours = Column(
        gettext_lazy("Emergencies decided within"),
        lambda row: _("%(hours)d h") % {"hours": row.emergency_hours},
    )

    def address(self, row: Any) -> str:
        return reverse("changes:policy", args=[row.pk])


class Templates(SetupList):
    """The standard changes."""

    model = ChangeTemplate
    table_class = TemplateTable
    title = gettext_lazy("Standard changes")
    sentence = gettext_lazy("Changes done so often that they are approved once for all.")
    create_name, create_label = "changes:new_template", gettext_lazy("New template")

    def get_queryset(self) -> QuerySet[ChangeTemplate]:
        return ChangeTemplate.objects.select_related("service")


class Policies(SetupList):
    """The rules of deciding."""

    model = ChangePolicy
    table_class = PolicyTable
    title = gettext_lazy("Approval of changes")
    sentence = gettext_lazy(
        "How many of those who hold the right have to approve a change, and how soon after an emergency."
    )
    create_name, create_label = "changes:new_policy", gettext_lazy("Rule of an entity")

    def get_queryset(self) -> QuerySet[ChangePolicy]:
        return ChangePolicy.objects.select_related("entity").order_by("entity__path", "pk")


class ChangeSetupForm(SetupForm):
    """A form over one row of the set-up of changes."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}


class EditTemplate(ChangeSetupForm):
    """One template."""

    model = ChangeTemplate
    form_class = ChangeTemplateForm
    list_name, list_title = "changes:templates", gettext_lazy("Standard changes")

    def act(self, form: Any) -> str:
        save_template(self.stored(), form.cleaned_data, by=reader(self.request))
        return reverse(self.list_name)


class EditPolicy(ChangeSetupForm):
    """The rule of one entity."""

    model = ChangePolicy
    form_class = ChangePolicyForm
    list_name, list_title = "changes:policies", gettext_lazy("Approval of changes")

    def act(self, form: Any) -> str:
        save_policy(self.stored(), form.cleaned_data, by=reader(self.request))
        return reverse(self.list_name)
