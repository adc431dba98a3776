"""The trail as a table."""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from audit.telling import Told
from core import markup
from core.tables import Column, Table
from core.text import first_line


class TrailTable(Table):
    """Entries, newest first."""

    caption = _("Audit trail")
    what = Column(_("What"), "what")
    who = Column(
        _("Who"),
        lambda row: format_html("<em>{}</em>", _("erased")) if row.is_erased and not row.own else row.who,
    )
    target = Column(_("Object"), lambda row: first_line(row.target, 48), css="shrink")
    ip = Column(_("IP address"), "ip", css="shrink wide quiet")
    at = Column(_("When"), lambda row: markup.when(row.entry.at), css="shrink")

    def address(self, row: Told) -> str:
        """The page of the entry."""
        return row.entry.get_absolute_url()
