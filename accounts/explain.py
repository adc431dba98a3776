"""Why a person may do something: each verb with the grants it comes from."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts import verbs
from accounts.models import Entity, Grant, Team, User


@dataclass(frozen=True)
class Reason:
    """One way in which a person came to a right."""

    grant: Grant
    inherited: bool

    @property
    def team(self) -> Team | None:
        """The team through which it came, None where it was granted to the person."""
        return self.grant.team


@dataclass(frozen=True)
class Explained:
    """A verb and why it is granted; no reasons means that it is not."""

    verb: verbs.Verb
    reasons: list[Reason]


def grants_of(person: User) -> QuerySet[Grant]:
    """Every grant that counts for a person, own or through an active team."""
    through_team = Q(team__is_active=True, team__memberships__user=person)
    return (
        Grant.objects.filter(Q(user=person) | through_team)
        .select_related("role", "team", "entity", "granted_by")
        .order_by("entity__path", "role__sort_name", "pk")
    )


def explain(person: User, entity: Entity) -> list[tuple[Any, list[Explained]]]:
    """For one entity, every verb by group with the grants that give it there."""
    reasons = [
        Reason(grant, inherited=grant.entity_id != entity.pk)
        for grant in grants_of(person)
        if person.is_active and _reaches(grant, entity)
    ]
    return [
        (verbs.group_label(group), [Explained(verb, _giving(verb, reasons)) for verb in members])
        for group, members in verbs.by_group().items()
    ]


def _reaches(grant: Grant, entity: Entity) -> bool:
    return grant.entity_id == entity.pk or (grant.with_descendants and grant.entity_id in entity.path)


def _giving(verb: verbs.Verb, reasons: list[Reason]) -> list[Reason]:
    return [reason for reason in reasons if verb.name in reason.grant.role.verbs]
