"""The pages of importing items."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from core.views import Action, Crumb, DetailPage, FormPage, ListPage, refused_message
from services.actions.imports import check_import, start_import
from services.actions.items import EDIT
from services.choices import ImportStatus
from services.item_forms import ImportForm
from services.models import ItemImport
from services.reading import COLUMNS
from services.tables import ImportTable
from services.views.common import crumb, person


class Imports(ListPage):
    """One's imports of items."""

    model = ItemImport
    table_class = ImportTable
    verb = EDIT
    title = gettext_lazy("Imports of items")
    sentence = gettext_lazy("A file is looked through first; a worker takes it in when you say so.")
    empty_title = gettext_lazy("Nothing imported yet")
    empty_text = gettext_lazy("A CSV file from a spreadsheet or another tool is enough.")
    empty_icon = "upload"

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("text").order_by("-pk")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Items"), "services:items")]

    def actions(self) -> list[Action]:
        return [Action(_("Import a file"), reverse("services:import_items"), "upload", primary=True)]


class Upload(FormPage):
    """Give a file; what it would do is shown next."""

    form_class = ImportForm
    template_name = "services/import_form.html"
    verb = EDIT
    title = gettext_lazy("Import items")
    submit_label = gettext_lazy("Look through the file")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Items"), "services:items"), crumb(_("Imports of items"), "services:item_imports")]

    def act(self, form: Any) -> str:
        upload = form.cleaned_data["file"]
        return check_import(upload.read(), upload.name, by=person(self.request)).get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "columns": COLUMNS}


class ImportPage(DetailPage):
    """What a file would do, how far it is, and what came of it."""

    model = ItemImport
    template_name = "services/import.html"
    verb = EDIT

    def get_template_names(self) -> list[str]:
        return (
            ["services/import.html#state"] if getattr(self.request, "htmx", False) else [self.template_name]
        )

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Items"), "services:items"), crumb(_("Imports of items"), "services:item_imports")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        return {
            **super().get_context_data(**kwargs),
            "row": row,
            "report": row.report,
            "is_checked": row.status == ImportStatus.CHECKED,
            "is_running": row.status in (ImportStatus.WAITING, ImportStatus.RUNNING),
            "is_done": row.status == ImportStatus.DONE,
            "is_failed": row.status == ImportStatus.FAILED,
            "would_change": bool(row.report.get("new") or row.report.get("changed")),
        }


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a worker take the file in."""
    row = get_object_or_404(ItemImport.objects.visible_to(person(request)), pk=pk)
    refused_message(request, lambda: start_import(row, by=person(request)))
    return redirect(row.get_absolute_url())
