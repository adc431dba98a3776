"""The roles an installation starts with. They are data: an administrator edits them, and his edits stay."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from accounts import verbs

EVERY_VERB = ("*",)


@dataclass(frozen=True)
class DefaultRole:
    """A role as it is first written."""

    slug: str
    name: str
    description: str
    verbs: tuple[str, ...]

    @property
    def granted(self) -> list[str]:
        """Its verbs by name."""
        return verbs.names() if self.verbs == EVERY_VERB else list(self.verbs)


REQUESTER = ("tickets.open", "services.view")
TECHNICIAN = (
    *REQUESTER,
    "tickets.open_for_others",
    "tickets.view",
    "tickets.work",
    "tickets.assign",
    "tickets.answer",
    "tickets.note",
    "services.view_items",
    "services.edit_items",
    "accounts.view_people",
)
LEAD = (
    *TECHNICIAN,
    "tickets.override_priority",
    "tickets.confidential",
    "tickets.log_for_others",
    "tickets.costs",
    "tickets.budget",
    "incidents.declare_major",
)
MANAGER = (
    *LEAD,
    "tickets.view_entity",
    "tickets.recurring",
    "services.manage",
    "knowledge.manage",
    "settings.manage",
    "accounts.manage_teams",
)
READER = ("tickets.view", "services.view", "services.view_items", "accounts.view_people")

DEFAULT_ROLES = (
    DefaultRole(
        "requester",
        _("Requester"),
        _("Reports incidents, asks for assistance, follows what is theirs."),
        REQUESTER,
    ),
    DefaultRole(
        "technician", _("Technician"), _("Works on the tickets of the entity and its teams."), TECHNICIAN
    ),
    DefaultRole("team_lead", _("Team lead"), _("A technician who also decides on priorities."), LEAD),
    DefaultRole(
        "service_manager", _("Service manager"), _("Looks after services, teams and settings."), MANAGER
    ),
    DefaultRole(
        "change_authority", _("Change authority"), _("Approves changes."), (*READER, "changes.approve")
    ),
    DefaultRole(
        "knowledge_owner", _("Knowledge owner"), _("Keeps the articles true."), (*READER, "knowledge.manage")
    ),
    DefaultRole(
        "project_manager",
        _("Project manager"),
        _("Plans and follows projects."),
        (*TECHNICIAN, "projects.manage", "tickets.log_for_others", "tickets.costs", "tickets.budget"),
    ),
    DefaultRole(
        "auditor",
        _("Auditor"),
        _("Reads everything with its trail, writes nothing."),
        (*READER, "audit.view", "tickets.costs"),
    ),
    DefaultRole(
        "administrator", _("Administrator"), _("Sets up the portal and grants every right."), EVERY_VERB
    ),
)
