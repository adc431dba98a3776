"""The lists of people and teams."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from core import markup
from core.tables import Column, Table


def state(row: User | Team) -> SafeString:
    """Nothing for the usual case: what is not active says so."""
    return SafeString("") if row.is_active else markup.tag(_("Inactive"))


class PeopleTable(Table):
    """People."""

    caption = _("People")
    name = Column(_("Name"), markup.person, sort="sort_name")
    email = Column(_("E-mail"), "email", sort="email", css="wide")
    entity = Column(_("Entity"), "entity", css="wide nowrap")
    job_title = Column(_("Job title"), "job_title", css="wide quiet mid-out")
    last_login = Column(
        _("Last sign-in"), lambda row: markup.when(row.last_login), sort="last_login", css="wide shrink"
    )
    state = Column(_("State"), state, css="shrink")


class TeamTable(Table):
    """Teams."""

    caption = _("Teams")
    name = Column(_("Name"), "name", sort="sort_name")
    level = Column(_("Level"), lambda row: row.get_level_display(), sort="level", css="nowrap")
    entity = Column(_("Entity"), "entity", css="wide nowrap")
    lead = Column(_("Lead"), lambda row: ", ".join(each.user.name for each in row.leads), css="wide")
    size = Column(_("Members"), "size", css="num shrink")
    state = Column(_("State"), state, css="shrink")
