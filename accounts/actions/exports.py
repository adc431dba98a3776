"""Handing a person's data out: asked for, made by a worker, fetched while it is kept."""

import tempfile
from datetime import datetime, timedelta
from typing import IO

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import permissions
from accounts.models import PersonalExport, User
from audit.actions import record
from core.db import locked
from core.nudge import nudge_on_commit
from core.personal import Bundle, holdings

BUILD_TASK = "accounts.build_exports"
KEPT = timedelta(days=7)
# A worker that was killed leaves its export running: another takes it over after this long.
_GIVEN_UP = timedelta(minutes=15)
State = PersonalExport.State

READ_ME = """All that the portal holds on {name} <{email}>, made {at:%Y-%m-%d %H:%M} UTC.

profile.json          the account
rows/<table>.json     what every table holds: whole rows where they are yours, number and times where somebody's or
                      something's row only mentions you (the column that does is part of the file's name)
tickets/, files/      what you asked for, with its messages, and the files you sent
audit.json            what the audit trail says you did, and what was done to your account
"""


@transaction.atomic
def ask_export(person: User, *, by: User, at: datetime | None = None) -> PersonalExport:
    """Have the data of a person put together: one's own, or that of someone whose data one may handle."""
    if by.pk != person.pk and not by.has_perm(permissions.PERSONAL_DATA, person):
        raise PermissionDenied
    list(locked(User.objects.filter(pk=person.pk)))
    waiting = PersonalExport.objects.filter(user=person, asked_by=by, state=State.WAITING).first()
    if waiting:
        return waiting
    export = PersonalExport.objects.create(user=person, asked_by=by, asked_at=at or timezone.now())
    record("person.export_asked", by=by, target=person, subject=person)
    nudge_on_commit(BUILD_TASK)
    return export


def write_export(person: User, target: IO[bytes]) -> None:
    """Write the ZIP of a person's data."""
    with Bundle(target) as bundle:
        for holding in holdings:
            holding.export(person, bundle)
        bundle.add_text("README.txt", READ_ME.format(name=person.name, email=person.email, at=timezone.now()))


def build_exports() -> int:
    """Make the exports that wait; returns how many."""
    made = 0
    while export := _take():
        try:
            _build(export)
        except Exception:
            PersonalExport.objects.filter(pk=export.pk).update(state=State.FAILED)
            raise
        made += 1
    return made


@transaction.atomic
def _take() -> PersonalExport | None:
    now = timezone.now()
    due = Q(state=State.WAITING) | Q(state=State.RUNNING, started_at__lt=now - _GIVEN_UP)
    rows = PersonalExport.objects.filter(due).order_by("pk")
    export = locked(rows, skip_locked=True).first()
    if export:
        export.state, export.started_at = State.RUNNING, now
        export.save(update_fields=["state", "started_at"])
    return export


def _build(export: PersonalExport) -> None:
    person = User.objects.get(pk=export.user_id)
    with tempfile.TemporaryFile() as made:
        write_export(person, made)
        export.size = made.tell()
        made.seek(0)
        export.file.save("export.zip", File(made), save=False)
    export.state, export.expires_at = State.READY, timezone.now() + KEPT
    export.save(update_fields=["file", "size", "state", "expires_at"])
    record("person.exported", by=export.asked_by_id, target=person, subject=person)


def note_fetched(export: PersonalExport, *, by: User) -> None:
    """Write down that the file was fetched. Raises `PermissionDenied` for anyone but who it is for."""
    if by.pk not in (export.asked_by_id, export.user_id):
        raise PermissionDenied
    record("person.export_read", by=by, target=export.user, subject=export.user)


def delete_expired() -> int:
    """Delete the exports whose time is over, row first: a row never points to nothing. Returns how many."""
    old = list(PersonalExport.objects.filter(expires_at__lt=timezone.now()))
    for export in old:
        delete_export(export)
    return len(old)


def delete_export(export: PersonalExport) -> None:
    """Delete one export and, once that is committed, its file."""
    storage, name = export.file.storage, export.file.name
    export.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))
