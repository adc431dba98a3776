"""The catalogue: its forms, the fields they ask and the approval they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actions.saving import allow, change, save
from accounts.models import Team, User
from assistance.models import MANAGE, RequestType, RequestTypeField, RequestTypeStep
from core.choices import Kind
from core.db import locked
from core.exceptions import Refused, StaleVersion
from tickets.actions.approving import MAX_STEPS
from tickets.models import CustomField
from tickets.models.approvals import Quorum

COLUMNS = frozenset(
    {
        "slug", "name_fr", "name_en", "sentence_fr", "sentence_en", "icon", "category", "service", "entity", "team",
        "delay_fr", "delay_en", "checklist_fr", "checklist_en", "position", "is_active",
    }
)  # fmt: skip
MAX_FIELDS = 40


@dataclass(frozen=True)
class RequestedField:
    """A field that a form asks."""

    field: CustomField
    is_required: bool = False


@dataclass(frozen=True)
class Step:
    """A step of the approval that a form asks for."""

    name_fr: str
    name_en: str = ""
    asks_manager: bool = False
    people: Sequence[User] = ()
    teams: Sequence[Team] = ()
    quorum: str = Quorum.ANY
    percent: int = 50


@transaction.atomic
def create_type(
    *,
    name_fr: str,
    by: User | None,
    fields: Sequence[RequestedField] = (),
    steps: Sequence[Step] = (),
    **columns: Any,
) -> RequestType:
    """Add a form to the catalogue; its code is made from the name where none is given."""
    allow(by, MANAGE, *_places(columns.get("entity")))
    row = RequestType(name_fr=name_fr)
    change(row, {**columns, "slug": columns.get("slug") or _free_code(name_fr)}, allowed=COLUMNS)
    _check(row)
    save(row)
    _write_fields(row, fields)
    _write_steps(row, steps)
    return row


@transaction.atomic
def edit_type(
    request_type: RequestType, changes: Mapping[str, Any], *, by: User | None, version: int | None = None
) -> RequestType:
    """Change a form. Raises `StaleVersion` over a newer one; what was asked by it stays as it was asked."""
    row = _held(request_type, by, version)
    if "entity" in changes:
        allow(by, MANAGE, *_places(changes["entity"]))
    changed = change(row, changes, allowed=COLUMNS)
    if not changed:
        return row
    _check(row)
    return _saved(row, changed)


@transaction.atomic
def set_fields(
    request_type: RequestType,
    fields: Sequence[RequestedField],
    *,
    by: User | None,
    version: int | None = None,
) -> RequestType:
    """Say which fields a form asks, in their order; those left out are asked no more."""
    row = _held(request_type, by, version)
    _write_fields(row, fields)
    return _saved(row, [])


@transaction.atomic
def set_steps(
    request_type: RequestType, steps: Sequence[Step], *, by: User | None, version: int | None = None
) -> RequestType:
    """Say who approves what is asked by a form, step after step; none at all where nobody has to."""
    row = _held(request_type, by, version)
    _write_steps(row, steps)
    return _saved(row, [])


def steps_of(request_type: RequestType) -> list[Step]:
    """The approval of a form as it is set."""
    rows = request_type.steps.prefetch_related("people", "teams").order_by("position", "pk")
    return [
        Step(
            name_fr=row.name_fr, name_en=row.name_en, asks_manager=row.asks_manager, people=list(row.people.all()),
            teams=list(row.teams.all()), quorum=row.quorum, percent=row.percent,
        )
        for row in rows
    ]  # fmt: skip


def _held(request_type: RequestType, by: User | None, version: int | None) -> RequestType:
    row = locked(RequestType.objects.filter(pk=request_type.pk)).get()
    allow(by, MANAGE, *_places(row.entity))
    if version is not None and version != row.version:
        raise StaleVersion(_("Someone else has changed this form since you opened it."))
    return row


def _places(entity: Any) -> tuple[Any, ...]:
    """The object that the right is asked on: the entity a form is for, any where it is for all."""
    return (entity,) if entity is not None else ()


def _saved(row: RequestType, changed: Sequence[str]) -> RequestType:
    row.version += 1
    return save(row, fields=[*changed, "version"])


def _check(row: RequestType) -> None:
    if row.category and row.category.kinds and Kind.REQUEST not in row.category.kinds:
        raise Refused({"category": _("This category is not for tickets of this kind.")})
    if row.team and not row.team.is_active:
        raise Refused({"team": _("This team is no longer active.")})


def _write_fields(row: RequestType, fields: Sequence[RequestedField]) -> None:
    if len(fields) > MAX_FIELDS:
        raise Refused({"fields": _("At most %(limit)d fields in one form.") % {"limit": MAX_FIELDS}})
    if len({asked.field.pk for asked in fields}) != len(fields):
        raise Refused({"fields": _("A form asks each field once.")})
    row.asked.all().delete()
    RequestTypeField.objects.bulk_create(
        RequestTypeField(request_type=row, field=asked.field, position=place, is_required=asked.is_required)
        for place, asked in enumerate(fields, 1)
    )


def _write_steps(row: RequestType, steps: Sequence[Step]) -> None:
    if len(steps) > MAX_STEPS:
        raise Refused({"steps": _("Give between 1 and %(limit)d steps.") % {"limit": MAX_STEPS}})
    for step in steps:
        if not (step.asks_manager or step.people or step.teams):
            raise Refused({"steps": _("Say who approves in each step.")})
    row.steps.all().delete()
    for place, step in enumerate(steps, 1):
        made = save(
            RequestTypeStep(
                request_type=row, position=place, name_fr=step.name_fr, name_en=step.name_en,
                asks_manager=step.asks_manager, quorum=step.quorum, percent=step.percent,
            )
        )  # fmt: skip
        made.people.set(step.people)
        made.teams.set(step.teams)


def _free_code(name: str) -> str:
    """A code made from a name, numbered where it is taken."""
    base = slugify(name)[:50] or "form"
    taken = set(RequestType.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(code for code in numbered if code not in taken)
