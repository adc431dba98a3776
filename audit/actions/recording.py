"""Writing the trail: entries of single acts and of sets, in the transaction of the act."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import models
from django.utils import timezone

from audit import facts, keys
from audit.canonical import COLUMNS, content, plain, sign
from audit.models import AuditEntry

ENTRY = "audit.entry"
READ_COUNTS_SECONDS = 3600
_BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act to be written down.

    `by` is who did it, a person or a key; None is who is signed in on the request under way, or else the portal.
    `target` is a row or a name. `data` holds what is not personal; `personal` is about the person `subject` (a
    person or a key, 0 for somebody without account) and is kept under that person's key.
    """

    action: str
    by: Any = None
    target: Any = None
    label: str = ""
    entity: Any = None
    data: Mapping[str, Any] = field(default_factory=dict)
    subject: Any = None
    personal: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def record(
    action: str,
    *,
    by: Any = None,
    target: Any = None,
    label: str = "",
    entity: Any = None,
    data: Mapping[str, Any] | None = None,
    subject: Any = None,
    personal: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """Write one act down, in the current transaction. See `Act` for what the arguments mean."""
    act = Act(
        action=action,
        by=by,
        target=target,
        label=label,
        entity=entity,
        data=data or {},
        subject=subject,
        personal=personal or {},
        at=at,
    )
    return record_many([act])[0]


def record_many(acts: Iterable[Act]) -> list[AuditEntry]:
    """Write many acts down, in as few statements as one."""
    return AuditEntry.objects.bulk_create(entries_of(acts), batch_size=_BATCH)


def entries_of(acts: Iterable[Act]) -> list[AuditEntry]:
    """The entries of acts, to be written by the caller."""
    origin, now = facts.origin(), timezone.now()
    told = [_Told.of(act, origin) for act in acts]
    boxes = keys.keys_of({key for each in told for key in each.keys if key is not None})
    return [_entry(each, origin, now, boxes) for each in told]


@dataclass(frozen=True)
class _Told:
    """An act with what is hidden in it, and under whose keys: who did it and from where, and what is personal."""

    act: Act
    actor: int | None
    own: Mapping[str, Any]
    owner: int | None
    subject: int | None

    @property
    def keys(self) -> tuple[int | None, int | None]:
        """The people whose keys are needed."""
        return self.owner, self.subject if self.act.personal else None

    @classmethod
    def of(cls, act: Act, origin: facts.Origin) -> "_Told":
        who = act.by if act.by is not None else origin.person
        actor = _key(who)
        own = {"name": "" if who is None or isinstance(who, int) else str(who), "ip": origin.ip}
        # An address without a person is somebody's all the same.
        owner = (keys.NOBODY if actor is None else actor) if any(own.values()) else None
        return cls(act, actor, own, owner, _key(act.subject))


def _key(who: Any) -> int | None:
    return who if who is None or isinstance(who, int) else who.pk


def _entry(told: _Told, origin: facts.Origin, now: datetime, boxes: Mapping[int, keys.Key]) -> AuditEntry:
    act, (owner, subject) = told.act, told.keys
    row = AuditEntry(
        at=act.at or now,
        recorded_at=now,
        action=act.action[:80],
        actor=told.actor,
        actor_box=boxes[owner].seal(plain(told.own)) if owner is not None else "",
        target_type=_target_type(act.target),
        target_id=_target_key(act.target),
        target_label=_target_name(act),
        entity=_key(act.entity if act.entity is not None else getattr(act.target, "entity_id", None)),
        request_id=plain(origin.request_id),
        data=plain(act.data),
        subject=told.subject,
        subject_box=boxes[subject].seal(plain(act.personal)) if subject is not None else "",
    )
    row.code = sign(content({name: getattr(row, name) for name in COLUMNS}), purpose=ENTRY)
    return row


def _target_type(target: Any) -> str:
    """The kind of object; a proxy's is that of its table."""
    model = target._meta.concrete_model if isinstance(target, models.Model) else None
    return model._meta.label_lower if model else ""


def _target_key(target: Any) -> str:
    if isinstance(target, models.Model):
        return str(target.pk or "")
    return str(plain(target))[:64] if target is not None else ""


def _target_name(act: Act) -> str:
    """The name of the object, but of a person's things only where it was given: it may be personal."""
    if act.label or act.subject is not None or not isinstance(act.target, models.Model):
        return str(plain(act.label))[:200]
    return str(plain(str(act.target)))[:200]


def record_read(action: str, *, by: Any, target: models.Model, label: str, entity: Any = None) -> None:
    """Write down that something sensitive was read: once an hour for the same reader and object.

    Without the cache each reading is written down.
    """
    key = f"audit-read:{action}:{by.pk}:{target._meta.label_lower}:{target.pk}"
    if cache.add(key, 1, READ_COUNTS_SECONDS):
        record(action, by=by, target=target, label=label, entity=entity)


def record_first(key: str, act: Act, *, seconds: int) -> None:
    """Write an act down unless one with this key was within so many seconds."""
    if cache.add(f"audit-first:{key}", 1, seconds):
        record_many([act])


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """`{field: [before, after]}` of the values that differ."""
    return {
        name: [before.get(name), after.get(name)]
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    }
