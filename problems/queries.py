"""What is asked of many problems: the known errors, for technicians and for requesters."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from core.choices import Kind
from problems.models import Problem, WorkaroundUse
from services.models import Service
from tickets.choices import LinkType
from tickets.models import Link, Ticket

# How many known errors a page of an incident offers.
OFFERED = 8


def known_errors() -> QuerySet[Ticket]:
    """Open problems with a workaround, before visibility, the most serious first."""
    rows = Problem.objects.filter(is_open=True).exclude(problem_details__workaround="")
    found: QuerySet[Ticket] = rows.select_related("problem_details").order_by(
        "priority", "-created_at", "-pk"
    )
    return found


def with_uses(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With `uses`, on how many incidents each workaround was given."""
    counts = WorkaroundUse.objects.filter(problem=OuterRef("pk")).order_by().values("problem")
    uses = Subquery(counts.annotate(count=Count("pk")).values("count"))
    return rows.annotate(uses=Coalesce(uses, 0))


def with_incidents(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With `incidents`, how many incidents each problem caused."""
    links = Link.objects.filter(
        target=OuterRef("pk"), link_type=LinkType.CAUSED_BY, source__kind=Kind.INCIDENT
    )
    counts = Subquery(links.order_by().values("target").annotate(count=Count("pk")).values("count"))
    return rows.annotate(incidents=Coalesce(counts, 0))


def known_errors_for(ticket: Ticket, user: User) -> list[Ticket]:
    """The known errors of a ticket's service that the reader may open."""
    if ticket.service_id is None:
        return []
    rows = known_errors().visible_to(user).filter(service_id=ticket.service_id)  # type: ignore[attr-defined]
    return list(with_uses(rows)[:OFFERED])


def public_workarounds(user: User, service: Service | None = None) -> QuerySet[Ticket]:
    """The workarounds that requesters are shown: of the services they know, and of no confidential problem.

    They may not open the problems: show title and workaround, nothing else.
    """
    rows = known_errors().filter(problem_details__is_public_workaround=True, is_confidential=False)
    if service is not None:
        return rows.filter(service=service)
    return rows.filter(service__in=Service.objects.visible_to(user)).select_related(
        "problem_details", "service"
    )
