"""Where Django asks for permissions: the verbs of the portal, granted by role and entity."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from accounts import verbs


class GrantBackend(BaseBackend):
    """Answers `has_perm` by grants; signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Whether the user may do `perm`, on `obj` or in some entity."""
        return not user_obj.is_anonymous and verbs.allows(user_obj, perm, obj)
