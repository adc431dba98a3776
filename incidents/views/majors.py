"""Major incidents: the list, the page with the log, and what everybody it touches can read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from core.exceptions import Refused
from core.forms import add_refusal
from core.views import Crumb, ListPage, UpdatePage, refused_message
from incidents import actions
from incidents.facts import children_of
from incidents.filters import MajorFilter
from incidents.forms import ChildForm, DeclareForm, EntryForm, FollowUps, ReviewForm, TouchedForm, WordForm
from incidents.models import MajorIncident, worked_on_by
from incidents.permissions import DECLARE
from incidents.suggestions import candidates_for
from incidents.tables import MajorTable
from tickets.kinds import key_of
from tickets.models import Ticket
from tickets.permissions import sees_internal
from tickets.references import find
from tickets.views.people import reader, worker
from tickets.views.ticket import Act, ticket_of

CHILDREN_SHOWN = 100


class MajorList(ListPage):
    """All major incidents one works on."""

    model = MajorIncident
    table_class = MajorTable
    filterset_class = MajorFilter
    frame = "base_workspace.html"
    title = gettext_lazy("Major incidents")
    sentence = gettext_lazy("What stops many people at once: one master, one word to everybody, one review.")
    default_sort = "-declared"
    search_label = gettext_lazy("Search major incidents")
    empty_title = gettext_lazy("No major incident")
    empty_text = gettext_lazy("An incident is declared major on its page, under “More”.")
    empty_icon = "alert-octagon"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        worker(request)
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        user = reader(self.request)
        rows = MajorIncident.objects.filter(worked_on_by(user))
        return rows.select_related("incident__entity", "coordinator").prefetch_related("services")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Incidents"), reverse("incidents:list"))]


def major_of(request: HttpRequest, reference: str) -> MajorIncident:
    """A major incident for those at work; 404 unseen or not major, 403 for its public side."""
    ticket = ticket_of(request, reference)
    rows = MajorIncident.objects.select_related("coordinator", "declared_by", "reviewed_by")
    row = get_object_or_404(rows, incident=ticket)
    row.incident = ticket
    return row


@require_safe
def major(request: HttpRequest, reference: str) -> HttpResponse:
    """The page: where it stands, the log, the children."""
    return _page(request, major_of(request, reference))


def _page(
    request: HttpRequest,
    row: MajorIncident,
    *,
    entry: EntryForm | None = None,
    word: WordForm | None = None,
    child: ChildForm | None = None,
) -> HttpResponse:
    user = reader(request)
    leads, works = user.has_perm(DECLARE, row), user.has_perm("tickets.work", row.incident)
    children = children_of(row.incident)
    visible = children.filter(pk__in=Ticket.objects.visible_to(user).values("pk"))
    shown = list(visible.for_lists()[:CHILDREN_SHOWN])  # type: ignore[attr-defined]
    context = {
        "row": row,
        "ticket": row.incident,
        "leads": leads,
        "works": works,
        "entries": list(row.entries.select_related("author").order_by("-at", "-pk")),
        "children": shown,
        "children_count": children.count() if len(shown) == CHILDREN_SHOWN else len(shown),
        "candidates": candidates_for(row, user) if works and row.is_under_way else [],
        "concerned": row.concerned.count(),
        "services": list(row.services.all()),
        "entities": list(row.entities.all()),
        "entry_form": entry or EntryForm(prefix="entry"),
        "word_form": word or WordForm(prefix="word"),
        "child_form": child or ChildForm(prefix="child"),
    }
    status = 422 if entry or word or child else 200
    return render(request, "incidents/major.html", context, status=status)


def _for_act(request: HttpRequest, reference: str, verb: str) -> MajorIncident:
    """A major incident that the person may do this to; 403 otherwise."""
    row = major_of(request, reference)
    if not reader(request).has_perm(verb, row if verb == DECLARE else row.incident):
        raise PermissionDenied
    return row


@require_POST
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """A line of the log."""
    row = _for_act(request, reference, "tickets.work")
    form = EntryForm(request.POST, prefix="entry")
    if form.is_valid():
        try:
            actions.write_entry(row, by=reader(request), **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect(row)
    return _page(request, row, entry=form)


@require_POST
def tell(request: HttpRequest, reference: str) -> HttpResponse:
    """A word to everybody."""
    row = _for_act(request, reference, DECLARE)
    form = WordForm(request.POST, prefix="word")
    if form.is_valid():
        try:
            actions.communicate(row, by=reader(request), **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("It is on its way to everybody it touches."))
            return redirect(row)
    return _page(request, row, word=form)


@require_POST
def attach(request: HttpRequest, reference: str) -> HttpResponse:
    """Make incidents part of it: those ticked, or the one named."""
    row, user = _for_act(request, reference, "tickets.work"), reader(request)
    named = request.POST.getlist("incident")[:CHILDREN_SHOWN]
    form = None if named else ChildForm(request.POST, prefix="child")
    if form is not None:
        if not form.is_valid():
            return _page(request, row, child=form)
        named = [form.cleaned_data["reference"]]
    done = 0
    for each in named:
        try:
            actions.attach_child(row, _incident(each, request), by=user)
            done += 1
        except Refused as refused:
            messages.error(request, f"{each}: {refused}")
    if done:
        said = ngettext(
            "%(count)d incident is part of it now.", "%(count)d incidents are part of it now.", done
        )
        messages.success(request, said % {"count": done})
    return redirect(row)


def _incident(reference: str, request: HttpRequest) -> Ticket:
    try:
        return find(reference, user=reader(request))
    except Http404 as error:
        raise Refused(_("There is no such ticket.")) from error


@require_POST
def attach_here(request: HttpRequest, reference: str) -> HttpResponse:
    """Make this incident part of the major one that is named, from its own page."""
    ticket, user = ticket_of(request, reference), reader(request)
    if not user.has_perm("tickets.work", ticket):
        raise PermissionDenied
    found = MajorIncident.objects.filter(worked_on_by(user)).select_related("incident")
    row = found.filter(incident_id=key_of(request.POST.get("major", "")) or 0).first()
    if row is None:
        messages.error(request, _("There is no such major incident."))
        return redirect(ticket.get_absolute_url())
    master = row.incident.reference
    if refused_message(request, lambda: actions.attach_child(row, ticket, by=user)):
        messages.success(request, _("It is part of %(reference)s now.") % {"reference": master})
    return redirect(ticket.get_absolute_url())


class DeclarePage(Act):
    """Declare an incident major."""

    form_class = DeclareForm
    object_verb = DECLARE
    title = gettext_lazy("Declare a major incident")
    submit_label = gettext_lazy("Declare it major")

    def get_initial(self) -> dict[str, Any]:
        ticket = self.object
        return {
            "summary": ticket.title, "services": [ticket.service_id] if ticket.service_id else [],
            "entities": [ticket.entity_id], "coordinator": reader(self.request),
        }  # fmt: skip

    def act(self, form: Any) -> str:
        made = actions.declare_major(self.object, by=reader(self.request), **form.cleaned_data)
        messages.success(self.request, _("Declared. Those it touches see a banner; now tell them more."))
        return made.get_absolute_url()


class MajorAct(UpdatePage):
    """A form that changes a major incident and comes back to its page."""

    model = MajorIncident
    frame = "base_workspace.html"
    template_name = "incidents/major_form.html"

    @cached_property
    def object(self) -> MajorIncident:
        """The major incident: 404 unseen, 403 for who does not lead it."""
        row = major_of(self.request, self.kwargs["reference"])
        if not self.request.user.has_perm(DECLARE, row):
            raise PermissionDenied
        return row

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb(_("Major incidents"), reverse("incidents:majors")),
            Crumb(self.object.incident.reference, self.object.get_absolute_url()),
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}


class EditMajor(MajorAct):
    """Change what everybody reads and whom it touches."""

    form_class = TouchedForm
    title = gettext_lazy("Change the major incident")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "major": self.object}

    def get_initial(self) -> dict[str, Any]:
        row = self.object
        return {
            "summary": row.summary, "services": list(row.services.values_list("pk", flat=True)),
            "entities": list(row.entities.values_list("pk", flat=True)), "coordinator": row.coordinator,
            "next_update_at": row.next_update_at,
        }  # fmt: skip

    def act(self, form: Any) -> str:
        actions.edit_major(self.object, form.cleaned_data, by=reader(self.request), version=self.sent_version)
        messages.success(self.request, _("Saved."))
        return self.object.get_absolute_url()


class ReviewPage(MajorAct):
    """The closing review."""

    form_class = ReviewForm
    template_name = "incidents/review.html"
    title = gettext_lazy("Closing review")
    sentence = gettext_lazy("Without it the incident is not closed. It goes into the incident report.")
    submit_label = gettext_lazy("Save the review")

    @cached_property
    def follow_ups(self) -> Any:
        """The actions to take."""
        data = self.request.POST if self.request.method == "POST" else None
        return FollowUps.of(self.object.incident, reader(self.request), data)

    def get_initial(self) -> dict[str, Any]:
        row = self.object
        return {"what_happened": row.what_happened, "went_well": row.went_well, "to_improve": row.to_improve}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "follow_ups": self.follow_ups}

    def act(self, form: Any) -> str:
        if not self.follow_ups.is_valid():
            raise Refused(_("Look at the actions again."))
        actions.review_major(
            self.object, by=reader(self.request), follow_ups=self.follow_ups.rows(), version=self.sent_version,
            **form.cleaned_data,
        )  # fmt: skip
        messages.success(self.request, _("The review is written. The incident can be closed."))
        return self.object.get_absolute_url()


def _concerning(request: HttpRequest, reference: str) -> MajorIncident:
    """A major incident that one may know of; 404 otherwise."""
    rows = MajorIncident.objects.visible_to(reader(request)).select_related("incident__entity")
    return get_object_or_404(rows, incident_id=key_of(reference) or 0)


@require_safe
def status(request: HttpRequest, reference: str) -> HttpResponse:
    """What everybody it touches can read, and the button that says "I am touched too"."""
    row, user = _concerning(request, reference), reader(request)
    return render(
        request,
        "incidents/status.html",
        {
            "row": row,
            "now": timezone.now(),
            "words": list(row.entries.filter(is_public=True).order_by("-at", "-pk")),
            "services": list(row.services.all()),
            "has_joined": row.concerned.filter(user=user).exists(),
            "works": sees_internal(user, row.incident),
        },
    )


@require_POST
def join(request: HttpRequest, reference: str) -> HttpResponse:
    """I am touched too."""
    row = _concerning(request, reference)
    try:
        actions.join_major(row, by=reader(request))
        messages.success(request, _("Noted. You are told of every news; you need not report it."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("incidents:major_status", reference=row.incident.reference)
