"""Django's admin: for superusers, behind the same sign-in as everything else, second factor and limits included."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
