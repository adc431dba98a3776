"""The auditor's pages: the trail, one entry, whether it is whole, and the trail as a file."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from audit import actions, exporting, ledger
from audit.filters import AuditFilter
from audit.models import VIEW, AuditCheck, AuditEntry, AuditSeal
from audit.tables import TrailTable
from audit.telling import Told, tell
from core import markup, times
from core.tables import Table, changed
from core.views import COUNT_LIMIT, Action, Crumb, DetailPage, ListPage

FRAME = "base_manage.html"
TONES = {
    AuditCheck.State.WAITING: "waiting",
    AuditCheck.State.RUNNING: "waiting",
    AuditCheck.State.WHOLE: "good",
    AuditCheck.State.BROKEN: "late",
    AuditCheck.State.FAILED: "soon",
}
_LAST_CHECKS = 10


class Trail(ListPage):
    """The trail, newest first; pages begin at an entry, so that the last costs what the first does."""

    model = AuditEntry
    table_class = TrailTable
    filterset_class = AuditFilter
    frame = FRAME
    verb = VIEW
    title = _("Audit trail")
    sentence = _("Who did what, when and from where. Nobody changes it unnoticed.")
    search_label = _("Search the trail")
    empty_title = _("Nothing was written down yet")
    empty_icon = "list-check"

    def actions(self) -> list[Action]:
        query = self.request.GET.urlencode()
        return [
            Action(_("Verification"), reverse("audit:verification"), "shield-check"),
            Action(_("JSON lines"), f"{reverse('audit:export')}?{query}", "download"),
            Action(
                _("CSV"),
                f"{reverse('audit:export')}?{changed(self.request.GET, format='csv')[1:]}",
                "download",
            ),
        ]

    @cached_property
    def number(self) -> int:
        asked = self.request.GET.get("page", "1")
        return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1

    @cached_property
    def rows(self) -> list[Any]:
        """The entries of the page, and one more where there is a next one."""
        above, below = self._cursor("above"), self._cursor("below")
        if above:
            later = self.matching.filter(Q(at__gt=above.at) | Q(at=above.at, pk__gt=above.pk))
            found = list(later.order_by("at", "pk")[: self.page_size])[::-1]
            return [*found, above]
        rows = self.matching
        if below:
            rows = rows.filter(Q(at__lt=below.at) | Q(at=below.at, pk__lt=below.pk))
        return list(rows.order_by("-at", "-pk")[: self.page_size + 1])

    def _cursor(self, name: str) -> AuditEntry | None:
        """The entry that the address names as the edge of the page."""
        asked = self.request.GET.get(name, "")
        if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
            return None
        return self.get_queryset().filter(pk=int(asked)).first()

    def count(self) -> str:
        query = self.request.GET
        if len(self.rows) <= self.page_size and "below" not in query and "above" not in query:
            return times.bounded(len(self.rows), COUNT_LIMIT)
        found = self.matching.order_by().values("pk")[: COUNT_LIMIT + 1].count()
        return times.bounded(found, COUNT_LIMIT)

    def table(self) -> Table:
        return self.table_class(tell(self.rows[: self.page_size]), query=self.request.GET)

    def get_context(self) -> dict[str, Any]:
        context, query, number = super().get_context(), self.request.GET, self.number
        is_more = len(self.rows) > self.page_size
        shown = self.rows[: self.page_size]
        following = (
            changed(query, below=str(shown[-1].pk), above=None, page=str(number + 1)) if is_more else ""
        )
        before = ""
        if number > 1 and shown:
            first = number == 2
            before = changed(
                query,
                above=None if first else str(shown[0].pk),
                below=None,
                page=None if first else str(number - 1),
            )
        return {**context, "next_address": following, "previous_address": before, "is_cut": False}


class EntryPage(DetailPage):
    """One entry, with what was there before and after."""

    model = AuditEntry
    frame = FRAME
    verb = VIEW
    template_name = "audit/entry.html"

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Audit trail"), reverse("audit:list"))]

    @cached_property
    def told(self) -> Told:
        """The entry with its boxes opened."""
        return tell([self.object])[0]

    def get_title(self) -> str:
        return self.told.what

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told, row = self.told, self.object
        seal = AuditSeal.objects.filter(entry=row.pk).first()
        return {
            **super().get_context_data(**kwargs),
            "told": told,
            "seal": seal,
            "facts": [
                (_("Who"), told.who),
                (_("When"), markup.when(row.at)),
                (_("Object"), told.target),
                (_("IP address"), told.ip),
                (_("HTTP request"), row.request_id),
                (_("Number"), str(row.pk)),
            ],
        }


@require_safe
def verification(request: HttpRequest) -> HttpResponse:
    """Whether the trail is whole: the head of the chain, the last verifications, and a button for another."""
    _may_view(request)
    checks = list(AuditCheck.objects.order_by("-pk")[:_LAST_CHECKS])
    head = AuditSeal.objects.order_by("-seq").first()
    done = next((check for check in checks if check.finished_at), None)
    return render(
        request,
        "audit/verification.html",
        {
            "frame": FRAME,
            "title": _("Verification of the trail"),
            "sentence": _(
                "Each entry is hashed with the one before; the newest hash is noted outside the database."
            ),
            "crumbs": [Crumb(_("Audit trail"), reverse("audit:list"))],
            "head": head,
            "facts": _head_facts(head),
            "done": done,
            "checks": [(check, TONES[AuditCheck.State(check.state)]) for check in checks],
            "is_under_way": any(not check.finished_at for check in checks),
        },
    )


def _head_facts(head: AuditSeal | None) -> list[tuple[Any, Any]]:
    last = ledger.last(ledger.ANCHORS)
    noted = datetime.fromisoformat(last["at"]) if last else None
    return [
        (_("Links of the chain"), str(head.seq) if head else "0"),
        (_("Newest hash"), format_html("<code>{}</code>", head.hash) if head else ""),
        (_("Noted outside the database"), markup.when(noted) if noted else gettext("not yet")),
    ]


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Have the trail verified by a worker."""
    _may_view(request)
    actions.ask_check(by=request.user)
    messages.success(request, gettext("The verification begins. Its result appears below."))
    return redirect("audit:verification")


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The entries of the filters in force as a file. That it was taken is written down."""
    _may_view(request)
    return export_response(request, request.user, request.GET)


def export_response(request: HttpRequest, user: Any, query: Any) -> HttpResponseBase:
    """The file, for page and API."""
    form = query.get("format", "jsonl")
    form = form if form in exporting.FORMATS else "jsonl"
    rows: QuerySet[AuditEntry] = AuditFilter(
        query, queryset=AuditEntry.objects.visible_to(user), request=request
    ).qs
    asked = {name: value for name, value in query.items() if name != "format" and value}
    actions.record("audit.exported", by=user, data={"format": form, "filters": asked})
    response = StreamingHttpResponse(
        exporting.lines(rows, form), content_type=f"{exporting.FORMATS[form]}; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="audit-{timezone.now():%Y%m%d-%H%M}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _may_view(request: HttpRequest) -> None:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
