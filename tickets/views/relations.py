"""The pages that join tickets and make one of another: link, merge, split, convert, open a part."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from core.views import refused_message
from tickets import actions
from tickets.choices import LinkType
from tickets.family import OfFamily
from tickets.models import Comment, Link, Ticket
from tickets.relation_forms import INVERSE, ConvertForm, LinkForm, MergeForm, PartForm, SplitForm
from tickets.views.people import reader
from tickets.views.ticket import Act, comment_of, ticket_of


class LinkPage(Act):
    """Link the ticket to another one."""

    form_class = LinkForm
    object_verb = "tickets.work"
    title = gettext_lazy("Link to a ticket")
    submit_label = gettext_lazy("Link the tickets")

    def act(self, form: Any) -> str:
        other, asked = form.cleaned_data["target"], form.cleaned_data["link_type"]
        kind = LinkType(asked.removesuffix(INVERSE))
        source, target = self.object, other
        if asked.endswith(INVERSE):
            source, target = target, source
        actions.link(source, target, kind, by=reader(self.request))
        return self.done(self.object, _("Linked to %(reference)s.") % {"reference": other.reference})


class MergePage(Act):
    """Merge the ticket into another one."""

    form_class = MergeForm
    object_verb = "tickets.work"
    title = gettext_lazy("Merge into a ticket")
    submit_label = gettext_lazy("Merge")

    def act(self, form: Any) -> str:
        values = form.cleaned_data
        kept = actions.merge(
            self.object,
            values["into"],
            by=reader(self.request),
            notify=values["notify"],
            requester_follows=values["requester_follows"],
        )
        names = {"reference": self.object.reference, "other": kept.reference}
        return self.done(kept, _("%(reference)s is merged into %(other)s.") % names)


class SplitPage(Act):
    """Make a ticket of a message."""

    form_class = SplitForm
    object_verb = "tickets.work"
    title = gettext_lazy("Make a ticket of this message")
    submit_label = gettext_lazy("Open the ticket")

    @cached_property
    def comment(self) -> Comment:
        """The message."""
        return comment_of(self.request, self.kwargs["key"])

    @cached_property
    def object(self) -> Ticket:
        """The ticket it stands on."""
        ticket = self.comment.ticket
        if not self.request.user.has_perm(self.object_verb, ticket):
            raise PermissionDenied
        return ticket

    def get_initial(self) -> dict[str, Any]:
        return {"requester": self.comment.author_id if self.comment.is_public else self.request.user.pk}

    def act(self, form: Any) -> str:
        made = actions.split(self.comment, by=reader(self.request), **form.cleaned_data)
        return self.done(
            made, _("Opened from a message of %(reference)s.") % {"reference": self.object.reference}
        )


class ConvertPage(Act):
    """Make the ticket one of another kind."""

    form_class = ConvertForm
    object_verb = "tickets.work"
    title = gettext_lazy("Change the kind")
    submit_label = gettext_lazy("Change the kind")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "ticket": self.object}

    def act(self, form: Any) -> str:
        made = actions.convert(
            self.object,
            form.cleaned_data["kind"],
            details=form.details,
            by=reader(self.request),
            version=self.sent_version,
        )
        return self.done(made, _("It is now %(reference)s.") % {"reference": made.reference})


class PartPage(Act):
    """Open a ticket that is part of this one."""

    form_class = PartForm
    object_verb = "tickets.work"
    title = gettext_lazy("Open a part of it")
    submit_label = gettext_lazy("Open the ticket")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "ticket": self.object}

    def act(self, form: Any) -> str:
        values = form.cleaned_data
        made = actions.open_part(
            self.object, kind=values["kind"], title=values["title"], description=values["description"],
            details=form.details, by=reader(self.request),
        )  # fmt: skip
        return self.done(made, _("Opened as a part of %(reference)s.") % {"reference": self.object.reference})


@require_POST
def unlink(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """Remove a link of the ticket."""
    ticket = ticket_of(request, reference)
    ours = Q(OfFamily("source_id", ticket.pk)) | Q(OfFamily("target_id", ticket.pk))
    bond = get_object_or_404(Link.objects.filter(ours), pk=key)
    if refused_message(request, lambda: actions.unlink(bond, by=reader(request))):
        messages.success(request, _("The link is removed."))
    return redirect(ticket.get_absolute_url())


@require_POST
def unmerge(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """Take a ticket that was merged into this one out again."""
    ticket = ticket_of(request, reference)
    gone = get_object_or_404(Ticket.objects.filter(merged_into=ticket).visible_to(request.user), pk=key)
    if refused_message(request, lambda: actions.unmerge(gone, by=reader(request))):
        messages.success(
            request, _("%(reference)s is a ticket of its own again.") % {"reference": gone.reference}
        )
    return redirect(ticket.get_absolute_url())
