"""What the acts of the trail are called. Apps above add the names of their own in `AppConfig.ready`."""

from collections.abc import Mapping

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

Words = str | Promise

_LABELS: dict[str, Words] = {
    "session.opened": gettext_lazy("Signed in"),
    "session.closed": gettext_lazy("Signed out"),
    "session.refused": gettext_lazy("Sign-in refused"),
    "session.limited": gettext_lazy("Too many tries to sign in"),
    "session.ended": gettext_lazy("Sessions ended"),
    "password.set": gettext_lazy("Password set"),
    "password.changed": gettext_lazy("Password changed"),
    "password.reset": gettext_lazy("Password reset by link"),
    "factor.added": gettext_lazy("Second factor added"),
    "factor.removed": gettext_lazy("Second factor removed"),
    "factor.reset": gettext_lazy("Recovery codes made anew"),
    "factor.refused": gettext_lazy("Second factor refused"),
    "token.first_used": gettext_lazy("API token used for the first time"),
    "token.revoked": gettext_lazy("API token revoked"),
    "token.refused": gettext_lazy("API token refused"),
    "person.invited": gettext_lazy("Person invited"),
    "person.welcomed": gettext_lazy("Invitation accepted"),
    "person.deactivated": gettext_lazy("Account deactivated"),
    "person.reactivated": gettext_lazy("Account reactivated"),
    "person.export_asked": gettext_lazy("Personal data asked for"),
    "person.exported": gettext_lazy("Personal data exported"),
    "person.export_read": gettext_lazy("Export of personal data downloaded"),
    "person.erased": gettext_lazy("Personal data erased"),
    "people.imported": gettext_lazy("People created together"),
    "team.members": gettext_lazy("Members of a team changed"),
    "admin.used": gettext_lazy("Technical administration used"),
    "admin.changed": gettext_lazy("Changed in the technical administration"),
    "audit.exported": gettext_lazy("Trail exported"),
    "audit.verified": gettext_lazy("Verification of the trail asked for"),
}
_ROW_VERBS: dict[str, Words] = {
    "created": pgettext_lazy("audit", "%(what)s: created"),
    "changed": pgettext_lazy("audit", "%(what)s: changed"),
    "deleted": pgettext_lazy("audit", "%(what)s: deleted"),
    "exported": pgettext_lazy("audit", "%(what)s: exported"),
}


def register(labels: Mapping[str, Words]) -> None:
    """Name acts."""
    _LABELS.update(labels)


def known() -> dict[str, Words]:
    """The named acts."""
    return dict(_LABELS)


def label_of(action: str) -> str:
    """What an act is called: its name, or what was done to which kind of row, or the bare word."""
    if action in _LABELS:
        return str(_LABELS[action])
    target, _dot, verb = action.rpartition(".")
    if verb in _ROW_VERBS and (kind := kind_label(target)):
        return str(_ROW_VERBS[verb]) % {"what": kind}
    return action


def kind_label(target_type: str) -> str:
    """What rows of a kind are called; empty where no such kind is installed."""
    try:
        name = str(apps.get_model(target_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return ""
    return name[:1].upper() + name[1:]


def person_label(key: int | None, name: str) -> str:
    """Who: the name, or the number where the name was erased; the portal where nobody did it."""
    if name:
        return name
    return _("Person %(number)d") % {"number": key} if key else _("The portal")
