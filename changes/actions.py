"""What can be done to changes beyond what is done to all tickets, and to their set-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.saving import allow, change, save
from accounts.models import User
from changes.models import TEMPLATE_TEXTS, ChangePolicy, ChangeTemplate
from core.choices import Kind
from core.exceptions import Refused
from tickets.actions import open_ticket
from tickets.actions.base import moment
from tickets.actions.linking import link
from tickets.choices import LinkType
from tickets.models import Ticket

MANAGE = "settings.manage"
MAX_RESOLVED = 50
_TEMPLATE_FIELDS = frozenset(
    {"slug", "name_fr", "name_en", "position", "is_active", "service", "risk_level", "outage_expected"}
    | {f"{name}_{language}" for name in TEMPLATE_TEXTS for language in ("fr", "en")}
)
_POLICY_FIELDS = frozenset({"entity", "quorum", "percent", "emergency_hours"})


@transaction.atomic
def open_change(
    *, by: User, resolves: Sequence[Ticket] = (), at: datetime | None = None, **fields: Any
) -> Ticket:
    """Open a change, for the problems and incidents it resolves where some are given: each is linked to it.

    `fields` are those of `open_ticket`; what they do not say of title, entity and service comes from the first of
    those tickets, or from the template named in `details`.
    """
    now = moment(at)
    rows = sorted({row.pk: row for row in resolves}.values(), key=lambda row: row.pk)
    _check_resolved(rows)
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    template = _template_in(given)
    drawn: dict[str, Any] = {}
    if rows and not rows[0].is_confidential:
        drawn = {"title": rows[0].title}
    elif template is not None:
        drawn = {"title": template.text("name", by.language)}
    if rows:
        drawn |= {"entity": rows[0].entity, "service": rows[0].service}
    if template is not None and template.service is not None:
        drawn["service"] = template.service
    ticket = open_ticket(Kind.CHANGE, by=by, at=now, **{"title": "", **drawn, **given})
    for row in rows:
        link(row, ticket, LinkType.RESOLVED_BY, by=by, at=now)
    return ticket


def _check_resolved(rows: Sequence[Ticket]) -> None:
    if len(rows) > MAX_RESOLVED:
        raise Refused({"resolves": _("At most %(limit)d at a time.") % {"limit": MAX_RESOLVED}})
    wrong = [row.reference for row in rows if row.kind not in (Kind.PROBLEM, Kind.INCIDENT)]
    if wrong:
        message = _("Neither a problem nor an incident: %(references)s.")
        raise Refused({"resolves": message % {"references": ", ".join(wrong)}})


def _template_in(fields: Mapping[str, Any]) -> ChangeTemplate | None:
    template = (fields.get("details") or {}).get("template")
    return template if isinstance(template, ChangeTemplate) else None


@transaction.atomic
def save_template(template: ChangeTemplate, values: Mapping[str, Any], *, by: User | None) -> ChangeTemplate:
    """Create or change a template. Changes made from it before keep what it said then."""
    allow(by, MANAGE)
    change(template, values, allowed=_TEMPLATE_FIELDS)
    return save(template)


@transaction.atomic
def save_policy(policy: ChangePolicy, values: Mapping[str, Any], *, by: User | None) -> ChangePolicy:
    """Say how an entity decides on changes, or all the rest."""
    allow(by, MANAGE)
    change(policy, values, allowed=_POLICY_FIELDS)
    return save(policy)
