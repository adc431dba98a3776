"""Enumerations of people, entities and tokens."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EntityKind(models.TextChoices):
    """What a node of the tree stands for."""

    ORGANISATION = "organisation", _("Organisation")
    SITE = "site", _("Site")
    DEPARTMENT = "department", _("Department")
    CUSTOMER = "customer", _("Customer")


class Theme(models.TextChoices):
    """Light or dark pages; the system's choice until the person makes one."""

    SYSTEM = "system", _("Like my device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Scope(models.TextChoices):
    """What an API token may do: reading or writing, and optionally with one group of rights only."""

    READ = "read", _("Read")
    WRITE = "write", _("Read and write")
    TICKETS = "tickets", _("Only rights on tickets")
    SERVICES = "services", _("Only rights on services")
    ACCOUNTS = "accounts", _("Only rights on people")
    SETTINGS = "settings", _("Only rights on settings")
    AUDIT = "audit", _("Only rights on the trail")
    KNOWLEDGE = "knowledge", _("Only rights on knowledge")
    CHANGES = "changes", _("Only rights on changes")
    PROJECTS = "projects", _("Only rights on projects")


GROUP_SCOPES = frozenset(Scope) - {Scope.READ, Scope.WRITE}
