"""The ticket page, and its small acts: each a form that also works at its own address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views import View
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from core import drafts
from core.choices import Level
from core.exceptions import Refused, StaleVersion
from core.forms import add_refusal
from core.kept import changed_meanwhile
from core.registry import ticket_acts, ticket_blocks, ticket_panels
from core.views import Crumb, UpdatePage
from tickets import actions, presence
from tickets.actions.canned import count_use
from tickets.actions.commenting import written_since
from tickets.actions.moving import allowed_move, moves_for
from tickets.canned import prefilled
from tickets.choices import CommentKind, Status
from tickets.forms import (
    AssignForm,
    BodyForm,
    CommentForm,
    EditForm,
    FollowForm,
    MoveForm,
    PassOnForm,
    PriorityForm,
)
from tickets.items import items_of
from tickets.kinds import registry
from tickets.models import Comment, Follower, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.permissions import sees_internal
from tickets.policies import edit_minutes
from tickets.references import find
from tickets.timeline import Entry, entries
from tickets.trail import note_read
from tickets.views.people import reader
from tickets.workflow import Move

_RELATIONS = (
    "service", "category", "team", "assignee", "requester", "requester__entity", "opened_by", "entity",
    "pending_reason", "resolution_code", "priority_by",
)  # fmt: skip

# What the page shows of them, and what the rights and the rules ask for.
_SHOWN = (
    "service__name", "service__criticality", "service__documentation_url", "service__calendar_id",
    "category__name", "category__name_en", "team__name", "team__level", "entity__name", "entity__path",
    "requester__job_title", "requester__phone", "requester__is_vip",
    *(f"{who}__{name}" for who in ("assignee", "requester", "opened_by", "priority_by")
      for name in ("first_name", "last_name", "email")),
    *(f"{word}__{name}" for word in ("pending_reason", "resolution_code") for name in ("slug", "name_fr", "name_en")),
    "pending_reason__waits_for",
)  # fmt: skip


def ticket_of(request: HttpRequest, reference: str) -> Ticket:
    """The ticket a person calls so, for those who work on it.

    404 where it is not visible, 403 for those who see its public side only.
    """
    ticket = find(reference, user=reader(request), queryset=Ticket.objects.select_related(*_RELATIONS))
    if not sees_internal(reader(request), ticket):
        raise PermissionDenied
    return ticket


class TicketPage(View):
    """The ticket at a glance: what to do next, what was said, what is known."""

    template_name = "tickets/ticket.html"
    pane_name = "tickets/pane.html"

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """The page; another name leads to the right one, and a requester to the portal's face."""
        user = reader(request)
        ticket = find(reference, user=user, queryset=for_page(reference))
        if not sees_internal(user, ticket):
            return redirect("portal:request", reference=ticket.reference)
        if ticket.reference != reference:
            return HttpResponsePermanentRedirect(ticket.get_absolute_url())
        note_read(ticket, by=user)
        in_pane = request.headers.get("HX-Target") == "pane"
        template = self.pane_name if in_pane else self.template_name
        response = render(request, template, page_context(request, ticket, in_pane=in_pane))
        response["Vary"] = "HX-Target"
        return response


def for_page(reference: str) -> TicketQuerySet:
    """What the page shows, in one statement: of other rows their shown columns, and the details of the kind named.

    A ticket that changed its kind has its details read when they are asked for.
    """
    kind = registry.get(registry.prefixes.get(reference.partition("-")[0].upper(), ""))
    details = [kind.details_name] if kind and kind.details_name else []
    own = [field.attname for field in Ticket._meta.concrete_fields if field.name != "search"]
    related = [name for name in _RELATIONS if name != "requester__entity"]
    rows: TicketQuerySet = Ticket.objects.select_related(*related, *details).only(*own, *_SHOWN, *details)
    return rows


def page_context(
    request: HttpRequest, ticket: Ticket, form: CommentForm | None = None, *, in_pane: bool = False
) -> dict[str, Any]:
    """The variables of the ticket page."""
    user = reader(request)
    present = [] if in_pane else presence.note(ticket.pk, user)
    shown = request.GET.get("show", "all")
    following = list(Follower.objects.filter(ticket=ticket).select_related("user"))
    followers = [row.user for row in following]
    lines = entries(ticket, user, known=followers)
    mark_editable(lines, ticket, user)
    steps = moves_for(user, ticket)
    return {
        "ticket": ticket,
        "details": ticket.details,
        "next": next_step(user, ticket, steps),
        "steps": steps,
        "entries": filtered(lines, shown),
        "shown": shown,
        "shows": (
            ("all", _("All")),
            ("said", _("Messages")),
            ("public", _("Public")),
            ("changes", _("Changes")),
        ),
        "opening_files": next(
            (line.attachments for line in lines if line.is_report and line.origin == ticket), []
        ),
        "followers": followers,
        "follow_form": FollowForm(user=user),
        "is_muted": any(row.is_muted for row in following if row.user_id == user.pk),
        "form": form
        or composer(ticket, user, initial=prefilled(request.GET.get("canned", ""), ticket, by=user)),
        "last_read": max((line.comment.pk for line in lines if line.comment), default=0),
        "present": present,
        "here": presence.mark(present),
        "may": {
            verb: user.has_perm(f"tickets.{verb}", ticket)
            for verb in ("work", "assign", "answer", "note", "override_priority")
        },
        "blocks": [
            {"block": block, "context": context}
            for block in ticket_blocks
            if (not block.kinds or ticket.kind in block.kinds)
            and (context := block.context(ticket, user)) is not None
        ],
        "acts": [act for act in ticket_acts if act.offered(ticket, user)],
        "panels": panels_of(ticket, user, lazy="panels" in request.GET),
        "has_more_panels": "panels" not in request.GET,
        "since": ticket.version,
    }


def composer(ticket: Ticket, user: User, *args: Any, **kwargs: Any) -> CommentForm:
    """The form in which a person writes on the ticket."""
    offered = comment_kinds(user, ticket)
    names = reverse("tickets:names", args=[ticket.reference])
    return CommentForm(*args, draft=f"answer-{ticket.pk}", kinds=offered, names=names, **kwargs)


def mark_editable(lines: list[Entry], ticket: Ticket, user: User) -> None:
    """Say of which of the lines the reader can still change the words."""
    since = timezone.now() - timedelta(minutes=edit_minutes(ticket))
    for line in lines:
        said = line.comment
        line.can_edit = bool(said and said.author_id == user.pk and said.created_at > since)


def panels_of(ticket: Ticket, user: User, *, lazy: bool) -> list[dict[str, Any]]:
    """The panels at the right that have something to show: all, or those that cost no statement."""
    return [
        {"panel": panel, "context": context}
        for panel in ticket_panels
        if (lazy or not panel.lazy) and (context := panel.context(ticket, user)) is not None
    ]


@require_safe
def panels(request: HttpRequest, reference: str) -> HttpResponse:
    """The panels that come in a second request."""
    ticket, user = ticket_of(request, reference), reader(request)
    every = panels_of(ticket, user, lazy=True)
    later = [entry for entry in every if entry["panel"].lazy]
    return render(request, "tickets/panels.html", {"ticket": ticket, "panels": later})


def next_step(user: User, ticket: Ticket, steps: list[Move]) -> Move | None:
    """The one filled button: taking what nobody has, else the usual next move of the table; never giving up."""
    if not steps or steps[0].to == Status.CANCELLED:
        return None
    if ticket.is_open and ticket.assignee_id is None and ticket.status != Status.PENDING:
        return next((step for step in steps if step.to == Status.IN_PROGRESS), steps[0])
    return steps[0]


def comment_kinds(user: User, ticket: Ticket) -> list[CommentKind]:
    """What the person may write."""
    kinds = [CommentKind.PUBLIC] if user.has_perm("tickets.answer", ticket) else []
    return kinds + (
        [CommentKind.INTERNAL, CommentKind.SUPPLIER] if user.has_perm("tickets.note", ticket) else []
    )


def filtered(lines: list[Entry], shown: str) -> list[Entry]:
    """The part of the timeline that one wants to read."""
    match shown:
        case "said":
            return [line for line in lines if line.comment]
        case "public":
            return [line for line in lines if line.event.is_public]
        case "changes":
            return [line for line in lines if not line.comment]
        case _:
            return lines


class Act(UpdatePage):
    """A form that does one thing to a ticket and comes back to it."""

    model = Ticket
    frame = "base_workspace.html"
    template_name = "tickets/act.html"
    # What was done meanwhile may be a reason not to do it.
    merges = False

    @cached_property
    def object(self) -> Ticket:
        """The ticket: 404 unseen, 403 where the act is not the person's."""
        ticket = ticket_of(self.request, self.kwargs["reference"])
        if self.object_verb and not self.request.user.has_perm(self.object_verb, ticket):
            raise PermissionDenied
        return ticket

    def crumbs(self) -> list[Crumb]:
        return [Crumb(f"{self.object.reference} {self.object.title}", self.object.get_absolute_url())]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def done(self, ticket: Ticket, written: str) -> str:
        """Say what was done; returns the address of the ticket."""
        messages.success(self.request, written)
        return ticket.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "ticket": self.object}


class MovePage(Act):
    """One move of the table, with the fields it needs."""

    form_class = MoveForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The move; where somebody else made one first, 409 with what was typed."""
        try:
            _step = self.step
        except Http404 as gone:
            if self.sent_version in (None, self.object.version):
                raise
            return changed_meanwhile(request, str(gone), back=self.object.get_absolute_url())
        return super().post(request, *args, **kwargs)

    @cached_property
    def step(self) -> Move:
        """The move asked for, as the table has it."""
        try:
            return allowed_move(self.object, self.kwargs["to"], by=reader(self.request))
        except Refused as refused:
            raise Http404(str(refused)) from refused

    def get_title(self) -> Any:
        return self.step.label

    @property
    def submit_label(self) -> Any:  # type: ignore[override]
        """The verb of the move."""
        return self.step.label

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "ticket": self.object, "step": self.step}

    def act(self, form: Any) -> str:
        ticket = actions.move(
            self.object,
            self.step.to,
            by=reader(self.request),
            values=form.cleaned_data,
            version=self.sent_version,
        )
        return self.done(
            ticket, _("The ticket is now “%(status)s”.") % {"status": ticket.get_status_display()}
        )


class AssignPage(Act):
    """Give the ticket to a team or a person."""

    form_class = AssignForm
    object_verb = "tickets.assign"
    title = gettext_lazy("Assign")
    submit_label = gettext_lazy("Assign")

    def get_initial(self) -> dict[str, Any]:
        return {"team": self.object.team_id, "assignee": self.object.assignee_id}

    def act(self, form: Any) -> str:
        ticket = actions.assign(
            self.object, by=reader(self.request), version=self.sent_version, **form.cleaned_data
        )
        return self.done(ticket, _("Assigned to %(owner)s.") % {"owner": ticket.assignee or ticket.team})


class PassOnPage(Act):
    """Pass the ticket to another level with the reason."""

    form_class = PassOnForm
    object_verb = "tickets.assign"
    title = gettext_lazy("Pass on to another level")
    submit_label = gettext_lazy("Pass on")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "levels": self.levels}

    @cached_property
    def levels(self) -> list[Level]:
        """The levels that support the service, the next one above first."""
        if not self.object.service:
            return []
        held = [Level(row.level) for row in self.object.service.support.all()]
        now = Level(self.object.team.level).rank if self.object.team else 0
        others = [level for level in held if level.rank != now]
        return sorted(others, key=lambda level: (level.rank < now, level.rank))

    def get_initial(self) -> dict[str, Any]:
        return {"level": self.levels[0] if self.levels else ""}

    def act(self, form: Any) -> str:
        values = form.cleaned_data
        ticket = actions.pass_on(
            self.object, by=reader(self.request), reason=values["reason"], level=values["level"] or None,
            team=values["team"], version=self.sent_version,
        )  # fmt: skip
        return self.done(ticket, _("Passed on to %(team)s.") % {"team": ticket.team})


class EditPage(Act):
    """Change what the ticket says."""

    form_class = EditForm
    object_verb = "tickets.work"
    merges = True
    template_name = "tickets/edit.html"
    title = gettext_lazy("Edit")

    def get_initial(self) -> dict[str, Any]:
        own = [name for name in EditForm.base_fields if name != "items"]
        return {name: getattr(self.object, name) for name in own} | {
            "items": items_of(self.object),
            "service": self.object.service_id,
            "category": self.object.category_id,
            "entity": self.object.entity_id,
        }  # fmt: skip

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "ticket": self.object}

    def act(self, form: Any) -> str:
        ticket = actions.edit(
            self.object, form.cleaned_data, by=reader(self.request), version=self.sent_version
        )
        return self.done(ticket, _("Saved."))


class PriorityPage(Act):
    """Set the priority by hand, or give it back to the matrix."""

    form_class = PriorityForm
    object_verb = "tickets.override_priority"
    template_name = "tickets/priority.html"
    title = gettext_lazy("Set the priority")

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        kwargs.pop("user")
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        return {"priority": self.object.priority, "reason": self.object.priority_reason}

    def act(self, form: Any) -> str:
        ticket = actions.set_priority(
            self.object, by=reader(self.request), version=self.sent_version, **form.cleaned_data
        )
        return self.done(ticket, _("The priority is set."))


@require_POST
def clear_priority(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the priority back to the matrix."""
    ticket = actions.clear_priority(ticket_of(request, reference), by=reader(request))
    return redirect(ticket.get_absolute_url())


@require_POST
def take(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the ticket oneself."""
    ticket = ticket_of(request, reference)
    try:
        ticket = actions.take(ticket, by=reader(request), version=_version(request))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(ticket.get_absolute_url())


@require_POST
def make_move(request: HttpRequest, reference: str, to: str) -> HttpResponse:
    """A move that needs no field, by one button."""
    ticket = ticket_of(request, reference)
    try:
        actions.move(ticket, to, by=reader(request), version=_version(request))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(ticket.get_absolute_url())


def _version(request: HttpRequest) -> int | None:
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None


@require_POST
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """Write an answer, a note or an exchange; what was written meanwhile is shown before it is sent."""
    ticket, user = ticket_of(request, reference), reader(request)
    form = composer(ticket, user, request.POST, request.FILES)
    status, newer = 422, []
    if form.is_valid():
        values = form.cleaned_data
        try:
            kept = [actions.store_upload(upload, by=user) for upload in values["files"]]
            written = actions.comment(
                ticket, by=user, body=values["body"], kind=values["kind"], attachments=kept, undo=True,
                last_read=values["last_read"],
            )  # fmt: skip
        except StaleVersion as stale:
            add_refusal(form, stale)
            status, newer = 409, list(written_since(ticket, values["last_read"], by=user))
        except Refused as refused:
            add_refusal(form, refused)
        else:
            drafts.clear(request)
            count_use(values["canned"], by=user)
            return HttpResponseRedirect(f"{written.ticket.get_absolute_url()}#c{written.pk}")
    context = {**page_context(request, ticket, form), "newer": newer}
    return render(request, TicketPage.template_name, context, status=status)


def comment_of(request: HttpRequest, key: int) -> Comment:
    """A comment of a ticket one works on; 404 otherwise."""
    visible = Ticket.objects.visible_to(request.user).values("pk")
    comment = get_object_or_404(Comment.objects.select_related("ticket").filter(ticket__in=visible), pk=key)
    if not sees_internal(reader(request), comment.ticket):
        raise Http404
    return comment


@require_POST
def withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """Take back an answer that is not sent yet; its text goes back into the composer."""
    comment = comment_of(request, key)
    try:
        actions.withdraw_comment(comment, by=reader(request))
        drafts.keep(request.user, f"answer-{comment.ticket_id}", {"body": comment.body})
        messages.success(request, _("Taken back. Your text is in the composer again."))
    except Refused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(f"{comment.ticket.get_absolute_url()}#answer")


@require_POST
def publish(request: HttpRequest, key: int) -> HttpResponse:
    """Make an internal note a public answer."""
    comment = actions.publish_comment(comment_of(request, key), by=reader(request))
    return HttpResponseRedirect(f"{comment.ticket.get_absolute_url()}#c{comment.pk}")


class EditComment(Act):
    """Change one's own words for a while."""

    form_class = BodyForm
    title = gettext_lazy("Edit your message")

    @cached_property
    def comment(self) -> Comment:
        """The comment, its author's only."""
        comment = comment_of(self.request, self.kwargs["key"])
        if comment.author_id != self.request.user.pk:
            raise PermissionDenied
        return comment

    @cached_property
    def object(self) -> Ticket:
        """The ticket it stands on."""
        return self.comment.ticket

    def get_initial(self) -> dict[str, Any]:
        return {"body": self.comment.body}

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        kwargs.pop("user")
        return {**kwargs, "draft": f"comment-{self.comment.pk}"}

    def act(self, form: Any) -> str:
        actions.edit_comment(self.comment, form.cleaned_data["body"], by=reader(self.request))
        return f"{self.object.get_absolute_url()}#c{self.comment.pk}"


@require_POST
def follow(request: HttpRequest, reference: str) -> HttpResponse:
    """Follow oneself, or add the person named."""
    ticket, user = ticket_of(request, reference), reader(request)
    try:
        if "person" in request.POST:
            form = FollowForm(request.POST, user=user)
            if not form.is_valid():
                raise Refused(str(form.errors["person"][0]))
            actions.follow(ticket, form.cleaned_data["person"], by=user)
        else:
            actions.follow(ticket, user, by=user)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(ticket.get_absolute_url())


@require_POST
def unfollow(request: HttpRequest, reference: str) -> HttpResponse:
    """Stop following, or remove the person whose key is given."""
    ticket, user = ticket_of(request, reference), reader(request)
    key = request.POST.get("person", "")
    row = Follower.objects.filter(
        ticket=ticket, user_id=int(key) if key.isdigit() and len(key) < 19 else user.pk
    ).first()
    if row:
        actions.unfollow(ticket, row.user, by=user)
    return redirect(ticket.get_absolute_url())


@require_safe
def watermark(request: HttpRequest, reference: str) -> HttpResponse:
    """204 while the ticket is as the page shows it, else what changed; asked again and again by open pages.

    Who works on the ticket is seen there by others, and told who else is.
    """
    user = reader(request)
    row = find(reference, user=user)
    news: dict[str, Any] = {}
    since = request.GET.get("since", "")
    if since != str(row.version):
        behind = row.version - int(since) if since.isdigit() and len(since) < 10 else 1
        news = {"watermark": str(row.version), "count": max(behind, 1)}
    if "here" in request.GET and sees_internal(user, row):
        present = presence.note(row.pk, user, is_writing=request.GET.get("writing") == "1")
        if presence.mark(present) != request.GET["here"]:
            html = render_to_string("tickets/presence.html", {"present": present})
            news |= {"here": presence.mark(present), "html": html}
    return JsonResponse(news) if news else HttpResponse(status=204)
