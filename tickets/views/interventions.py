"""Interventions: the technician's day on a phone, the appointment, the sheet and its signature."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core import times
from core.exceptions import Refused
from core.signatures import from_data_url
from core.views import Crumb, UpdatePage, refused_message
from tickets.actions import interventions as acts
from tickets.intervention_forms import CancelForm, Parts, PlanForm, SheetForm, SignForm
from tickets.models import Intervention
from tickets.permissions import sees_internal
from tickets.sheets import intervention_sheet
from tickets.views.people import reader, worker
from tickets.views.ticket import Act

# What a day shows; more appointments than that no day holds.
_LIMIT = 60


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """One's appointments of a day, and what older ones still ask for."""
    user, today = worker(request), timezone.localdate()
    chosen = _day(request.GET.get("day", ""), today)
    begin = timezone.make_aware(datetime(chosen.year, chosen.month, chosen.day))  # noqa: DTZ001 - made aware here
    end = begin + timedelta(days=1, hours=2)
    mine = Intervention.objects.filter(technician=user).for_lists().order_by("starts_at", "pk")
    of_day = [
        row for row in mine.filter(starts_at__gte=begin, starts_at__lt=end)[:_LIMIT] if _on(row, chosen)
    ]
    open_before = mine.filter(state__in=["planned", "under_way", "done"], starts_at__lt=begin)
    next_up = mine.filter(state__in=["planned"], starts_at__gte=begin + timedelta(days=1)).first()
    return render(
        request,
        "tickets/interventions.html",
        {
            "day": chosen,
            "is_today": chosen == today,
            "rows": of_day,
            "waiting": [] if chosen > today else list(open_before[:_LIMIT]),
            "next": None if of_day else next_up,
            "before": chosen - timedelta(days=1),
            "after": chosen + timedelta(days=1),
        },
    )


def _day(asked: str, today: date) -> date:
    """The day asked for; nonsense is today."""
    try:
        found = parse_date(asked)
    except ValueError:
        return today
    return found if found and abs(found - today) < timedelta(days=3660) else today


def _on(row: Intervention, chosen: date) -> bool:
    return timezone.localtime(row.starts_at).date() == chosen


def intervention_of(request: HttpRequest, pk: int) -> Intervention:
    """An intervention on a ticket one works on; 404 where it is not visible, 403 for its public side."""
    user = reader(request)
    rows = Intervention.objects.visible_to(user).for_lists().prefetch_related("parts")
    row = get_object_or_404(rows, pk=pk)
    if not sees_internal(user, row.ticket):
        raise PermissionDenied
    return row


@require_safe
def intervention(request: HttpRequest, pk: int) -> HttpResponse:
    """One appointment: where to go, what to do, and the next step."""
    row, user = intervention_of(request, pk), reader(request)
    may_work = user.has_perm("tickets.work", row.ticket)
    return render(
        request,
        "tickets/intervention.html",
        {
            "row": row,
            "may_work": may_work,
            "overlaps": acts.overlapping(row) if may_work and row.state in ("planned", "under_way") else [],
        },
    )


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin."""
    row = intervention_of(request, pk)
    refused_message(request, lambda: acts.start_intervention(row, by=reader(request)))
    return redirect(row)


@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet as it stands, as PDF in the reader's language; the signed one is the file that was signed."""
    row = intervention_of(request, pk)
    content = intervention_sheet(row, row.ticket, signature=_drawn(row))
    response = HttpResponse(content, content_type="application/pdf")
    name = slugify(_("Intervention sheet %(reference)s") % {"reference": row.ticket.reference})
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _drawn(row: Intervention) -> bytes:
    """The drawn signature, nothing where there is none."""
    if not row.signature:
        return b""
    with row.signature.open("rb") as picture:
        content: bytes = picture.read()
    return content


@require_safe
def signature(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The drawn signature."""
    row = intervention_of(request, pk)
    if not row.signature:
        raise Http404
    try:
        opened = row.signature.open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(opened, content_type="image/png")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600"
    return response


class PlanPage(Act):
    """Agree on an appointment."""

    form_class = PlanForm
    object_verb = "tickets.work"
    title = gettext_lazy("Plan an intervention")
    submit_label = gettext_lazy("Plan it")

    def get_initial(self) -> dict[str, Any]:
        now = timezone.localtime().replace(minute=0, second=0, microsecond=0)
        first = now + timedelta(hours=2)
        usual = self.object.assignee_id or reader(self.request).pk
        return {
            "technician": usual, "mode": "on_site", "starts_at": first,
            "ends_at": first + timedelta(hours=1), "travel_minutes": 0, "place": str(self.object.entity),
        }  # fmt: skip

    def act(self, form: Any) -> str:
        made = acts.plan_intervention(self.object, by=reader(self.request), **form.cleaned_data)
        warn_of_overlaps(self.request, made)
        return self.done(self.object, _("Planned for %(when)s.") % {"when": times.exact(made.starts_at)})


def warn_of_overlaps(request: HttpRequest, row: Intervention) -> None:
    """Tell who planned that the technician is busy then; it stands all the same."""
    for other in acts.overlapping(row):
        said = _("%(person)s has another appointment then: %(reference)s, %(when)s.")
        messages.warning(
            request,
            said
            % {
                "person": row.technician,
                "reference": other.ticket.reference,
                "when": times.short(other.starts_at),
            },
        )


class InterventionAct(UpdatePage):
    """A form that does one thing to an intervention and comes back to it."""

    model = Intervention
    frame = "base_workspace.html"
    template_name = "tickets/intervention_act.html"

    @cached_property
    def object(self) -> Intervention:
        """The intervention: 404 unseen, 403 for who does not work on its ticket."""
        row = intervention_of(self.request, self.kwargs["pk"])
        if not self.request.user.has_perm("tickets.work", row.ticket):
            raise PermissionDenied
        return row

    def crumbs(self) -> list[Crumb]:
        day_address = (
            f"{reverse('tickets:interventions')}?day={timezone.localtime(self.object.starts_at):%Y-%m-%d}"
        )
        return [
            Crumb(_("Interventions"), day_address),
            Crumb(self.object.ticket.reference, self.object.get_absolute_url()),
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "row": self.object, "ticket": self.object.ticket}


class ChangePage(InterventionAct):
    """Move the appointment."""

    form_class = PlanForm
    title = gettext_lazy("Change the appointment")

    def get_initial(self) -> dict[str, Any]:
        row = self.object
        held = {name: getattr(row, name) for name in acts.PLAN_FIELDS if name != "technician"}
        return {**held, "technician": row.technician_id}

    def act(self, form: Any) -> str:
        row = acts.change_intervention(
            self.object, form.cleaned_data, by=reader(self.request), version=self.sent_version
        )
        warn_of_overlaps(self.request, row)
        messages.success(self.request, _("The appointment is changed."))
        return row.get_absolute_url()


class SheetPage(InterventionAct):
    """Write what was done; the signature comes next."""

    form_class = SheetForm
    template_name = "tickets/intervention_sheet.html"
    title = gettext_lazy("Intervention sheet")
    submit_label = gettext_lazy("Save and have it signed")

    def get_initial(self) -> dict[str, Any]:
        row = self.object
        return {
            "work_done": row.work_done, "remaining": row.remaining, "travel_minutes": row.travel_minutes,
            "started_at": row.started_at or row.starts_at, "ended_at": row.ended_at or timezone.now(),
        }  # fmt: skip

    @cached_property
    def parts(self) -> Any:
        """The rows of parts."""
        return Parts.of(self.object, self.request.POST if self.request.method == "POST" else None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "parts": self.parts}

    def act(self, form: Any) -> str:
        if not self.parts.is_valid():
            raise Refused(_("Look at the parts again."))
        row = acts.finish_intervention(
            self.object, by=reader(self.request), parts=self.parts.rows(), version=self.sent_version,
            **form.cleaned_data,
        )  # fmt: skip
        messages.success(self.request, _("The sheet is written. Have it signed."))
        return reverse("tickets:sign_intervention", args=[row.pk])


class SignPage(InterventionAct):
    """Have the sheet signed on the screen."""

    form_class = SignForm
    template_name = "tickets/intervention_sign.html"
    title = gettext_lazy("Signature")
    submit_label = gettext_lazy("Sign")

    def get_initial(self) -> dict[str, Any]:
        return {"signer_name": self.object.ticket.requester.name}

    def act(self, form: Any) -> str:
        values = form.cleaned_data
        drawn = from_data_url(values["signature"]) if values["signature"] else None
        row = acts.sign_intervention(
            self.object, by=reader(self.request), signer_name=values["signer_name"], signature=drawn,
            agreed=values["agreed"], version=self.sent_version,
        )  # fmt: skip
        messages.success(self.request, _("Signed. The sheet is on the ticket, and the requester is told."))
        return row.get_absolute_url()


class CancelPage(InterventionAct):
    """Call the appointment off."""

    form_class = CancelForm
    title = gettext_lazy("Call off the intervention")
    submit_label = gettext_lazy("Call it off")

    def act(self, form: Any) -> str:
        row = acts.cancel_intervention(
            self.object, by=reader(self.request), version=self.sent_version, **form.cleaned_data
        )
        messages.success(self.request, _("The intervention is called off, and the requester is told."))
        return row.get_absolute_url()
