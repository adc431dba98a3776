"""Django's admin: for superusers, behind the same sign-in as everything else, second factor and limits included."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest

from accounts.trail import note_admin_use

_may_enter = admin.site.has_permission


def _enter(request: HttpRequest) -> bool:
    """Whether the person may; whoever does leaves a trace, because no rule of the portal holds in there."""
    allowed: Any = _may_enter(request)
    if allowed:
        note_admin_use(request)
    return bool(allowed)


admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.has_permission = _enter  # type: ignore[method-assign]
