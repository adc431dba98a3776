"""Where Django asks for permissions: the verbs of the portal, granted by role and entity."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from accounts import verbs
from accounts.models import User


class GrantBackend(BaseBackend):
    """Answers `has_perm` by grants; checks no password itself."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Whether the user may do `perm`, on `obj` or in some entity."""
        return not user_obj.is_anonymous and verbs.allows(user_obj, perm, obj)

    def get_user(self, user_id: int) -> User | None:
        """The person of a session that was opened without a password, as tests do; never an inactive one."""
        return User.objects.filter(pk=user_id, is_active=True).first()
