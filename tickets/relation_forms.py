"""The forms that join tickets, and make one of another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms import PersonField
from accounts.models import User
from core.choices import Kind
from core.forms import MarkdownInput
from tickets import kinds
from tickets.actions.converting import missing
from tickets.choices import LinkType
from tickets.forms import ReaderForm, column_field
from tickets.models import Ticket
from tickets.queries import search
from tickets.references import find

INVERSE = ":inverse"
_SYMMETRIC = (LinkType.RELATES,)


class TicketInput(forms.TextInput):
    """A text field that offers tickets while one types; without scripts, the reference is typed."""

    template_name = "tickets/ticket_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["search"] = reverse_lazy("tickets:lookup")
        return context

    def format_value(self, value: Any) -> str | None:
        """Show a ticket as number and title; what was typed otherwise."""
        return as_typed(value) if isinstance(value, Ticket) else super().format_value(value)


class TicketField(forms.CharField):
    """One ticket, given by its number or by words that only one of the visible tickets has."""

    widget = TicketInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Type a number or words of the title."))
        super().__init__(max_length=300, **kwargs)
        self.user: User | None = None

    def clean(self, value: Any) -> Any:
        """The ticket meant, None where the field is left empty."""
        text = super().clean(value)
        if not text or self.user is None:
            return None
        try:
            return find(text.split(" · ")[0].split()[0], user=self.user)
        except Http404:
            found = list(tickets_named(text, self.user)[:2])
        if len(found) != 1:
            raise ValidationError(
                _("Several tickets have these words. Choose one from the list, or type the number.")
                if found
                else _("There is no such ticket.")
            )
        return found[0]


def tickets_named(text: str, user: User) -> Any:
    """The visible tickets that a person's words find, the newest first."""
    rows = Ticket.objects.visible_to(user).for_lists().filter(merged_into=None)
    return search(rows, text, user=user).order_by("-created_at", "-pk")


def as_typed(ticket: Ticket) -> str:
    """A ticket as the field reads and shows it."""
    return f"{ticket.reference} · {ticket.title}"


class RelationForm(ReaderForm):
    """A form whose fields may name a ticket."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        for field in self.fields.values():
            if isinstance(field, TicketField):
                field.user = user


def link_choices() -> list[tuple[str, Any]]:
    """Every link in both directions, as one reads it from the ticket at hand."""
    choices: list[tuple[str, Any]] = []
    for kind in LinkType:
        choices.append((kind.value, kind.label))
        if kind not in _SYMMETRIC:
            choices.append((kind.value + INVERSE, kind.inverse))
    return choices


class LinkForm(RelationForm):
    """Which ticket, and how the two belong together."""

    link_type = forms.ChoiceField(label=_("This ticket"), choices=link_choices)
    target = TicketField(label=_("The other ticket"))


class MergeForm(RelationForm):
    """Into which ticket, and who goes on following."""

    into = TicketField(
        label=_("Merge into"),
        help_text=_(
            "That ticket goes on and shows the messages of both; the number of this one leads there."
        ),
    )
    requester_follows = forms.BooleanField(
        label=_("The requester of this ticket follows the other one"),
        required=False,
        help_text=_("They then read what was said there. Otherwise they no longer see their report."),
    )
    notify = forms.BooleanField(label=_("Tell the people concerned"), required=False)


class SplitForm(RelationForm):
    """What a message becomes."""

    title = forms.CharField(label=_("Title of the new ticket"), max_length=250)
    requester = PersonField(label=_("For whom"), required=False)


class KindForm(RelationForm):
    """A kind, and the columns it cannot do without: they are asked for once the kind is chosen."""

    kind = forms.ChoiceField(label=_("Kind"), choices=())

    def __init__(self, *args: Any, user: User, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [
            (model.kind_slug, Kind(model.kind_slug).label)
            for model in kinds.registry.all()
            if model.kind_slug not in self.kinds_left_out(ticket)
        ]
        chosen = kinds.registry.get(str(self.data.get("kind", "")))
        if chosen is not None:
            for name in missing(chosen, {}):
                self.fields[f"details.{name}"] = column_field(chosen.details_model(), name, user=user)

    def kinds_left_out(self, ticket: Ticket) -> tuple[str, ...]:
        """The kinds that make no sense here."""
        return ()

    @property
    def details(self) -> dict[str, Any]:
        """The values of the kind's own columns."""
        return {
            name.removeprefix("details."): value
            for name, value in self.cleaned_data.items()
            if name.startswith("details.")
        }


class ConvertForm(KindForm):
    """Another kind."""

    def kinds_left_out(self, ticket: Ticket) -> tuple[str, ...]:
        return (ticket.kind,)


class PartForm(KindForm):
    """A ticket that is part of this one."""

    title = forms.CharField(label=_("Title"), max_length=250)
    description = forms.CharField(label=_("Description"), required=False, max_length=200_000)

    def __init__(self, *args: Any, user: User, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, user=user, ticket=ticket, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["description"].widget = MarkdownInput({"rows": 4}, draft=f"part-{ticket.pk}")
        fields["kind"].initial = ticket.kind
