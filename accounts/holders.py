"""Who holds a right somewhere."""

from django.db.models import Q, QuerySet

from accounts.models import Entity, Grant, Membership, User


def holders(verb: str, entity: Entity) -> QuerySet[User]:
    """The active people to whom the verb is granted in an entity, by themselves or by a team of theirs."""
    reaching = Q(entity=entity) | Q(entity_id__in=entity.path, with_descendants=True)
    grants = Grant.objects.filter(reaching, role__verbs__contains=[verb])
    teams = grants.filter(team__is_active=True).values("team_id")
    members = Membership.objects.filter(team_id__in=teams).values("user_id")
    people = Q(pk__in=grants.filter(user__isnull=False).values("user_id")) | Q(pk__in=members)
    return User.objects.filter(people, is_active=True).order_by("pk")
