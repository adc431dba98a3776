"""Where an administrator sees that the machinery works: deliveries that failed, and periodic jobs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import django_filters
from celery import current_app
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from core import jobs, markup, outbox
from core.filters import AnyOf
from core.models import Heartbeat, JobRun, OutboxMessage, OutboxState
from core.slots import slot_of
from core.tables import Column, Table
from core.views import Crumb, DetailPage, ListPage, refused_message

FRAME = "base_manage.html"
VERB = "settings.manage"
_TONES = {OutboxState.WAITING: "waiting", OutboxState.SENT: "good", OutboxState.PARKED: "late"}
_RECENT_RUNS = 30


class DeliveryFilter(django_filters.FilterSet):
    """What the list of deliveries can be narrowed by."""

    q = django_filters.CharFilter(
        label=_("Search"), field_name="key", lookup_expr="icontains", max_length=200
    )
    state = AnyOf(choices=OutboxState, label=_("State"))

    class Meta:
        model = OutboxMessage
        fields: tuple[str, ...] = ()


class DeliveryTable(Table):
    """Deliveries, newest first. Their content is not shown: it may be confidential."""

    caption = _("Deliveries")
    key = Column(_("Delivery"), "key")
    topic = Column(_("Kind"), "topic", css="wide")
    state = Column(
        _("State"), lambda row: markup.tag(row.get_state_display(), _TONES[OutboxState(row.state)])
    )
    attempts = Column(_("Tries"), "attempts", css="num shrink")
    created = Column(_("Created"), lambda row: markup.when(row.created_at), css="wide")
    error = Column(_("Last error"), lambda row: row.last_error[:120], css="wide")

    def address(self, row: OutboxMessage) -> str:
        """The page of the delivery."""
        return reverse("core:delivery", args=[row.pk])


class DeliveryList(ListPage):
    """What was sent, waits, or failed."""

    model = OutboxMessage
    table_class = DeliveryTable
    filterset_class = DeliveryFilter
    frame = FRAME
    verb = VERB
    title = _("Deliveries")
    sentence = _("Mails and other effects on their way. What failed waits here to be sent again.")
    search_label = _("Search deliveries")
    empty_title = _("Nothing has been sent yet")
    empty_icon = "send"
    template_name = "operations/deliveries.html"

    def get_queryset(self) -> QuerySet[OutboxMessage]:
        return OutboxMessage.objects.defer("payload").order_by("-id")

    def get_context(self) -> dict[str, Any]:
        failed = OutboxMessage.objects.filter(state=OutboxState.PARKED).order_by("-id")
        return {**super().get_context(), "has_failed": failed.exists()}


class DeliveryPage(DetailPage):
    """One delivery with every try."""

    model = OutboxMessage
    template_name = "operations/delivery.html"
    frame = FRAME
    verb = VERB

    def get_queryset(self) -> QuerySet[OutboxMessage]:
        return OutboxMessage.objects.defer("payload").prefetch_related("tries")

    def get_title(self) -> str:
        return str(self.object.key)

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Deliveries"), reverse("core:deliveries"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tone = _TONES[OutboxState(self.object.state)]
        return {**super().get_context_data(**kwargs), "tone": tone, "parked": OutboxState.PARKED}


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Put one failed delivery, or all of them, back in the queue."""
    if not request.user.has_perm(VERB):
        raise PermissionDenied
    rows = OutboxMessage.objects.all()
    key = request.POST.get("delivery", "")
    if key:
        rows = rows.filter(pk=int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else rows.none()
    if refused_message(request, lambda: outbox.send_again(rows)):
        messages.success(request, _("It is on its way again."))
    return redirect(reverse("core:deliveries"))


@dataclass(frozen=True)
class JobLine:
    """A periodic job as the page shows it."""

    name: str
    every: timedelta
    last: JobRun | None
    is_late: bool

    @property
    def seconds(self) -> float:
        """Its interval in seconds."""
        return self.every.total_seconds()


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The periodic jobs: whether each ran when it should, and whether a worker lives."""
    if not request.user.has_perm(VERB):
        raise PermissionDenied
    now = timezone.now()
    # Jobs are registered by the modules of tasks, which a web process has no other reason to load.
    current_app.loader.import_default_modules()
    return render(
        request,
        "operations/jobs.html",
        {
            "title": _("Jobs"),
            "sentence": _("What runs by itself, and whether it did."),
            "hearts": [(heart, heart.is_alive()) for heart in Heartbeat.objects.order_by("name")],
            "is_alive": jobs.worker_is_alive(),
            "lines": [_line(name, every, now) for name, every in sorted(jobs.registered.items())],
            "runs": JobRun.objects.order_by("-started_at")[:_RECENT_RUNS],
        },
    )


def _line(name: str, every: timedelta, now: datetime) -> JobLine:
    last = JobRun.objects.filter(job=name).order_by("-slot").first()
    # The slot that runs now may still be on its way; the one before it must be there.
    due = slot_of(now, every) - every
    return JobLine(name, every, last, is_late=last is None or last.slot < due - timedelta(seconds=60))
