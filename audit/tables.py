"""The trail as a table."""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from audit.telling import Told
from core import markup
from core.tables import Column, Table


class TrailTable(Table):
    """Entries, newest first."""

    caption = _("Audit trail")
    what = Column(_("What"), "what")
    who = Column(
        _("Who"),
        lambda row: format_html("<em>{}</em>", _("erased")) if row.is_erased and not row.own else row.who,
    )
    target = Column(_("Object"), "target")
    ip = Column(_("From"), "ip", css="wide quiet")
    at = Column(_("When"), lambda row: markup.when(row.entry.at), css="shrink")

    def address(self, row: Told) -> str:
        """The page of the entry."""
        return row.entry.get_absolute_url()
