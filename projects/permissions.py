"""Who plans a project: its manager, and whoever is granted so in its entity."""

from accounts import verbs
from accounts.models import User
from projects.models import Project


def plans(user: User, thing: object) -> bool:
    """Whether the person may plan a project, or make one in an entity."""
    if isinstance(thing, Project) and thing.manager_id == user.pk:
        return True
    return verbs.granted_for(user, "projects.manage", thing)


verbs.set_rule("projects.manage", plans)
