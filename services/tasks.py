"""What workers do for the catalogue."""

from datetime import timedelta

from celery import shared_task

from core.jobs import job
from services.actions.imports import run_import, unfinished
from services.models import ItemImport

IMPORT_TASK = "services.import_items"


@shared_task(name=IMPORT_TASK)
def import_items(key: int) -> None:
    """Take in the file of an import; one that was interrupted goes on, what is there already stays."""
    found = ItemImport.objects.filter(pk=key).first()
    if found is not None:
        run_import(found)


@shared_task(name="services.sweep_imports")
@job("services.sweep_imports", every=timedelta(minutes=1))
def sweep_imports() -> None:
    """Find imports that no nudge announced, or whose worker died."""
    for found in unfinished():
        run_import(found)
