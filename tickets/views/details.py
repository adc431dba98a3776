"""Changing the kind's own columns of a ticket, for the kinds that have pages for them."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy

from core.exceptions import Message, Refused, StaleVersion
from tickets import actions
from tickets.forms import DetailsForm
from tickets.models import Ticket
from tickets.views.people import reader
from tickets.views.ticket import Act

_PREFIX = "details."


class EditDetails(Act):
    """Change columns of the kind; a kind subclasses and names itself and those it offers."""

    kind = ""
    columns: tuple[str, ...] = ()
    form_class = DetailsForm
    object_verb = "tickets.work"
    title = gettext_lazy("Edit")

    @cached_property
    def object(self) -> Ticket:
        """The ticket, 404 where it is of another kind."""
        ticket: Ticket = super().object
        if ticket.kind != self.kind:
            raise Http404
        return ticket

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "ticket": self.object, "columns": self.columns}

    def act(self, form: Any) -> str:
        try:
            ticket = actions.edit(
                self.object,
                {"details": form.cleaned_data},
                by=reader(self.request),
                version=self.sent_version,
            )
        except StaleVersion:
            raise
        except Refused as refused:
            errors = refused.errors.items()
            named: dict[str, Message | list[Message]] = {
                name.removeprefix(_PREFIX): list(texts) for name, texts in errors
            }
            raise Refused(named) from refused
        return self.done(ticket, _("Saved."))
