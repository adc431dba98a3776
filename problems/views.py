"""The pages of problems, their analysis, and the known errors."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.choices import Kind
from core.views import Action, CreatePage, Crumb, refused_message
from problems import actions
from problems.filters import ProblemFilter
from problems.forms import DETAILS, CauseForm, ProblemForm, WorkaroundForm
from problems.models import Cause, CauseMethod, Problem
from problems.queries import known_errors, public_workarounds, with_incidents, with_uses
from problems.tables import SHOWN, KnownErrorTable, ProblemTable
from services.models import Service
from tickets.actions import store_upload
from tickets.models import Ticket
from tickets.references import find_all
from tickets.views.details import EditDetails
from tickets.views.people import reader
from tickets.views.queue import TicketList
from tickets.views.ticket import Act, ticket_of

# How many workarounds a requester is shown at once.
_SHOWN = 20


class ProblemList(TicketList):
    """All problems one may see."""

    model = Problem
    table_class = ProblemTable
    filterset_class = ProblemFilter
    title = gettext_lazy("Problems")
    sentence = gettext_lazy("The causes behind incidents: looked for, worked around, removed.")
    panel_fields = (
        *(name for name in TicketList.panel_fields if name != "kind"),
        "known_error",
        "workaround",
    )
    empty_title = gettext_lazy("No problem is open")
    empty_text = gettext_lazy("Open one from incidents that have the same cause.")
    empty_icon = "target"

    def get_queryset(self) -> QuerySet[Any]:
        return with_incidents(super().get_queryset())

    def actions(self) -> list[Action]:
        listed = [Action(_("Known errors"), reverse("problems:known_errors"), "bulb")]
        if self.request.user.has_perm("tickets.open_for_others"):
            listed.append(Action(_("New problem"), reverse("problems:create"), "plus", primary=True))
        return listed


class KnownErrors(TicketList):
    """The open problems that say what helps meanwhile."""

    model = Problem
    table_class = KnownErrorTable
    filterset_class = ProblemFilter
    title = gettext_lazy("Known errors")
    sentence = gettext_lazy("What is broken, known, and can be worked around until its cause is removed.")
    search_label = gettext_lazy("Search known errors")
    panel_fields = ("status", "priority", "service", "category", "entity")
    empty_title = gettext_lazy("No known error")
    empty_text = gettext_lazy("A problem appears here once a workaround is written on it.")
    empty_icon = "bulb"

    def get_queryset(self) -> QuerySet[Any]:
        rows = known_errors().visible_to(self.request.user)  # type: ignore[attr-defined]
        return with_uses(rows.for_lists(*(f"problem_details__{name}" for name in SHOWN)))

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Problems"), reverse("problems:list"))]


class ProblemCreate(CreatePage):
    """Open a problem, by hand or from the incidents named in the address (`?incidents=INC-1,INC-2`)."""

    form_class = ProblemForm
    frame = "base_workspace.html"
    template_name = "problems/create.html"
    title = gettext_lazy("New problem")
    submit_label = gettext_lazy("Open the problem")
    verb = "tickets.open_for_others"

    @cached_property
    def incident(self) -> Ticket | None:
        """The ticket the page was opened from."""
        reference = self.kwargs.get("reference")
        return ticket_of(self.request, reference) if reference else None

    def crumbs(self) -> list[Crumb]:
        if self.incident:
            return [Crumb(str(self.incident), self.incident.get_absolute_url())]
        return [Crumb(_("Problems"), reverse("problems:list"))]

    def get_initial(self) -> dict[str, Any]:
        if self.incident is None:
            return super().get_initial()
        names = ("title", "service_id", "category_id", "urgency", "impact")
        drawn = {name.removesuffix("_id"): getattr(self.incident, name) for name in names}
        return {**super().get_initial(), **drawn, "incidents": self.incident.reference}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: Any) -> str:
        user, values = reader(self.request), dict(form.cleaned_data)
        called = re.findall(r"[^\s,;]+", values.pop("incidents"))
        incidents = find_all(called[: actions.MAX_INCIDENTS + 1], user=user, field="incidents")
        details = {name: values.pop(name) for name in DETAILS}
        kept = [store_upload(upload, by=user) for upload in values.pop("files")]
        ticket = actions.open_problem(
            by=user, incidents=incidents, attachments=kept, details=_filled(details), **_filled(values)
        )
        messages.success(self.request, _("%(reference)s is open.") % {"reference": ticket.reference})
        return ticket.get_absolute_url()


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


class ProblemDetailsPage(EditDetails):
    """Qualify a problem: context, environment, reasons, consequences, workaround."""

    kind = Kind.PROBLEM
    columns = (*DETAILS, "root_cause", "consequences", "workaround", "is_public_workaround")
    title = gettext_lazy("Describe the problem")


class ProblemAct(Act):
    """A form about a problem; 404 for a ticket of another kind."""

    @cached_property
    def object(self) -> Ticket:
        """The problem."""
        ticket: Ticket = super().object
        if ticket.kind != Kind.PROBLEM:
            raise Http404
        return ticket


class Analysis(ProblemAct):
    """The analysis of a problem: its hypotheses, its chain of whys, and a new line."""

    form_class = CauseForm
    template_name = "problems/analysis.html"
    title = gettext_lazy("Analysis")
    submit_label = gettext_lazy("Add")

    @property
    def object_verb(self) -> str:  # type: ignore[override]
        """Whoever sees the problem's inside reads, whoever works on it adds."""
        return "tickets.work" if self.request.method == "POST" else "tickets.view"

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("method", "")
        return {"method": asked if asked in CauseMethod.values else CauseMethod.HYPOTHESIS}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": None}

    def act(self, form: Any) -> str:
        actions.add_cause(self.object, by=reader(self.request), **form.cleaned_data)
        return reverse("problems:analysis", args=[self.object.reference])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may = self.request.user.has_perm("tickets.work", self.object)
        lines = list(Cause.objects.of(self.object))
        return {
            **super().get_context_data(**kwargs),
            "hypotheses": [line for line in lines if line.method == CauseMethod.HYPOTHESIS],
            "whys": [line for line in lines if line.method == CauseMethod.WHY],
            "may_work": may,
        }


def cause_of(request: HttpRequest, key: int) -> Cause:
    """A line of the analysis of a problem one works on; 404 unseen, 403 where one only reads."""
    visible = Ticket.objects.visible_to(request.user).values("pk")
    cause = get_object_or_404(Cause.objects.select_related("problem").filter(problem__in=visible), pk=key)
    if not request.user.has_perm("tickets.work", cause.problem):
        raise PermissionDenied
    return cause


class EditCause(Act):
    """Change a line of the analysis."""

    form_class = CauseForm
    title = gettext_lazy("Supposed cause")

    @cached_property
    def cause(self) -> Cause:
        """The line."""
        return cause_of(self.request, self.kwargs["key"])

    @cached_property
    def object(self) -> Ticket:
        """The problem it belongs to."""
        return self.cause.problem

    def crumbs(self) -> list[Crumb]:
        return [*super().crumbs(), Crumb(_("Analysis"), self.address)]

    @property
    def address(self) -> str:
        """The page of the analysis."""
        return reverse("problems:analysis", args=[self.object.reference])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.cause}

    def act(self, form: Any) -> str:
        actions.edit_cause(self.cause, form.cleaned_data, by=reader(self.request), version=self.sent_version)
        return self.address


@require_POST
def remove_cause(request: HttpRequest, key: int) -> HttpResponse:
    """Take a line out of the analysis."""
    cause = cause_of(request, key)
    address = reverse("problems:analysis", args=[cause.problem.reference])
    if refused_message(request, lambda: actions.remove_cause(cause, by=reader(request))):
        messages.success(request, _("“%(text)s” is removed.") % {"text": str(cause)})
    return redirect(address)


@require_POST
def move_cause(request: HttpRequest, key: int) -> HttpResponse:
    """Move a line up or down in its list."""
    cause = cause_of(request, key)
    up = request.POST.get("to") != "down"
    refused_message(request, lambda: actions.move_cause(cause, up=up, by=reader(request)))
    return redirect("problems:analysis", reference=cause.problem.reference)


class UseWorkaround(Act):
    """Give the workaround of a known error on an incident."""

    form_class = WorkaroundForm
    template_name = "problems/workaround.html"
    object_verb = "tickets.note"
    title = gettext_lazy("Use this workaround")
    submit_label = gettext_lazy("Write it on the incident")

    @cached_property
    def problem(self) -> Ticket:
        """The known error, 404 where it is none the person may open."""
        rows = known_errors().visible_to(self.request.user)  # type: ignore[attr-defined]
        found: Ticket = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "ticket": self.object, "problem": self.problem}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "problem": self.problem}

    def act(self, form: Any) -> str:
        values = form.cleaned_data
        ticket = actions.use_workaround(
            self.problem, self.object, by=reader(self.request), body=values["body"],
            public=values.get("public", False),
        )  # fmt: skip
        return self.done(ticket, _("The workaround is written, and the incident is linked to the problem."))


@require_safe
def workarounds(request: HttpRequest) -> HttpResponse:
    """What helps with known trouble, for everybody: the whole page, or its list for htmx; `?service=` narrows it."""
    user = reader(request)
    asked = request.GET.get("service", "")
    service = None
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        service = Service.objects.visible_to(user).filter(pk=int(asked)).first()
    in_form = bool(getattr(request, "htmx", False)) and not request.htmx.boosted  # type: ignore[attr-defined]
    rows: list[Ticket] = []
    if service is not None or not (in_form or asked):
        rows = list(public_workarounds(user, service)[:_SHOWN])
    template = "problems/public_list.html" if in_form else "problems/public.html"
    response = render(request, template, {"problems": rows, "service": service})
    response["Vary"] = "HX-Request"
    return response
