"""The requester's pages. They hold no rule: they show what the apps below offer."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views import View
from django.views.decorators.http import require_safe

from accounts.models import User
from core import drafts
from core.choices import Kind
from core.exceptions import Refused, StaleVersion
from core.forms import add_refusal
from core.views import CreatePage, Crumb
from portal.forms import AnswerForm, ColleagueForm, ReasonForm, ReportForm
from portal.words import status_words
from services.models import Service, ServiceStatus
from tickets.actions import add_colleague, comment, move, open_ticket, store_upload, unfollow
from tickets.actions.commenting import written_since
from tickets.actions.moving import moves_for
from tickets.approvals import rounds, votes_to_decide
from tickets.choices import Channel, Status
from tickets.fields import shown_values
from tickets.models import Comment, Follower, Ticket
from tickets.permissions import answers
from tickets.queries import search
from tickets.references import find
from tickets.timeline import entries
from tickets.trail import note_read
from tickets.views.people import reader
from tickets.visits import upcoming
from tickets.workflow import Move

PAGE = 30


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The front door: each person's own home."""
    return redirect("tickets:home" if reader(request).access.is_staff_side else "portal:home")


def mine(user: User) -> Any:
    """The tickets a person asked for or follows, for the rows of a list; what was merged goes on as another one."""
    rows = Ticket.objects.visible_to(user).filter(merged_into=None)
    return rows.for_lists().order_by("-created_at", "-pk")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One question, and what is under way."""
    user = reader(request)
    own = mine(user).filter(requester=user)
    return render(
        request,
        "portal/home.html",
        {
            "to_approve": votes_to_decide(user)[:5],
            "waiting": _rows(own.filter(status=Status.RESOLVED)[:5]),
            "open": _rows(own.filter(is_open=True)[:8]),
            "services": Service.objects.visible_to(user).filter(status=ServiceStatus.LIVE)[:8],
        },
    )


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """All one's requests, newest first, with a search."""
    user = reader(request)
    asked, state = request.GET.get("q", "").strip(), request.GET.get("state", "open")
    rows = mine(user)
    if state == "open":
        rows = rows.exclude(status__in=[Status.CLOSED, Status.CANCELLED])
    elif state == "closed":
        rows = rows.filter(status__in=[Status.CLOSED, Status.CANCELLED])
    if asked:
        rows = search(rows, asked, user=user)
    number = _page_number(request)
    found = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    return render(
        request,
        "portal/requests.html",
        {
            "rows": _rows(found[:PAGE]),
            "q": asked,
            "state": state,
            "states": (("open", _("Under way")), ("closed", _("Closed")), ("all", _("All"))),
            "number": number,
            "previous_address": _page_address(request, number - 1) if number > 1 else "",
            "next_address": _page_address(request, number + 1) if len(found) > PAGE else "",
        },
    )


def _page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return (
        min(int(asked), 500) if asked.isascii() and asked.isdigit() and len(asked) < 6 and int(asked) else 1
    )


def _page_address(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _rows(tickets: Any) -> list[dict[str, Any]]:
    """Tickets with the words of the portal."""
    return [
        {"ticket": ticket, "word": words, "tone": tone}
        for ticket in tickets
        for words, tone in [status_words(ticket)]
    ]


class Report(CreatePage):
    """Report something; the way from home to here is one click."""

    form_class = ReportForm
    template_name = "portal/report.html"
    title = gettext_lazy("Report a problem")
    sentence = gettext_lazy("We read it at once. You can follow what becomes of it here.")
    submit_label = gettext_lazy("Send")
    verb = "tickets.open"

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Home"), reverse("portal:home"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: Any) -> str:
        user, values = reader(self.request), form.cleaned_data
        kept = [store_upload(upload, by=user) for upload in values.pop("files")]
        ticket = open_ticket(Kind.INCIDENT, by=user, channel=Channel.PORTAL, attachments=kept, **values)
        messages.success(
            self.request,
            _("Thank you. Your report has the number %(number)s.") % {"number": ticket.reference},
        )
        return reverse("portal:request", args=[ticket.reference])


class RequestPage(View):
    """One request: where it stands, what was said, and the word back."""

    @cached_property
    def ticket(self) -> Ticket:
        """The ticket, 404 where it is not visible."""
        rows = Ticket.objects.select_related(
            "service", "team", "assignee", "requester", "pending_reason", "entity", "field_values"
        )
        ticket = find(self.kwargs["reference"], user=reader(self.request), queryset=rows)
        note_read(ticket, by=reader(self.request))
        return ticket

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """The page; another name of the ticket leads to the right one."""
        if self.ticket.reference != reference:
            return HttpResponsePermanentRedirect(reverse("portal:request", args=[self.ticket.reference]))
        return self.page()

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """An answer."""
        form = AnswerForm(request.POST, request.FILES, draft=self.draft)
        if form.is_valid():
            user = reader(request)
            try:
                kept = [store_upload(upload, by=user) for upload in form.cleaned_data["files"]]
                values = form.cleaned_data
                written = comment(
                    self.ticket, by=user, body=values["body"], attachments=kept, last_read=values["last_read"]
                )
            except StaleVersion as stale:
                add_refusal(form, stale)
                newer = written_since(self.ticket, form.cleaned_data["last_read"], by=user)
                return self.page(form, status=409, newer=list(newer))
            except Refused as refused:
                add_refusal(form, refused)
            else:
                drafts.clear(request)
                return HttpResponseRedirect(
                    f"{reverse('portal:request', args=[written.ticket.reference])}#c{written.pk}"
                )
        return self.page(form, status=422)

    @property
    def draft(self) -> str:
        """The key under which what is being typed is kept."""
        return f"answer-{self.ticket.pk}"

    def page(
        self,
        form: AnswerForm | None = None,
        *,
        status: int = 200,
        reason: Any = None,
        newer: Sequence[Comment] = (),
        colleague: ColleagueForm | None = None,
    ) -> HttpResponse:
        """Render with the answer form and what was written meanwhile, or the form that was wrong."""
        ticket, user = self.ticket, reader(self.request)
        word, tone = status_words(ticket)
        lines = entries(ticket, user)
        context = {
            "ticket": ticket,
            "word": word,
            "tone": tone,
            "entries": lines,
            "appointments": upcoming(lines),
            "form": form or AnswerForm(draft=self.draft),
            "may_answer": answers(user, ticket),
            "moves": {step.verb: step for step in requester_moves(user, ticket)},
            "reason": reason or {},
            "fields": shown_values(ticket, user),
            "last_read": max((line.comment.pk for line in lines if line.comment), default=0),
            "newer": newer,
            "following": _shown_followers(ticket, user),
            "is_requester": ticket.requester_id == user.pk,
            "colleague_form": colleague or ColleagueForm(),
            "rounds": rounds(ticket) if ticket.kind != Kind.INCIDENT else [],
        }
        return render(self.request, "portal/request.html", context, status=status)


def _shown_followers(ticket: Ticket, user: User) -> list[Follower]:
    """Who follows the request, as far as its requester is shown it; others see themselves."""
    rows = Follower.objects.filter(ticket=ticket).select_related("user").order_by("pk")
    return list(rows.filter(is_internal=False) if ticket.requester_id == user.pk else rows.filter(user=user))


def requester_moves(user: User, ticket: Ticket) -> list[Move]:
    """The moves that the portal offers: those the table gives to requesters."""
    return [step for step in moves_for(user, ticket) if step.by_requester and ticket.requester_id == user.pk]


class RequestColleagues(RequestPage):
    """Let colleagues follow one's request, or no longer."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Add who is named by address, or remove who is named by key, and come back."""
        user = reader(request)
        if self.ticket.requester_id != user.pk:
            raise PermissionDenied
        key = request.POST.get("remove", "")
        if key.isascii() and key.isdigit() and len(key) < 19:
            row = Follower.objects.filter(ticket=self.ticket, user_id=int(key)).select_related("user").first()
            if row:
                unfollow(self.ticket, row.user, by=user)
            return redirect("portal:request", reference=self.ticket.reference)
        form = ColleagueForm(request.POST)
        if form.is_valid():
            try:
                add_colleague(self.ticket, form.cleaned_data["person"], by=user)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                return redirect("portal:request", reference=self.ticket.reference)
        return self.page(status=422, colleague=form)


class RequestMove(RequestPage):
    """Accept, refuse, reopen or withdraw."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Make the move and come back."""
        user = reader(request)
        step = next(
            (each for each in requester_moves(user, self.ticket) if each.verb == request.POST.get("verb")),
            None,
        )
        if step is None:
            raise PermissionDenied
        form = ReasonForm(request.POST)
        if "reason" in step.requires and not form.is_valid():
            return self.page(status=422, reason={step.verb: form})
        values = form.cleaned_data if "reason" in step.requires else {}
        try:
            move(self.ticket, step.to, by=user, values=values)
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect("portal:request", reference=self.ticket.reference)


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """What the department provides, and how to get help with each."""
    rows = Service.objects.visible_to(reader(request)).filter(status=ServiceStatus.LIVE)
    asked = request.GET.get("q", "").strip().replace("\x00", "")
    if asked:
        rows = rows.filter(name__icontains=asked)
    return render(request, "portal/services.html", {"services": rows[:200], "q": asked})
