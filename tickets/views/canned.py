"""Canned answers: the picker of the composer, and their administration."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import Team, User
from core.forms import MarkdownInput
from core.tables import Column, Table
from core.views import Crumb, UpdatePage
from tickets.actions.canned import MANAGE, save_canned
from tickets.canned import VARIABLES, filled, offered
from tickets.models import CannedAnswer
from tickets.views.people import reader
from tickets.views.setup import FRAME, SetupList, yes_no
from tickets.views.ticket import ticket_of


@require_safe
def picker(request: HttpRequest, reference: str) -> HttpResponse:
    """The answers, filled in for the ticket: a page of links, and for the composer's dialog a part of it."""
    ticket, user = ticket_of(request, reference), reader(request)
    asked = request.GET.get("q", "")[:100]
    rows = [{"answer": answer, "text": filled(answer, ticket, by=user)} for answer in offered(user, asked)]
    folders = [
        (folder, list(entries))
        for folder, entries in groupby(rows, key=lambda row: row["answer"].folder)  # type: ignore[attr-defined]
    ]
    name = "tickets/canned.html#list" if request.headers.get("HX-Request") else "tickets/canned.html"
    response = render(request, name, {"ticket": ticket, "folders": folders, "q": asked})
    response["Vary"] = "HX-Request"
    return response


class CannedTable(Table):
    """The canned answers."""

    title = Column(gettext_lazy("Title"), "title", css="grow")
    folder = Column(gettext_lazy("Folder"), "folder", css="wide")
    team = Column(gettext_lazy("Team"), lambda row: row.team or _("all teams"), css="wide")
    languages = Column(
        gettext_lazy("Languages"),
        lambda row: ", ".join(code for code, text in (("fr", row.body_fr), ("en", row.body_en)) if text),
        css="shrink wide",
    )
    used = Column(gettext_lazy("Used"), "used", css="num shrink")
    is_active = Column(gettext_lazy("In use"), lambda row: yes_no(row.is_active), css="shrink")

    def address(self, row: Any) -> str:
        return reverse("tickets:canned_answer", args=[row.pk])


class CannedAnswers(SetupList):
    """The texts that technicians insert."""

    model = CannedAnswer
    table_class = CannedTable
    title = gettext_lazy("Canned answers")
    sentence = gettext_lazy("Texts that technicians insert into answers and notes, filled in for the ticket.")
    empty_title = gettext_lazy("No answer yet")
    empty_text = gettext_lazy("Write down what is answered again and again.")
    create_name, create_label = "tickets:new_canned_answer", gettext_lazy("New answer")

    def get_queryset(self) -> QuerySet[CannedAnswer]:
        rows: QuerySet[CannedAnswer] = CannedAnswer.objects.visible_to(reader(self.request))
        return rows.select_related("team").order_by("folder", "title", "pk")


class CannedForm(forms.ModelForm[CannedAnswer]):
    """A canned answer."""

    class Meta:
        model = CannedAnswer
        fields = ("title", "folder", "team", "body_fr", "body_en", "is_active")
        widgets = {"body_fr": MarkdownInput({"rows": 6}), "body_en": MarkdownInput({"rows": 6})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.visible_to(user).active()

    def _post_clean(self) -> None:
        """Leave the row alone: the act checks and writes it."""


class EditCannedAnswer(UpdatePage):
    """One canned answer, or a new one."""

    model = CannedAnswer
    form_class = CannedForm
    frame = FRAME
    verb = MANAGE
    template_name = "tickets/canned_form.html"
    success_message = gettext_lazy("Saved.")

    @cached_property
    def object(self) -> CannedAnswer:
        """The answer that is changed, or a new one; 404 where there is none."""
        if "pk" not in self.kwargs:
            return CannedAnswer()
        rows = CannedAnswer.objects.visible_to(reader(self.request))
        found = rows.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_title(self) -> Any:
        return str(self.object) if self.object.pk else _("New answer")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Canned answers"), reverse("tickets:canned_answers"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = [(f"{{{{{name}}}}}", label) for name, (label, _read) in VARIABLES.items()]
        return {**super().get_context_data(**kwargs), "variables": names}

    def act(self, form: Any) -> str:
        version = self.sent_version if self.object.pk else None
        save_canned(self.object, form.cleaned_data, by=reader(self.request), version=version)
        return reverse("tickets:canned_answers")
