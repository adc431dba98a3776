"""Importing items: a file is looked through, then taken in by a worker."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actions.saving import allow
from accounts.models import User
from core.db import locked
from core.exceptions import Refused
from core.files import clean_name
from core.nudge import nudge_on_commit
from services.actions.items import EDIT
from services.choices import ImportStatus
from services.importing import Intake, Report
from services.models import ItemImport
from services.reading import Unreadable, decoded

_CLASS = 0x5653_0004
_TASK = "services.import_items"


def check_import(raw: bytes, name: str, *, by: User) -> ItemImport:
    """Keep a file of items with what it would do. Raises `Refused` naming `file`."""
    allow(by, EDIT)
    now = timezone.now()
    try:
        text = decoded(raw)
        report = Intake(by, text, now).check()
    except Unreadable as problem:
        raise Refused({"file": str(problem)}) from problem
    return ItemImport.objects.create(
        by=by, name=clean_name(name), text=text, total=report.rows, report=report.as_data(), created_at=now
    )


@transaction.atomic
def start_import(row: ItemImport, *, by: User) -> ItemImport:
    """Let a worker take the file in; starting twice is starting once."""
    allow(by, EDIT)
    found = locked(ItemImport.objects.filter(pk=row.pk)).get()
    if found.by_id != by.pk:
        raise PermissionDenied
    if found.status != ImportStatus.CHECKED:
        return found
    if not (found.report.get("new") or found.report.get("changed")):
        raise Refused(_("Nothing in this file would change anything."))
    found.status = ImportStatus.WAITING
    found.save(update_fields=["status"])
    nudge_on_commit(_TASK, found.pk)
    return found


def unfinished() -> QuerySet[ItemImport]:
    """Imports that were started and are not at their end."""
    return ItemImport.objects.filter(status__in=[ImportStatus.WAITING, ImportStatus.RUNNING]).order_by("pk")


def run_import(row: ItemImport) -> bool:
    """Take the file in, unless another worker is at it; returns whether it ran here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_CLASS, row.pk])
        if not cursor.fetchone()[0]:
            return False
    try:
        row.refresh_from_db()
        if row.status not in (ImportStatus.WAITING, ImportStatus.RUNNING):
            return False
        _run(row)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_CLASS, row.pk])
    return True


def _run(row: ItemImport) -> None:
    rows = ItemImport.objects.filter(pk=row.pk)
    rows.update(status=ImportStatus.RUNNING)

    def tell(done: int, report: Report) -> None:
        rows.update(done=done, report=report.as_data())

    by = User.objects.select_related("entity").get(pk=row.by_id)
    with translation.override(by.language or None):
        try:
            report = Intake(by, row.text).run(progress=tell)
        except Exception:
            rows.update(status=ImportStatus.FAILED, finished_at=timezone.now())
            raise
    # The text has served; what it did stays.
    rows.update(status=ImportStatus.DONE, report=report.as_data(), finished_at=timezone.now(), text="")
